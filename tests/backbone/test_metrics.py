"""The series of the engine: all of them are there after a road run, with labels that cannot grow without bound."""

import shutil
import subprocess

import pytest
import structlog
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from crossdock.backbone.breaker import Limits
from crossdock.backbone.metrics import Metrics
from crossdock.model import commands, events
from crossdock.model.cases import Case
from crossdock.model.exception_kinds import SEVERITIES
from crossdock.ports.connector import Page, Received
from crossdock.ports.verdicts import Retry, Verdict
from crossdock.sim.faults import Effect, Match, Rule, When
from demo_road import DemoRoad
from hubs import WHY, Scripted, scripted_hub

PARTNERS = {"odoo", "easypost"}
BOUNDED = {
    "partner": PARTNERS,
    "result": {"accepted", "fetched", "refused"},
    "status": {"translated", "waiting", "parked"},
    "type": {each.__struct_config__.tag for each in events.EventBody.__args__},
    "kind": {each.__struct_config__.tag for each in commands.CommandBody.__args__},
    "verdict": {each.__name__ for each in Verdict.__args__},
    "stage": {
        "received",
        "waiting",
        "queued",
        "parked",
        "in_doubt",
        "undecided",
        "due",
        "open_exceptions",
        "technical_exceptions",
    },
    "queue": {"business", "technical"},
    "owner": {"operations"},  # teams of the configuration
    "severity": set(SEVERITIES),
    "than": {"hour", "day", "week"},
    "step": {"sweep:broken"},
    "le": None,  # the buckets are fixed in the code
}

ELSEWHERE = {"crossdock_release_latency_seconds"}
"""Seen in tests/connectors/warehouse: this road has no warehouse."""


@pytest.fixture
async def output():
    """What /metrics says after two orders, an outage that opens the breaker, a forged webhook and a failing sweep."""
    road = DemoRoad(orders=2)
    hub = road.hub
    road.fault(Rule(Effect(status=503), Match(method="POST", path="/v2/shipments/[^/]+/buy"), When(times=25)))

    async def broken(_now):
        raise ZeroDivisionError("for the counter of failed steps")

    hub.engine._sweeps["broken"] = broken
    with structlog.testing.capture_logs():
        await hub.engine.sweep()
    await hub.intake.accept("easypost", Received("events", b"{}", {}, road.clock.now()))
    await road.run()
    await hub.store.run(lambda tx: tx.exceptions.save([Case("do:odoo:1", "rates.none", owner="operations")]))
    await hub.engine.measure()
    yield generate_latest(hub.metrics.registry)
    await hub.close()
    await hub.store.close()


@pytest.mark.req("L16")
async def test_every_series_exists_and_its_labels_are_bounded(output):
    families = {family.name: family for family in text_string_to_metric_families(output.decode())}
    empty = [
        metric.name for metric in Metrics().registry.collect()
        if metric.name not in {*families, *ELSEWHERE} or not (families[metric.name].samples or metric.name in ELSEWHERE)
    ]  # fmt: skip
    assert empty == []
    for family in families.values():
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert BOUNDED[label] is None or value in BOUNDED[label], f"{sample.name} {label}={value}"


@pytest.mark.req("L16")
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
async def test_promtool_finds_nothing_to_say(output):
    done = subprocess.run(["promtool", "check", "metrics"], input=output, capture_output=True, check=False)  # noqa: ASYNC221, S607
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.req("L16")
async def test_messages_are_counted_by_what_became_of_them():
    hub = scripted_hub(Scripted())
    for body in (b"[]", b'[["T9", "in_transit", "2026-11-21T08:00:00Z"]]', b"not json"):
        await hub.intake.accept("carrier", Received("events", body, {}, hub.clock.now()))
    await hub.engine.settle_all()
    labels = [{"partner": "carrier", "status": status} for status in ("translated", "waiting", "parked")]
    counts = [hub.metrics.registry.get_sample_value("crossdock_translated_total", each) for each in labels]
    assert counts == [1, 1, 1]


@pytest.mark.req("K6")
@pytest.mark.req("L16")
async def test_the_breaker_gauge_follows_a_feed_too():
    feeder = Scripted()
    feeder.pages = [Retry(WHY), Retry(WHY), Page(b"", "")]
    hub = scripted_hub(feeder, limits=Limits(failures=2, open_seconds=60))
    seen = []
    for _ in range(3):
        await hub.engine.poll("carrier", "news")
        seen.append(hub.metrics.registry.get_sample_value("crossdock_breaker_open", {"partner": "carrier"}))
        hub.clock.advance(61)
    assert seen == [None, 1, 0]
