"""Times as carriers write them: the offset is kept, the rest stays local, and nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.instants import InvalidInstant, Stamp, epoch_us
from crossdock.tracking.times import at, epoch, moment, ticks

pytestmark = pytest.mark.req("C6")

WRITTEN = [
    ("2021-08-17T19:11:26.123+02:00", "ymd", "2021-08-17T19:11:26+02:00"),
    ("2021-01-27T00:22:43+1100", "ymd", "2021-01-27T00:22:43+11:00"),
    ("2024-01-16T10:00:00Z", "ymd", "2024-01-16T10:00:00Z"),
    ("2024-01-16 10:00", "ymd", "2024-01-16T10:00:00"),
    ("8/17/2021 7:11:26 PM", "mdy", "2021-08-17T19:11:26"),
    ("12/1/2017 12:05 AM", "mdy", "2017-12-01T00:05:00"),
    ("12/1/2017 12:05 pm", "dmy", "2017-01-12T12:05:00"),
    ("2011-02-01 07:59:52 EST", "ymd", "2011-02-01T07:59:52-05:00"),
    ("1/10/2017 7:34 PM EST", "mdy", "2017-01-10T19:34:00-05:00"),
    ("17.08.2021, 19:11 Uhr", "dmy", "2021-08-17T19:11:00"),
    ("17.08.2021 19:11 MESZ", "dmy", "2021-08-17T19:11:00+02:00"),
    ("April 28, 2015 8:29 am", "mdy", "2015-04-28T08:29:00"),
    ("Friday, May 26, 2017  at 14:23", "mdy", "2017-05-26T14:23:00"),
    ("18-Feb-21 09:15", "dmy", "2021-02-18T09:15:00"),
    ("26 mai 2017 à 14h30", "dmy", "2017-05-26T14:30:00"),
    ("20210505094200", "ymd", "2021-05-05T09:42:00"),
    ("2004-01-13 172300", "ymd", "2004-01-13T17:23:00"),
    ("2021-03-04 10:10 GMT+01:00", "ymd", "2021-03-04T10:10:00+01:00"),
    ("2021-08-17", "ymd", "2021-08-17"),
    ("17/08/2021", "dmy", "2021-08-17"),
]


@pytest.mark.parametrize(("written", "order", "expected"), WRITTEN)
def test_what_carriers_write_is_read_as_they_mean_it(written, order, expected):
    found = moment(written, order)
    assert found.at == expected
    zoned = expected.endswith("Z") or expected[19:20] in {"+", "-"}
    assert found.tz_known == zoned


def test_a_zone_word_without_an_offset_names_the_zone_and_leaves_the_time_local():
    found = moment("1/12/2017 12:59 AM ET", "mdy")
    assert found == Stamp("2017-01-12T00:59:00", False, "minute", "America/New_York")
    assert epoch_us(found) == epoch_us(Stamp("2017-01-12T00:59:00-05:00"))


def test_a_documented_zone_is_kept_beside_the_stamp_and_never_over_an_offset():
    assert moment("2021-08-17 10:00", zone="Europe/Warsaw").zone == "Europe/Warsaw"
    assert moment("2021-08-17T10:00:00Z", zone="Europe/Warsaw").zone == ""


def test_day_and_clock_that_stand_apart_are_joined():
    assert at("20210218", "1020").at == "2021-02-18T10:20:00"
    assert at("20210218", "93055").at == "2021-02-18T09:30:55"
    assert at("20210218", "").precision == "day"


def test_numbers_since_an_epoch_are_utc_and_ticks_are_of_no_zone():
    assert epoch("1620000000") == epoch("1620000000123") == Stamp("2021-05-03T00:00:00Z", True, "minute")
    assert epoch("/Date(1620000000123+0200)/").at == "2021-05-03T02:00:00+02:00"
    assert ticks("637555968000000000") == Stamp("2021-05-03T00:00:00", False, "minute")


@pytest.mark.parametrize(
    "written",
    ["", "hello", "12:30", "2021-13-01", "31/02/2021", "2021-02-03T10:00:00+25:00", "1/2/2021 10:00 XYZ", "2021-02-30"],
)
def test_what_cannot_be_read_exactly_is_refused(written):
    with pytest.raises(InvalidInstant):
        moment(written, "dmy")


def test_day_and_month_are_not_guessed_where_the_format_does_not_say():
    with pytest.raises(InvalidInstant):
        moment("03/04/2021 10:00")


@given(st.datetimes(), st.sampled_from(["ymd", "dmy", "mdy"]), st.booleans())
def test_every_clock_is_read_back_as_it_was(when, order, twelve):
    day = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}[order]
    if when.year < 1000:
        when = when.replace(year=when.year + 1000)
    written = when.strftime(f"{day} {'%I:%M:%S %p' if twelve else '%H:%M:%S'}")
    assert moment(written, order).at == when.replace(microsecond=0).isoformat()


@given(st.text(max_size=40), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_any_text_is_a_stamp_or_refused(written, order):
    try:
        found = moment(written, order)
    except InvalidInstant:
        return
    assert isinstance(epoch_us(found), int)
