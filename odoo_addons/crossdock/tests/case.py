"""Transfers, an integration user, and short words for events."""

from odoo.tests.common import TransactionCase, new_test_user


class CrossdockCase(TransactionCase):
    """Each test has its own product, fully in stock, and calls as the integration user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "crossdock-test",
            groups="base.group_user,stock.group_stock_user,crossdock.group_integration",
            email="crossdock@example.com",
        )
        cls.type_out = cls.env["stock.picking.type"].search([("code", "=", "outgoing")], limit=1)
        cls.source = cls.type_out.default_location_src_id
        cls.customers = cls.env["stock.location"].search([("usage", "=", "customer")], limit=1)
        cls.product = cls.make_product("Lamp")
        cls.stock_up(cls.product, 1000)

    @classmethod
    def make_product(cls, name, **values):
        storable = {"is_storable": True} if "is_storable" in cls.env["product.product"]._fields else {"type": "product"}
        return cls.env["product.product"].create({"name": name, **storable, **values})

    @classmethod
    def stock_up(cls, product, quantity, lot=None):
        cls.env["stock.quant"]._update_available_quantity(product, cls.source, quantity, lot_id=lot)

    def transfer(self, quantity=10, product=None):
        product = product or self.product
        move = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom": product.uom_id.id,
            "location_id": self.source.id,
            "location_dest_id": self.customers.id,
        }
        if "name" in self.env["stock.move"]._fields:
            move["name"] = product.name
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.type_out.id,
                "location_id": self.source.id,
                "location_dest_id": self.customers.id,
                "move_ids": [(0, 0, move)],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def apply(self, *events):
        return self.env["crossdock.event"].with_user(self.user).apply(list(events))

    @staticmethod
    def event(key, picking, **more):
        return {"id": key, "picking": getattr(picking, "id", picking), "kind": "milestone", **more}

    def results(self, *events):
        return [answer["result"] for answer in self.apply(*events)]
