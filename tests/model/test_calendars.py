"""Working time: against a clock that looks at every quarter of an hour, and on the days clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.calendars import (
    ALWAYS,
    MINUTE,
    BadCalendar,
    add_working,
    calendar,
    minute_of,
    next_local,
    next_open,
    working_between,
)

pytestmark = pytest.mark.req("E14")
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE
ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland"]
OFFICE = ((9 * 60, 17 * 60),)
WORKDAYS = (OFFICE,) * 5 + ((), ())
windows = st.lists(st.sampled_from([0, 6 * 60, 8 * 60, 12 * 60, 18 * 60, 24 * 60]), min_size=0, max_size=4, unique=True)
days = windows.map(lambda ends: tuple(zip(*[iter(sorted(ends))] * 2, strict=False)))
holidays = st.lists(st.dates(date(2026, 3, 1), date(2026, 12, 1)).map(lambda day: (day, day)), max_size=3).map(tuple)
calendars = (
    st.tuples(st.sampled_from(ZONES), st.tuples(*[days] * 7), holidays)
    .filter(lambda each: any(each[1]))
    .map(lambda each: calendar(*each))
)
moments = st.integers(0, 365 * 96).map(lambda quarters: at("2026-01-01T00:00") + quarters * QUARTER)


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def looked_up(using, moment: int) -> bool:
    """Whether it is working time, by the local clock alone."""
    local = datetime.fromtimestamp(moment // 1_000_000, UTC).astimezone(ZoneInfo(using.zone))
    minute = local.hour * 60 + local.minute
    return using.works_on(local.date()) and any(start <= minute < end for start, end in using.week[local.weekday()])


@given(calendars, moments, st.integers(0, 96 * 4))
def test_working_time_is_what_a_clock_on_the_wall_counts(using, start, quarters):
    counted = sum(looked_up(using, start + each * QUARTER) for each in range(quarters))
    assert working_between(using, start, start + quarters * QUARTER) == counted * QUARTER


@given(calendars, moments, st.integers(1, 40 * 96))
def test_what_is_added_is_what_passes(using, start, quarters):
    end = add_working(using, start, quarters * QUARTER)
    assert working_between(using, start, end) == quarters * QUARTER
    assert working_between(using, start, end - 1) == quarters * QUARTER - 1


@given(calendars, moments, st.integers(1, 400), st.integers(1, 400))
def test_time_may_be_added_in_parts(using, start, one, other):
    halfway = add_working(using, start, one * QUARTER)
    assert add_working(using, halfway, other * QUARTER) == add_working(using, start, (one + other) * QUARTER)


@given(calendars, moments)
def test_the_next_opening_is_open_and_nothing_was_missed(using, moment):
    opens = next_open(using, moment)
    assert opens >= moment
    assert looked_up(using, opens)
    assert working_between(using, moment, opens) == 0


@given(calendars, moments, st.integers(0, 1439))
def test_a_local_time_comes_once_on_every_working_day(using, moment, minute):
    found = next_local(using, moment, minute)
    local = datetime.fromtimestamp(found // 1_000_000, UTC).astimezone(ZoneInfo(using.zone))
    assert found > moment
    assert using.works_on(local.date())
    left_out = local.hour * 60 + local.minute != minute
    assert (
        not left_out
        or local.utcoffset()
        != datetime.fromtimestamp(found // 1_000_000 - 1, UTC).astimezone(ZoneInfo(using.zone)).utcoffset()
    )


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-24", 24), ("2026-10-25", 25)]
)
def test_a_day_has_the_hours_its_clock_gives_it(day, hours):
    round_the_clock = calendar("Europe/Brussels", (((0, 1440),),) * 7, ((date(2020, 1, 1), date(2020, 1, 1)),))
    start = at(f"{day}T00:00", "Europe/Brussels")
    following = date.fromisoformat(day).toordinal() + 1
    end = at(f"{date.fromordinal(following)}T00:00", "Europe/Brussels")
    assert working_between(round_the_clock, start, end) == hours * HOUR


@pytest.mark.parametrize(
    ("window", "spring", "autumn"),
    [((60, 240), 2, 4), ((120, 180), 0, 2), ((150, 240), 1, 2.5), ((60, 150), 1, 2.5), ((300, 360), 1, 1)],
)
def test_windows_across_a_change_of_the_clock(window, spring, autumn):
    """02:00 to 03:00 is left out on 29 March, and comes twice on 25 October."""
    night = calendar("Europe/Brussels", ((window,),) * 7)
    spans = [
        working_between(night, at(f"{day}T00:00", "Europe/Brussels"), at(f"{day}T12:00", "Europe/Brussels")) / HOUR
        for day in ("2026-03-29", "2026-10-25")
    ]
    assert spans == [spring, autumn]


def test_neighbouring_windows_do_not_count_the_repeated_hour_twice():
    night = calendar("Europe/Brussels", (((60, 150), (150, 240)),) * 7)
    start = at("2026-10-25T00:00", "Europe/Brussels")
    assert working_between(night, start, start + 12 * HOUR) == 4 * HOUR


def test_an_evening_before_a_weekend_and_a_holiday():
    easter = calendar("Europe/Brussels", WORKDAYS, ((date(2026, 4, 6), date(2026, 4, 6)),))
    friday = at("2026-04-03T16:30", "Europe/Brussels")
    assert add_working(easter, friday, HOUR) == at("2026-04-07T09:30", "Europe/Brussels")
    assert next_open(easter, at("2026-04-04T10:00", "Europe/Brussels")) == at("2026-04-07T09:00", "Europe/Brussels")


def test_file_by_six_is_six_there_in_summer_and_in_winter():
    office = calendar("Europe/Brussels", WORKDAYS)
    six = [next_local(office, at(day), 360) for day in ("2026-03-27T00:00", "2026-03-27T12:00", "2026-10-26T00:00")]
    assert six == [at("2026-03-27T05:00"), at("2026-03-30T04:00"), at("2026-10-26T05:00")]


def test_six_on_the_dot_is_tomorrows_six():
    assert next_local(ALWAYS, at("2026-06-01T06:00"), 360) == at("2026-06-02T06:00")


def test_a_time_the_day_leaves_out_is_when_the_clock_jumps():
    assert next_local(calendar("Europe/Brussels", (((0, 1440),),) * 7), at("2026-03-28T12:00"), 150) == at(
        "2026-03-29T01:00"
    )


def test_day_and_night_is_plain_time():
    assert add_working(ALWAYS, 7, 11) == 18
    assert working_between(ALWAYS, 7, 18) == 11
    assert working_between(ALWAYS, 18, 7) == 0
    with pytest.raises(ValueError, match="taken back"):
        add_working(ALWAYS, 7, -1)


@pytest.mark.parametrize(
    ("zone", "week", "free", "words"),
    [
        ("Europe/Atlantis", WORKDAYS, (), "no time zone"),
        ("UTC", ((),) * 7, (), "never opens"),
        ("UTC", (OFFICE,), (), "seven days"),
        ("UTC", (((600, 500),),) * 7, (), "monday"),
        ("UTC", (((500, 600), (590, 700)),) * 7, (), "monday"),
        ("UTC", (((500, 1500),),) * 7, (), "monday"),
        ("UTC", WORKDAYS, ((date(2026, 2, 2), date(2026, 2, 1)),), "ends before"),
        ("UTC", WORKDAYS, ((date(2026, 2, 2), date(2028, 2, 1)),), "over a year"),
        ("UTC", WORKDAYS, tuple((date(y, 1, 1), date(y, 12, 31)) for y in range(2026, 2036)), "hardly ever"),
    ],
)
def test_what_makes_no_calendar_is_refused(zone, week, free, words):
    with pytest.raises(BadCalendar, match=words):
        calendar(zone, week, free)


@pytest.mark.parametrize("text", ["8:00", "08:60", "24:01", "0800", "aa:bb", "", "08:0"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(BadCalendar):
        minute_of(text)


def test_times_of_day():
    assert [minute_of(each) for each in ("00:00", "08:30", "24:00")] == [0, 510, 1440]
