"""`crossdock desk`: what people ask about goods that come back or in, and about parcels that could not be delivered."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import typer

from crossdock.cli.desk import GROUP, Order, Reason, wish
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath
from crossdock.cli.output import AsJson, DryRun, Exit, Stop
from crossdock.model.desk import AnnounceReceipt, ReceiveReturn, Redeliver, RefuseReturn, ReturnGoods
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.item import Item
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import ReceivedLine

Line = Annotated[list[str] | None, typer.Option("--line", help="SKU=QUANTITY; once for each. None: everything.")]
Received = Annotated[
    list[str] | None, typer.Option("--line", help="SKU=QUANTITY, or SKU=QUANTITY/DAMAGED: how much of that is damaged.")
]
Receipt = Annotated[str, typer.Option("--receipt", help="Number of the sheet it was written down on; counts once.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - they belong to a group that is there already
    """Add the commands to the desk's."""
    GROUP.command("return-goods")(return_goods)
    GROUP.command("refuse-return")(refuse_return)
    GROUP.command("receive-return")(receive_return)
    GROUP.command("redeliver")(redeliver)
    GROUP.command("announce-receipt")(announce_receipt)


def return_goods(
    order: Order,
    line: Line = None,
    said: Annotated[str, typer.Option("--said", help="Why, in the customer's or portal's words.")] = "",
    source: Annotated[str, typer.Option("--source", help="Whose words these are, such as a shop.")] = "desk",
    dry_run: DryRun = False,
    reason: Reason = "the customer asked",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Take a customer's request for a return down."""
    wanted = ReturnGoods(tuple(_moved(each) for each in line or ()), said, source)
    wish(config, order, wanted, reason, dry_run=dry_run, json=json)


def refuse_return(
    order: Order,
    goods: Annotated[
        Literal["none", "back", "kept"], typer.Option("--goods", help="Nothing came, or where the goods are to be.")
    ] = "none",
    dry_run: DryRun = False,
    reason: Reason = "refused",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Do not take back what is open of an order; a return transfer that was opened is cancelled."""
    wish(config, order, RefuseReturn(goods), reason, dry_run=dry_run, json=json)


def receive_return(
    order: Order,
    receipt: Receipt,
    line: Received = None,
    more: Annotated[bool, typer.Option("--more", help="More of it is to come.")] = False,
    dry_run: DryRun = False,
    reason: Reason = "inspected",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say what came back and in what condition, where no warehouse tells by itself."""
    lines = tuple(_received(each) for each in line or ())
    if not lines:
        raise Stop("Say what came, with --line SKU=QUANTITY.", code=Exit.USAGE)
    wish(config, order, ReceiveReturn(receipt, lines, not more), reason, dry_run=dry_run, json=json)


def redeliver(
    order: Order,
    choice: Annotated[Literal["again", "collect", "return"], typer.Option("--choice", help="What the customer wants.")],
    parcel: Annotated[str, typer.Option("--parcel", help="Tracking number; none: every parcel that waits.")] = "",
    day: Annotated[str, typer.Option("--day", help="When to try again: YYYY-MM-DD.")] = "",
    place: Annotated[str, typer.Option("--place", help="Which collection point.")] = "",
    dry_run: DryRun = False,
    reason: Reason = "the customer answered",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say what is to happen with a parcel that could not be delivered."""
    wish(config, order, Redeliver(choice, parcel, day, place), reason, dry_run=dry_run, json=json)


def announce_receipt(
    receipt: Annotated[str, typer.Argument(help="A receipt or purchase order, by its name.", metavar="RECEIPT")],
    number: Annotated[str, typer.Option("--number", help="The supplier's number of the notice; counts once.")],
    line: Line = None,
    expected: Annotated[str, typer.Option("--expected", help="When it comes: 2026-11-23T14:00:00+01:00.")] = "",
    dry_run: DryRun = False,
    reason: Reason = "the supplier said",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Take a supplier's advance shipping notice (ASN) down."""
    lines = tuple(_moved(each) for each in line or ())
    if not lines:
        raise Stop("Say what was sent, with --line SKU=QUANTITY.", code=Exit.USAGE)
    wish(config, receipt, AnnounceReceipt(number, lines, _time(expected)), reason, dry_run=dry_run, json=json)


def _time(text: str) -> Stamp | None:
    try:
        return stamp(text) if text else None
    except InvalidInstant as problem:
        raise Stop(f"Write the time as 2026-11-23T14:00:00+01:00: {problem}.", code=Exit.USAGE) from None


def _moved(text: str) -> MovedLine:
    sku, quantity, _ = _parts(text)
    return MovedLine(Item(sku), quantity)


def _received(text: str) -> ReceivedLine:
    sku, quantity, damaged = _parts(text)
    if damaged > quantity:
        raise Stop(f"'{text}': no more can be damaged than came.", code=Exit.USAGE)
    return ReceivedLine(Item(sku), quantity, damaged=damaged)


def _parts(text: str) -> tuple[str, Decimal, Decimal]:
    sku, _, rest = text.rpartition("=")
    quantity, _, damaged = rest.partition("/")
    try:
        counted, broken = Decimal(quantity), Decimal(damaged or 0)
    except InvalidOperation:
        counted = broken = Decimal(-1)
    if not sku or not (counted.is_finite() and broken.is_finite()) or counted <= 0 or broken < 0:
        raise Stop(f"'{text}' is not SKU=QUANTITY, such as DESK-1=2 or DESK-1=2/1.", code=Exit.USAGE)
    return sku, counted, broken
