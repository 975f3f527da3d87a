"""What a warehouse says, in either dialect, is the same in our words: exact, in our units, or not at all."""

import json
from decimal import Decimal

import pytest
from warehouse_world import examples

from crossdock.connectors.warehouse.config import CsvLayout, ItemRow
from crossdock.model import inventory as inv
from crossdock.model import warehouse as wh
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.order import Packed
from crossdock.model.stock import StockPlace

JSON, CSV = examples("json"), examples("csv")


def only(translation):
    assert translation.problems == ()
    (fact,) = translation.facts
    return fact


def event(kind, **data):
    return json.dumps({"type": kind, "timestamp": "2026-03-01T10:00:00Z", "data": data}).encode()


@pytest.mark.req("D2", "D5")
def test_a_despatch_is_told_in_pieces_with_lots_and_tracking_numbers(world):
    fact = only(world.read(JSON["order.shipped"]))
    assert fact.lookups == (Reference(ReferenceKind.WAREHOUSE_ORDER, "WH/OUT/00011", "north3pl"),)
    shipped = fact.body
    assert [(each.item.sku, each.quantity, each.unit, each.line_id) for each in shipped.lines] == [
        ("DESK-1", 36, "H87", "31"), ("LAMP-2", 2, "H87", "32"),
    ]  # fmt: skip
    assert shipped.lines[1].lots[0].lot == "L7"
    assert shipped.packages[0].tracking_number == "1Z999AA10123456784"
    assert (shipped.despatch, shipped.remainder) == ("LS-5001", "backorder")


@pytest.mark.req("D8", "C13")
@pytest.mark.parametrize(
    ("file", "said"),
    [("shipped.csv", "order.shipped"), ("packed.csv", "order.packed"), ("stock.csv", "stock.level"),
     ("received.csv", "inbound.received")],
)  # fmt: skip
def test_a_file_says_the_same_as_the_event(world, file, said):
    by_file, by_event = world.read(CSV[file], "files"), world.read(JSON[said])
    assert by_file.problems == ()
    assert len(by_file.facts) > 0
    if said == "inbound.received":  # the file has no quantity per lot but the line's
        assert by_file.facts[0].body.lines[0].lots == by_event.facts[0].body.lines[0].lots
    assert [each.key() for each in by_file.facts] == [each.key() for each in by_event.facts]


def test_a_package_holds_its_contents_in_pieces(world):
    (package,) = only(world.read(JSON["order.packed"])).body.packages
    assert package.contents == (Packed("31", Decimal(36)), Packed("32", Decimal(2)))
    assert (package.weight.value, package.sscc, package.length.unit) == (Decimal("23.4"), "340123450000000017", "CMT")


@pytest.mark.req("D10", "H3")
def test_a_receipt_says_what_is_short_and_damaged(world):
    fact = only(world.read(JSON["inbound.received"]))
    (line,) = fact.body.lines
    assert (line.received, line.short, line.damaged, fact.body.final) == (38, 2, 1, True)
    assert fact.lookups[0].kind == ReferenceKind.INBOUND


@pytest.mark.req("D10")
def test_a_shortage_keeps_the_warehouses_own_word(world):
    fact = only(world.read(event("order.short", reference="R", document="S1", lines=[
        {"sku": "LAMP-2", "quantity": 1, "reason": "fell behind the shelf"}, {"sku": "LAMP-2", "quantity": 1}
    ])))  # fmt: skip
    assert [(each.reason, each.code) for each in fact.body.lines] == [
        ("other", "fell behind the shelf"), ("out_of_stock", "out_of_stock"),
    ]  # fmt: skip


@pytest.mark.req("D4", "A12")
def test_levels_are_of_the_item_at_our_warehouse(world):
    lamps, desks = world.read(JSON["stock.level"]).facts
    assert lamps.subject == "sku:LAMP-2@WH"
    assert desks.subject == "sku:DESK-1@WH"
    assert (lamps.body.level.available, desks.body.level.available, desks.body.level.on_hand) == (35, 84, 84)
    assert lamps.body.as_of == Stamp("2026-03-01T06:00:00+01:00")
    assert Reference(ReferenceKind.SKU, "LAMP-2") in lamps.binds


