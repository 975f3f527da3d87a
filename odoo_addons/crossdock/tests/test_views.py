"""What people see."""

import base64

from odoo.tests import Form
from odoo.tests.common import new_test_user, tagged

from .case import CrossdockCase


@tagged("post_install", "-at_install")
class TestViews(CrossdockCase):
    def test_the_tower(self):
        picking = self.transfer()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("crossdock.tower_url", "")
        self.assertFalse(picking.crossdock_has_tower)
        parameters.set_param("crossdock.tower_url", "javascript:alert(1)")
        self.assertFalse(self.env["stock.picking"].browse(picking.id)._crossdock_tower())
        parameters.set_param("crossdock.tower_url", "https://tower.example.com/")
        action = picking.action_crossdock_tower()
        name = picking.name.replace("/", "%2F")
        self.assertEqual(action["url"], f"https://tower.example.com/orders?q={name}")
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "new"))

    def test_the_form_opens_for_viewers_and_for_others(self):
        picking = self.transfer()
        self.apply(self.event("k1", picking, milestone="delivered", text="There"))
        form = Form(picking.with_user(self.user))
        self.assertEqual(form.crossdock_milestone_label, "Delivered")
        plain = new_test_user(self.env, "crossdock-plain", groups="base.group_user,stock.group_stock_user")
        view = picking.with_user(plain).get_view(view_type="form")
        self.assertNotIn("crossdock_event_ids", view["arch"])
        self.assertIn("crossdock_milestone_label", view["arch"])

    def test_an_unknown_code_is_shown(self):
        picking = self.transfer()
        self.apply(self.event("k1", picking, milestone="beamed_up"))
        self.assertEqual(picking.crossdock_milestone_label, "Beamed up")

    def test_the_sale_order_sums_up(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Ada"}).id,
                "order_line": [(0, 0, {"product_id": self.product.id, "product_uom_qty": 2})],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        self.apply(self.event("k1", picking, milestone="out_for_delivery", exception="delay_carrier"))
        self.assertEqual(order.crossdock_milestone, "Out for delivery")
        self.assertEqual(order.crossdock_exception, "Delay at carrier")
        self.assertEqual(order.crossdock_event_ids.mapped("event_key"), ["k1"])
        found = self.env["sale.order"].search([("picking_ids.crossdock_exception", "!=", False), ("id", "=", order.id)])
        self.assertEqual(found, order)

    def test_the_order_shows_the_latest_eta_to_come_and_the_labels(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Ada"}).id,
                "order_line": [(0, 0, {"product_id": self.product.id, "product_uom_qty": 2})],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        self.assertFalse(order.crossdock_is_reported)
        content = base64.b64encode(b"%PDF-1.4").decode()
        label = {"name": "T1.pdf", "mimetype": "application/pdf", "datas": content}
        self.apply(
            self.event("k1", picking, kind="eta", eta="2026-01-03 10:00:00"),
            self.event("k2", picking, kind="label", attachments=[label]),
        )
        order.invalidate_recordset()
        self.assertTrue(order.crossdock_is_reported)
        self.assertEqual(str(order.crossdock_eta), "2026-01-03 10:00:00")
        self.assertEqual(order.crossdock_label_ids.mapped("name"), ["T1.pdf"])
        url = picking.action_crossdock_label()["url"]
        self.assertEqual(url, f"/web/content/{picking.crossdock_label_id.id}/T1.pdf")
        self.apply(self.event("k3", picking, milestone="delivered", at="2026-01-02 10:00:00"))
        self.assertFalse(order.crossdock_eta)

    def test_every_event_says_what_happened(self):
        picking = self.transfer()
        self.apply(
            self.event("k1", picking, kind="plan", plan={"tour": "T"}),
            self.event("k2", picking, milestone="delivery_attempted", exception="recipient"),
        )
        told = {event.event_key: event.what for event in picking.crossdock_event_ids}
        self.assertEqual(told, {"k1": "Dispatch plan", "k2": "Delivery attempted · Recipient not met"})
        names = picking.crossdock_event_ids.mapped("display_name")
        self.assertIn(f"{picking.name}: Dispatch plan", names)

    def test_groups_by_code_are_headed_by_text(self):
        choices = dict(
            self.env["stock.picking"].fields_get(["crossdock_milestone"])["crossdock_milestone"]["selection"]
        )
        self.assertEqual(choices["in_transit"], "In transit")

    def test_the_groups_are_one_choice_on_the_users_form(self):
        groups = self.env.ref("crossdock.group_viewer") + self.env.ref("crossdock.group_integration")
        place = "privilege_id" if "privilege_id" in groups._fields else "category_id"
        self.assertEqual(groups.mapped(place).mapped("name"), ["Crossdock"])
        self.assertEqual(groups.mapped("full_name"), ["Crossdock / Viewer", "Crossdock / Integration"])

    def test_views_load(self):
        for model, kinds in (("crossdock.event", ("form", "search")), ("sale.order", ("form", "search"))):
            for kind in kinds:
                self.assertIn("field", self.env[model].get_view(view_type=kind)["arch"])
        self.assertTrue(self.env["crossdock.event"].get_view(self.env.ref("crossdock.view_crossdock_event_list").id))
