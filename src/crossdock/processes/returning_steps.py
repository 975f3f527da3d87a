"""What is asked of warehouse and system of record for goods that come back: one step after the other, each once.

The order of steps: the delivery is finished (what comes back has left), the return is opened while goods are under way,
a receipt is taken into stock, what of it is broken is scrapped, and only then is it credited.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec
from msgspec import Struct

from crossdock.model.billing import IssueCreditNote
from crossdock.model.commands import CommandBody
from crossdock.model.desk import DeskRequested, Return
from crossdock.model.identifiers import digest
from crossdock.model.instants import epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.stock import AdjustStock, StockChange, StockPlace
from crossdock.model.transfers import CancelTransfer, CompleteTransfer, MovedLine, ReturnTransfer
from crossdock.model.warehouse import AnnounceInbound, ReceivedLine
from crossdock.processes import returning_cases as cases
from crossdock.processes.returning_cases import Case, Found, Returning, ReturnPolicy
from crossdock.processes.stepping import Course

_NONE = Decimal(0)


class Wanted(Struct, frozen=True):
    """A step that has to be taken, and the command it is once those before it are done."""

    name: str
    body: Callable[[], CommandBody]


def announce(course: Course, own: Returning, policy: ReturnPolicy) -> None:
    """Tell the warehouse what to expect, and ask for labels where that is wanted."""
    order = course.state.order
    if order is None:
        return
    for case in own.cases:
        if case.wants_label and not case.closed:
            _ask_label(course, order, case)
        if policy.warehouse and case.lines and not case.closed:
            reference = cases.reference_of(order, case)
            body = AnnounceInbound(reference, case.lines, reference, "return", supplier=order.ship_to)
            course.give(f"announce/{case.number}", policy.warehouse, body)


def _ask_label(course: Course, order: DeliveryOrder, case: Case) -> None:
    case.wants_label = False
    for package in cases.packages_with(course.state, case.lines):
        key = digest(course.name, order.id, case.request, package)[:24]
        wish = Return(package)
        course.events.append(DeskRequested(key, course.name, wish, "the customer sends goods back"))


def look_at(course: Course, own: Returning, policy: ReturnPolicy) -> None:
    """Judge what the warehouse received: once per receipt. One that says something else later is a person's."""
    order = course.state.order
    for name, found in own.receipts.items() if order else ():
        receipt = cases.receipt_of(course.state, found)
        content = digest(msgspec.json.encode(receipt).decode())
        if not found.content:
            found.content, found.final = content, receipt.final
            _judge(course, own, found, receipt.lines, policy)
        elif found.content != content:
            text = f"The receipt {found.receipt} was said again with other quantities after it was booked: compare."
            course.raise_exception("return.receipt_changed", text, f"/receipts/{name}")


def _judge(course: Course, own: Returning, found: Found, lines: tuple[ReceivedLine, ...], policy: ReturnPolicy) -> None:
    order, case = course.state.order, own.cases[found.case - 1]
    assert order is not None
    sold = {each.item.sku for each in order.lines}
    for line in lines:
        _say(course, found, line, known=line.item.sku in sold)
    if case.refused:
        text = f"Goods came back ({found.receipt}) although the return was refused. Decide what becomes of them."
        course.raise_exception("return.after_refusal", text, f"/receipts/{found.receipt}")
    else:
        ours = [each for each in lines if each.item.sku in sold]
        found.accepted = tuple(_accepted(ours, policy))
        found.scrapped = tuple(_damaged(ours)) if policy.damaged == "scrap" else ()
    if found.final:
        _compare(course, own, case)
        case.closed, case.over_since = True, epoch_us(course.event.occurred)
        course.resolve(lambda each: each.kind == "delivery.returned" and each.pointer == f"/shipments/{case.parcel}")


