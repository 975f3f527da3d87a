"""The rules without a database: what wins, what is stale, what is refused."""

from datetime import datetime

from odoo.tests.common import BaseCase

from ..apply.effects import effects_of
from ..apply.items import read_item
from ..apply.notes import bodies_of

NOW = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  (Odoo's instants are naive UTC)


def item(key="a", **more):
    return read_item({"id": key, "picking": 1, "kind": "milestone", **more}, 0, NOW)


class TestEffects(BaseCase):
    def test_newest_instant_wins_then_rank_then_key(self):
        early = item("z", at="2026-01-01 00:00:00", milestone="in_transit", rank=99)
        late = item("b", at="2026-01-01 00:00:01", milestone="delivered", rank=90)
        lower = item("y", at="2026-01-01 00:00:01", milestone="out_for_delivery", rank=60)
        values, stale = effects_of([late, lower, early], {}, "")
        self.assertEqual(values["crossdock_milestone"], "delivered")
        self.assertEqual(values["crossdock_marks"]["state"], ["2026-01-01 00:00:01", 90, "b"])
        self.assertEqual(stale, set())

    def test_an_old_event_changes_no_field_but_may_add_a_number(self):
        marks = {"state": ["2026-01-01 00:00:01", 90, "b"]}
        values, stale = effects_of([item(at="2026-01-01 00:00:00", milestone="lost", tracking=["2"])], marks, "1")
        self.assertEqual((values, stale), ({"carrier_tracking_ref": "1,2"}, {"a"}))

    def test_an_eta_is_not_held_up_by_a_newer_milestone(self):
        marks = {"state": ["2026-01-02 00:00:00", 0, "b"]}
        values, stale = effects_of([item(at="2026-01-01 00:00:00", eta="2026-01-05 10:00:00")], marks, "")
        self.assertEqual(str(values["crossdock_eta"]), "2026-01-05 10:00:00")
        self.assertFalse(stale)

    def test_a_milestone_ends_an_exception_and_an_exception_keeps_the_milestone(self):
        values, _stale = effects_of([item(exception="damage")], {}, "")
        self.assertNotIn("crossdock_milestone", values)
        values, _stale = effects_of([item(milestone="delivered")], {}, "")
        self.assertIs(values["crossdock_exception"], False)
        self.assertEqual(values["crossdock_delivered_at"], NOW)

    def test_numbers_join_in_order_and_once(self):
        values, _stale = effects_of([item(tracking=["3", "1", "3"]), item("b", tracking=["4"])], {}, "1, 2")
        self.assertEqual(values["carrier_tracking_ref"], "1,2,3,4")
        values, _stale = effects_of([item(tracking=["2"])], {}, "1, 2")
        self.assertNotIn("carrier_tracking_ref", values)

    def test_what_cannot_be_read_is_refused(self):
        wrong = (
            {"id": ""},
            {"id": "x" * 65},
            {"kind": "party"},
            {"picking": "7"},
            {"picking": True},
            {"at": "2026-01-01T00:00:00"},
            {"at": "2026-13-01 00:00:00"},
            {"text": "x" * 4097},
            {"text": "a\x00b"},
            {"rank": 2**40},
            {"tracking": "123"},
            {"tracking": ["1,2"]},
            {"plan": []},
            {"lines": [{"move": 1, "quantity": float("nan")}]},
            {"lines": [{"move": 1, "quantity": 2, "lots": [{"lot": "L", "quantity": 1}]}]},
            {"kind": "stock"},
            {"attachments": [{"name": "a", "datas": "%%"}]},
            {"remainder": "burn"},
        )
        for more in wrong:
            with self.subTest(more=str(more)[:60]), self.assertRaises(ValueError):
                item(**{"key": "k", **more}) if "id" not in more else read_item(
                    {"picking": 1, "kind": "milestone", **more}, 0, NOW
                )

    def test_a_note_escapes_and_lists_newest_last(self):
        late = item("b", at="2026-01-01 00:00:01", text="<b>late</b>")
        early = item("a", at="2026-01-01 00:00:00", text="early")
        self.assertEqual(
            bodies_of([late, early], "all"), {1: "<ul><li>early</li><li>&lt;b&gt;late&lt;/b&gt;</li></ul>"}
        )
        self.assertEqual(bodies_of([late, early], "noteworthy"), {})
        self.assertEqual(bodies_of([item(text="x", exception="damage")], "noteworthy"), {1: "<p>x</p>"})
        self.assertEqual(bodies_of([late], "none"), {})
