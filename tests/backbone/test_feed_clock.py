"""A message by a local time: one expiry for each time it is missed, across time zones, clock changes and holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.backbone.feed_clock import Arrival, begin, heard, is_late
from crossdock.backbone.quiet_feeds import QuietFeeds
from crossdock.model.calendars import calendar
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled
from hubs import Scripted, scripted_hub
from storage.made import exchange

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ALL_DAY = (((0, 1440),),)
BELGIUM = calendar("Europe/Brussels", ALL_DAY * 5 + ((), ()), ((date(2026, 12, 25), date(2026, 12, 25)),))
SIX = Arrival("wms", "files", (360,), BELGIUM, 10 * MINUTE)


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def said(moment):
    return datetime.fromtimestamp(moment / 1_000_000, UTC).isoformat()[:16]


@pytest.mark.req("E14", "L14")
@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-27T12:00", "2026-03-30T04:00"),  # Friday, and the clocks go forward on Sunday
        ("2026-03-26T12:00", "2026-03-27T05:00"),
        ("2026-10-23T12:00", "2026-10-26T05:00"),  # and back in October
        ("2026-12-24T12:00", "2026-12-28T05:00"),  # a holiday and a weekend
    ],
)
def test_six_oclock_is_six_oclock_there_on_working_days(now, due):
    assert said(begin(SIX, at(now)).due) == due


@pytest.mark.req("E14")
def test_what_came_since_the_due_time_before_counts_and_a_late_one_is_not_tomorrows():
    waited = begin(SIX, at("2026-11-24T05:30"))
    assert (said(waited.after), said(waited.due)) == ("2026-11-24T05:00", "2026-11-25T05:00")
    early = heard(SIX, waited, at("2026-11-25T03:00"))
    assert said(early.due) == "2026-11-26T05:00"
    assert said(early.after) == "2026-11-25T05:00", "a second one before the due time is the same"
    late = heard(SIX, early, at("2026-11-28T09:00"))
    assert (said(late.due), late.raised) == ("2026-11-30T05:00", False)
    assert is_late(SIX, waited, at("2026-11-25T05:10"))
    assert not is_late(SIX, waited, at("2026-11-25T05:09"))


@given(st.integers(0, 1439), st.lists(st.integers(1, 5 * 1440), min_size=1, max_size=12))
def test_whatever_comes_what_is_waited_for_lies_ahead_of_it(minute, pauses):
    promise = Arrival("wms", "files", (minute,), BELGIUM)
    waited, moment = begin(promise, at("2026-03-20T12:00")), at("2026-03-20T12:00")
    for pause in pauses:
        moment += pause * MINUTE
        if moment > waited.after:
            following = heard(promise, waited, moment)
            assert following.after >= moment
            assert following.due > max(moment, waited.due)
            waited = following


@pytest.fixture
async def hub():
    hub = scripted_hub(Scripted("wms"))
    await hub.store.migrate()
    yield hub
    await hub.store.close()


async def events_of(hub, subject="feed:wms"):
    return [each.body for each in await hub.store.read(lambda tx: tx.log.of_subject(subject))]


async def settle(hub):
    while await hub.engine.reduce():
        pass


def kinds(bodies):
    return [type(each).__name__ for each in bodies if not type(each).__name__.startswith("ExceptionRouted")]


@pytest.mark.req("E14", "L14", "H7")
async def test_a_file_that_does_not_come_expires_once_and_names_who_and_by_how_much(hub):
    start = at("2026-11-24T12:00")
    watch = QuietFeeds(hub.store, {}, start, [SIX])
    other = QuietFeeds(hub.store, {}, start, [SIX])
    for minutes in range(0, 48 * 60, 7):
        await watch(start + minutes * MINUTE)
        await other(start + minutes * MINUTE)
        await settle(hub)
    bodies = await events_of(hub)
    expired = [each for each in bodies if isinstance(each, ExpectationExpired)]
    assert [(each.who, said(each.due_at)) for each in expired] == [("wms", "2026-11-25T05:00")]
    [raised] = [each for each in bodies if isinstance(each, ExceptionRaised)]
    assert (raised.kind, raised.partner, raised.pointer) == ("feed.silent", "wms", "/files")
    assert "wms has sent nothing on 'files' that was due at 2026-11-25T05:00Z: 16 min late" in raised.text
    came = at("2026-11-26T13:00")
    await hub.store.run(
        lambda tx: tx.exchanges.accept([exchange("x1", partner="wms", channel="files", received_at=came)])
    )
    await watch(came + MINUTE)
    await settle(hub)
    [fulfilled] = [each for each in await events_of(hub) if isinstance(each, ExpectationFulfilled)]
    assert fulfilled.late_by == came - at("2026-11-25T05:00")
    assert (await hub.store.read(lambda tx: tx.views.exceptions()))[0] == []
    [timer] = await hub.store.read(lambda tx: tx.timers.standing(["feed:wms"]))
    assert (timer.who, said(timer.due_at)) == ("wms", "2026-11-27T05:10")


@pytest.mark.req("E14")
async def test_files_that_come_in_time_are_no_words_lost_about(hub):
    start = at("2026-11-23T12:00")
    watch = QuietFeeds(hub.store, {}, start, [SIX])
    await watch(start)
    for day in range(1, 5):
        moment = at("2026-11-23T04:30") + day * DAY
        name = f"x{day}"
        message = exchange(name, partner="wms", channel="files", received_at=moment)
        await hub.store.run(lambda tx, message=message: tx.exchanges.accept([message]))
        await watch(moment + 2 * HOUR)
    assert await watch(at("2026-11-29T12:00")) == 0, "nobody works on a Sunday"
    assert await events_of(hub) == []
    assert await watch(at("2026-11-30T05:11")) == 1


@pytest.mark.req("E14")
async def test_silence_counts_in_the_partners_working_time_and_survives_restarts(hub):
    office = calendar("UTC", (((480, 1020),),) * 5 + ((), ()))
    friday = at("2026-11-27T16:00")
    first = QuietFeeds(hub.store, {"wms": 4}, friday, calendars={"wms": office})
    assert await first(friday + HOUR) == 0
    again = QuietFeeds(hub.store, {"wms": 4}, friday + 50 * HOUR, calendars={"wms": office})
    assert await again(at("2026-11-30T10:59")) == 0
    assert await again(at("2026-11-30T11:00")) == 1
    assert kinds(await events_of(hub)) == ["ExpectationExpired", "ExceptionRaised"]
    assert timedelta(microseconds=at("2026-11-30T11:00") - friday).days == 2
