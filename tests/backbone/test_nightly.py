"""The night's run: one worker does it, once a night, and takes it over from one that fell silent."""

from datetime import time

import pytest

from crossdock.backbone.nightly import Nightly, Plan, night_of
from crossdock.backbone.reconcile import Errand
from crossdock.ports.connector import Received
from crossdock.ports.reconcile import Statements
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Retry
from crossdock.sim.clock import VirtualClock
from hubs import Scripted, scripted_hub

HOUR = 3600
START = 1_795_262_400_000_000  # 2026-11-21T12:00Z
PLAN = Plan(time(2, 30), "Europe/Brussels", 7)


class Believing(Scripted):
    """A partner that says what a test tells it to."""

    def __init__(self):
        super().__init__()
        self.asked_at = []
        self.answers_to_questions = []
        self.clock = None

    async def statements(self, since, cursor):
        self.asked_at.append(self.clock.now())
        return self.answers_to_questions.pop(0) if self.answers_to_questions else Statements(())

    async def statements_about(self, kind, ids):
        return ()

    def message(self, statement, after, now):
        return Received("news", b"[]", {}, now)


async def believing():
    clock = VirtualClock(start=START)
    partner = Believing()
    partner.clock = clock
    hub = scripted_hub(partner, clock=clock)
    await hub.store.migrate()
    return hub, partner, clock


def worker(hub, name):
    return Nightly(hub.reconciler, hub.store, hub.clock, name, PLAN)


@pytest.mark.req("J2")
@pytest.mark.parametrize(
    ("hours", "night"),
    [(0, "2026-11-21"), (13, "2026-11-21"), (13.4, "2026-11-21"), (13.6, "2026-11-22"), (20, "2026-11-22")],
)
def test_a_night_begins_at_its_local_time(hours, night):
    # 02:30 in Brussels is 01:30 UTC in November: 13.5 hours after noon.
    assert night_of(START + int(hours * HOUR) * 1_000_000, PLAN) == night


@pytest.mark.req("J2")
async def test_the_first_night_is_noted_and_every_later_one_done_once_by_one_worker():
    hub, partner, clock = await believing()
    first, second = worker(hub, "w1"), worker(hub, "w2")
    assert await first.claim(clock.now()) == []
    clock.advance(14 * HOUR)
    assert await first.claim(clock.now()) == ["carrier"]
    assert await second.claim(clock.now()) == []
    await first.run(["carrier"])
    assert len(partner.asked_at) == 1
    assert await second.claim(clock.now()) == []
    clock.advance(24 * HOUR)
    assert await second.claim(clock.now()) == ["carrier"]


@pytest.mark.req("J2")
async def test_a_silent_workers_night_is_taken_over():
    hub, _, clock = await believing()
    await worker(hub, "w1").claim(clock.now())
    clock.advance(14 * HOUR)
    assert await worker(hub, "w1").claim(clock.now()) == ["carrier"]
    clock.advance(2 * HOUR)
    assert await worker(hub, "w2").claim(clock.now()) == ["carrier"]


@pytest.mark.req("J2", "L12")
async def test_every_run_is_written_down_and_counted():
    hub, _, clock = await believing()
    nightly = worker(hub, "w1")
    await nightly.claim(clock.now())
    clock.advance(14 * HOUR)
    await nightly.run(await nightly.claim(clock.now()))
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(partner="carrier"))
    assert [(row.kind, row.status) for row in rows] == [("reconciliation", "hint")]
    gauge = hub.metrics.registry.get_sample_value
    assert gauge("crossdock_reconciliation_gaps", {"partner": "carrier", "kind": "differs"}) == 0.0


@pytest.mark.req("J2", "K4")
@pytest.mark.parametrize(
    ("answers", "asked", "problem"),
    [
        ([Retry(Explanation("Wait.", "503"), ErrorClass.SERVER)] * 2, 3, ""),
        ([Retry(Explanation("Wait.", "503"), ErrorClass.SERVER)] * 4, 4, "Wait."),
        ([Park(Explanation("Look.", "odd"))], 1, "Look."),
    ],
)
async def test_a_partner_that_does_not_answer_is_asked_again_and_then_left(answers, asked, problem):
    hub, partner, clock = await believing()
    partner.answers_to_questions = list(answers)
    account = await hub.reconciler.run(Errand("carrier", clock.now(), heal=True, actor="test"))
    assert len(partner.asked_at) == asked
    assert account.problem == problem
    assert account.kinds == {}
