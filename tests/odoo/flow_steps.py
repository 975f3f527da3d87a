"""What tests of the business flows do in Odoo themselves, and the wire that loses the answer of a chosen call."""

import os
import uuid
from decimal import Decimal

import msgspec

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import identifier
from crossdock.connectors.odoo.connector import build
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.party import Address, Party
from crossdock.model.sales import PlaceSalesOrder, SalesLine
from crossdock.model.transfers import CompleteTransfer, LotQuantity, MovedLine
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Retry
from crossdock.ports.wire import NoAnswer

MOST_CALLS = 60
"""More calls than any flow makes; where a loop reaches it, a flow does not come to an end."""


class Lossy:
    """Carries out every call and loses the answer of the ``k``-th (1 is the first) that goes to a record."""

    def __init__(self, inner, k):
        self.inner, self.left, self.lost = inner, k, ""

    async def call(self, request):
        answer = await self.inner.call(request)
        if "version_info" in request.url or b'"authenticate"' in request.body:
            return answer
        self.left -= 1
        if self.left == 0:
            self.lost = request.url.rsplit("/", 2)[-2] + "." + request.url.rsplit("/", 1)[-1]
            raise NoAnswer("lost on purpose")
        return answer


def person(bench):
    """The session of somebody who may make products, where the environment names one for a real Odoo; else of the
    integration user.
    """
    login, key = os.environ.get("CROSSDOCK_ODOO_ADMIN_LOGIN"), os.environ.get("CROSSDOCK_ODOO_ADMIN_KEY")
    if bench.wire.inner or not login or not key:
        return bench.connector.session
    if not hasattr(bench, "person"):
        config = msgspec.structs.replace(bench.config, login=login)
        bench.person = build(Surroundings("odoo", config, bench.wire, bench.clock, Secret(key))).session
    return bench.person


class Secret:
    def __init__(self, key):
        self.key = key

    def reveal(self, reference):
        return self.key


async def call(bench, model, method, ids=None, /, context=None, **arguments):
    """One call as a person in Odoo makes it."""
    where = None if ids is None else tuple(ids)
    try:
        return await person(bench).call(Call(model, method, where, arguments, context or {}, writes=True))
    except Failed as failed:
        raise AssertionError(f"{model}.{method} by a person: {failed.verdict}") from None


async def made(bench, model, values):
    """The id of a new record."""
    return ids_of(await call(bench, model, "create", vals_list=[values]))[0]


async def rows(bench, model, domain, *wanted):
    return await bench.connector.session.find(model, domain, wanted)


async def row(bench, model, record, *wanted):
    return (await bench.connector.session.read(model, [record], wanted))[record]


def through(bench, wire):
    """A connector of its own, as a new process has, whose calls go through ``wire``."""
    return build(Surroundings("odoo", bench.config, wire, bench.clock, bench.keyring))


def tag():
    return uuid.uuid4().hex[:10].upper()


async def product(bench, stock=0, *, tracking="none", lots=None, price=10.0, policy="delivery", **more):
    """A storable product of our own, with ``stock`` counted into the warehouse (``lots``: name to quantity)."""
    sku = f"XS-{tag()}"
    values = {"name": f"XS {sku}", "default_code": sku, "type": "consu", "is_storable": True, "list_price": price}
    values |= {"tracking": tracking, "invoice_policy": policy, "taxes_id": [[5, 0, 0]], **more}
    product_id = await made(bench, "product.product", values)
    counted = [(0, stock)] if stock else []
    for name, quantity in (lots or {}).items():
        counted.append((await lot(bench, product_id, name), quantity))
    for lot_id, quantity in counted:
        await count(bench, product_id, quantity, lot_id)
    return product_id, sku


async def lot(bench, product_id, name):
    values = {"name": name, "product_id": product_id, "company_id": 1}
    if not (await bench.connector.session.version()).startswith("18"):
        return await made(bench, "stock.lot", values)
    # The early 18.0 of the lab does not take ``create`` of lots without a first argument of its own.
    answer = await person(bench).call(Call("stock.lot", "create", (), {"vals_list": [values]}, writes=True))
    return ids_of(answer)[0]


async def stock_location(bench):
    warehouse, *_ = await rows(bench, "stock.warehouse", [("company_id", "=", 1)], "lot_stock_id")
    return identifier(warehouse["lot_stock_id"])


