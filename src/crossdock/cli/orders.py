"""`crossdock orders`: orders of channels, placed by hand or looked at. They are kept and entered like a shop's."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crossdock.api.order_bodies import OrderRequest, order_from
from crossdock.api.problems import ProblemError
from crossdock.backbone.ordering import DoorPolicy, Taken, take_in
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.model.channel_orders import ChannelOrder, problems_with
from crossdock.model.instants import day_in, rfc3339
from crossdock.ports.stores import Transaction
from crossdock.processes.order_intake import STAGES
from crossdock.processes.ordering import door_of, windows_of
from crossdock.views.orders import OrderView, find_orders, standing_orders

_NO_DOOR = "No orders are taken here: configure processes.order_intake, see docs/how-to/place-orders.md."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="orders", help="Orders of shops, portals and marketplaces.", no_args_is_help=True)
    for name, command in _COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group)


def place(
    file: Annotated[Path, typer.Argument(help="The order as JSON, as POST /v1/orders takes it.", metavar="FILE.json")],
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Place an order for a channel. The same one twice is one; a rejected one is looked over again."""
    order, policy = order_in(file), _policy(config)
    if dry_run:
        as_json(write_nothing(config, order, policy))
        return
    moment = now()
    try:
        receipt = write(config, lambda tx: take_in(tx, order, actor(), moment, policy), wakes=("log",))
    except Taken as taken:
        raise Stop(f"{str(taken)[:1].upper()}{str(taken)[1:]}.", code=Exit.FOUND) from None
    if json:
        as_json({"order": receipt.subject, "revision": receipt.revision, "new": receipt.fresh})
        return
    again = "" if receipt.fresh else ": it was placed before"
    note(f"{receipt.subject} revision {receipt.revision}{again}; see: crossdock orders show {name_of(order)}")
    for each in problems_with(receipt.placement, policy.checks):
        note(f"  {each.kind} {each.pointer}: {each.text}")


class _Back(Exception):
    """Nothing of the transaction may stay."""


def write_nothing(config: Path, order: ChannelOrder, policy: DoorPolicy) -> Mapping[str, object]:
    """What placing it would do; the transaction is rolled back."""
    moment = now()
    found: list[Mapping[str, object]] = []

    def step(tx: Transaction) -> None:
        receipt = take_in(tx, order, actor(), moment, policy)
        problems = problems_with(receipt.placement, policy.checks)
        found.append({"order": receipt.subject, "would_be_new": receipt.fresh, "problems": problems})
        raise _Back

    try:
        write(config, step)
    except _Back:
        return found[0]
    except Taken as taken:
        return {"order": order.subject, "would_be_refused": str(taken)}
    return {}


def name_of(order: ChannelOrder) -> str:
    """What people call it on the command line."""
    return f"{order.channel}/{order.reference}"


def order_in(file: Path) -> ChannelOrder:
    """The order in a file. Ends the command with every fault of it."""
    try:
        return order_from(msgspec.json.decode(file.read_bytes(), type=OrderRequest))
    except OSError as problem:
        raise Stop(f"{file} cannot be read: see that it is there.", str(problem), Exit.USAGE) from None
    except msgspec.DecodeError as wrong:
        raise Stop(f"{file} is no order: put right what is said below.", str(wrong), Exit.USAGE) from None
    except ProblemError as wrong:
        raise Stop(f"{file} is no order: put right what is said below.", wrong.detail, Exit.USAGE) from None


def list_orders(
    stage: Annotated[str, typer.Option("--stage", help="Only those in this stage; else those not entered.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 50,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List orders of channels by where their intake stands."""
    if stage and stage not in STAGES:
        raise Stop(f"There is no stage '{stage}': choose one of {', '.join(STAGES)}.", code=Exit.USAGE)
    stages = (stage,) if stage else tuple(each for each in STAGES if each != "entered")
    found = read(config, lambda tx: standing_orders(tx, stages, limit))
    if json:
        as_json(found)
    else:
        table(map(_row, found), "order", "state", "since", "number", "problems")


def show(
    name: Annotated[str, typer.Argument(help="channel/reference, the channel's number, or the system of record's.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show how far an order is, and what stands against it."""
    found = read(config, lambda tx: find_orders(tx, name))
    if not found:
        raise Stop(f"No channel has placed an order '{name}'; write it as shop/R-1001.", code=Exit.USAGE)
    if json:
        as_json(found)
        return
    table(map(_row, found), "order", "state", "since", "number", "problems")
    for order in found:
        for each in order.problems:
            note(f"{order.channel}/{order.reference}  {each.kind}  {each.pointer}  {each.text}")


def windows(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List how full the delivery slots are, from today on."""
    plans = windows_of(installation(config).settings.delivery_windows)
    sizes = {(area.name, slot.name): slot.capacity for area in plans.areas for slot in area.slots}
    since = min((day_in(now(), area.zone).isoformat() for area in plans.areas), default="")
    used = read(config, lambda tx: tx.slots.used([area.name for area in plans.areas], since))
    if json:
        rows = [{**msgspec.structs.asdict(each), "capacity": sizes.get((each.area, each.name), 0)} for each in used]
        as_json(rows)
        return
    table(
        ((each.area, each.day, each.name, each.taken, sizes.get((each.area, each.name), "-")) for each in used),
        "area", "day", "slot", "taken", "capacity",
    )  # fmt: skip


def free_window(
    name: Annotated[str, typer.Argument(help="The order, as channel/reference.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Give back the delivery slot of an order that was cancelled, so that another can have it."""
    found = read(config, lambda tx: find_orders(tx, name))
    if len(found) != 1:
        raise Stop(f"{len(found)} orders are called '{name}'; write it as shop/R-1001.", code=Exit.USAGE)
    [order] = found

    def step(tx: Transaction) -> bool:
        freed = tx.slots.release(order.subject)
        if freed:
            tx.doors.audit(now(), actor(), "slot.release", order.subject, reason)
        return freed

    freed = write(config, step)
    if json:
        as_json({"order": order.subject, "freed": freed})
    else:
        note(f"{order.subject}: {'its slot is free again' if freed else 'it has no slot'}")


def _row(order: OrderView) -> tuple[str, ...]:
    name = f"{order.channel}/{order.reference}"
    return name, order.state, rfc3339(order.since), order.number, ", ".join(each.kind for each in order.problems)


def _policy(config: Path) -> DoorPolicy:
    policy = door_of(installation(config).settings)
    if policy is None:
        raise Stop(_NO_DOOR, code=Exit.USAGE)
    return policy


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "place": place, "list": list_orders, "show": show, "windows": windows,
    "free-window": free_window,
}  # fmt: skip
