"""The breaker and the throttle: pure functions on the shared row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.backbone.breaker import SECOND, Limits, allow, failed, spend, succeeded
from crossdock.backbone.judging import judge_health, outcome_of
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule, next_try
from crossdock.ports.stores_delivery import Attempt, Health
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Reauthenticate, Retry

T0 = 1_795_262_400_000_000
LIMITS = Limits(failures=20, open_seconds=30)


@pytest.mark.req("K6")
def test_the_breaker_opens_probes_once_and_closes_with_three_moves():
    health, moves = Health(), []
    for n in range(20):
        health, move = failed(health, LIMITS, "p", "503", T0 + n)
        moves += [move] if move else []
    assert allow(health, LIMITS, T0 + 20 * SECOND, 5).calls == 0
    first = allow(health, LIMITS, T0 + 31 * SECOND, 5)
    assert first.calls == 1
    assert allow(first.health, LIMITS, T0 + 31 * SECOND, 5).calls == 0, "only one probe at a time"
    health, move = failed(first.health, LIMITS, "p", "503", T0 + 32 * SECOND)
    moves.append(move)
    assert allow(health, LIMITS, T0 + 33 * SECOND, 5).calls == 0
    health, move = succeeded(allow(health, LIMITS, T0 + 63 * SECOND, 1).health, "p", T0 + 63 * SECOND)
    moves.append(move)
    assert [each.state for each in moves] == ["open", "open", "closed"]
    assert allow(health, LIMITS, T0 + 64 * SECOND, 5).calls == 5


@pytest.mark.req("C10")
@given(st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=200), st.floats(0.5, 50), st.integers(1, 20))
def test_a_throttle_never_lets_more_through_than_rate_and_burst(gaps, per_second, burst):
    limits = Limits(per_second=per_second, burst=burst)
    health, now, calls = Health(), T0, 0
    for gap in gaps:
        now += gap
        allowance = allow(health, limits, now, 7)
        health = spend(allowance.health, limits, allowance.calls)
        calls += allowance.calls
        assert calls <= burst + per_second * (now - T0) / SECOND + 1e-6


@pytest.mark.req("C10")
def test_retry_after_holds_the_whole_partner():
    slow = Retry(Explanation("", ""), ErrorClass.THROTTLED, after=120)
    health, _ = judge_health(Health(), LIMITS, "p", slow, T0)
    assert allow(health, LIMITS, T0 + 119 * SECOND, 5).calls == 0
    assert allow(health, LIMITS, T0 + 121 * SECOND, 5).calls == 5


def test_a_business_refusal_is_no_failure_of_the_partner_and_a_bad_credential_asks_for_a_person():
    ill = Health(failures=3)
    assert judge_health(ill, LIMITS, "p", Park(Explanation("", "")), T0)[0].failures == 0
    assert judge_health(ill, LIMITS, "p", Reauthenticate(Explanation("renew", "")), T0)[0].attention == "renew"


@pytest.mark.req("K6", "C9")
@pytest.mark.parametrize("verdict", [Retry, InDoubt])
def test_a_partner_that_answers_well_but_does_not_show_a_label_yet_is_not_failing(verdict):
    well = Health()
    assert judge_health(well, LIMITS, "p", verdict(Explanation("", ""), ErrorClass.PENDING), T0) == (well, None)
    assert judge_health(well, LIMITS, "p", verdict(Explanation("", ""), ErrorClass.TIMEOUT), T0)[0].failures == 1


@pytest.mark.req("K3")
@pytest.mark.parametrize("error_class", list(ErrorClass))
def test_each_class_of_error_follows_its_own_schedule_and_ends(error_class):
    schedule = DEFAULT_SCHEDULES[error_class]
    pauses = [next_try(schedule, n, T0, 0.5, None) - T0 for n in range(1, len(schedule.pauses) + 1)]
    assert pauses == [int(pause * SECOND) for pause in schedule.pauses]
    assert next_try(schedule, schedule.park_after, T0, 0.5, None) is None


@given(st.integers(1, 49), st.floats(0, 0.999), st.floats(0, 1000))
def test_jitter_stays_in_its_band_and_retry_after_is_never_undercut(attempt, jitter, after):
    schedule = Schedule((10, 100), park_after=50)
    pause = 10 if attempt == 1 else 100
    waited = (next_try(schedule, attempt, T0, jitter, after) - T0) / SECOND
    assert waited >= after - 1e-3
    assert min(pause * 0.8, after) - 1e-3 <= waited <= max(pause * 1.2, after) + 1e-3


@pytest.mark.req("K3", "C5")
def test_a_doubt_that_ends_at_a_known_time_is_not_slept_through():
    def due_after(tries, within):
        verdict = InDoubt(Explanation("", ""), ErrorClass.PENDING, within)
        outcome = outcome_of(verdict, Attempt("c1", tries, T0, T0, "InDoubt"), DEFAULT_SCHEDULES, tries, T0, 0.5)
        return outcome.status, (outcome.due_at - T0) / SECOND

    assert due_after(7, 68.0) == ("in_doubt", 68.0), "not the 300 s of the schedule"
    assert due_after(1, 300.0) == ("in_doubt", 2.0), "what the schedule says is sooner"
    assert due_after(7, None) == ("in_doubt", 300.0)


@pytest.mark.req("L2")
def test_a_command_that_is_given_up_does_not_say_that_it_is_tried_again():
    told = Explanation("Busy; it is tried again.", "HTTP 503")
    schedule = {ErrorClass.SERVER: Schedule((1.0, 2.0), park_after=3)}
    verdict, attempt = Retry(told, ErrorClass.SERVER), Attempt("c1", 3, T0, T0, "Retry")
    going = outcome_of(verdict, attempt, schedule, 1, T0, 0.5)
    assert (going.status, going.attempt.operator) == ("retry", told.operator)
    over = outcome_of(verdict, attempt, schedule, 3, T0, 0.5)
    assert over.status == "parked"
    assert over.attempt.operator.startswith("Given up after 3 tries; retry it when the cause is gone.")
    assert over.attempt.engineer == "HTTP 503"
