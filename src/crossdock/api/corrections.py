"""/v1/exchanges/{id}/correct: putting right a message that nobody could read."""

from base64 import b64decode
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.problems import Fault, ProblemError
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.resources import CloudEvent, PlannedCall
from crossdock.api.words import CHANGE_REFUSALS, Why
from crossdock.api.words import Id as ExchangeId
from crossdock.backbone.correcting import Checked, Corrector, NotCorrectable
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction
from crossdock.views.correcting import Complaint, Preview, preview_of

_LARGEST = 48 * 1024 * 1024
"""Bytes of a request: what intake takes by default, escaped or in base64, with room for more. The corrected message
itself may be as large as what intake takes.
"""


class CorrectionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the message should have said: as text (``body``, kept as UTF-8) or as bytes (``body_base64``). ``dry_run``
    only tells.
    """

    reason: Why
    body: Annotated[str, Meta(min_length=1)] | None = None
    body_base64: Annotated[str, Meta(min_length=1)] | None = None
    dry_run: bool = True


class CorrectionFault(Struct, frozen=True):
    """Why it would stop again: ``pointer`` is a JSON pointer into the corrected body, ``line`` and ``column`` (from 1)
    are 0 where the place is not known.
    """

    operator: str
    engineer: str
    pointer: str
    line: int
    column: int


class DifferentLine(Struct, frozen=True):
    """A line of the difference: ``mark`` is "-" (received only), "+" (corrected only), " " (both) or "@" (left out)."""

    mark: str
    old: int
    new: int
    text: str


class Corrected(Struct, frozen=True):
    """What a correction does, or would do (``dry_run``). ``exchange_id`` is the message that stands for the original;
    ``repeated``: this very correction was made before. ``changed`` are the shipments that become others.
    """

    dry_run: bool
    acceptable: bool
    exchange_id: str = ""
    repeated: bool = False
    ends: str = ""
    facts: int = 0
    known: int = 0
    events: list[CloudEvent] = []
    changed: list[str] = []
    calls: list[PlannedCall] = []
    unknown_codes: list[str] = []
    new_fields: list[str] = []
    faults: list[CorrectionFault] = []
    difference: list[DifferentLine] = []


@post(
    "/v1/exchanges/{id:str}/correct", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Put a parked message right", tags=["Exchanges"], request_max_body_size=_LARGEST,
)  # fmt: skip
async def correct(
    request: Request[Any, Any, Any],
    context: Here,
    once: OnceOnly,
    id: ExchangeId,  # noqa: A002 - the path says id
    data: CorrectionRequest,
    idempotency_key: Key,
) -> Response[Corrected]:
    """A dry run unless ``dry_run`` is false. The original keeps its bytes and is closed; what is given here is read in
    its place, once, and only if the partner's mapping can read it.
    """
    data = await strictly(request, CorrectionRequest)
    checked = await _checked(context, id, data)
    preview = preview_of(checked)
    if not (data.dry_run or checked.acceptable):
        faults = [
            Fault(_said(each), pointer="/body_base64" if data.body is None else "/body") for each in preview.complaints
        ]
        raise ProblemError(422, "this would stop again", *faults, kind="correction-unreadable")

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Corrected]:
        if data.dry_run:
            return 200, _answer(preview, dry_run=True)
        try:
            made, first = Corrector.make(tx, checked, client.id, data.reason, now)
        except NotCorrectable as refusal:
            raise _refused(refusal) from refusal
        return 200, _answer(preview, dry_run=False, exchange_id=made.exchange_id, repeated=not first)

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("inbound")
    return response


async def _checked(context: Here, exchange_id: str, data: CorrectionRequest) -> Checked:
    if context.corrector is None:
        raise ProblemError(404, "no messages are corrected here")
    try:
        return await context.corrector.check(exchange_id, _bytes(data), context.clock.now())
    except NotCorrectable as refusal:
        raise _refused(refusal) from refusal


def _refused(refusal: NotCorrectable) -> ProblemError:
    kind = {409: "not-correctable"}.get(refusal.status, "")
    return ProblemError(refusal.status, refusal.operator, kind=kind)


def _bytes(data: CorrectionRequest) -> bytes:
    if (data.body is None) == (data.body_base64 is None):
        raise ProblemError(422, "give body or body_base64", Fault("one of the two, and not both", pointer="/body"))
    if data.body_base64 is None:
        return (data.body or "").encode()
    try:
        return b64decode(data.body_base64, validate=True)
    except ValueError:
        raise ProblemError(422, "body_base64 is not base64", Fault("not base64", pointer="/body_base64")) from None


def _said(each: Complaint) -> str:
    place = f"line {each.line}, column {each.column}" if each.line else ""
    where = " ".join(part for part in (place, each.pointer) if part)
    return f"{where}: {each.engineer}" if where else each.engineer


def _answer(preview: Preview, *, dry_run: bool, exchange_id: str = "", repeated: bool = False) -> Corrected:
    return Corrected(
        dry_run=dry_run,
        acceptable=preview.acceptable,
        exchange_id=exchange_id,
        repeated=repeated,
        ends=preview.ends,
        facts=preview.facts,
        known=preview.known,
        events=[msgspec.convert(each, CloudEvent) for each in preview.events],
        changed=list(preview.changed),
        calls=[PlannedCall(*each) for each in preview.calls],
        unknown_codes=list(preview.unknown_codes),
        new_fields=list(preview.new_fields),
        faults=[msgspec.convert(each, CorrectionFault, from_attributes=True) for each in preview.complaints],
        difference=[DifferentLine(each.mark, each.old, each.new, each.whole) for each in preview.difference],
    )


ROUTES = (correct,)
