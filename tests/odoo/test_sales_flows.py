"""Sales orders entered, confirmed, amended and cancelled in a real Odoo, each exactly once."""

import asyncio
from decimal import Decimal

import pytest

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.party import Address, Party
from crossdock.model.sales import AmendSalesOrder, CancelSalesOrder, ConfirmSalesOrder, LineChange, SalesLine
from crossdock.ports.verdicts import AlreadyDone, Done, Retry
from odoo.flow_steps import (
    call,
    command,
    customer,
    every_death,
    every_loss,
    identifier,
    line,
    order,
    parked,
    product,
    row,
    rows,
    send,
    tag,
    through,
)

ORDER = (
    "name",
    "state",
    "client_order_ref",
    "origin",
    "amount_untaxed",
    "picking_ids",
    "partner_id",
    "commitment_date",
)


async def of_reference(bench, reference):
    """Every sale order with this customer reference, with its lines."""
    found = await rows(bench, "sale.order", [("client_order_ref", "=", reference)], *ORDER)
    for each in found:
        each["lines"] = await rows(
            bench, "sale.order.line", [("order_id", "=", each["id"])], "product_uom_qty", "price_unit", "price_subtotal"
        )
    return found


async def end_state(bench, body):
    """What an order came to, without names and ids that differ from run to run."""
    found = await of_reference(bench, body.reference)
    partners = await rows(bench, "res.partner", [("name", "=", body.customer.name)], "email", "zip", "type")
    moves = await rows(bench, "stock.move", [("sale_line_id.order_id.client_order_ref", "=", body.reference)], "state")
    return (
        [
            (
                each["state"],
                each["amount_untaxed"],
                [(one["product_uom_qty"], one["price_unit"]) for one in each["lines"]],
            )
            for each in found
        ],
        len(partners),
        sorted(each["state"] for each in moves),
    )


@pytest.mark.req("A2")
async def test_an_order_is_entered_confirmed_and_reserved(bench):
    _, sku = await product(bench, 10)
    body = order(
        line(sku, 3, "7.58"),
        line(sku, 2, "0.10", text="A second line"),
        promised_for=stamp("2027-01-05T10:00:00+02:00"),
    )
    documents = await send(bench, body)
    [found] = await of_reference(bench, body.reference)
    assert (found["state"], found["origin"]) == ("sale", "xs-shop")
    assert found["amount_untaxed"] == 22.94
    assert found["commitment_date"] == "2027-01-05 08:00:00"
    assert [(each["product_uom_qty"], each["price_unit"]) for each in found["lines"]] == [(3, 7.58), (2, 0.1)]
    assert documents["sales_order"] == [(str(found["id"]), found["name"])]
    [(transfer, name)] = documents["transfer"]
    picking = await row(bench, "stock.picking", int(transfer), "name", "state")
    assert (picking["name"], picking["state"]) == (name, "assigned")


@pytest.mark.req("A2")
async def test_a_reference_of_a_channel_is_one_order_and_of_another_channel_another(bench):
    _, sku = await product(bench, 10)
    body = order(line(sku, 1, "5.00"))
    first = await send(bench, body)
    assert await send(bench, body) == first
    assert await send(bench, order(line(sku, 4, "5.00"), reference=body.reference, customer=body.customer)) == first
    other = await send(bench, order(line(sku, 1, "5.00"), reference=body.reference, channel="xs other (EU)"))
    assert other["sales_order"] != first["sales_order"]
    found = await of_reference(bench, body.reference)
    assert [[one["product_uom_qty"] for one in each["lines"]] for each in found] == [[1], [1]], (
        "nothing is written over"
    )
    assert sorted(each["origin"] for each in found) == ["xs other (EU)", "xs-shop"]


@pytest.mark.req("A2")
async def test_what_is_made_belongs_to_no_module_that_odoo_could_upgrade_or_uninstall(bench):
    """Odoo deletes the records of a module it upgrades, and ours would have been those of the addon's."""
    _, sku = await product(bench, 10)
    placed = await send(bench, order(line(sku, 1, "5.00")))
    order_id = int(placed["sales_order"][0][0])
    named = await bench.connector.session.call(Call("sale.order", "get_external_id", (order_id,)))
    assert named[str(order_id)].startswith("__crossdock__.sale_")