def test_a_site_of_theirs_is_a_warehouse_of_ours(make_world):
    world = make_world(sites={"HAM1": "WH2"})
    fact = only(world.read(event("stock.level", warehouse="HAM1", lines=[{"sku": "X", "on_hand": 1}])))
    assert (fact.subject, fact.body.level.place) == ("sku:X@WH2", StockPlace(warehouse="WH2"))


@pytest.mark.req("D3")
def test_counts_damage_and_what_was_lost(world):
    counted = only(world.read(JSON["stock.counted"])).body
    damaged = only(world.read(JSON["stock.damaged"])).body
    adjusted = only(world.read(JSON["stock.adjusted"])).body
    assert (counted.count.quantity, counted.count.expected, counted.count.place.location) == (38, 40, "A-03-2")
    assert (damaged.change.quantity, adjusted.change.quantity) == (-4, -1)
    assert isinstance(damaged, inv.StockDamaged)


@pytest.mark.req("D11")
def test_ten_days_of_pallets_are_ten_facts_for_our_owner(world):
    lines = [{"day": f"2026-03-{day:02}", "owner": "K-4711", "unit_id": "PAL1"} for day in range(1, 11)]
    told = event("storage.accrued", lines=lines)
    facts = world.read(told).facts
    assert len({fact.key() for fact in facts}) == 10
    assert {fact.subject for fact in facts} == {"storage:ACME@WH"}
    assert [fact.key() for fact in world.read(told).facts] == [fact.key() for fact in facts]


@pytest.mark.req("D5")
@pytest.mark.parametrize(
    ("sku", "quantity", "unit", "pieces"),
    [("0815", "2.5", "CT", 30), ("DESK-1", "2", "CT", 24), ("0815", "7", "", 7), ("0815", "2", "DZN", 24)],
    ids=["half a carton of 12", "our own name for it", "no unit is the base unit", "a dozen needs no table"],
)
def test_quantities_come_in_pieces(world, sku, quantity, unit, pieces):
    line = {"sku": sku, "quantity": quantity, "unit": unit}
    fact = only(world.read(event("order.picked", reference="R", document="D", lines=[line])))
    assert (fact.body.lines[0].item.sku, fact.body.lines[0].quantity) == ("DESK-1", pieces)


@pytest.mark.req("D5")
@pytest.mark.parametrize(
    ("quantity", "unit"),
    [("2.3", "CT"), ("1", "PX"), ("1e30", "H87"), ("0.5", "H87"), ("0.0000001", "CT"), ("Infinity", "CT")],
)
def test_what_does_not_come_out_is_not_taken_and_the_order_hears_of_it(world, quantity, unit):
    line = {"sku": "0815", "quantity": quantity, "unit": unit}
    found = world.read(event("order.shipped", reference="R", document="D", lines=[line]))
    (raised,) = found.facts
    assert isinstance(raised.body, ExceptionRaised)
    assert raised.body.kind == "uom.mismatch"
    assert raised.lookups == (Reference(ReferenceKind.WAREHOUSE_ORDER, "R", "north3pl"),)
    (problem,) = found.problems
    assert "uom.mismatch" in problem.why.engineer


@pytest.mark.req("D5")
def test_a_mismatch_in_stock_belongs_to_the_item(world):
    found = world.read(event("stock.level", lines=[{"sku": "0815", "on_hand": "0.1", "unit": "CT"}]))
    assert [each.subject for each in found.facts] == ["sku:DESK-1@WH"]


def test_words_for_units_and_a_unit_of_their_own_by_default(make_world):
    items = (ItemRow("OIL", unit="DR", contains="200.5", base="LTR"), ItemRow("PEN", unit="BX", contains="50"))
    world = make_world(items=items, units={"drum": "DR"}, default_unit="BX")
    lines = [{"sku": "OIL", "quantity": "3", "unit": "drum"}, {"sku": "PEN", "quantity": "2"}]
    fact = only(world.read(event("order.picked", reference="R", document="D", lines=lines)))
    assert [(each.quantity, each.unit) for each in fact.body.lines] == [(Decimal("601.5"), "LTR"), (100, "H87")]


