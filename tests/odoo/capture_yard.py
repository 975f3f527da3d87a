"""People at work in a real Odoo: own products, transfers and orders, changed by several at once, some of them slow."""

import asyncio
import random

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, identifier
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.ports.verdicts import InDoubt
from real_odoo import Keyring, Line

SLOW = """
records = env['stock.picking'].browse(env.context['xc_ids']).exists()
records.filtered(lambda each: each.state not in ('done', 'cancel')).write({'partner_id': env.context['xc_partner']})
env.flush_all()
time.sleep(env.context['xc_seconds'])
"""


class Yard:
    """Everything the writers work on. ``slow`` is how long the longest transaction stays open, in seconds."""

    def __init__(self, url, database, login, key, slow=6.0):
        config = OdooConfig(url=url, database=database, login=login, api_key="secret://env/KEY", concurrency=8)
        self.session = OdooSession(config, Line(), Keyring(key))
        self.slow = slow
        self.pickings, self.orders, self.partners = [], [], []
        self.product = self.type = self.action = 0
        self.done, self.refused = 0, 0

    async def call(self, model, method, ids=None, context=None, **arguments):
        call = Call(model, method, None if ids is None else tuple(ids), arguments, context or {}, writes=True)
        try:
            return await self.session.call(call)
        except Failed as failed:
            if isinstance(failed.verdict, InDoubt):
                return None  # up to 18 a method that returns nothing answers without a result
            raise

    async def create(self, model, *values):
        return list(ids_of(await self.call(model, "create", vals_list=list(values))))

    async def open(self, transfers=60, orders=10):
        """Products with stock, consignees, transfers in batches of twenty (one transaction each), and orders."""
        [self.product] = await self.create("product.product", await self._product_values())
        us = await self.session.search("res.country", [("code", "=", "US")])
        place = {"street": "1 Dock", "city": "Fremont", "zip": "94538", "country_id": us[0]}
        self.partners = await self.create("res.partner", *({"name": f"XC-{n}", **place} for n in range(4)))
        kinds = await self.session.find(
            "stock.picking.type",
            [("code", "=", "outgoing"), ("warehouse_id", "!=", False)],
            ["default_location_src_id", "default_location_dest_id"],
            limit=1,
        )
        self.type = kinds[0]["id"]
        self.source = identifier(kinds[0]["default_location_src_id"])
        self.target = (
            identifier(kinds[0]["default_location_dest_id"])
            or (await self.session.search("stock.location", [("usage", "=", "customer")], limit=1))[0]
        )
        stocked = {"inventory_mode": True}
        values = {"product_id": self.product, "location_id": self.source, "inventory_quantity": 100_000}
        quants = await self.call("stock.quant", "create", None, stocked, vals_list=[values])
        await self.call("stock.quant", "action_apply_inventory", ids_of(quants), stocked)
        for _ in range(0, transfers, 20):
            await self.add(20)
        for _ in range(orders):
            await self.order()

    async def _product_values(self):
        known = await self.session.fields("product.product")
        kind = {"is_storable": True} if "is_storable" in known else {"detailed_type": "product"}
        return {"name": "XC-CAP", "default_code": "XC-CAP", "weight": 0.5, **kind}

    async def add(self, count):
        move = {"product_id": self.product, "location_id": self.source, "location_dest_id": self.target}
        if "name" in await self.session.fields("stock.move"):
            move["name"] = "XC-CAP"
        made = await self.create(
            "stock.picking",
            *(
                {
                    "picking_type_id": self.type,
                    "location_id": self.source,
                    "location_dest_id": self.target,
                    "partner_id": self.partners[n % len(self.partners)],
                    "move_ids": [[0, 0, {**move, "product_uom_qty": 2.0 + n % 3}]],
                }
                for n in range(count)
            ),
        )
        self.pickings += made
        await self.call("stock.picking", "action_confirm", made)
        await self.call("stock.picking", "action_assign", made)

    async def order(self):
        line = [0, 0, {"product_id": self.product, "product_uom_qty": 3, "price_unit": 10}]
        [made] = await self.create("sale.order", {"partner_id": self.partners[0], "order_line": [line]})
        self.orders.append(made)
        await self.call("sale.order", "action_confirm", [made])
        self.pickings += await self.session.search("stock.picking", [("sale_id", "=", made)])

    async def hire(self):
        """The server action whose transaction stays open for a while after it wrote."""
        [model] = await self.session.search("ir.model", [("model", "=", "stock.picking")])
        values = {"name": "XC slow hands", "model_id": model, "state": "code", "code": SLOW}
        [self.action] = await self.create("ir.actions.server", values)

    async def dismiss(self):
        if self.action:
            await self.call("ir.actions.server", "unlink", [self.action])

    async def work(self, seed, until):
        """Change things at random until ``until()`` says it is time; refused changes are part of the work."""
        dice = random.Random(seed)
        while not until():
            try:
                await self.act(dice)
                self.done += 1
            except Failed:
                self.refused += 1

    async def act(self, dice):
        """One change of one of the kinds people make, drawn by its share."""
        changes = {
            self.demand: 12, self.consignee: 8, self.address: 6, self.weight: 3, self.press: 28, self.delete: 4,
            self.batch: 6, self.reference: 5, self.more: 2,
        }  # fmt: skip
        [change] = dice.choices(list(changes), list(changes.values()))
        await change(dice)

    async def demand(self, dice):
        wanted = [("picking_id", "=", dice.choice(self.pickings)), ("state", "!=", "done")]
        moves = await self.session.search("stock.move", wanted)
        await self.call("stock.move", "write", moves, vals={"product_uom_qty": float(dice.randint(1, 9))})

    async def consignee(self, dice):
        one = [dice.choice(self.pickings)]
        await self.call("stock.picking", "write", one, vals={"partner_id": dice.choice(self.partners)})

    async def batch(self, dice):
        some = dice.sample(self.pickings, min(15, len(self.pickings)))
        await self.call("stock.picking", "write", some, vals={"partner_id": dice.choice(self.partners)})

    async def address(self, dice):
        partner = [dice.choice(self.partners)]
        await self.call("res.partner", "write", partner, vals={"street": f"{dice.randint(1, 999)} Dock"})

    async def weight(self, dice):
        await self.call("product.product", "write", [self.product], vals={"weight": dice.randint(1, 99) / 10})

    async def press(self, dice):
        buttons = ("do_unreserve", "action_assign", "action_assign", "action_cancel", "button_validate")
        context = {"skip_backorder": True, "skip_sms": True}
        await self.call("stock.picking", dice.choice(buttons), [dice.choice(self.pickings)], context)

    async def delete(self, dice):
        await self.call("stock.picking", "unlink", [dice.choice(self.pickings)])

    async def reference(self, dice):
        ref = {"client_order_ref": f"XC-{dice.randint(1, 9999)}"}
        await self.call("sale.order", "write", [dice.choice(self.orders)], vals=ref)

    async def more(self, _dice):
        await self.add(3)

    async def crawl(self, seed, until):
        """Slow transactions, one after the other: what they write is dated at their beginning."""
        dice = random.Random(seed)
        while not until():
            context = {
                "xc_ids": dice.sample(self.pickings, 5),
                "xc_partner": dice.choice(self.partners),
                "xc_seconds": dice.uniform(1.0, self.slow),
            }
            try:
                await self.call("ir.actions.server", "run", [self.action], context)
                self.done += 1
            except Failed:
                self.refused += 1
            await asyncio.sleep(0.2)
