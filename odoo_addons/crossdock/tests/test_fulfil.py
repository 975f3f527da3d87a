"""Done quantities, lots and stock counts, through Odoo's own stock engine."""

from odoo.tests.common import tagged

from .case import CrossdockCase


@tagged("post_install", "-at_install")
class TestFulfil(CrossdockCase):
    def done(self, key, picking, lines, **more):
        return self.event(key, picking, kind="done", lines=lines, text="Done", **more)

    def test_all_as_reserved(self):
        picking = self.transfer(10)
        self.assertEqual(self.results(self.done("k1", picking, [])), ["applied"])
        self.assertEqual((picking.state, picking.move_ids.quantity), ("done", 10))

    def test_partial_with_backorder(self):
        picking = self.transfer(10)
        line = {"move": picking.move_ids.id, "quantity": 4}
        self.assertEqual(self.results(self.done("k1", picking, [line])), ["applied"])
        rest = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        self.assertEqual((picking.state, picking.move_ids.quantity), ("done", 4))
        self.assertEqual(rest.move_ids.product_uom_qty, 6)

    def test_partial_with_the_rest_cancelled(self):
        picking = self.transfer(10)
        line = {"move": picking.move_ids.id, "quantity": 4}
        self.assertEqual(self.results(self.done("k1", picking, [line], remainder="cancel")), ["applied"])
        self.assertEqual(picking.state, "done")
        self.assertFalse(self.env["stock.picking"].search([("backorder_id", "=", picking.id)]))

    def test_a_transfer_is_done_once(self):
        picking = self.transfer(10)
        first, second = self.done("k1", picking, []), self.done("k2", picking, [])
        self.assertEqual(self.results(first, first, second), ["applied", "duplicate", "error"])
        self.assertEqual(picking.crossdock_event_ids.mapped("event_key"), ["k1"])

    def test_what_cannot_be_validated_leaves_nothing_and_stops_nobody(self):
        bad, good = self.transfer(10), self.transfer(10)
        strange = {"move": good.move_ids.id, "quantity": 1}
        none = {"move": bad.move_ids.id, "quantity": 0}
        answers = self.apply(self.done("k1", bad, [strange]), self.done("k2", bad, [none]), self.done("k3", good, []))
        self.assertEqual([answer["result"] for answer in answers], ["error", "error", "applied"])
        self.assertEqual({a["error"]["name"] for a in answers[:2]}, {"odoo.exceptions.UserError"})
        self.assertEqual((bad.state, bad.move_ids.quantity), ("assigned", 10))
        self.assertFalse(bad.crossdock_event_ids)

    def test_lots(self):
        product = self.make_product("Serum", tracking="lot")
        lots = [
            self.env["stock.lot"].create({"name": name, "product_id": product.id, "company_id": self.env.company.id})
            for name in ("L1", "L2", "L3")
        ]
        for lot in lots:
            self.stock_up(product, 5, lot)
        picking = self.transfer(10, product)
        line = {
            "move": picking.move_ids.id,
            "quantity": 7,
            "lots": [{"lot": "L3", "quantity": 5}, {"lot": "L1", "quantity": 2}],
        }
        self.assertEqual(self.results(self.done("k1", picking, [line])), ["applied"])
        done = {detail.lot_id.name: detail.quantity for detail in picking.move_line_ids}
        self.assertEqual(done, {"L1": 2, "L3": 5})
        unknown = self.transfer(1, product)
        line = {"move": unknown.move_ids.id, "quantity": 1, "lots": [{"lot": "L9", "quantity": 1}]}
        self.assertEqual(self.results(self.done("k2", unknown, [line])), ["error"])

    def on_hand(self, product):
        quants = self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", self.source.id)])
        return sum(quants.mapped("quantity"))

    def stock(self, key, product, quantity, mode="count", lot=False, location=None):
        row = {
            "product": product.id,
            "location": (location or self.source).id,
            "lot": lot,
            "quantity": quantity,
            "mode": mode,
        }
        return {"id": key, "kind": "stock", "stock": [row], "text": "WMS CC-42"}

    def test_counts_and_changes(self):
        product = self.make_product("Vase")
        self.assertEqual(self.results(self.stock("k1", product, 90)), ["applied"])
        self.assertEqual(self.on_hand(product), 90)
        self.assertEqual(self.results(self.stock("k2", product, -5, "change")), ["applied"])
        self.assertEqual(self.on_hand(product), 85)
        self.assertEqual(self.results(self.stock("k2", product, -5, "change")), ["duplicate"])
        self.assertEqual(self.results(self.stock("k3", product, 0)), ["applied"])
        self.assertEqual(self.on_hand(product), 0)

    def test_counts_of_lots(self):
        product = self.make_product("Salt", tracking="lot")
        self.assertEqual(self.results(self.stock("k1", product, 4, lot="S1")), ["applied"])
        self.assertEqual(self.results(self.stock("k2", product, 3, "change", lot="S1")), ["applied"])
        self.assertEqual(self.on_hand(product), 7)

    def test_a_place_that_is_not_there(self):
        gone = self.env["stock.location"].browse(2**30)
        answers = self.apply(self.stock("k1", self.product, 1, location=gone))
        self.assertEqual(answers[0]["error"]["name"], "odoo.exceptions.MissingError")