@pytest.mark.req("K4", "M13")
def test_what_cannot_be_read_is_told_and_its_neighbours_go_on(world):
    good = JSON["order.pick_started"].decode()
    bad = '{"type": "order.picked", "timestamp": "2026-03-01", "data": {"reference": "R", "lines": []}}'
    odd = '{"type": "order.teleported", "timestamp": "2026-03-01", "data": {}}'
    found = world.read(f'{{"events": [{good}, {bad}, {odd}, 7]}}'.encode())
    assert [type(each.body) for each in found.facts] == [wh.PickStarted]
    assert [each.pointer for each in found.problems] == ["/events/1/data", "/events/3"]
    assert found.unknown_codes == ("order.teleported",)


@pytest.mark.parametrize("quantity", ["-1", "NaN", "x"])
def test_a_quantity_below_nothing_is_none(world, quantity):
    found = world.read(event("order.picked", reference="R", document="D", lines=[{"sku": "A", "quantity": quantity}]))
    assert found.facts == ()
    assert len(found.problems) == 1


def test_a_time_nobody_can_read_is_a_problem(world):
    found = world.read(b'{"type": "order.cancelled", "timestamp": "yesterday", "data": {"reference": "R"}}')
    assert [each.pointer for each in found.problems] == ["/timestamp"]


@pytest.mark.req("D8")
def test_a_file_of_other_headings_by_its_layout(make_world):
    layout = CsvLayout(
        columns={"reference": "Auftrag", "document": "LS", "sku": "Artikel", "quantity": "Menge",
                 "occurred_at": "Datum", "lot": "Charge"},
        fixed={"event": "order.shipped"}, delimiter=";", encoding="cp1252", decimal=",", order="dmy",
        zone="Europe/Berlin",
    )  # fmt: skip
    world = make_world(csv=(layout,))
    text = "Datum;Auftrag;LS;Artikel;Menge;Charge;Größe\r\n1.3.2026 16:00;A1;L1;TISCH;1.200,0;C1;x\r\n"
    text += "1.3.2026 16:00;A1;L1;TISCH;3;C2;x\r\n\r\n1.3.2026 16:00;A2;L2;TISCH;1;;x\r\n"
    first, second = world.read(text.encode("cp1252"), "files").facts
    (line,) = first.body.lines
    assert (line.quantity, [(lot.lot, lot.quantity) for lot in line.lots]) == (1203, [("C1", 1200), ("C2", 3)])
    assert epoch_us(first.occurred) == epoch_us(Stamp("2026-03-01T16:00:00+01:00"))
    assert second.body.reference == "A2"


def test_words_for_events(make_world):
    world = make_world(csv=(CsvLayout(columns={"event": "TYP"}, events={"STO": "order.cancelled"}),))
    found = world.read(b"TYP,occurred_at,reference\nSTO,2026-03-01,R1\nXXX,2026-03-01,R2\n", "files")
    assert [each.body for each in found.facts] == [wh.WarehouseOrderCancelled("north3pl", "R1")]
    assert found.unknown_codes == ("XXX",)


@pytest.mark.parametrize(
    "body", [b"a,b\n1,2\n", b"", b"\xff\xfe\x00", b'event,occurred_at\n"open', b"[1", b'{"events": 3}']
)
def test_a_file_of_no_layout_says_so(world, body):
    found = world.read(body, "files")
    assert found.facts == ()
    assert len(found.problems) == 1


def test_rows_that_cannot_be_read_name_their_line(world):
    body = (
        b"event,occurred_at,reference,package,weight_kg\norder.cancelled,2026-03-01,R,,\norder.packed,2026-03-01,R,,2\n"
    )
    found = world.read(body, "files")
    assert len(found.facts) == 1
    assert [each.pointer for each in found.problems] == ["/3"]
