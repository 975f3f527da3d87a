"""The server action's code: what Odoo's sandbox takes, and its decisions, run without an Odoo."""

import datetime as dt
import dis
import types

import pytest

from crossdock.connectors.odoo.operations import tier_action

FORBIDDEN = {"IMPORT_NAME", "IMPORT_FROM", "IMPORT_STAR", "STORE_ATTR", "DELETE_ATTR", "STORE_GLOBAL", "DELETE_GLOBAL",
             "MAKE_CELL", "LOAD_CLOSURE", "LOAD_DEREF", "STORE_DEREF", "COPY_FREE_VARS", "BEFORE_WITH", "DELETE_SUBSCR",
             "UNPACK_EX", "LIST_TO_TUPLE", "LOAD_ASSERTION_ERROR", "SETUP_WITH"}  # fmt: skip
"""Operations that Odoo's safe_eval (17 to 19) refuses and Python code easily brings about."""


def _parts(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _parts(constant)


def test_the_sandbox_takes_it():
    compiled = compile(tier_action.code(), "action", "exec")
    for part in _parts(compiled):
        assert {each.opname for each in dis.get_instructions(part)} & FORBIDDEN == set(), part.co_name
        assert [name for name in part.co_names if "__" in name] == []


class Cursor:
    def now(self):
        return dt.datetime(2026, 1, 5, 12)  # noqa: DTZ001 - Odoo's are naive UTC


class Environment:
    """Just enough to load the code with no events at all."""

    context = {}  # noqa: RUF012 - never changed
    cr = Cursor()

    def __call__(self, context):
        return self


class Transfer:
    def __init__(self, marks="", tracking=""):
        self.x_crossdock_marks, self.carrier_tracking_ref = marks, tracking


@pytest.fixture
def action():
    names = {"env": Environment(), "datetime": dt, "UserError": ValueError}
    exec(compile(tier_action.code(), "action", "exec"), names)  # noqa: S102 - our own text
    names["has_tracking"] = True
    return names


def effects(action, items, transfer):
    action["items"][:] = items
    places = sorted(range(len(items)), key=lambda place: action["order_of"](items[place]))
    action["stale"].clear()
    return action["effects_of"](places, transfer)


def item(key, **more):
    return {"id": key, "picking": 1, "at": "2026-01-01 10:00:00", **more}


def test_no_events_give_no_results(action):
    assert action["action"] == {"results": []}


@pytest.mark.req("K11")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"at": "2026-01-01 10:00:01"}, {"rank": 9}),
        ({"rank": 2}, {"rank": 1}),
        ({"id": "b"}, {"id": "a"}),
    ],
    ids=["time", "rank", "id"],
)
def test_the_newest_by_time_rank_and_id_wins_in_any_order(action, first, second):
    newer, older = item("x", milestone="new") | first, item("x", milestone="old") | second
    for order in ([newer, older], [older, newer]):
        transfer = Transfer()
        values = effects(action, order, transfer)
        assert values["x_crossdock_milestone"] == "new"
        assert action["stale"] == set()
        later = Transfer(values["x_crossdock_marks"])
        assert "x_crossdock_milestone" not in effects(action, [older], later)
        assert action["stale"] == {0}


def test_an_exception_alone_leaves_the_milestone_and_a_milestone_ends_the_exception(action):
    values = effects(action, [item("a", exception="delayed")], Transfer())
    assert values["x_crossdock_exception"] == "delayed"
    assert "x_crossdock_milestone" not in values
    later = item("b", milestone="in_transit", at="2026-01-01 11:00:00")
    after = effects(action, [later], Transfer(values["x_crossdock_marks"]))
    assert after["x_crossdock_exception"] is False


def test_what_different_partners_tell_does_not_outdate_one_another(action):
    first = effects(action, [item("a", milestone="in_transit", at="2026-01-02 00:00:00")], Transfer())
    second = effects(action, [item("b", kind="eta", eta="2026-01-09 00:00:00")], Transfer(first["x_crossdock_marks"]))
    assert second["x_crossdock_eta"] == "2026-01-09 00:00:00"
    assert action["stale"] == set()


def test_tracking_numbers_join_those_that_are_there_in_order(action):
    told = [item("a", tracking=["2", "3"]), item("b", tracking=["3", "4"])]
    assert effects(action, told, Transfer(tracking="1, 2"))["carrier_tracking_ref"] == "1,2,3,4"
    assert effects(action, told[:1], Transfer(tracking="2,3")) == {}


def test_an_eta_is_taken_back_by_false(action):
    assert effects(action, [item("a", kind="eta", eta=False)], Transfer())["x_crossdock_eta"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        "text", {}, {"id": ""}, {"id": "x" * 65}, {"id": "a\nb"}, {"picking": "1"}, {"picking": True}, {"picking": 0},
        {"picking": 2**31}, {"rank": "1"}, {"rank": 2**31}, {"tracking": "1Z"}, {"tracking": [1]},
        {"tracking": ["a,b"]},
        {"at": "2026-01-01"}, {"at": "2026-13-01 00:00:00"}, {"eta": "2026-01-01T00:00:00"}, {"kind": "stock"},
        {"plan": [7]}, {"text": 7},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_an_item_is_known_before_the_database_is_asked(action, wrong):
    given = wrong if isinstance(wrong, str) or not wrong else item("a") | wrong
    assert action["fault_of"](given)


def test_a_good_item_has_no_fault(action):
    assert action["fault_of"](item("a", kind="label", tracking=["1Z"], rank=-5, eta=False)) == ""
