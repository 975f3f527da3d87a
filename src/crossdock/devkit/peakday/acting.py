"""What people and carriers do on a peak day: orders, corrections, calls off, scans; each wrong thing is noted."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from crossdock.backbone.parking import Requests
from crossdock.devkit.chaos.invariants import all_exchanges
from crossdock.devkit.chaos.machine import EPOCH
from crossdock.devkit.chaos.world import Chaos
from crossdock.devkit.peakday.plan import METHODS, POSTCODE, SKU, UNIT, PlannedOrder
from crossdock.devkit.peakday.shape import next_scans
from crossdock.devkit.peakday.staging import Confirmed, Day
from crossdock.ports.rows import ExchangeRow
from crossdock.ports.stores import Store

BAD_ORDER, CALLED_OFF, LATE = "bad order", "called off", "carrier late"
_PICKING, _MOVE, _LINE = "stock.picking", "stock.move", "stock.move.line"
_JOURNEY = ("in_transit", "out_for_delivery", "delivered")
_A_PERSON = (600.0, 2400.0)
"""Seconds until somebody puts right what an exception or a parked message asks for."""
_GOOD_CUSTOMER, _GOOD_PRODUCT, _A_DESK, _ONE_PIECE = 6, 2, 1, 1
_LOOK = 30.0


async def orders(day: Day) -> None:
    """Orders are confirmed in Odoo at their planned moments; what is wrong with one is put right by somebody later."""
    chaos = day.chaos
    methods = {row["name"]: row["id"] for row in chaos.odoo.database.rows["delivery.carrier"].values()}
    people: list[asyncio.Task[None]] = []
    for planned in day.plan.orders:
        await _until(chaos, planned.at)
        order = _confirm(day, planned, methods)
        if planned.wrong:
            people.append(asyncio.create_task(_put_right(day, order)))
        if planned.called_off:
            people.append(asyncio.create_task(_call_off(day, order)))
    await asyncio.gather(*people)


def _confirm(day: Day, planned: PlannedOrder, methods: Mapping[str, int]) -> Confirmed:
    chaos = day.chaos
    bad = {"1": planned.wrong} if planned.wrong in {POSTCODE, SKU} else {}
    asked = {"n": 1, "parcels": {"1": planned.parcels}, "bad": bad}
    [picking] = chaos.odoo.control("confirm_orders", asked, chaos.now())
    row = chaos.odoo.database.rows[_PICKING][picking]
    if planned.level in METHODS:
        _write(chaos, _PICKING, [picking], {"carrier_id": methods[METHODS[planned.level]]})
    if planned.heavy:
        _swap(chaos, picking, _A_DESK)
    if planned.wrong == UNIT:
        _write(chaos, _MOVE, _moves(chaos, picking)[:1], _pallets(chaos))
    order = Confirmed(planned, row["name"], picking, chaos.loop.time())
    day.orders.append(order)
    chaos.tell(f"{order.name} is confirmed: {planned.level}{', wrong ' + planned.wrong if planned.wrong else ''}")
    return order


async def _put_right(day: Day, order: Confirmed) -> None:
    """Somebody reads the exception or the parked message and corrects the order in Odoo."""
    chaos, wrong = day.chaos, order.plan.wrong
    fault = chaos.faults.note(BAD_ORDER, order.name, order.at, what=wrong)
    await asyncio.sleep(chaos.draw.uniform(*_A_PERSON))
    if wrong != POSTCODE:
        _swap(chaos, order.id, _GOOD_PRODUCT)
    _write(chaos, _PICKING, [order.id], {"partner_id": _GOOD_CUSTOMER})
    fault.until = order.corrected = chaos.loop.time()
    chaos.tell(f"{order.name} is corrected: {wrong}")


async def _call_off(day: Day, order: Confirmed) -> None:
    chaos = day.chaos
    await asyncio.sleep(order.plan.called_off)
    chaos.odoo.control("call", {"model": _PICKING, "method": "action_cancel", "ids": [order.id]}, chaos.now())
    chaos.cancelled.add(order.name)
    chaos.faults.note(CALLED_OFF, order.name, chaos.loop.time())
    chaos.tell(f"{order.name} is cancelled")


def _swap(chaos: Chaos, picking: int, product: int) -> None:
    """Other goods on the first line."""
    moves = _moves(chaos, picking)[:1]
    _write(chaos, _MOVE, moves, {"product_id": product, "product_uom": _ONE_PIECE})
    lines = [row["id"] for row in chaos.odoo.database.rows[_LINE].values() if row["move_id"] in moves]
    _write(chaos, _LINE, lines, {"product_id": product, "product_uom_id": _ONE_PIECE})


def _pallets(chaos: Chaos) -> dict[str, int]:
    """Goods in a unit somebody made by hand, which has no exact meaning anywhere else."""
    products = chaos.odoo.database.rows["product.product"]
    known = [row for row in products.values() if row.get("default_code") == "BULK-1"]
    if not known:
        unit = {"name": "Pallet", "factor": 1.0, "relative_factor": 1.0, "rounding": 0.01, "active": True}
        [made] = chaos.odoo.control("create", {"model": "uom.uom", "values": unit}, chaos.now())
        values = {"name": "Bulk", "default_code": "BULK-1", "uom_id": made, "weight": 1.0, "is_storable": True}
        [product] = chaos.odoo.control("create", {"model": "product.product", "values": values}, chaos.now())
        known = [products[product]]
    return {"product_id": known[0]["id"], "product_uom": known[0]["uom_id"]}


def _moves(chaos: Chaos, picking: int) -> list[int]:
    return [row["id"] for row in chaos.odoo.database.rows[_MOVE].values() if row["picking_id"] == picking]


def _write(chaos: Chaos, model: str, ids: Iterable[int], values: Mapping[str, Any]) -> None:
    chaos.odoo.control("write", {"model": model, "ids": list(ids), "values": dict(values)}, chaos.now())


async def travel(day: Day) -> None:
    """Parcels whose label is in Odoo leave the house and are scanned when the day's carriers scan; never ends."""
    roads: dict[str, asyncio.Task[None]] = {}
    while True:
        await asyncio.sleep(_LOOK)
        for order in day.orders:
            for code in () if order.plan.called_off else codes_of(day.chaos, order):
                if code not in roads:
                    roads[code] = asyncio.create_task(_road(day, order, code))


