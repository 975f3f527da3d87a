"""Order release: a delivery order past its gates goes to the warehouse that ships it, and stays in step with it.

checking ──▶ rejected | held ──▶ cleared (no warehouse: straight to its carriers)
                             ──▶ releasing ──▶ released ──▶ acknowledged ──▶ picking ──▶ picked ──▶ packed ──▶ shipped
cancelling ──▶ cancelled      undoing ──▶ undeliverable      attention (a person must look)
"""

from collections.abc import Callable

from crossdock.model import events as ev
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import OrderChecked, OrderCleared, OrderStopped
from crossdock.model.routing import OrderRouted
from crossdock.model.rules import Problem, problems_of
from crossdock.model.warehouse import AmendOrder, CancelOrder, ReleaseOrder
from crossdock.ports.process import Decision, Process, Situation, command_key
from crossdock.processes import at_the_warehouse, undoing
from crossdock.processes.release_chart import AT_THE_WAREHOUSE, CHART
from crossdock.processes.release_work import NAME, ReleasePolicy, Work, essence

NO_ROUTE = "route.none"
_PACKED_THERE = frozenset({"package.missing", "weight.missing"})
"""Faults of packages: a warehouse that packs says them later."""


def order_release(policy: ReleasePolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        work = Work(situation, policy)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide, CHART, of=("do:",))


def _requested(work: Work) -> None:
    """An order, or a version of it. One that the warehouse has is amended, one that left is a person's."""
    order, progress = work.order, work.progress
    if order is None or work.state.cancelled or progress.stage in {"undoing", "undeliverable"}:
        return
    version = essence(order)
    if progress.stage in {"cancelled", "cancelling"}:
        if progress.stage == "cancelling":
            return  # reopened while it is being stopped: the warehouse says what becomes of that first
        progress.stage, progress.version = "checking", ""
    if progress.stage in AT_THE_WAREHOUSE:
        at_the_warehouse.wanted_again(work, order)
    if version == progress.version:
        return
    if progress.stage in AT_THE_WAREHOUSE:
        _amend(work, order, version)
    elif progress.stage == "shipped":
        text = "The order was changed after it had left the warehouse. Compare; what is missing needs a new order."
        work.raise_exception("order.changed_after_release", text)
    else:
        _check(work, order, version)


def _check(work: Work, order: DeliveryOrder, version: str) -> None:
    """Faults keep it here; without any, the gates have their say before it goes on."""
    progress = work.progress
    work.take_back()
    problems = _problems(work, order)
    work.resolve(lambda each: each.pointer.startswith("/fault/") and each.pointer not in {_place(p) for p in problems})
    progress.version = "" if any(each.kind == NO_ROUTE for each in problems) else version
    if problems:
        progress.stage = "rejected"
        for problem in problems:
            work.raise_exception(problem.kind, problem.text, _place(problem))
        undoing.note(work, order, "rejected", "; ".join(problem.text for problem in problems))
        return
    progress.stage = "checking"
    work.events.append(OrderChecked(order.id, digest(version, work.event.key)))


def _place(problem: Problem) -> str:
    return f"/fault{problem.pointer}"


def _problems(work: Work, order: DeliveryOrder) -> tuple[Problem, ...]:
    found, decided = problems_of(order, work.policy.declared), work.decided(order)
    warehouse = decided.routed.partner if decided else work.policy.route(order)
    unrouted = (_unrouted(decided),) if decided and not decided.routed.rule else ()
    return (*unrouted, *(each for each in found if not (warehouse and each.kind in _PACKED_THERE)))


def _unrouted(decided: OrderRouted) -> Problem:
    version = decided.routed.version
    return Problem(NO_ROUTE, "/route", f"no routing rule of version {version} fits the order; add one, then touch it")


def _went_on(work: Work) -> None:
    """It was checked, or a hold began or ended: it goes once nothing holds it."""
    order, progress = work.order, work.progress
    if order is None or work.state.cancelled or progress.stage not in {"checking", "held"}:
        return
    if work.state.holds():
        progress.stage = "held"
    elif work.policy.is_awaited(work.state):
        return
    elif isinstance(work.event.body, OrderChecked) or progress.stage == "held":
        _release(work, order)


