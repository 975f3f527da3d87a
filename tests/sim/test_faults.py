"""Scripted faults are exact and reproducible."""

import pytest

from crossdock.sim.faults import Effect, FaultBook, InvalidFaults, Match, Rule, When, load_faults

SECOND = 1_000_000


def test_rules_are_read_from_yaml_and_json():
    rules = load_faults("- match: {method: POST, path: '/a/.*'}\n  when: {nth: 2}\n  do: {lost_answer: true}\n")
    assert rules == (Rule(Effect(lost_answer=True), Match("POST", "/a/.*"), When(nth=2)),)
    assert load_faults(b'[{"do": {"status": 503, "retry_after": 5}}]')[0].do == Effect(status=503, retry_after=5)
    assert load_faults("") == ()


@pytest.mark.parametrize(
    "text", ["a: b", "- do: {explode: true}", "- do: {}\n  match: {path: '('}", "[", b"\xff\xfe\xff"]
)
def test_a_bad_file_says_why(text):
    with pytest.raises(InvalidFaults):
        load_faults(text)


def test_nth_time_and_times():
    book = FaultBook([Rule(Effect(status=500), when=When(nth=2))])
    assert [book.judge("GET", "/", 0).status for _ in range(3)] == [0, 500, 0]
    book = FaultBook([Rule(Effect(status=500), when=When(since=1, until=2))], started_at=SECOND)
    assert [book.judge("GET", "/", moment * SECOND).status for moment in (1, 2, 3)] == [0, 500, 0]
    book = FaultBook([Rule(Effect(status=500), when=When(times=1))])
    assert [book.judge("GET", "/", 0).status for _ in range(2)] == [500, 0]


def test_probability_is_decided_by_the_seed():
    def draw(seed):
        book = FaultBook([Rule(Effect(drop=True), when=When(probability=0.3))], seed=seed)
        return [book.judge("GET", "/", 0).drop for _ in range(400)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert 80 < sum(draw(1)) < 160


def test_rules_that_match_apply_together():
    book = FaultBook(
        [Rule(Effect(latency=1.0)), Rule(Effect(latency=2.0, duplicate=True)), Rule(Effect(drop=True), Match("PUT"))]
    )
    assert book.judge("GET", "/", 0) == Effect(latency=3.0, duplicate=True)
