"""What changes leave in the outbox, and in which order it is read."""

import time

from odoo import SUPERUSER_ID, api, sql_db
from odoo.exceptions import AccessError, ValidationError
from odoo.tests.common import BaseCase, get_db_name, tagged

from .case import CrossdockCase


@tagged("post_install", "-at_install")
class TestOutbox(CrossdockCase):
    def settle(self):
        """Everything so far into the outbox, as a commit does it."""
        self.env.cr.flush()

    def since(self, id_=0):
        """Rows of this very transaction, which ``pull`` rightly keeps back: read directly."""
        self.settle()
        return self.env["crossdock.outbox"].search([("id", ">", id_)])

    def newest(self):
        self.settle()
        return self.env["crossdock.outbox"].search([], order="id desc", limit=1).id

    def told(self, since):
        return {(row.model, row.res_id): (row.action, row.names) for row in self.since(since)}

    def test_a_record_makes_one_row_in_a_transaction(self):
        since = self.newest()
        partner = self.env["res.partner"].create({"name": "Ada"})
        partner.street = "Main 1"
        self.assertEqual(self.told(since), {("res.partner", partner.id): ("create", "street")})

    def test_only_what_matters(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        since = self.newest()
        partner.comment = "likes tea"
        self.assertEqual(self.told(since), {})
        partner.city = "Bern"
        self.assertEqual(self.told(since), {("res.partner", partner.id): ("write", "city")})

    def test_computed_states_and_moves_count_for_their_transfer(self):
        picking = self.transfer()
        since = self.newest()
        picking.do_unreserve()
        action, names = self.told(since)["stock.picking", picking.id]
        self.assertEqual(action, "write")
        self.assertIn("state", names.split(","))
        self.assertIn("stock.move.quantity", names.split(","))
        self.assertFalse([row for row in self.since(since) if row.model == "stock.move"])

    def test_deletions(self):
        picking = self.transfer()
        picking.action_cancel()
        since = self.newest()
        id_ = picking.id
        picking.unlink()
        self.assertEqual(self.told(since)["stock.picking", id_][0], "delete")

    def test_own_writes_are_no_news(self):
        picking = self.transfer()
        since = self.newest()
        self.apply(self.event("k1", picking, milestone="delivered", tracking=["T"], text="x"))
        self.assertEqual(self.told(since), {})
        picking.carrier_tracking_ref = "by hand"
        self.assertEqual(self.told(since), {("stock.picking", picking.id): ("write", "carrier_tracking_ref")})

    def test_a_backorder_of_an_own_write_is_news(self):
        picking = self.transfer(10)
        since = self.newest()
        self.apply(
            self.event("k1", picking, kind="done", lines=[{"move": picking.move_ids.id, "quantity": 4}]),
        )
        rest = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        told = self.told(since)
        self.assertEqual(told["stock.picking", rest.id][0], "create")
        self.assertNotIn(("stock.picking", picking.id), told)

    def test_what_is_rolled_back_is_no_news(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        since = self.newest()
        savepoint = self.env.cr.savepoint()
        partner.city = "Bern"
        savepoint.close(rollback=True)
        self.assertEqual(self.told(since), {})

    def test_it_can_be_switched_off(self):
        self.env["ir.config_parameter"].set_param("crossdock.outbox", "0")
        since = self.newest()
        self.env["res.partner"].create({"name": "Ada"})
        self.assertEqual(self.told(since), {})

    def test_running_transactions_are_kept_back(self):
        self.env["res.partner"].create({"name": "Ada"})
        self.settle()
        outbox = self.env["crossdock.outbox"].with_user(self.user)
        pulled = outbox.pull("", 5000)
        self.env.cr.execute("SELECT id FROM crossdock_outbox WHERE txid = txid_current()")
        own = {id_ for (id_,) in self.env.cr.fetchall()}
        self.assertTrue(own)
        self.assertFalse(own & {row["id"] for row in pulled["rows"]})

    def test_pages_and_acknowledgement(self):
        self.env.cr.execute("DELETE FROM crossdock_outbox")
        self.env.cr.execute(
            "INSERT INTO crossdock_outbox (model, res_id, action, names, txid, written_at) "
            "VALUES ('res.partner', 1, 'write', 'name', 7, now()), ('res.partner', 2, 'write', '', 5, now()), "
            "('res.partner', 3, 'delete', '', 7, now())"
        )
        outbox = self.env["crossdock.outbox"].with_user(self.user)
        first = outbox.pull("", 2)
        self.assertEqual(([row["res_id"] for row in first["rows"]], first["more"]), ([2, 1], True))
        second = outbox.pull(first["cursor"], 2)
        self.assertEqual(([row["res_id"] for row in second["rows"]], second["more"]), ([3], False))
        self.assertEqual(second["rows"][0]["action"], "delete")
        self.assertEqual(outbox.pull(second["cursor"], 2)["rows"], [])
        self.assertEqual(outbox.ack(first["cursor"]), 2)
        self.assertEqual([row["res_id"] for row in outbox.pull("", 2)["rows"]], [3])

    def test_a_cursor_of_another_server_starts_anew(self):
        self.env.cr.execute("DELETE FROM crossdock_outbox")
        self.env.cr.execute(
            "INSERT INTO crossdock_outbox (model, res_id, action, txid, written_at) "
            "VALUES ('res.partner', 1, 'write', 9000000000000, now()), ('res.partner', 2, 'write', 5, now())"
        )
        outbox = self.env["crossdock.outbox"].with_user(self.user)
        pulled = outbox.pull("00000000.99999999.1", 10)
        self.assertTrue(pulled["reset"])
        self.assertEqual([row["res_id"] for row in pulled["rows"]], [1, 2])
        self.assertEqual(outbox.ack("00000000.99999999.1"), 0)
        with self.assertRaises(ValidationError):
            outbox.pull("nonsense", 10)

    def test_who_may_pull(self):
        with self.assertRaises(AccessError):
            self.env["crossdock.outbox"].with_user(self.env.ref("base.public_user")).pull("", 1)
        with self.assertRaises(AccessError):
            self.env["crossdock.outbox"].with_user(self.env.ref("base.public_user")).ack("a.0.0")


@tagged("post_install", "-at_install")
class TestOrder(BaseCase):
    """With real connections only: a test's own transaction would hold everything back."""

    def test_who_commits_late_is_not_passed_over(self):
        """Real connections: an early transaction that commits after a later one."""
        database = sql_db.db_connect(get_db_name())
        mark = "crossdock.test.late"
        insert = "INSERT INTO crossdock_outbox (model, res_id, action, written_at) VALUES (%s, %s, 'write', now())"

        def pulled(cursor):
            with database.cursor() as cr:
                outbox = api.Environment(cr, SUPERUSER_ID, {})["crossdock.outbox"]
                page = outbox.pull(cursor, 5000)
                return [row["res_id"] for row in page["rows"] if row["model"] == mark], page["cursor"]

        _rows, start = pulled("")
        early, late = database.cursor(), database.cursor()
        try:
            early.execute(insert, [mark, 1])
            late.execute(insert, [mark, 2])
            late.commit()
            rows, cursor = pulled(start)
            self.assertEqual(rows, [])
            early.commit()
            rows = []
            for _attempt in range(100):  # whoever else writes on this server keeps rows back until the end of it
                more, cursor = pulled(cursor)
                rows += more
                if len(rows) >= 2:
                    break
                time.sleep(0.1)
            self.assertEqual(rows, [1, 2])
            self.assertEqual(pulled(cursor)[0], [])
        finally:
            late.execute("DELETE FROM crossdock_outbox WHERE model = %s", [mark])
            late.commit()
            early.close()
            late.close()