def _release(work: Work, order: DeliveryOrder) -> None:
    progress, decided = work.progress, work.decided(order)
    if decided is not None and not decided.routed.rule:  # it was looked over at another time than it goes
        problem = _unrouted(decided)
        progress.stage, progress.version = "rejected", ""
        work.raise_exception(problem.kind, problem.text, _place(problem))
        return
    if decided is not None:
        work.events.append(decided)
    warehouse = decided.routed.partner if decided else work.policy.route(order)
    # Nobody heard of the last release: said again under its reference it is the same, and never a second one.
    is_unheard = bool(progress.reference) and progress.warehouse == warehouse and work.release is None
    progress.warehouse, progress.number = warehouse, progress.number + (not is_unheard)
    if not warehouse:
        progress.stage = "cleared"
        work.events.append(OrderCleared(order.id, f"{progress.number}/{progress.version}"))
        return
    progress.stage, progress.revision, progress.uncleared = "releasing", 1, False
    progress.reference = order.id if progress.number == 1 else f"{order.id}/{progress.number}"
    urgency = decided.routed.priority if decided else ""
    progress.given = command_key(NAME, work.event.key, "release")
    work.give("release", progress.warehouse, ReleaseOrder(progress.reference, work.as_routed(order, decided)), urgency)


def _amend(work: Work, order: DeliveryOrder, version: str) -> None:
    progress = work.progress
    progress.version = version
    progress.revision += 1
    amended = AmendOrder(progress.reference, work.as_routed(order, work.state.routed), progress.revision)
    work.give(f"amend/{progress.revision}", progress.warehouse, amended)


def _cancelled(work: Work) -> None:
    """The system of record called it off: at once where no warehouse has it, else when the warehouse says so."""
    progress = work.progress
    if not work.state.cancelled or progress.stage in {"cancelled", "cancelling", "undoing", "undeliverable"}:
        return
    if progress.stage == "attention" and work.release is None:
        work.take_back()
        _stop(work)
    elif progress.stage in {*AT_THE_WAREHOUSE, "attention"}:
        progress.stage = "cancelling"
        work.give("cancel", progress.warehouse, CancelOrder(progress.reference, "cancelled by the customer"))
    elif progress.stage == "shipped" or any(each.standing.moved for each in work.state.journeys.values()):
        undoing.ask_back(work)
        if progress.stage in {"checking", "rejected", "held"}:
            progress.stage = "cancelled"  # nobody's word is waited for any more
    else:
        _stop(work)


def _stop(work: Work) -> None:
    progress = work.progress
    progress.stage = "cancelled"
    work.resolve(lambda _: True)
    progress.stops += 1
    work.events.append(OrderStopped(work.event.subject, progress.stops))


def _stopped_there(work: Work) -> None:
    """The warehouse will not ship: because we asked, or by itself."""
    if not at_the_warehouse.is_ours(work):
        return
    if work.progress.stage == "cancelling":
        _stop(work)
        _requested(work)  # where it was reopened meanwhile
    elif work.progress.stage in AT_THE_WAREHOUSE:
        undoing.begin(work, "the warehouse cancelled it by itself")


def _not_stopped_there(work: Work) -> None:
    """It goes on there; what was changed when it was reopened meanwhile is told there now."""
    if work.progress.stage == "cancelling":
        at_the_warehouse.too_late(work)
        if work.progress.stage != "cancelling":
            _requested(work)


_HANDLERS: dict[str, Callable[[Work], None]] = {
    "fulfilment.requested.v1": _requested,
    "fulfilment.cancelled.v1": _cancelled,
    "order.checked.v1": _went_on,
    "order.held.v1": _went_on,
    "order.freed.v1": _went_on,
    "warehouse_order.released.v1": at_the_warehouse.followed,
    "warehouse_order.acknowledged.v1": at_the_warehouse.followed,
    "warehouse_order.refused.v1": at_the_warehouse.refused,
    "warehouse_order.cancelled.v1": _stopped_there,
    "warehouse_order.cancel_refused.v1": _not_stopped_there,
    "pick.started.v1": at_the_warehouse.followed,
    "goods.picked.v1": at_the_warehouse.followed,
    "packages.packed.v1": at_the_warehouse.packed,
    "goods.shipped.v1": at_the_warehouse.shipped,
    "stock.short.v1": at_the_warehouse.short,
    "order.stopped.v1": undoing.go_on,
    "shipment.voided.v1": undoing.go_on,
    "record.written.v1": undoing.go_on,
    "command.failed.v1": at_the_warehouse.failed,
    "exception.resolved.v1": Work.closed,
}
