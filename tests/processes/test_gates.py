"""Payment and credit keep an order back, and every way out of a hold ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.instants import stamp
from crossdock.model.money import money
from crossdock.model.releasing import CreditStanding, OrderFreed, OrderHeld, PaymentReported, ReviewDecided
from crossdock.processes.credit_hold import CreditPolicy, credit_hold
from crossdock.processes.order_release import order_release
from crossdock.processes.payment_gate import PaymentPolicy, is_to_speak, payment_gate
from crossdock.processes.release_work import ReleasePolicy
from orders import delivery_order
from processes.history import HOUR, NOON, Timed
from processes.household import Household


def order(owes: str = "0", limit: str = "100", minute: int = 0) -> ev.FulfilmentRequested:
    standing = CreditStanding(money(owes, "EUR"), money(limit, "EUR"))
    wanted = delivery_order(changed_at=f"2026-11-21T06:{minute:02}:00Z")
    return ev.FulfilmentRequested(structs.replace(wanted, credit=standing))


def review(verdict: str, gate: str = "credit", name: str = "r1") -> ReviewDecided:
    return ReviewDecided(name, gate, verdict, "cli:fin", "asked them")


def paid(state: str, sequence: int = 0, transaction: str = "t1") -> PaymentReported:
    return PaymentReported("shop", transaction, state, sequence)


def credit(policy: CreditPolicy = CreditPolicy()) -> Timed:
    return Timed(credit_hold(policy))


def payment(policy: PaymentPolicy = PaymentPolicy()) -> Timed:
    return Timed(payment_gate(policy))


def kinds(orders) -> list[str]:
    return [str(each.body.__struct_config__.tag) for each in orders]


@pytest.mark.req("G9", "H5")
def test_a_customer_over_the_limit_waits_for_finance_and_goes_on_approval():
    told = credit()
    assert kinds(told.tell(order("150"))) == ["activity.raise.v1"]
    assert (told.stage, told.raised(), told.state.holds()[0].split()[0]) == ("held", ["credit.hold"], "credit")
    assert kinds(told.tell(review("approve"))) == ["activity.close.v1"]
    assert (told.stage, told.state.holds(), told.resolved(), told.due) == ("approved", [], ["credit.hold"], {})
    assert not told.tell(order("150", minute=1)), "what was approved is not asked again"
    assert kinds(told.tell(order("160", minute=2))) == ["activity.raise.v1"]
    assert told.stage == "held"


@pytest.mark.req("H5")
@pytest.mark.parametrize(("on_expiry", "held"), [("release", 0), ("keep", 1)])
def test_a_review_nobody_does_expires_as_policy_says(on_expiry, held):
    told = credit(CreditPolicy(hours=24, on_expiry=on_expiry))
    told.tell(order("150"))
    assert told.pass_time(23.9) == []
    assert told.pass_time(1) == [24.0]
    assert (told.stage, len(told.state.holds())) == ("expired", held)


@pytest.mark.req("H5")
def test_a_rejected_order_stays_back_until_somebody_approves_it_after_all():
    told = credit()
    told.tell(order("150"), review("reject"))
    assert (told.stage, len(told.state.holds())) == ("rejected", 1)
    told.tell(review("approve", name="r2"))
    assert (told.stage, told.state.holds()) == ("approved", [])


@pytest.mark.req("G9")
@pytest.mark.parametrize(
    ("owes", "tolerance", "stage"), [("100", 0, "watching"), ("105", 10, "watching"), ("111", 10, "held")]
)
def test_the_limit_and_its_tolerance_decide(owes, tolerance, stage):
    told = credit(CreditPolicy(tolerance=tolerance))
    told.tell(order(owes))
    assert told.stage == stage


@pytest.mark.req("G8")
def test_a_pending_payment_holds_the_order_and_its_authorization_frees_it():
    told = payment()
    told.tell(order(), paid("pending"))
    assert (told.stage, len(told.state.holds())) == ("waiting", 1)
    told.tell(paid("authorized", 1))
    assert (told.stage, told.state.holds()) == ("paid", [])


@pytest.mark.req("G8")
def test_a_failed_payment_is_an_exception_until_another_comes_through():
    told = payment(PaymentPolicy(require="all"))
    told.tell(order())
    assert told.stage == "waiting"
    told.tell(paid("failed"))
    assert (told.stage, told.raised()) == ("failed", ["payment.failed"])
    told.tell(paid("captured", transaction="t2"))
    assert (told.stage, told.resolved(), told.state.holds()) == ("paid", ["payment.failed"], [])


@pytest.mark.req("G8")
def test_what_is_said_late_of_a_payment_does_not_overrule_what_came_after():
    told = payment()
    told.tell(paid("captured", 2), order(), paid("pending", 0))
    assert (told.stage, told.state.holds()) == ("paid", [])


_HOLDING = {"held", "waiting", "failed", "rejected", "expired"}
facts = st.sampled_from(
    [
        order("150"), order("90", minute=1), order("200", minute=2),
        ev.FulfilmentCancelled("do:odoo:7", changed_at=stamp("2026-11-21T06:01:30Z")),
        review("approve"), review("reject", name="r2"), review("approve", "payment", "r3"),
        paid("pending"), paid("authorized", 1), paid("failed", 2), paid("captured", 1, "t2"),
    ]
)  # fmt: skip


@pytest.mark.req("H5", "G8")
@given(st.lists(st.tuples(facts, st.integers(0, 80)), max_size=15), st.sampled_from([credit, payment]))
def test_every_hold_begins_once_and_ends_at_most_once_and_what_is_not_held_is_said_so(story, begin):
    told, seen = begin(), set()
    for body, hours in story:
        if body not in seen:
            told.tell(body)
        seen.add(body)
        told.pass_time(hours)
        stage = next(each for each in told.process.chart.stages if each.name == told.stage) if told.stage else None
        held = bool(told.state.holds())
        assert stage is None or held == (stage.name in _HOLDING), stage
    holds = [body.hold for body in told.events if isinstance(body, OrderHeld)]
    freed = [body.hold for body in told.events if isinstance(body, OrderFreed)]
    assert len(set(holds)) == len(holds)
    assert len(set(freed)) == len(freed)
    assert set(freed) <= set(holds)
    assert all(due > NOON - HOUR for due in told.due.values())


@pytest.mark.req("G8")
def test_a_payment_that_was_reported_before_its_order_holds_it_all_the_same():
    paying = PaymentPolicy()
    policy = ReleasePolicy(lambda _: "wms", is_awaited=lambda state: is_to_speak(state, paying))
    home = Household(payment_gate(paying), order_release(policy))
    given = home.tell_at_once(ev.FulfilmentRequested(delivery_order()), paid("pending"))
    assert (home.stages["order_release"], given) == ("held", []), "nothing goes to the warehouse"
    given = home.tell(paid("authorized", 1))
    assert [each.kind for each in given] == ["warehouse_order.release.v1"]