@pytest.mark.req("A2")
async def test_several_writers_of_one_order_make_one_order(bench):
    _, sku = await product(bench, 10)
    body = order(line(sku, 1, "5.00"))
    connectors = [through(bench, bench.wire) for _ in range(4)]
    verdicts = await asyncio.gather(*(each.send(command(body), bench.documents) for each in connectors))
    assert {type(each) for each in verdicts} <= {Done, AlreadyDone, Retry}, verdicts
    await send(bench, body, attempt=2)
    assert [each["state"] for each in await of_reference(bench, body.reference)] == ["sale"]


@pytest.mark.req("A2", "E8")
async def test_an_order_is_one_whichever_answer_is_lost(bench):
    _, sku = await product(bench, 500)

    async def prepare():
        body = order(line(sku, 2, "7.50"), line(sku, 1, "1.25"), ship_to=customer(), bill_to=customer())
        return body, body

    calls, tried = await every_loss(bench, prepare, lambda body: end_state(bench, body))
    assert tried >= 8
    print(f"place: {calls} calls, {tried} losses")  # noqa: T201


@pytest.mark.req("A2", "E8")
async def test_an_order_is_one_wherever_the_process_dies(bench):
    _, sku = await product(bench, 500)

    async def prepare():
        body = order(line(sku, 2, "7.50"), line(sku, 1), ship_to=customer())
        return body, body

    deaths = await every_death(bench, prepare, lambda body: end_state(bench, body))
    assert deaths >= 8


@pytest.mark.req("A2", "F2")
async def test_what_is_unknown_or_does_not_fit_is_parked_and_nothing_is_made(bench):
    _, sku = await product(bench, 10)
    known, unknown = line(sku, 1, "5.00"), line("XS-NOT-THERE", 1, "5.00")
    cases = {
        "SKU XS-NOT-THERE": order(known, unknown),
        "uom.mismatch": order(line(sku, "1.5", "5.00")),
        "several currencies": order(known, SalesLine(Item(sku), Decimal(1), price=money("5", "EUR"))),
        "order in EUR": order(SalesLine(Item(sku), Decimal(1), price=money("5", "EUR"))),
        "no lines": order(),
        "res.company: 0": order(known, company="XS Nobody Ltd"),
        "party without name": order(known, customer=Party("")),
    }
    for said, body in cases.items():
        assert said in await parked(bench, body)
        assert await of_reference(bench, body.reference) == []


@pytest.mark.req("A2")
async def test_an_item_is_found_by_gtin_else_by_sku(bench):
    gtin = "96" + str(int(tag(), 16) % 10**10).zfill(10)
    by_gtin, _ = await product(bench, 10, barcode=f"0{gtin}")
    by_sku, sku = await product(bench, 10)
    body = order(SalesLine(Item("XS-THEIRS", gtin=gtin), Decimal(1)), SalesLine(Item(sku, gtin="12345670"), Decimal(2)))
    documents = await send(bench, body)
    [(order_id, _)] = documents["sales_order"]
    lines = await rows(bench, "sale.order.line", [("order_id", "=", int(order_id))], "product_id")
    assert [identifier(each["product_id"]) for each in lines] == [by_gtin, by_sku]


@pytest.mark.req("A2")
async def test_prices_named_and_prices_of_the_list_can_be_mixed(bench):
    _, sku = await product(bench, 10, price=12.5)
    body = order(line(sku, 1, "5.00"), line(sku, 1), line(sku, 2, "0.00"))
    await send(bench, body)
    [found] = await of_reference(bench, body.reference)
    assert [each["price_subtotal"] for each in found["lines"]] == [5.0, 12.5, 0.0]


@pytest.mark.req("A2")
async def test_the_customer_is_matched_before_one_is_made(bench):
    _, sku = await product(bench, 50)
    first = customer(reference=f"C-{tag()}")
    variants = [
        first,
        Party("Another Name", reference=first.reference),
        Party(first.name.upper(), email=first.email.upper()),
        Party(first.name, Address(postcode=first.address.postcode)),
    ]
    owners = set()
    for variant in variants:
        body = order(line(sku, 1, "5.00"), customer=variant)
        await send(bench, body)
        [found] = await of_reference(bench, body.reference)
        owners.add(identifier(found["partner_id"]))
    assert len(owners) == 1
    stranger = order(line(sku, 1, "5.00"), customer=Party(first.name, email=first.email, reference=f"C-{tag()}"))
    await send(bench, stranger)
    [found] = await of_reference(bench, stranger.reference)
    assert identifier(found["partner_id"]) not in owners


