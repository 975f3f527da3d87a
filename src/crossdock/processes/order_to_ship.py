"""Order to ship: from a delivery order to labels in the system of record, and its milestones until delivery.

new ──▶ waiting ──▶ rejected ◀──▶ rating ──▶ booking ──▶ labelled ──▶ shipped ──▶ delivered
└───── attention (a person must look) ─────┘        cancelled ──▶ settling (reopened)
"""

from collections.abc import Callable

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import OrderCleared
from crossdock.model.rules import Problem, problems_of
from crossdock.ports.process import Decision, Order, Process, Situation
from crossdock.processes import booking, calling_off, wishes, writeback
from crossdock.processes.shipping_chart import CHART
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.processes.shipping_work import BEFORE_RATES, NAME, Progress, Record, Work, decode_progress, essence_of


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
    order = work.order
    if order is None or work.state.cancelled:
        return
    if work.progress.phase == "cancelled":
        _reopened(work, order)
    progress = work.progress
    if not work.policy.on_clearance:
        calling_off.wanted_again(work, order)
    if work.policy.on_clearance and not progress.cleared and progress.phase in {"new", "waiting"}:
        progress.phase = "waiting"
        return
    if progress.phase in BEFORE_RATES and calling_off.is_settling(work, order):
        progress.phase = "settling"
        return
    if progress.phase not in BEFORE_RATES:
        _compare(work, order)
        return
    problems = problems_of(order, work.policy.customs.required)
    stands = {(each.kind, each.pointer) for each in problems}
    work.resolve(lambda each: calling_off.is_over(work, each) and (each.kind, each.pointer) not in stands)
    if problems:
        progress.phase = "rejected"
        _reject(work, order, problems)
        return
    progress.version, progress.settling = essence_of(order), False
    booking.ask_rates(work, order, order.packages)


def _reopened(work: Work, order: DeliveryOrder) -> None:
    """It starts anew once nothing lives of what was bought before; unless its carrier has it already."""
    was = work.progress
    work.progress = Progress(
        version=was.version, noted=was.noted, raised=was.raised, asked=was.asked, promised=was.promised,
        cleared=was.cleared, voiding=was.voiding, buying=was.buying,
        bought=was.bought, settling=True,
    )  # fmt: skip
    writeback.follow(work, order)
    gone = calling_off.void_and_moving(work, order)
    work.resolve(
        lambda each: each.kind == calling_off.TOO_LATE and each.pointer.removeprefix("/shipments/") not in {"", *gone}
    )
    if gone:
        work.progress.phase, work.progress.settling = "attention", False
        for number in gone:
            calling_off.look_for(work, number)
    elif work.progress.phase == "new":
        calling_off.void_all(work)
    else:
        booking.book_again(work, order)


def _tracked(work: Work) -> None:
    """One that was reopened and is on its way after all goes as it is: what differs is said, what lacks a label gets
    one.
    """
    before = work.progress.phase
    writeback.tracked(work)
    calling_off.gone(work)
    if work.order is not None and before == "settling" and work.progress.phase in {"shipped", "delivered"}:
        _compare(work, work.order)
        booking.book_again(work, work.order)


def _compare(work: Work, order: DeliveryOrder) -> None:
    """A change of what its label depends on is a person's once the label was asked for."""
    if essence_of(order) != work.progress.version:
        text = "The order was changed after it was released to the carrier. Compare, then void and book again."
        work.raise_exception("order.changed_after_release", text)


def _cleared(work: Work) -> None:
    """Nothing keeps its labels from being bought."""
    body = work.event.body
    if isinstance(body, OrderCleared):
        work.progress.cleared = body.version
        _requested(work)


def _settling(handle: Callable[[Work], None]) -> Callable[[Work], None]:
    """After ``handle`` something it had bought may be gone, or never was: one that was reopened may begin."""

    def handler(work: Work) -> None:
        handle(work)
        if work.progress.phase == "settling":
            _requested(work)

    return handler


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
    "desk.requested.v1": _settling(wishes.asked),
    "shipment.voided.v1": _settling(wishes.voided),
    "deadline.passed.v1": _late,
    "shipment.booked.v1": _settling(booking.booked),
    "label.received.v1": booking.labelled,
    "document.received.v1": writeback.accompanied,
    "tracking.reported.v1": _tracked,
    "proof.captured.v1": writeback.proved,
    "command.failed.v1": _failed,
    "command.withdrawn.v1": _settling(wishes.taken_back),
    "record.written.v1": writeback.written,
    "exception.resolved.v1": _settling(Work.closed),
}
