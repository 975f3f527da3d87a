"""A peak day with every fault on: every figure is explained, and what is not is named."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import structs

from crossdock.backbone import translate
from crossdock.devkit.capacity.profile import bundled
from crossdock.devkit.chaos import noted
from crossdock.devkit.chaos.running import prepare, workspace
from crossdock.devkit.peakday import acting, lateness, pushing, running, shape, staging
from crossdock.devkit.peakday.drawing import plain, svg
from crossdock.devkit.peakday.evidence import collected
from crossdock.devkit.peakday.figures import quantile
from crossdock.devkit.peakday.plan import DayOptions, plan_of
from crossdock.devkit.peakday.report import explained, judged
from crossdock.model.deciding import PromiseJudged
from crossdock.model.events import RecordWritten, ShipmentBooked

PROFILE = bundled("peak-day")
DAY = DayOptions(1, 12, 2, PROFILE)
EVERY_FAULT = {
    noted.KILLED, noted.STANDSTILL, noted.JUMP, noted.UNHEARD, noted.SLOW_DISK, noted.DATABASE, noted.AWAY,
    noted.UNREACHABLE, noted.DROPPED, noted.LOST, noted.REFUSED, noted.THROTTLED, noted.SLOW, noted.REPEATED,
    noted.DELAYED, noted.SILENT, running.RESTART, staging.MAPPING, acting.BAD_ORDER, acting.CALLED_OFF, acting.LATE,
    pushing.STRANGER, pushing.POISON, pushing.FORGED,
}  # fmt: skip


@pytest.fixture(scope="module")
def empty():
    with workspace() as folder:
        yield prepare(Path(folder))


class Looked:
    """A day at rest, kept as its rules saw it, so that tests may forge the books and ask again."""

    def __init__(self, empty, options=DAY):
        async def judge(day, store):
            self.day, self.evidence = day, await collected(day, store)
            return await judged(day, store)

        self.report = running.run_day(options, empty, judge)

    def asked(self, evidence=None, without=()):
        """The figures that are not explained with other evidence, or when faults are left out of the ledger."""
        faults = self.day.chaos.faults
        before = faults.all
        faults.all = [each for each in before if each.kind not in without]
        try:
            book, _ = explained(self.day, evidence or self.evidence)
        finally:
            faults.all = before
        return {each.figure for each in book.unexplained}


@pytest.fixture(scope="module")
def looked(empty):
    return Looked(empty)


@pytest.mark.req("K1", "K2", "K15", "L16")
def test_a_short_day_has_every_fault_and_every_figure_is_explained(looked):
    report = looked.report
    assert report.is_explained, (report.findings, report.unexplained)
    assert set(report.counted) >= EVERY_FAULT
    assert len(report.figures) > 50
    assert {each.name for each in report.figures} >= {"accepted", "labels bought", "invoices posted", "in doubt"}


@pytest.mark.parametrize(
    ("forgotten", "figure"),
    [
        ((noted.AWAY, *noted.CALLS), "breaker of odoo"),
        ((noted.AWAY, *noted.CALLS), "retries"),
        ((acting.BAD_ORDER,), "exception address.incomplete"),
        ((acting.LATE,), "promises missed"),
        ((pushing.POISON,), "messages parked"),
        ((pushing.STRANGER,), "messages waiting"),
        ((pushing.FORGED,), "messages refused"),
    ],
    ids=lambda each: each if isinstance(each, str) else each[0],
)
def test_a_fault_that_nobody_noted_is_named(looked, forgotten, figure):
    assert figure in looked.asked(without=forgotten)


def without_first(evidence, body, **given):
    """The evidence less the first event of a kind."""
    fits = [each for each in evidence.events if isinstance(each.body, body)]
    fits = [each for each in fits if all(getattr(each.body, key) == value for key, value in given.items())]
    return structs.replace(evidence, events=[each for each in evidence.events if each is not fits[0]])


@pytest.mark.parametrize(
    ("forged", "figure"),
    [
        (lambda e: without_first(e, ShipmentBooked), "labels bought"),
        (lambda e: without_first(e, RecordWritten, what="milestone.record.v1"), "notes written"),
        (lambda e: without_first(e, PromiseJudged, on_time=False), "promises missed"),
        (lambda e: structs.replace(e, inbound=e.inbound[1:]), "messages lost"),
        (lambda e: structs.replace(e, commands=[structs.replace(e.commands[0], status="parked")]), "commands ordered"),
        (lambda e: structs.replace(e, moves=e.moves[:1]), "breaker of odoo"),
        (lambda e: structs.replace(e, counted={}), "crossdock_intake_total"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_wrong_number_is_named(looked, forged, figure):
    assert figure in looked.asked(forged(looked.evidence))


def test_an_order_that_was_late_for_no_noted_reason_is_named(looked):
    slow = [
        structs.replace(each, recorded_at=each.recorded_at + 4 * 3_600_000_000)
        if isinstance(each.body, RecordWritten) and each.body.what == "shipping.record.v1" else each
        for each in looked.evidence.events
    ]  # fmt: skip
    assert "orders of standard: late" in looked.asked(structs.replace(looked.evidence, events=slow))


@pytest.mark.slow
@pytest.mark.req("K4")
def test_an_engine_that_loses_the_neighbours_of_a_bad_document_is_seen(empty, looked, monkeypatch):
    """The engine as it was before the day was simulated: a page with one bad order parked them all."""

    def commit(tx, translated, now):
        whole = [(row, each) for row, each in translated if not each.problems]
        parked = [(row, structs.replace(each, facts=())) for row, each in translated if each.problems]
        return real(tx, [*whole, *parked], now)

    real = translate.commit
    monkeypatch.setattr(translate, "commit", commit)
    monkeypatch.setattr(running, "_LAST_HOURS", 600.0)
    report = Looked(empty).report
    [neighbour] = [after.name for order, after in pairwise(looked.day.orders) if order.plan.wrong == "unit"]
    named = [each.text for each in (*report.unexplained, *report.findings)]
    assert any(neighbour in each for each in named), named


def test_the_day_has_the_shape_of_the_profile_that_bench_measures_against():
    plan = plan_of(DayOptions(24, 2000, 3, PROFILE))
    by_hour = [sum(hour * 3600 <= each.at < (hour + 1) * 3600 for each in plan.orders) for hour in range(24)]
    share = sum(PROFILE.orders[18:22]) / sum(PROFILE.orders)
    assert sum(by_hour[18:22]) / 2000 == pytest.approx(share, abs=0.05)
    assert {each.level for each in plan.orders} == {"express", "standard", "economy"}
    assert shape.busiest(PROFILE, 3) == 19


def test_seconds_under_faults_are_counted_once_and_quantiles_are_of_the_values():
    assert lateness.covered_by([(0, 10), (5, 12), (20, 21)]) == 13
    assert (quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([], 0.99)) == (2.0, 0.0)


def test_the_day_is_drawn(looked):
    lines = list(plain(looked.report))
    assert any(line.startswith("odoo away") and "█" in line for line in lines)
    assert "orders in" in svg(looked.report)


@pytest.mark.skipif("CROSSDOCK_SEEDS" not in os.environ, reason="a whole day takes minutes; make chaos runs it")
@pytest.mark.req("K1", "K2", "K15")
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_whole_day_is_explained(empty, seed):
    report = Looked(empty, DayOptions(24, 300, seed, PROFILE)).report
    assert report.is_explained, (report.findings, report.unexplained)
