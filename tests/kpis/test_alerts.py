"""A figure over its threshold is one exception and one alert, and both end when it is better."""

import contextlib

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from backbone.test_exception_desk import raised, tell
from crossdock.backbone.kpi_watch import Counting, KpiWatch
from crossdock.model import exceptions as exc
from crossdock.ports.stores import StoreUnavailable
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy
from crossdock.settings.kpis import KpiSettings
from crossdock.settings.sections import Settings
from crossdock.views.kpis import board_of, kpis
from hubs import Scripted, scripted_hub


def board(**thresholds):
    return board_of(Settings(kpis=KpiSettings(thresholds=thresholds)), {})


@pytest.fixture
async def hub(url):
    opened = scripted_hub(Scripted("odoo"), processes=[exception_desk(DeskPolicy())], url=url)
    if url.startswith("sqlite"):
        await opened.store.migrate()
    yield opened
    await opened.close()
    await opened.store.close()


async def swept(hub, watch, minutes=2):
    """Time passes, the sweep runs, and what it says is decided on."""
    hub.clock.advance(minutes * 60)
    moved = await watch(hub.clock.now())
    await hub.engine.settle_all()
    return moved


async def alerts(hub, *, standing=True):
    rows = await hub.store.read(lambda tx: tx.alerts.latest(standing_only=standing))
    return [(row.kind, row.occasion) for row in rows if row.kind.startswith("kpi.")]


def watch_of(hub, registry=None, **thresholds):
    return KpiWatch(hub.store, hub.clock, board(**thresholds), registry or CollectorRegistry(), Counting(60))


@pytest.mark.req("L18", "L4")
async def test_two_rejected_bookings_alert_once_and_recovery_closes_it(hub):
    watch = watch_of(hub, failed_bookings=1)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    assert await swept(hub, watch) == 0
    await tell(hub, "do:odoo:2", raised("booking.failed", 2, "fedex"))
    assert await swept(hub, watch) == 1
    assert await swept(hub, watch) == 0, "it stands already"
    assert await alerts(hub) == [("kpi.failed_bookings", "raised")]
    [row], _ = await hub.store.read(lambda tx: tx.views.exceptions(kind="kpi.failed_bookings"))
    assert (row.subject, row.case.owner, row.case.severity) == ("kpi:failed_bookings", "operations", "high")
    assert row.text.startswith("Failed carrier bookings: 2 bookings, over 1.")
    await tell(hub, "do:odoo:2", exc.ExceptionResolved("booking.failed", "/x", "c2"))
    assert await swept(hub, watch) == 1
    assert await alerts(hub) == []
    assert await alerts(hub, standing=False) == [("kpi.failed_bookings", "raised")]
    await tell(hub, "do:odoo:3", raised("booking.failed", 3))
    assert await swept(hub, watch) == 1, "what happens again is raised again"
    assert await alerts(hub) == [("kpi.failed_bookings", "raised")]


@pytest.mark.req("L18")
async def test_two_figures_are_two_alerts_and_neither_counts_the_others_exception(hub):
    watch = watch_of(hub, failed_bookings=0, unresolved_exceptions=0)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    assert await swept(hub, watch) == 2
    assert sorted(await alerts(hub)) == [("kpi.failed_bookings", "raised"), ("kpi.unresolved_exceptions", "raised")]
    shown = {each.name: each for each in await hub.store.read(lambda tx: kpis(tx, board(), hub.clock.now()))}
    assert shown["unresolved_exceptions"].value == 1


async def test_one_that_two_schedulers_see_at_once_is_raised_once(hub):
    first, second = watch_of(hub, failed_bookings=0), watch_of(hub, failed_bookings=0)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    hub.clock.advance(120)
    assert await first(hub.clock.now()) + await second(hub.clock.now()) == 1


async def test_an_end_by_hand_does_not_hide_what_is_still_bad(hub):
    watch = watch_of(hub, failed_bookings=0)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    await swept(hub, watch)
    await tell(hub, "kpi:failed_bookings", exc.ExceptionResolved("kpi.failed_bookings", "", "1", "ann", "seen"))
    assert await alerts(hub) == []
    assert await swept(hub, watch) == 1
    assert await alerts(hub) == [("kpi.failed_bookings", "raised")]


@pytest.mark.req("L16")
async def test_it_counts_no_more_often_than_configured_whoever_scrapes(hub):
    registry = CollectorRegistry()
    watch = watch_of(hub, registry)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    await watch(hub.clock.now())
    await tell(hub, "do:odoo:2", raised("booking.failed", 2))
    hub.clock.advance(30)
    await watch(hub.clock.now())
    assert gauge(registry, "crossdock_kpi_failed_bookings") == 1
    hub.clock.advance(30)
    await watch(hub.clock.now())
    assert gauge(registry, "crossdock_kpi_failed_bookings") == 2


async def test_figures_that_take_long_are_counted_seldom_and_one_by_one(hub, monkeypatch):
    """What takes 30 s to count is not counted every minute, and no look at the store is longer than one figure's."""
    looks, reading = [], hub.store.read

    async def slow(step):
        hub.clock.advance(1)
        looks.append(step)
        return await reading(step)

    watch = watch_of(hub, failed_bookings=1)
    monkeypatch.setattr(hub.store, "read", slow)
    await watch(hub.clock.now())
    once = len(looks)
    assert once >= len(board().terms)
    hub.clock.advance(120)
    await watch(hub.clock.now())
    assert len(looks) == once, "a twentieth of the time"
    hub.clock.advance(20 * once)
    await watch(hub.clock.now())
    assert len(looks) > once


async def test_a_figure_that_cannot_be_counted_is_not_tried_at_every_look(hub, monkeypatch):
    looks = []

    async def broken(step):
        looks.append(step)
        raise StoreUnavailable("no room for what is sorted")

    watch = watch_of(hub, failed_bookings=1)
    monkeypatch.setattr(hub.store, "read", broken)
    for _ in range(3):
        with contextlib.suppress(StoreUnavailable):
            await watch(hub.clock.now())
        hub.clock.advance(15)
    assert len(looks) == 1
    hub.clock.advance(60)
    with contextlib.suppress(StoreUnavailable):
        await watch(hub.clock.now())
    assert len(looks) == 2


async def test_labels_are_configured_partners_and_one_for_all_others(hub):
    registry = CollectorRegistry()
    given = board_of(Settings(), {"ups": "carrier"})
    watch = KpiWatch(hub.store, hub.clock, given, registry, Counting(60, alerts=False))
    for number, about in enumerate(["ups", "fedex", "gls", "ups"]):
        await tell(hub, f"do:odoo:{number}", raised("booking.failed", number, about))
    await watch(hub.clock.now())
    [family] = [each for each in families(registry) if each.name == "crossdock_kpi_by_partner"]
    found = {each.labels["partner"]: each.value for each in family.samples if each.labels["kpi"] == "failed_bookings"}
    assert found == {"ups": 2, "other": 2}


def families(registry):
    return list(text_string_to_metric_families(generate_latest(registry).decode()))


def gauge(registry, name):
    return next(each.samples[0].value for each in families(registry) if each.name == name)
