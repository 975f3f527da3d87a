"""Times keep what the partner said of their zone."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.instants import (
    InvalidInstant,
    Stamp,
    day_in,
    epoch_us,
    from_epoch_us,
    rfc3339,
    span_of_day,
    stamp,
    stamp_of,
)

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001 - hypothesis adds the zone


@given(moments)
@pytest.mark.req("E2")
def test_the_offset_is_kept_and_the_instant_is_the_same(moment):
    kept = stamp(moment.isoformat())
    assert kept.tz_known
    assert datetime.fromisoformat(kept.at).utcoffset() == moment.utcoffset()
    assert epoch_us(kept) == int(moment.timestamp()) * 1_000_000


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - a time without a zone is the point
def test_no_zone_is_ever_invented(moment):
    kept = stamp(moment.isoformat())
    assert not kept.tz_known
    assert not kept.at.endswith("Z")
    assert epoch_us(kept) == int(moment.replace(tzinfo=UTC).timestamp()) * 1_000_000


@given(moments)
def test_reading_a_stamp_again_changes_nothing(moment):
    kept = stamp_of(moment)
    assert stamp(kept.at) == kept


@pytest.mark.parametrize("text", ["2026-03-01", "20260301"])
def test_a_day_stays_a_day(text):
    assert stamp(text) == Stamp("2026-03-01", tz_known=False, precision="day")


def test_a_minute_stays_a_minute():
    assert stamp("2026-03-01T08:15+02:00") == Stamp("2026-03-01T08:15:00+02:00", precision="minute")
    assert stamp("2026-03-01 08:15").precision == "minute"
    assert stamp("2026-03-01T08:15:00").precision == "second"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-03-01T25:00:00", "01/03/2026", "1772352900"])
def test_what_is_not_a_time_is_refused(text):
    with pytest.raises(InvalidInstant, match="ISO 8601"):
        stamp(text)


@given(st.integers(0, 7_000_000_000))
def test_epoch_and_back(seconds):
    assert epoch_us(from_epoch_us(seconds * 1_000_000)) == seconds * 1_000_000


def test_rfc3339_shows_milliseconds_in_utc():
    assert rfc3339(1_772_352_900_123_456) == "2026-03-01T08:15:00.123Z"


@pytest.mark.req("C11")
@pytest.mark.parametrize(
    ("day", "zone", "starts", "hours"),
    [
        ("2026-11-23", "UTC", "2026-11-23T00:00:00Z", 24),
        ("2026-11-23", "Europe/Brussels", "2026-11-22T23:00:00Z", 24),
        ("2026-03-29", "Europe/Brussels", "2026-03-28T23:00:00Z", 23),
        ("2026-10-25", "Europe/Brussels", "2026-10-24T22:00:00Z", 25),
        ("2026-11-23", "America/Los_Angeles", "2026-11-23T08:00:00Z", 24),
    ],
)
def test_a_day_is_that_of_its_zone_however_long_it_is(day, zone, starts, hours):
    since, until = span_of_day(date.fromisoformat(day), zone)
    assert (from_epoch_us(since).at, (until - since) // 3_600_000_000) == (starts, hours)
    assert day_in(since, zone) == day_in(until - 1, zone) == date.fromisoformat(day)
    assert day_in(until, zone) != date.fromisoformat(day)