def _say(course: Course, found: Found, line: ReceivedLine, *, known: bool) -> None:
    where = f"/receipts/{found.receipt}/{line.item.sku}"
    if not known:
        text = f"{line.received} of {line.item.sku} came back ({found.receipt}) and was never part of this order."
        course.raise_exception("return.unexpected", text, where)
    elif line.damaged:
        text = f"{line.damaged} of {line.received} of {line.item.sku} came back damaged ({found.receipt})."
        course.raise_exception("return.damaged", text, where)


def _accepted(lines: list[ReceivedLine], policy: ReturnPolicy) -> Iterator[MovedLine]:
    """What is taken in: all of it, or what is whole. Lots are told only where they still add up."""
    for line in lines:
        quantity = line.received - line.damaged if policy.damaged == "reject" else line.received
        if quantity > 0:
            lots = line.lots if quantity == line.received else ()
            yield MovedLine(line.item, quantity, line.unit, lots)


def _damaged(lines: list[ReceivedLine]) -> Iterator[MovedLine]:
    for line in lines:
        if line.damaged:
            yield MovedLine(line.item, line.damaged, line.unit, line.lots if len(line.lots) == 1 else ())


def _compare(course: Course, own: Returning, case: Case) -> None:
    """The warehouse expects nothing more of it: say what is missing."""
    came: dict[str, Decimal] = {}
    for found in own.receipts.values():
        if found.case == case.number:
            for line in cases.receipt_of(course.state, found).lines:
                came[line.item.sku] = came.get(line.item.sku, _NONE) + line.received
    asked: dict[str, Decimal] = {}
    for each in case.lines:
        asked[each.item.sku] = asked.get(each.item.sku, _NONE) + each.quantity
    for sku, quantity in asked.items():
        if came.get(sku, _NONE) < quantity:
            text = f"{came.get(sku, _NONE)} of {quantity} of {sku} came back; the warehouse expects no more of it."
            course.raise_exception("return.short", text, f"/returns/{case.number}/{sku}")


def advance(course: Course, own: Returning, policy: ReturnPolicy) -> None:
    """Take the next step; those after it wait for its answer."""
    order = course.state.order
    if order is None:
        return
    for wanted in _road(course, own, policy, order):
        if own.is_over(wanted.name):
            continue
        if wanted.name not in own.steps:
            course.give(wanted.name, order.partner, wanted.body())
        if not own.is_over(wanted.name):
            return


def current(course: Course, own: Returning, policy: ReturnPolicy) -> str:
    """The name of the step that is being taken; "" where there is none."""
    order = course.state.order
    road = _road(course, own, policy, order) if order else ()
    return next((each.name for each in road if not own.is_over(each.name)), "")


def _road(course: Course, own: Returning, policy: ReturnPolicy, order: DeliveryOrder) -> Iterator[Wanted]:
    """Every step there is to take by now, in order. What a step found out counts for those after it."""
    booking = any(found.accepted for found in own.receipts.values())
    to_open = [each for each in own.cases if _is_to_open(course, own, policy, each)]
    has_left = own.left or any(each.startswith("transfer.complete.v1:") for each in course.state.written)
    if "leave" in own.steps or (policy.leave and not has_left and (booking or to_open)):
        yield Wanted("leave", lambda: CompleteTransfer(order.external_id, course.marker("leave")))
    for case in own.cases:
        if case in to_open:
            yield Wanted(f"open/{case.number}", _opening(course, order, policy, case))
    for name, found in own.receipts.items():
        if found.accepted:
            yield from _booked(course, own, policy, order, (name, found))
    for case in own.cases:
        opened = _opened(own, case)
        if f"cancel/{case.number}" in own.steps or (case.closed and opened and not _is_received(own, case)):
            yield Wanted(f"cancel/{case.number}", _cancelling(course, case, opened))


def _is_to_open(course: Course, own: Returning, policy: ReturnPolicy, case: Case) -> bool:
    if f"open/{case.number}" in own.steps:
        return True
    came = any(found.case == case.number for found in own.receipts.values())
    where = cases.whereabouts(course.state, own, case)
    return policy.open and bool(case.lines) and not case.closed and not came and where in {"under_way", "arrived"}


