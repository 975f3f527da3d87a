"""The business processes of a run: driven by the log alone, so that a killed Crossdock goes on where it was. Pure."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct, field

from benchmarks.endpoint.ledger.goods import CURRENCY, STOCK, Good
from benchmarks.endpoint.ledger.scenario import Plan
from benchmarks.endpoint.ledger.script import Known, command, marker_of, needs_lines, steps
from crossdock.model.commands import CommandBody
from crossdock.model.events import (
    CommandFailed,
    DeadlinePassed,
    EventBody,
    MasterDataApplied,
    RecordWritten,
    SalesOrderChanged,
)
from crossdock.model.item import Item
from crossdock.model.masterdata import ProductRecord, UpsertMasterData
from crossdock.model.money import Money
from crossdock.model.stock import CountStock, StockCount, StockPlace
from crossdock.ports.process import Decision, Order, Priority, Process, Situation

PARTNER, SHOP = "odoo", "ledger"
FINISHED, FAILED, READY = "finished", "failed", "ready"
_ENCODE = msgspec.json.Encoder().encode


class Progress(Struct):
    """Where an order is: ``at`` is the step under way (-1: none yet), ``waits`` that its lines are not known yet."""

    at: int = -1
    waits: bool = False
    known: Known = field(default_factory=Known)
    failure: str = ""


_DECODE = msgspec.json.Decoder(Progress).decode


def subject_of(reference: str) -> str:
    """The subject of an order: its number at the shop."""
    return f"so:{SHOP}:{reference}"


def order_lives(tag: str, plans: Sequence[Plan]) -> Process:
    """Every order through its plan: the next command as soon as the one before is written."""
    known = {subject_of(plan.reference): plan for plan in plans}
    handles = {"sales_order.changed.v1", "record.written.v1", "command.failed.v1"}

    def decide(situation: Situation) -> Decision:
        progress = _DECODE(situation.process) if situation.process else Progress()
        plan = known.get(situation.event.subject)
        if plan is None:
            return Decision(situation.process)
        orders = _orders(tag, plan, progress, situation)
        return Decision(_ENCODE(progress), _phase(plan, progress), orders)

    return Process("order_lives", 1, frozenset(handles), decide)


def _orders(tag: str, plan: Plan, progress: Progress, situation: Situation) -> tuple[Order, ...]:
    """What follows: nothing, or the next command."""
    line, body = steps(plan), situation.event.body
    match body:
        case SalesOrderChanged(order) if order.partner == SHOP and progress.at < 0:
            progress.at = 0
        case SalesOrderChanged(order) if order.partner != SHOP:
            progress.known.lines = {each.item.sku: each.id for each in order.lines}
            if not progress.waits:
                return ()
        case RecordWritten(marker=marker) if progress.at < len(line) and marker == marker_of(plan, line[progress.at]):
            _take(progress, body)
            progress.at, progress.failure = progress.at + 1, ""
        case CommandFailed():
            progress.failure = f"{line[progress.at].name}: {body.operator} ({body.engineer})"
            return ()
        case _:
            return ()
    if progress.at >= len(line):
        return ()
    step = line[progress.at]
    progress.waits = needs_lines(step) and not progress.known.lines
    if progress.waits:
        return ()
    priority = Priority.BATCH if step.kind == "place" else Priority.EXPRESS
    return (Order(step.name, PARTNER, command(tag, plan, step, progress.known), priority),)


def _take(progress: Progress, written: RecordWritten) -> None:
    """Remember what a command made: the order, its delivery, and each backorder after the transfer it is of."""
    known = progress.known
    for each in written.documents:
        if each.kind == "sales_order":
            known.order = each.external_id
        elif each.kind in {"transfer", "backorder"} and each.external_id not in known.transfers:
            known.transfers.append(each.external_id)


def _phase(plan: Plan, progress: Progress) -> str:
    line = steps(plan)
    if progress.failure:
        return FAILED
    return FINISHED if progress.at >= len(line) else line[max(progress.at, 0)].name


def failure_of(processes: Mapping[str, bytes]) -> str:
    """Why an order stands still, of its processes' states; "" where it does not."""
    state = processes.get("order_lives", b"")
    return _DECODE(state).failure if state else ""


def setup_subject(tag: str) -> str:
    """The subject the run's products and stock are set up under."""
    return f"ledger:{tag}:setup"


def setup(tag: str, goods: Sequence[Good], warehouse: str) -> Process:
    """Products by one batch of master data, their stock by one count; each begun by a deadline of that name."""
    bodies: dict[str, CommandBody] = {"products": _products(tag, goods), "stock": _stock(tag, goods, warehouse)}

    def decide(situation: Situation) -> Decision:
        if situation.event.subject != setup_subject(tag):
            return Decision(situation.process)
        match situation.event.body:
            case DeadlinePassed(timer) if timer in bodies:
                order = Order(timer, PARTNER, bodies[timer], Priority.EXPRESS)
                return Decision(situation.process, f"{timer} ordered", (order,))
            case RecordWritten(what=what):
                return Decision(situation.process, READY if what == "stock.count.v1" else "products written")
        failure = _failure(situation.event.body)
        return Decision(failure.encode() or situation.process, FAILED if failure else "")

    handles = {"deadline.passed.v1", "record.written.v1", "master_data.applied.v1", "command.failed.v1"}
    return Process("setup", 1, frozenset(handles), decide)


def _failure(body: EventBody) -> str:
    """Why the setup cannot go on, "" where it can."""
    match body:
        case MasterDataApplied(rejected=rejected) if rejected:
            return rejected[0].engineer
        case CommandFailed(operator=operator, engineer=engineer):
            return f"{operator} ({engineer})"
    return ""


def _products(tag: str, goods: Sequence[Good]) -> UpsertMasterData:
    """Those kept in a unit that master data has a code for; dozens are made by hand, as in the office."""
    records = tuple(
        ProductRecord(
            Item(each.sku, f"Ledger good {each.sku}"),
            each.kept,
            price=Money(each.cents, CURRENCY),
            tracking="lot" if each.lots else "none",
        )
        for each in goods
        if each.kept != "DZN"
    )
    return UpsertMasterData(f"XL-{tag}-products", products=records)


def _stock(tag: str, goods: Sequence[Good], warehouse: str) -> CountStock:
    place = StockPlace(warehouse=warehouse)
    counts = tuple(
        StockCount(Item(each.sku), place, STOCK, each.kept, lot) for each in goods for lot in each.lots or ("",)
    )
    return CountStock(counts, f"Opening stock {tag}", f"XL-{tag}-stock")