async def count(bench, product_id, quantity, lot_id=0):
    """Stock as a person counts it."""
    counting = {"inventory_mode": True}
    values = {"product_id": product_id, "location_id": await stock_location(bench), "inventory_quantity": quantity}
    if lot_id:
        values["lot_id"] = lot_id
    answer = await call(bench, "stock.quant", "create", context=counting, vals_list=[values])
    await call(bench, "stock.quant", "action_apply_inventory", ids_of(answer), context=counting)


def customer(name="", **more):
    name = name or f"XS Customer {tag()}"
    address = Address(("1 Dock Street",), "Austin", "TX", "73301", "US")
    return Party(name, address, **{"email": f"{name.split()[-1].lower()}@xs.example", **more})


def line(sku, quantity, price="", **more):
    return SalesLine(Item(sku), Decimal(quantity), price=money(price, "USD") if price else None, **more)


def order(*lines, **more):
    values = {"channel": "xs-shop", "reference": f"R-{tag()}", "customer": customer(), "marker": tag(), **more}
    return PlaceSalesOrder(lines=tuple(lines), **values)


def command(body, attempt=1):
    return Command(tag(), "odoo", f"xs:{tag()}", body, "0" * 32, attempt)


async def send(bench, body, attempt=1):
    """Send it and expect it to be done; the documents it names, by kind."""
    verdict = await bench.connector.send(command(body, attempt), bench.documents)
    assert isinstance(verdict, Done | AlreadyDone), verdict
    return documents_of(verdict)


def documents_of(verdict):
    """Documents of a verdict: kind to [(external id, name)]."""
    found = {}
    for each in verdict.facts[0].body.documents:
        found.setdefault(each.kind, []).append((each.external_id, each.name))
    return found


async def parked(bench, body, attempt=1):
    """Send it and expect that a person is asked; both texts as one."""
    verdict = await bench.connector.send(command(body, attempt), bench.documents)
    assert isinstance(verdict, Park), verdict
    return f"{verdict.why.operator} | {verdict.why.engineer}"


async def stubborn(bench, connector, body):
    """Deliver as the backbone does: in doubt asks before it sends again; what cannot be asked is asked again."""
    attempt, doubt = 1, False
    for _ in range(6):
        question = command(body, attempt)
        verdict = await (connector.settle if doubt else connector.send)(question, bench.documents)
        match verdict:
            case Done() | AlreadyDone():
                return verdict
            case InDoubt():
                doubt = True
            case Retry():
                attempt, doubt = attempt + 1, False
            case _:
                raise AssertionError(verdict)
    raise AssertionError("it does not come to an end")


async def every_loss(bench, prepare, look):
    """Run a command once undisturbed, then once for each of its calls with that call's answer lost.

    ``prepare`` gives a fresh (body, handle), ``look`` the end state of a handle without names and ids. Returns the
    calls of the undisturbed run and how many losses were tried.
    """
    body, handle = await prepare()
    wire = Lossy(bench.wire, 0)
    await stubborn(bench, through(bench, wire), body)
    calls, expected = -wire.left, await look(handle)
    for k in range(1, MOST_CALLS):
        body, handle = await prepare()
        wire = Lossy(bench.wire, k)
        await stubborn(bench, through(bench, wire), body)
        assert await look(handle) == expected, f"after the answer of call {k} ({wire.lost}) was lost"
        if not wire.lost:
            return calls, k - 1
    raise AssertionError("the flow makes calls without end")


async def every_death(bench, prepare, look):
    """The same with the process dying before each call: the wire refuses from call ``k`` on, then a new one goes on."""
    body, handle = await prepare()
    await stubborn(bench, through(bench, bench.wire), body)
    expected = await look(handle)
    for k in range(1, MOST_CALLS):
        body, handle = await prepare()
        wire = Dying(bench.wire, k)
        try:
            await through(bench, wire).send(command(body), bench.documents)
        except Died:
            await stubborn_after_death(bench, body)
        assert await look(handle) == expected, f"after the process died before call {k}"
        if not wire.dead:
            return k - 1
    raise AssertionError("the flow makes calls without end")


class Died(BaseException):
    """The process is gone: nothing of the connector's may catch it."""


