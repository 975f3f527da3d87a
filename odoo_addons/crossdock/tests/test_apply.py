"""The bulk way in, against the database."""

import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import new_test_user, tagged
from odoo.tools import mute_logger

from .case import CrossdockCase


@tagged("post_install", "-at_install")
class TestApply(CrossdockCase):
    def test_events_fields_tracking_and_one_note(self):
        picking = self.transfer()
        before = picking.message_ids
        answers = self.apply(
            self.event("k1", picking, milestone="in_transit", at="2026-01-01 08:00:00", text="Moving", tracking=["T1"]),
            self.event("k2", picking, milestone="delivered", at="2026-01-01 09:00:00", text="<There>", tracking=["T2"]),
        )
        self.assertEqual([answer["result"] for answer in answers], ["applied", "applied"])
        self.assertEqual(picking.crossdock_milestone, "delivered")
        self.assertEqual(picking.crossdock_milestone_label, "Delivered")
        self.assertEqual(str(picking.crossdock_milestone_at), "2026-01-01 09:00:00")
        self.assertEqual(picking.carrier_tracking_ref, "T1,T2")
        self.assertEqual(picking.crossdock_event_ids.ids, [answers[1]["record"], answers[0]["record"]])
        note = picking.message_ids - before
        self.assertEqual(len(note), 1)
        self.assertEqual(str(note.body), "<ul><li>Moving</li><li>&lt;There&gt;</li></ul>")
        self.assertEqual(note.author_id, self.user.partner_id)
        self.assertFalse(note.notification_ids)

    def test_duplicates_and_stale(self):
        picking = self.transfer()
        new = self.event("k1", picking, milestone="delivered", at="2026-01-01 09:00:00", text="There")
        old = self.event("k0", picking, milestone="in_transit", at="2026-01-01 08:00:00")
        self.assertEqual(self.results(new, new), ["applied", "duplicate"])
        notes = picking.message_ids
        self.assertEqual(self.results(old, new), ["stale", "duplicate"])
        self.assertEqual(picking.crossdock_milestone, "delivered")
        self.assertEqual(len(picking.crossdock_event_ids), 2)
        self.assertEqual(picking.message_ids, notes)

    @mute_logger("odoo.sql_db")
    def test_the_constraint_is_real(self):
        self.apply(self.event("k1", self.transfer()))
        self.env.cr.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'crossdock_event'::regclass AND contype = 'u'"
        )
        self.assertEqual(self.env.cr.fetchall(), [("UNIQUE (event_key)",)])

    def test_a_wrong_item_fails_alone(self):
        good, other = self.transfer(), self.transfer()
        answers = self.apply(
            self.event("k1", good, milestone="delivered"),
            {"id": "k2", "picking": good.id, "kind": "party"},
            self.event("k3", 2**30, milestone="delivered"),
            "nonsense",
            self.event("k4", other, milestone="delivered"),
        )
        self.assertEqual([answer["result"] for answer in answers], ["applied", "error", "error", "error", "applied"])
        self.assertEqual([answer["id"] for answer in answers], ["k1", "k2", "k3", "", "k4"])
        self.assertEqual(answers[1]["error"]["name"], "builtins.ValueError")
        self.assertEqual(answers[2]["error"]["name"], "odoo.exceptions.MissingError")

    def test_what_raises_while_writing_fails_alone_and_leaves_nothing(self):
        pickings = [self.transfer() for _ in range(5)]
        bad = pickings[2]

        def write(records, values):
            if bad in records and "carrier_tracking_ref" in values:
                raise ValidationError("not this one")
            return write.origin(records, values)

        self.patch(type(self.env["stock.picking"]), "write", write)
        write.origin = self.origin_of_write()
        events = [self.event(f"k{n}", picking, tracking=["T"], text="x") for n, picking in enumerate(pickings)]
        answers = self.apply(*events)
        self.assertEqual([a["result"] for a in answers], ["applied", "applied", "error", "applied", "applied"])
        self.assertEqual(answers[2]["error"], {"name": "odoo.exceptions.ValidationError", "message": "not this one"})
        self.assertFalse(bad.crossdock_event_ids)
        self.assertFalse(bad.carrier_tracking_ref)
        self.assertEqual(pickings[3].carrier_tracking_ref, "T")
        self.assertEqual(len(pickings[4].crossdock_event_ids), 1)

    def origin_of_write(self):
        """The method that the test's patch stands in front of."""
        return next(
            vars(parent)["write"] for parent in type(self.env["stock.picking"]).__mro__[1:] if "write" in vars(parent)
        )

    def test_rights_are_the_users(self):
        picking = self.transfer()
        reader = new_test_user(self.env, "crossdock-reader", groups="base.group_user,crossdock.group_viewer")
        with self.assertRaises(AccessError):
            self.env["crossdock.event"].with_user(reader).apply([self.event("k1", picking)])
        bare = new_test_user(self.env, "crossdock-bare", groups="base.group_user,crossdock.group_integration")
        answers = self.env["crossdock.event"].with_user(bare).apply([self.event("k1", picking)])
        self.assertEqual(answers[0]["error"]["name"], "odoo.exceptions.AccessError")
        self.assertFalse(picking.crossdock_event_ids)

    def test_other_companies_stay_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.customers.id,
            }
        )
        answers = self.apply(self.event("k1", picking), self.event("k2", self.transfer()))
        self.assertEqual([answer["result"] for answer in answers], ["error", "applied"])
        self.user.company_ids += company
        self.assertEqual(self.results(self.event("k3", picking)), ["applied"])
        self.assertEqual(picking.crossdock_event_ids.company_id, company)

    def test_size_of_a_call(self):
        with self.assertRaises(UserError):
            self.apply(*[{}] * 1001)
        self.assertEqual(self.apply(), [])

    def test_plan_proof_eta_and_documents(self):
        picking = self.transfer()
        plan = {"tour": "T-7", "sequence": 3, "vehicle": "B-XD 1", "driver": "Ada", "slot_from": "2026-01-01 08:00:00"}
        document = {"name": "label.pdf", "mimetype": "application/pdf", "datas": base64.b64encode(b"%PDF-1").decode()}
        events = [
            self.event("k1", picking, kind="plan", plan=plan),
            self.event("k2", picking, kind="eta", eta="2026-01-01 10:00:00"),
            self.event("k3", picking, kind="label", attachments=[document]),
            self.event("k4", picking, kind="proof", at="2026-01-01 09:59:00", proof={"signed_by": "Bo", "place": "X"}),
        ]
        self.assertEqual(self.results(*events), ["applied"] * 4)
        self.assertEqual((picking.crossdock_tour, picking.crossdock_tour_sequence), ("T-7", 3))
        self.assertEqual(str(picking.crossdock_slot_from), "2026-01-01 08:00:00")
        self.assertEqual(str(picking.crossdock_eta), "2026-01-01 10:00:00")
        self.assertEqual(picking.crossdock_signed_by, "Bo")
        label = picking.crossdock_label_id
        self.assertEqual(base64.b64decode(label.datas), b"%PDF-1")
        again = {**document, "datas": base64.b64encode(b"%PDF-2").decode()}
        self.apply(self.event("k5", picking, kind="label", attachments=[again]))
        self.assertEqual(picking.crossdock_label_id, label)
        self.assertEqual(base64.b64decode(label.datas), b"%PDF-2")
        self.assertEqual(
            self.env["ir.attachment"].search_count([("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)]),
            1,
        )

    def test_notes_can_be_fewer(self):
        picking = self.transfer()
        self.env["ir.config_parameter"].set_param("crossdock.notes", "none")
        before = picking.message_ids
        self.apply(self.event("k1", picking, text="x", exception="damage"))
        self.assertEqual(picking.message_ids, before)
        self.assertEqual(picking.crossdock_exception_label, "Damage")

    def test_backorders_start_without_state(self):
        picking = self.transfer()
        self.apply(self.event("k1", picking, milestone="delivered", plan={"tour": "T"}))
        copy = picking.copy()
        self.assertFalse(copy.crossdock_milestone or copy.crossdock_tour or copy.crossdock_marks)

    def test_events_go_with_their_transfer(self):
        picking = self.transfer()
        event = self.env["crossdock.event"].browse(self.apply(self.event("k1", picking))[0]["record"])
        self.assertTrue(event.exists())
        picking.action_cancel()
        picking.unlink()
        self.assertFalse(event.exists())
