"""An exception as people work on it is the same for any order in which its events arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import SUBJECT, exceptions

from crossdock.model import exceptions as exc
from crossdock.model.cases import Case, case_id, fold, opened
from crossdock.model.money import Money

NAMED = {"kind": "sku.unknown", "pointer": "/lines/0", "cause": "c1"}


def folded(*told: exc.ExceptionEvent) -> Case:
    case = opened(SUBJECT, told[0])
    for at, body in enumerate(told, 1):
        case = fold(case, body, at)
    return case


@pytest.mark.req("L13", "H9")
@given(st.data())
def test_any_order_of_arrival_gives_the_same_case(data):
    """Raising, routing and ending are said once; of what people say the latest holds."""
    bodies = data.draw(st.lists(exceptions, min_size=1, max_size=8))
    once = (exc.ExceptionRaised, exc.ExceptionRouted)
    said: list[exc.ExceptionEvent] = []
    for body in bodies:
        if not (isinstance(body, once) and any(type(each) is type(body) for each in said)):
            said.append(body)
    levels: dict[int, exc.ExceptionEvent] = {}
    timed = [(at, body) for at, body in enumerate(said, 1) if not _again(levels, body)]
    shuffled = data.draw(st.permutations(timed))
    case, other = opened(SUBJECT, said[0]), opened(SUBJECT, said[0])
    for at, body in timed:
        case = fold(case, body, at)
    for at, body in shuffled:
        other = fold(other, body, at)
    assert case == other


def _again(levels, body) -> bool:
    """Each level is reached once."""
    if not isinstance(body, exc.ExceptionEscalated):
        return False
    return levels.setdefault(body.level, body) is not body


@pytest.mark.req("L13", "H9")
def test_a_person_named_later_does_not_hide_the_team_named_before():
    """Hypothesis found it: the second word came first, said no team, and its time shut out the first."""
    raised = exc.ExceptionRaised(text="no SKU", partner="odoo", **NAMED)
    team = exc.ExceptionAssigned(owner="claims", assignee="", id="r1", actor="api:ann", **NAMED)
    person = exc.ExceptionAssigned(owner="", assignee="bob", id="r2", actor="api:ann", **NAMED)
    case = fold(fold(fold(opened(SUBJECT, raised), raised, 1), person, 4), team, 2)
    assert (case.owner, case.assignee) == ("claims", "bob")


@given(exceptions)
def test_a_case_is_named_by_what_it_is_about(body):
    case = fold(opened(SUBJECT, body), body, 1)
    assert case.id == case_id(SUBJECT, body.kind, body.pointer, body.cause)
    assert len(case.cause_group) == 16


@pytest.mark.req("L13")
def test_its_life():
    raised = exc.ExceptionRaised(text="no SKU", partner="odoo", **NAMED)
    routed = exc.ExceptionRouted(
        owner="order-desk", severity="normal", queue="business", acknowledge_by=60, resolve_by=240,
        value=Money(995, "EUR"), **NAMED,
    )  # fmt: skip
    taken = exc.ExceptionAssigned(id="r1", actor="ann", assignee="ann", **NAMED)
    waits = exc.ExceptionWaiting(id="r2", actor="ann", on="customer", until=99, **NAMED)
    stands = exc.ExceptionTimed(id="e2", **NAMED)
    goes_on = exc.ExceptionResumed(id="r3", actor="ann", **NAMED)
    ended = exc.ExceptionResolved(by="ann", reason="the item has its SKU", **NAMED)
    states = [
        folded(*told).state
        for told in (
            (raised,), (raised, routed, taken), (raised, routed, taken, waits, stands),
            (raised, routed, taken, waits, stands, goes_on), (raised, routed, taken, waits, ended),
        )
    ]  # fmt: skip
    assert states == ["open", "assigned", "waiting", "assigned", "resolved"]
    case = folded(raised, routed, taken, waits, stands)
    assert (case.owner, case.assignee, case.value, case.currency, case.partner) == (
        "order-desk", "ann", 995, "EUR", "odoo"
    )  # fmt: skip
    assert (case.waiting_on, case.waiting_until, case.resolve_by, case.acknowledged_at) == ("customer", 99, 0, 3)
    assert folded(raised, routed, ended).reason == "the item has its SKU"


def test_what_no_database_keeps_is_not_kept():
    case = folded(exc.ExceptionRaised(kind="k", text="a\x00b", pointer="/\x00"))
    assert (case.text, case.pointer) == ("a\u2400b", "/\u2400")