class Dying:
    """Carries out ``k - 1`` calls that go to a record, then the process is gone."""

    def __init__(self, inner, k):
        self.inner, self.left, self.dead = inner, k, False

    async def call(self, request):
        if "version_info" not in request.url and b'"authenticate"' not in request.body:
            self.left -= 1
            if self.left <= 0:
                self.dead = True
                raise Died
        return await self.inner.call(request)


async def stubborn_after_death(bench, body):
    """A later process finds the exchange half sent, and sends it as a second attempt."""
    verdict = await through(bench, bench.wire).send(command(body, 2), bench.documents)
    assert isinstance(verdict, Done | AlreadyDone), verdict
    return verdict


async def sold(bench, quantity=10, stock=100, **more):
    """A confirmed order of one product: (order id, transfer id, SKU, product id)."""
    product_id, sku = await product(bench, stock, **more)
    return (*await ordered(bench, (sku, quantity)), sku, product_id)


async def ordered(bench, *wanted):
    """A confirmed order of (SKU, quantity) lines: (order id, transfer id)."""
    documents = await send(bench, order(*(line(sku, quantity, "5.00") for sku, quantity in wanted)))
    [(transfer, _)] = documents["transfer"]
    return documents["sales_order"][0][0], transfer


def moved(sku, quantity, **more):
    lots = tuple(LotQuantity(name, Decimal(part)) for name, part in more.pop("lots", {}).items())
    return MovedLine(Item(more.pop("name", sku), gtin=more.pop("gtin", "")), Decimal(quantity), lots=lots, **more)


def complete(transfer, *lines, **more):
    return CompleteTransfer(transfer, tag(), tuple(lines), **more)


async def state_of(bench, transfer):
    """(state, [(product, demand, quantity, state)]) of a transfer."""
    found = await row(bench, "stock.picking", int(transfer), "state")
    wanted = ("product_uom_qty", "quantity", "state")
    moves = await rows(bench, "stock.move", [("picking_id", "=", int(transfer))], *wanted)
    return found["state"], [tuple(each[key] for key in wanted) for each in moves]


async def unit_by_hand(bench, pieces):
    """A unit of measure of so many pieces, as each version defines one."""
    piece = await named(bench, "uom", "product_uom_unit")
    if "relative_uom_id" in await bench.connector.session.fields("uom.uom"):
        values = {"relative_factor": pieces, "relative_uom_id": piece}
    else:
        category = identifier((await row(bench, "uom.uom", piece, "category_id"))["category_id"])
        values = {"category_id": category, "factor_inv": pieces, "uom_type": "bigger"}
    return await made(bench, "uom.uom", {"name": f"Carton {tag()}", **values})


async def named(bench, module, name):
    """The record with one of Odoo's own external ids."""
    return (await call(bench, "ir.model.data", "check_object_reference", module=module, xml_id=name))[1]


async def by_hand(bench, code, product_id, quantity, **more):
    """A transfer without an order, as a person makes one."""
    kinds = await rows(bench, "stock.picking.type", [("code", "=", code), ("active", "in", [True, False])], "id")
    customers = await rows(bench, "stock.location", [("usage", "=", "customer")], "id")
    where = more.pop("location_dest_id", customers[0]["id"])
    head = {"location_id": await stock_location(bench), "location_dest_id": where}
    values = {"product_id": product_id, "product_uom_qty": quantity, **head, **more}
    if "name" in await bench.connector.session.fields("stock.move"):
        values["name"] = "by hand"
    return await made(bench, "stock.picking", {"picking_type_id": kinds[0]["id"], **head, "move_ids": [[0, 0, values]]})


async def backorders(bench, transfer):
    return await rows(bench, "stock.picking", [("backorder_id", "=", int(transfer))], "state", "name")


async def on_hand(bench, product_id):
    where = [("product_id", "=", product_id), ("location_id.usage", "=", "internal")]
    return sum(each["quantity"] for each in await rows(bench, "stock.quant", where, "quantity"))


async def lots_of(bench, transfer):
    found = await rows(bench, "stock.move.line", [("picking_id", "=", int(transfer))], "lot_id", "quantity", "state")
    return sorted((each["lot_id"][1], each["quantity"]) for each in found if each["state"] == "done")


async def move_ids(bench, transfer):
    return [str(each["id"]) for each in await rows(bench, "stock.move", [("picking_id", "=", int(transfer))], "id")]