@pytest.mark.req("A2")
async def test_addresses_are_contacts_of_the_customer_and_made_once(bench):
    _, sku = await product(bench, 50)
    buyer, dock, office = customer(), customer(), customer()
    for _ in range(2):
        body = order(line(sku, 1, "5.00"), customer=buyer, ship_to=dock, bill_to=office)
        await send(bench, body)
    same = order(line(sku, 1, "5.00"), customer=buyer, ship_to=buyer)
    await send(bench, same)
    [found] = await rows(bench, "res.partner", [("name", "=", buyer.name), ("parent_id", "=", False)], "child_ids")
    children = await rows(bench, "res.partner", [("parent_id", "=", found["id"])], "name", "type", "zip", "state_id")
    assert sorted((each["name"], each["type"]) for each in children) == sorted(
        [(dock.name, "delivery"), (office.name, "invoice")]
    )
    assert {each["zip"] for each in children} == {"73301"}
    assert all(each["state_id"] for each in children)


@pytest.mark.req("A2")
async def test_confirming_again_is_done_and_a_cancelled_order_is_not_confirmed(bench):
    _, sku = await product(bench, 10)
    placed = await send(bench, order(line(sku, 1, "5.00"), confirm=False))
    [(order_id, name)] = placed["sales_order"]
    assert "transfer" not in placed
    confirmed = await send(bench, ConfirmSalesOrder(order_id, tag()))
    assert confirmed["transfer"]
    assert await send(bench, ConfirmSalesOrder(order_id, tag())) == confirmed
    await send(bench, CancelSalesOrder(order_id, tag()))
    assert f"{name} is cancelled" in await parked(bench, ConfirmSalesOrder(order_id, tag()))
    assert "sale.order 99999999 is not there" in await parked(bench, ConfirmSalesOrder("99999999", tag()))


async def placed_with_line(bench, quantity=5, stock=100):
    """A confirmed order: (its id, its line's id, product id)."""
    product_id, sku = await product(bench, stock)
    documents = await send(bench, order(line(sku, quantity, "5.00")))
    [(order_id, _)] = documents["sales_order"]
    [found] = await rows(bench, "sale.order.line", [("order_id", "=", int(order_id))], "id")
    return order_id, str(found["id"]), product_id


async def demand_of(bench, order_id):
    line_of = ("sale_line_id.order_id", "=", int(order_id))
    moves = await rows(bench, "stock.move", [line_of, ("state", "!=", "cancel")], "product_uom_qty", "state")
    return sum(each["product_uom_qty"] for each in moves)


@pytest.mark.req("A2")
async def test_an_amended_quantity_reaches_the_transfer_and_keeps_the_price(bench):
    order_id, line_id, _ = await placed_with_line(bench)
    for quantity in (8, 2, 2):
        body = AmendSalesOrder(order_id, (LineChange(line_id, Decimal(quantity)),), tag(), "customer rang")
        await send(bench, body)
        found = await row(bench, "sale.order.line", int(line_id), "product_uom_qty", "price_unit")
        assert (found["product_uom_qty"], found["price_unit"]) == (quantity, 5.0)
        assert await demand_of(bench, order_id) == quantity
    dozen = AmendSalesOrder(order_id, (LineChange(line_id, Decimal(1), "DZN"),), tag())
    await send(bench, dozen)
    assert await demand_of(bench, order_id) == 12


