"""Undoing an order that cannot be carried out: its labels are voided, then its stock is given back, then the customer
is told, each step after the one before has been confirmed. What is left to do is read from the state, so a step that
was done is not asked for again, however the facts arrive.
"""

from crossdock.model import events as ev
from crossdock.model.commands import RecordNote
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import OrderStopped, OrderUndeliverable
from crossdock.model.returning import ReturnRequested
from crossdock.model.transfers import ReleaseReservation
from crossdock.processes.release_work import Work

UNDELIVERABLE = "order.undeliverable"
FAILED = "compensation.failed"
_STEPS = {"label.void.v1": "voiding the label", "transfer.release.v1": "giving the stock back"}


def begin(work: Work, why: str) -> None:
    """Undo everything, because of ``why``: order-to-ship takes purchases back and voids its labels."""
    progress = work.progress
    progress.stage, progress.why = "undoing", why
    progress.stops += 1
    work.events.append(OrderStopped(work.event.subject, progress.stops))


def go_on(work: Work) -> None:
    """The next step, as soon as the one before is confirmed."""
    order, progress = work.order, work.progress
    if progress.stage != "undoing" or order is None:
        return
    work.resolve(lambda each: each.kind == FAILED and _is_over(work, each.pointer))
    if work.state.live_bookings():
        return
    marker = _marker(work, order)
    if not _given_back(work, order):
        if marker not in progress.asked:
            progress.asked.append(marker)
            work.give("give_back", order.partner, ReleaseReservation(order.external_id, marker))
        return
    progress.stage = "undeliverable"
    work.events.append(OrderUndeliverable(order.id, progress.why))
    text = f"{order.name} cannot be delivered: {progress.why}. Labels are void, stock is free, the customer is told."
    work.raise_exception(UNDELIVERABLE, f"{text} Decide with the customer what follows.")
    note(work, order, "undeliverable", f"{progress.why}. Its labels are void and its stock is free again.")


def _given_back(work: Work, order: DeliveryOrder) -> bool:
    return f"transfer.release.v1:{_marker(work, order)}" in work.state.written


def _marker(work: Work, order: DeliveryOrder) -> str:
    return digest("order_release", order.id, "give_back", str(work.progress.number))[:16]


def _is_over(work: Work, pointer: str) -> bool:
    """Whether the step whose failure was told has been done after all."""
    what = pointer.removeprefix("/undo/")
    if what.startswith("label.void.v1"):
        return not work.state.live_bookings()
    order = work.order
    return order is not None and _given_back(work, order)


def failed(work: Work) -> None:
    """A step that cannot be done is a person's, with all there is to know; the steps after it wait."""
    body = work.event.body
    if not isinstance(body, ev.CommandFailed) or body.what not in _STEPS or work.progress.stage != "undoing":
        return
    labels = ", ".join(each.tracking_number for each in work.state.live_bookings().values()) or "none"
    text = (
        f"While undoing this order ({work.progress.why}) {_STEPS[body.what]} failed at {body.partner}: {body.operator} "
        f"Labels still live: {labels}. Put it right there and retry the message; the rest follows by itself."
    )
    package = f"/{body.package_id}" if body.package_id else ""
    work.raise_exception(FAILED, text, f"/undo/{body.what}{package}")


def ask_back(work: Work) -> None:
    """It was called off and has left all the same: a return is opened for it."""
    order, number = work.order, str(work.progress.number)
    if order is None or f"back/{number}" in work.progress.asked:
        return
    work.progress.asked.append(f"back/{number}")
    name = f"{order.id}/{number}"
    work.events.append(ReturnRequested(name, "order_release", reason="changed_mind", raw_reason="cancelled too late"))
    text = "The order was cancelled after it had left the warehouse. A return is open for it; recall it at the carrier."
    work.raise_exception("order.cancelled_after_pickup", text)


def note(work: Work, order: DeliveryOrder, what: str, text: str) -> None:
    """Say it to people in the system of record, once for each text."""
    marker = digest("order_release", order.id, what, text)[:16]
    if marker not in work.progress.noted:
        work.progress.noted.append(marker)
        said = f"This delivery is {what}: {text}"
        work.give(f"note/{what}", order.partner, RecordNote(order.external_id, said, marker))
