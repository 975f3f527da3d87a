"""Order to ship: from a delivery order to labels in the system of record, and its milestones until delivery.

new ──▶ waiting ──▶ rejected ◀──▶ rating ──▶ booking ──▶ labelled ──▶ shipped ──▶ delivered
└───── attention (a person must look) ─────┘        cancelled
"""

from collections.abc import Callable

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.customs import crosses_border
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import OrderCleared
from crossdock.model.rules import Problem, problems_of
from crossdock.ports.process import Decision, Order, Process, Situation
from crossdock.processes import booking, calling_off, wishes, writeback
from crossdock.processes.shipping_chart import CHART
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.processes.shipping_work import NAME, Progress, Record, Work, decode_progress, essence


def order_to_ship(policy: OrderToShipPolicy, record: Callable[[], Record] = dict) -> Process:
    """The process under ``policy``. ``record`` gives how promises were kept so far: like the policy it is what holds
    when a decision is made, and it stands in the decision's record.
    """

    def decide(situation: Situation) -> Decision:
        progress = decode_progress(situation.process) if situation.process else Progress()
        work = Work(situation, policy, progress, record())
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide, CHART, of=("do:",))


def _requested(work: Work) -> None:
    order, progress = work.order, work.progress
    if order is None or work.state.cancelled:
        return
    if progress.phase == "cancelled":  # reopened: it starts anew once its labels are void
        progress = work.progress = Progress(
            noted=progress.noted, raised=progress.raised, asked=progress.asked, stale=progress.stale,
            cleared=progress.cleared, voiding=progress.voiding, buying=progress.buying, settling=True,
        )  # fmt: skip
    if work.policy.on_clearance and not progress.cleared and progress.phase in {"new", "waiting"}:
        progress.phase = "waiting"
        return
    if progress.phase in {"new", "waiting"} and calling_off.is_settling(work, order):
        progress.phase = "waiting"
        return
    progress.settling = False
    version = essence(order, abroad=crosses_border(order.ship_from.address, order.ship_to.address))
    if progress.phase not in {"new", "waiting", "rejected"}:
        if version != progress.version:
            text = "The order was changed after it was released to the carrier. Compare, then void and book again."
            work.raise_exception("order.changed_after_release", text)
        return
    problems = problems_of(order, work.policy.customs.required)
    stands = {(each.kind, each.pointer) for each in problems}
    work.resolve(lambda each: each.kind not in calling_off.OUTLIVES and (each.kind, each.pointer) not in stands)
    if problems:
        progress.phase = "rejected"
        _reject(work, order, problems)
        return
    progress.version = version
    booking.ask_rates(work, order, order.packages)


def _cleared(work: Work) -> None:
    """Nothing keeps its labels from being bought."""
    body = work.event.body
    if isinstance(body, OrderCleared):
        work.progress.cleared = body.version
        _requested(work)


def _voided(work: Work) -> None:
    wishes.voided(work)
    _settled(work)


def _taken_back(work: Work) -> None:
    wishes.taken_back(work)
    _settled(work)


def _settled(work: Work) -> None:
    """Something it had bought is gone, or never was: one that was reopened may begin."""
    if work.progress.settling and work.progress.phase == "waiting":
        _requested(work)


def _quoted(work: Work) -> None:
    body = work.event.body
    if isinstance(body, ev.RatesQuoted) and not wishes.quoted(work, body.quote):
        booking.quoted(work)


def _late(work: Work) -> None:
    booking.deadline(work)
    wishes.deadline(work)


def _failed(work: Work) -> None:
    booking.failed(work)
    wishes.failed(work)


def _reject(work: Work, order: DeliveryOrder, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        work.raise_exception(problem.kind, problem.text, problem.pointer)
    texts = "; ".join(problem.text for problem in problems)
    marker = digest(order.id, texts)[:16]
    if marker not in work.progress.noted:
        work.progress.noted.append(marker)
        text = f"This delivery cannot be released: {texts}. Correct it here; it will be checked again by itself."
        work.orders.append(Order("note/rejected", order.partner, cmd.RecordNote(order.external_id, text, marker)))


_HANDLERS: dict[str, Callable[[Work], None]] = {
    "fulfilment.requested.v1": _requested,
    "fulfilment.cancelled.v1": calling_off.cancelled,
    "order.cleared.v1": _cleared,
    "order.stopped.v1": calling_off.stopped,
    "rates.quoted.v1": _quoted,
    "desk.requested.v1": wishes.asked,
    "shipment.voided.v1": _voided,
    "deadline.passed.v1": _late,
    "shipment.booked.v1": booking.booked,
    "label.received.v1": booking.labelled,
    "document.received.v1": writeback.accompanied,
    "tracking.reported.v1": writeback.tracked,
    "proof.captured.v1": writeback.proved,
    "command.failed.v1": _failed,
    "command.withdrawn.v1": _taken_back,
    "record.written.v1": writeback.written,
    "exception.resolved.v1": Work.closed,
}
