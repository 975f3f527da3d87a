"""One exception as people read it: what happened to it, and everything it is linked to."""

from msgspec import Struct

from crossdock.model.cases import Case, case_id
from crossdock.model.events import Event
from crossdock.model.exception_kinds import Kind, kind_of
from crossdock.model.exceptions import ExceptionEvent
from crossdock.ports.stores import Transaction
from crossdock.views.wording import say


class HistoryLine(Struct, frozen=True):
    """One thing that happened to it."""

    at: int
    title: str
    detail: str
    actor: str


class Whole(Struct, frozen=True):
    """An exception with its kind, its history, and the messages and event that led to it."""

    case: Case
    name: str
    sales_order: str
    kind: Kind
    history: tuple[HistoryLine, ...]
    messages: tuple[str, ...]
    siblings: int


def whole(tx: Transaction, name: str) -> Whole | None:
    """One exception by its id; None where there is none of it. ``siblings`` are open ones of the same cause."""
    found = tx.exceptions.with_ids([name])
    if not found:
        return None
    case = found[0]
    events = tx.log.of_subject(case.subject)
    own = [each for each in events if _is_of(each, name)]
    causes = [each for each in events if each.key == case.cause or each in own]
    shipment = tx.views.shipment(case.subject)
    siblings = [each.count for each in tx.views.cause_groups() if each.id == case.cause_group]
    return Whole(
        case,
        shipment.name if shipment else "",
        shipment.sales_order if shipment else "",
        kind_of(case.kind),
        tuple(map(_line, own)),
        tuple(dict.fromkeys(each.exchange_id for each in causes if each.exchange_id)),
        siblings[0] if siblings else 0,
    )


def code_of(case: Case) -> str:
    """The code of a partner that nobody has mapped, where that is what the exception is about; "" else."""
    begins = f"/{case.partner}/"
    about = case.kind == "mapping.unknown_code" and case.pointer.startswith(begins)
    return case.pointer.removeprefix(begins) if about else ""


def _is_of(event: Event, name: str) -> bool:
    body = event.body
    if not isinstance(body, ExceptionEvent):
        return False
    return case_id(event.subject, body.kind, body.pointer, body.cause) == name


def _line(event: Event) -> HistoryLine:
    said = say(event.body)
    actor = str(getattr(event.body, "actor", "") or getattr(event.body, "by", ""))
    return HistoryLine(event.recorded_at, said.title, said.detail, actor)