@pytest.mark.req("A2")
async def test_an_order_is_not_amended_below_what_was_delivered(bench):
    order_id, line_id, _ = await placed_with_line(bench)
    [picking] = await rows(bench, "stock.picking", [("sale_id", "=", int(order_id))], "id")
    await call(bench, "stock.picking", "button_validate", [picking["id"]])
    said = await parked(bench, AmendSalesOrder(order_id, (LineChange(line_id, Decimal(4)),), tag()))
    assert "5 is delivered already, more than 4" in said
    assert "no line 1:" in await parked(bench, AmendSalesOrder(order_id, (LineChange("1", Decimal(4)),), tag()))
    said = await parked(bench, AmendSalesOrder(order_id, (LineChange(line_id, Decimal("5.5")),), tag()))
    assert "uom.mismatch" in said
    assert (await row(bench, "sale.order.line", int(line_id), "product_uom_qty"))["product_uom_qty"] == 5


@pytest.mark.req("A2", "E8")
async def test_amending_is_once_whichever_answer_is_lost(bench):
    async def prepare():
        order_id, line_id, _ = await placed_with_line(bench)
        return AmendSalesOrder(order_id, (LineChange(line_id, Decimal(7)),), tag(), "more"), order_id

    async def look(order_id):
        notes = [("model", "=", "sale.order"), ("res_id", "=", int(order_id)), ("body", "ilike", "[crossdock:")]
        return await demand_of(bench, order_id), len(await rows(bench, "mail.message", notes, "id"))

    _, tried = await every_loss(bench, prepare, look)
    assert tried >= 5


@pytest.mark.req("A2")
async def test_cancelling_takes_the_open_transfer_along_and_says_why_once(bench):
    order_id, _, _ = await placed_with_line(bench)
    body = CancelSalesOrder(order_id, tag(), "customer changed their mind")
    await send(bench, body)
    await send(bench, body, attempt=2)
    found = await row(bench, "sale.order", int(order_id), "state", "picking_ids")
    assert found["state"] == "cancel"
    pickings = await rows(bench, "stock.picking", [("id", "in", found["picking_ids"])], "state")
    assert {each["state"] for each in pickings} == {"cancel"}
    notes = [("model", "=", "sale.order"), ("res_id", "=", int(order_id)), ("body", "ilike", "changed their mind")]
    assert len(await rows(bench, "mail.message", notes, "id")) == 1


@pytest.mark.req("A2", "A9")
async def test_an_order_whose_goods_left_is_not_cancelled(bench):
    order_id, _, _ = await placed_with_line(bench)
    [picking] = await rows(bench, "stock.picking", [("sale_id", "=", int(order_id))], "id")
    await call(bench, "stock.picking", "button_validate", [picking["id"]])
    assert "a return is needed" in await parked(bench, CancelSalesOrder(order_id, tag()))
    assert (await row(bench, "sale.order", int(order_id), "state"))["state"] == "sale"


@pytest.mark.req("A2", "E8")
async def test_cancelling_is_once_whichever_answer_is_lost(bench):
    async def prepare():
        order_id, _, _ = await placed_with_line(bench)
        return CancelSalesOrder(order_id, tag(), "no longer wanted"), order_id

    async def look(order_id):
        notes = [("model", "=", "sale.order"), ("res_id", "=", int(order_id)), ("body", "ilike", "[crossdock:")]
        state = (await row(bench, "sale.order", int(order_id), "state"))["state"]
        return state, len(await rows(bench, "mail.message", notes, "id"))

    _, tried = await every_loss(bench, prepare, look)
    assert tried >= 5


@pytest.mark.req("E16")
@pytest.mark.parametrize(
    ("said", "kept"),
    [("2027-02-03", "2027-02-03 12:00:00"), ("2027-02-03T18:30:00+01:00", "2027-02-03 17:30:00")],
)
async def test_another_promised_day_is_written_once_and_lines_stay(bench, said, kept):
    _, sku = await product(bench, 10)
    documents = await send(bench, order(line(sku, 3, "5.00"), promised_for=stamp("2027-01-05T10:00:00Z")))
    [(order_id, _)] = documents["sales_order"]
    body = AmendSalesOrder(order_id, (), tag(), "the truck broke down", stamp(said))
    await send(bench, body)
    await send(bench, body)
    found = await row(bench, "sale.order", int(order_id), "commitment_date", "order_line")
    assert found["commitment_date"] == kept
    lines = await row(bench, "sale.order.line", found["order_line"][0], "product_uom_qty")
    assert lines["product_uom_qty"] == 3
