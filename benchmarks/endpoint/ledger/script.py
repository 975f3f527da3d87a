"""A plan as the commands that carry it out, one after the other; each knows what the ones before it made. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from benchmarks.endpoint.ledger.goods import CURRENCY, customer
from benchmarks.endpoint.ledger.scenario import Plan, PlannedLine, Shipment
from crossdock.model.billing import IssueCreditNote, IssueInvoice
from crossdock.model.commands import CommandBody
from crossdock.model.item import Item
from crossdock.model.money import Money
from crossdock.model.sales import (
    AmendSalesOrder,
    CancelSalesOrder,
    ConfirmSalesOrder,
    LineChange,
    PlaceSalesOrder,
    SalesLine,
)
from crossdock.model.transfers import (
    CancelTransfer,
    CompleteTransfer,
    LotQuantity,
    MovedLine,
    ReserveTransfer,
    ReturnTransfer,
)

CHANNEL = "ledger"
Kind = Literal["place", "confirm", "amend", "reserve", "call_off", "complete", "drop", "invoice", "take_back", "credit"]


class Step(Struct, frozen=True):
    """One command of an order's life; ``number`` tells those of one kind apart."""

    kind: Kind
    number: int = 0

    @property
    def name(self) -> str:
        """Unique within an order."""
        return f"{self.kind}-{self.number}"


class Known(Struct):
    """What earlier commands made: ids of the order and of its transfers (the delivery, then backorder after backorder),
    and the order's lines by SKU as the orders feed told them.
    """

    order: str = ""
    transfers: list[str] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)


def steps(plan: Plan) -> tuple[Step, ...]:
    """The commands of an order, in order."""
    made = [Step("place"), Step("confirm")]
    if plan.called_off:
        return (*made, Step("call_off"))
    if any(line.amended is not None for line in plan.lines):
        made.append(Step("amend"))
    made.append(Step("reserve"))
    for number in range(len(plan.shipments)):
        made.append(Step("complete", number))
        if plan.billing == "each" and number < len(plan.shipments) - 1:
            made.append(Step("invoice", number))
    if plan.ending == "backorder_cancelled":
        made.append(Step("drop"))
    back = plan.taken_back
    made += [Step("take_back")] if back and back.early else []
    made.append(Step("invoice", len(plan.shipments)))
    made += [Step("take_back")] if back and not back.early else []
    return (*made, *([Step("credit")] if plan.credit else []))


def needs_lines(step: Step) -> bool:
    """Whether a command names lines, whose numbers only the orders feed tells."""
    return step.kind == "amend"


def marker_of(plan: Plan, step: Step) -> str:
    """What a command is found again by."""
    return f"{plan.reference}-{step.name}"


def command(tag: str, plan: Plan, step: Step, known: Known) -> CommandBody:
    """The command of a step. Raises `LookupError` where an earlier one did not make what it needs."""
    marker = marker_of(plan, step)
    match step.kind:
        case "place":
            lines = tuple(_sold(line) for line in plan.lines)
            return PlaceSalesOrder(CHANNEL, plan.reference, customer(tag, plan.customer), lines, marker, confirm=False)
        case "confirm" | "amend" | "call_off":
            return _selling(plan, step, known, marker)
        case "invoice":
            return IssueInvoice(known.order, marker)
        case "credit":
            return IssueCreditNote(known.order, marker, reason="Goods came back")
    return _moving(plan, step, known, marker)


def _selling(plan: Plan, step: Step, known: Known, marker: str) -> CommandBody:
    match step.kind:
        case "confirm":
            return ConfirmSalesOrder(known.order, marker)
        case "call_off":
            return CancelSalesOrder(known.order, marker, "The customer called the order off")
    return AmendSalesOrder(known.order, _changes(plan, known.lines), marker, "The customer changed the order")


def _moving(plan: Plan, step: Step, known: Known, marker: str) -> CommandBody:
    match step.kind:
        case "reserve":
            return ReserveTransfer(known.transfers[0], marker)
        case "complete":
            lines = _moved(plan.lines, plan.shipments[step.number])
            last = step.number == len(plan.shipments) - 1
            remainder: Literal["backorder", "cancel"] = "cancel" if last and plan.ending == "given_up" else "backorder"
            return CompleteTransfer(known.transfers[step.number], marker, lines, remainder)
        case "drop":
            return CancelTransfer(known.transfers[len(plan.shipments)], marker, "The rest is not wanted any more")
    back = plan.taken_back
    if back is None:
        raise LookupError(f"{step.name} of {plan.reference} has nothing to take back")
    lines = _moved(plan.lines, back.portions)
    return ReturnTransfer(known.transfers[back.shipment], lines, marker, refund=back.refund, reason="Not as ordered")


def _sold(line: PlannedLine) -> SalesLine:
    price = Money(line.good.cents, CURRENCY)
    return SalesLine(Item(line.good.sku), line.ordered, line.good.sold, price)


def _changes(plan: Plan, numbers: Mapping[str, str]) -> tuple[LineChange, ...]:
    return tuple(
        LineChange(numbers[line.good.sku], line.amended, line.good.sold)
        for line in plan.lines
        if line.amended is not None
    )


def _moved(lines: Sequence[PlannedLine], shipment: Shipment) -> tuple[MovedLine, ...]:
    return tuple(
        MovedLine(
            Item(line.good.sku),
            one.quantity,
            line.good.sold,
            tuple(LotQuantity(lot, share) for lot, share in one.lots),
        )
        for line, one in zip(lines, shipment, strict=True)
        if one.quantity != Decimal(0)
    )