def codes_of(chaos: Chaos, order: Confirmed) -> list[str]:
    """The tracking numbers that stand in Odoo."""
    row = chaos.odoo.database.rows[_PICKING][order.id]
    return [code for code in str(row.get("carrier_tracking_ref") or "").split(",") if code]


async def _road(day: Day, order: Confirmed, code: str) -> None:
    chaos = day.chaos
    times = next_scans(day.plan.scans, len(_JOURNEY), chaos.loop.time(), chaos.draw)
    for moment, status in zip(times, _JOURNEY, strict=True):
        if status == _JOURNEY[-1] and order.plan.late:
            chaos.faults.note(LATE, code, moment, what=order.name)
            return
        await _until(chaos, moment)
        scan(chaos, code, status)


def scan(chaos: Chaos, code: str, status: str) -> None:
    """The parcel's carrier scans it, and tells it by webhook."""
    for name, carrier in chaos.carriers.items():
        if any(code in codes for codes in carrier.live_labels().values()):
            carrier.control("advance", {"tracking_code": code, "status": status}, chaos.now())
            chaos.tell(f"{name}: {code} is {status}")


def delivered(chaos: Chaos) -> set[str]:
    """The codes of parcels at their end, by the carriers' ledgers."""
    return {
        entry.key
        for carrier in chaos.carriers.values()
        for entry in carrier.ledger.of("tracker.scanned")
        if entry.details["status"] == _JOURNEY[-1]
    }


async def people(day: Day, store: Store) -> None:
    """Somebody looks at what is parked now and then; never ends."""
    while True:
        await asyncio.sleep(day.chaos.draw.uniform(*_A_PERSON) / 2)
        await look(day, store)


async def look(day: Day, store: Store) -> int:
    """What a bad release parked is retried once it was taken back, a page that shows a wrong unit is discarded once the
    orders are corrected; what cannot be read stays. How many messages that were.
    """
    requests, chaos = Requests(), day.chaos
    parked = await store.read(lambda tx: all_exchanges(tx, "inbound", ("parked",)))
    again = [row.id for row in parked if _is_misread(row)]
    day.parked_once.update(again)
    if chaos.loop.time() < day.plan.mapping.until:
        again = []
    wrong = [order for order in day.orders if order.plan.wrong == UNIT]
    over = [row.id for row in parked if row.partner == "odoo" and all(order.corrected for order in wrong)]
    if again:
        await store.run(lambda tx: requests.retry(tx, again, chaos.now()))
        chaos.tell(f"a person retries {len(again)} messages that the bad mapping parked")
    if over:
        await store.run(lambda tx: requests.discard(tx, over, chaos.now()))
        day.discarded.update(over)
        chaos.tell(f"a person discards {len(over)} pages with a wrong unit")
    return len(again) + len(over)


def _is_misread(row: ExchangeRow) -> bool:
    return "released by mistake" in row.engineer


async def _until(chaos: Chaos, moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - chaos.loop.time()))


def at(microseconds: int) -> float:
    """A recorded time as virtual seconds."""
    return (microseconds - EPOCH) / 1_000_000