def _opening(course: Course, order: DeliveryOrder, policy: ReturnPolicy, case: Case) -> Callable[[], CommandBody]:
    def body() -> CommandBody:
        marker, refund = course.marker(f"open/{case.number}"), policy.refund != "never"
        return ReturnTransfer(order.external_id, case.lines, marker, refund, received=False, reason=case.reason)

    return body


def _cancelling(course: Course, case: Case, opened: str) -> Callable[[], CommandBody]:
    return lambda: CancelTransfer(opened, course.marker(f"cancel/{case.number}"), "nothing of it is taken back")


def _opened(own: Returning, case: Case, before: str = "") -> str:
    """The return that is open in the system of record (external id) for a case, once the receipts ``before`` one are
    booked: the one that was opened, then the backorders made of it.
    """
    opened = _made(own, f"open/{case.number}", "return")
    for name, found in own.receipts.items():
        if name == before:
            break
        if found.case == case.number and own.is_done(f"stock/{name}"):
            opened = opened and own.steps[f"stock/{name}"].documents.get("backorder", "")
    return opened


def _booked(
    course: Course, own: Returning, policy: ReturnPolicy, order: DeliveryOrder, named: tuple[str, Found]
) -> Iterator[Wanted]:
    """Into stock, to scrap, and to credit."""
    name, found = named
    case, stock = own.cases[found.case - 1], f"stock/{name}"
    opened = _opened(own, case, name)
    yield Wanted(stock, lambda: _stock_in(course, policy, order, case, (stock, found, opened)))
    if not own.is_done(stock):
        return
    if found.scrapped:
        yield Wanted(f"scrap/{name}", lambda: _scrapping(course, policy, name, found))
    if found.credit is None:
        # Asked once, when the goods are in: an invoice that is made after that leaves them out by itself.
        found.credit = bool(order.sales_order_id) and _is_due(course, policy)
    if found.credit:
        reason = case.reason or "goods returned"
        marker = course.marker(f"credit/{name}")
        yield Wanted(f"credit/{name}", lambda: IssueCreditNote(order.sales_order_id, marker, policy.post, reason))


def _is_due(course: Course, policy: ReturnPolicy) -> bool:
    invoiced = any(each.startswith("invoice.issue.v1:") for each in course.state.written)
    return policy.refund == "always" or (policy.refund == "invoiced" and invoiced)


def _stock_in(
    course: Course, policy: ReturnPolicy, order: DeliveryOrder, case: Case, about: tuple[str, Found, str]
) -> CommandBody:
    """Onto the return that is open, else as a return of its own."""
    stock, found, opened = about
    marker = course.marker(stock)
    if opened:
        return CompleteTransfer(opened, marker, found.accepted, "cancel" if found.final else "backorder")
    refund = policy.refund != "never"
    return ReturnTransfer(order.external_id, found.accepted, marker, refund, received=True, reason=case.reason)


def _scrapping(course: Course, policy: ReturnPolicy, name: str, found: Found) -> CommandBody:
    place, reason = StockPlace(warehouse=policy.place), "returned damaged"
    changes = tuple(
        StockChange(each.item, place, -each.quantity, each.unit, each.lots[0].lot if each.lots else "", reason=reason)
        for each in found.scrapped
    )
    return AdjustStock(changes, f"Returned damaged ({found.receipt})", course.marker(f"scrap/{name}"))


def _is_received(own: Returning, case: Case) -> bool:
    """Something of it was taken in under a receipt that is the last: nothing is open any more."""
    return any(
        found.case == case.number and found.accepted and found.final and f"stock/{name}" in own.steps
        for name, found in own.receipts.items()
    )


def _made(own: Returning, name: str, kind: str) -> str:
    """The external id of the document a step made, once it is known."""
    return own.steps[name].documents.get(kind, "") if own.is_done(name) else ""
