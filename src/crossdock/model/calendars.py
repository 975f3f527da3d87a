"""Working time: opening hours by weekday, holidays and a time zone, with its changes of the clock. Pure; moments are
epoch microseconds, spans microseconds of real time that passes.

A window of hours begins when its first local time comes for the first time that day and ends when its second comes for
the last time: in the night clocks go back 01:00-04:00 lasts four hours, in the night they go forward two. A local time
that a day leaves out is the moment the clock jumps.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

SECOND = 1_000_000
MINUTE = 60 * SECOND
_DAY = timedelta(days=1)
_MIDNIGHT = 24 * 60
_LONGEST_HOLIDAY = 366
_HORIZON = 3660
"""Days that are looked through for working time: ten years, more than all holidays of a calendar together."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Window = tuple[int, int]
"""From and until, in minutes of the local day; 1440 is its end."""


class BadCalendar(ValueError):
    """Hours, holidays or a zone that make no calendar; the text says what is wrong."""


class Calendar(Struct, frozen=True):
    """When a team works. ``week`` are the windows of Monday to Sunday, ``holidays`` days without any, as (first, last)
    both included. Make it with `calendar`, which refuses what never opens.
    """

    zone: str = "UTC"
    week: tuple[tuple[Window, ...], ...] = (((0, _MIDNIGHT),),) * 7
    holidays: tuple[tuple[date, date], ...] = ()

    def works_on(self, day: date) -> bool:
        """Whether there is any window on this day."""
        return bool(self.week[day.weekday()]) and not any(first <= day <= last for first, last in self.holidays)


ALWAYS = Calendar()
"""Day and night, every day."""


def calendar(zone: str, week: tuple[tuple[Window, ...], ...], holidays: tuple[tuple[date, date], ...] = ()) -> Calendar:
    """A calendar. Raises `BadCalendar` for an unknown zone, windows that end before they begin or overlap, holidays
    that end before they begin or last longer than a year, and for a week without any window.
    """
    _zone(zone)
    if len(week) != len(WEEKDAYS):
        raise BadCalendar(f"a week has seven days, not {len(week)}")
    for name, windows in zip(WEEKDAYS, week, strict=True):
        last = 0
        for start, end in windows:
            if not last <= start < end <= _MIDNIGHT:
                raise BadCalendar(f"{name}: windows must follow each other and end after they begin")
            last = end
    if not any(week):
        raise BadCalendar("it never opens: no weekday has hours")
    for first, final in holidays:
        if not first <= final <= first + timedelta(days=_LONGEST_HOLIDAY):
            raise BadCalendar(f"the holiday from {first} to {final} ends before it begins, or lasts over a year")
    if sum((final - first).days + 1 for first, final in holidays) > _HORIZON // 2:
        raise BadCalendar(f"it hardly ever opens: more than {_HORIZON // 2} days are holidays")
    return Calendar(zone, week, tuple(sorted(holidays)))


def add_working(using: Calendar, start: int, span: int) -> int:
    """The first moment at which ``span`` microseconds of working time have passed since ``start``; ``start`` itself for
    none. Raises `ValueError` for a negative span, and `BadCalendar` where ten years do not hold it.
    """
    if span < 0:
        raise ValueError("working time cannot be taken back")
    if span == 0 or using == ALWAYS:
        return start + span
    left = span
    for opens, closes in _openings(using, start):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(closes - begin, 0)
    raise BadCalendar("ten years do not hold so much working time")


def working_between(using: Calendar, start: int, end: int) -> int:
    """Microseconds of working time from ``start`` to ``end``; 0 where ``end`` is not after ``start``."""
    if end <= start:
        return 0
    if using == ALWAYS:
        return end - start
    total = 0
    for opens, closes in _openings(using, start, end):
        total += max(min(closes, end) - max(opens, start), 0)
    return total


def next_open(using: Calendar, moment: int) -> int:
    """``moment`` where it is in working time, else when working time next begins."""
    for opens, closes in _openings(using, moment):
        if closes > moment:
            return max(opens, moment)
    raise BadCalendar("it does not open within ten years")


def next_local(using: Calendar, moment: int, minute: int) -> int:
    """The first moment after ``moment`` at which it is ``minute`` (of the local day) on a working day: "file by 06:00"
    is 360, whether or not anybody works at that hour. Raises `BadCalendar` where no working day comes in ten years.
    """
    day = _day(using, moment) - _DAY
    for _ in range(_HORIZON):
        if using.works_on(day) and (found := _first(using.zone, day, minute)) > moment:
            return found
        day += _DAY
    raise BadCalendar("no working day comes within ten years")


def minute_of(text: str) -> int:
    """Minutes of the day in ``HH:MM``; ``24:00`` is the day's end. Raises `BadCalendar`.

    >>> minute_of("06:30")
    390
    """
    hours, colon, minutes = text.partition(":")
    plain = hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit()
    if not colon or not plain or len(hours) != 2 or len(minutes) != 2 or int(minutes) > 59:
        raise BadCalendar(f"'{text}' is not a time such as 08:30")
    found = int(hours) * 60 + int(minutes)
    if found > _MIDNIGHT:
        raise BadCalendar(f"'{text}' is after the end of a day")
    return found


def _openings(using: Calendar, since: int, until: int | None = None) -> Iterator[tuple[int, int]]:
    """Stretches of working time in order and apart from each other, beginning with the day before ``since``, whose last
    stretch may reach into it where the clock is put back.
    """
    day, last = _day(using, since) - _DAY, 0
    for _ in range(_HORIZON):
        for opens, closes in _windows(using, day) if using.works_on(day) else ():
            begin = max(opens, last)
            if until is not None and begin >= until:
                return
            if closes > begin:
                yield begin, closes
                last = closes
        day += _DAY
        if until is not None and not using.works_on(day) and _first(using.zone, day, 0) >= until:
            return


@lru_cache(maxsize=4096)
def _windows(using: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    windows = using.week[day.weekday()]
    return tuple((_first(using.zone, day, start), _last(using.zone, day, end)) for start, end in windows)


def _first(zone: str, day: date, minute: int) -> int:
    """When it is ``minute`` of ``day`` for the first time."""
    early, late = _both(zone, day, minute)
    return early if early <= late else _jump(zone, late, early)


def _last(zone: str, day: date, minute: int) -> int:
    """When it is ``minute`` of ``day`` for the last time. The end of a day is when the next one begins."""
    early, late = _both(zone, day, minute)
    if minute == _MIDNIGHT:
        return early if early <= late else _jump(zone, late, early)
    return late if early <= late else _jump(zone, late, early)


def _both(zone: str, day: date, minute: int) -> tuple[int, int]:
    """The moment as the clock before a change would tell it, and as the clock after it would; mostly the same."""
    local = datetime(day.year, day.month, day.day, tzinfo=_zone(zone)) + timedelta(minutes=minute)
    before, after = (int(local.replace(fold=fold).timestamp()) for fold in (0, 1))
    return before * SECOND, after * SECOND


def _jump(zone: str, low: int, high: int) -> int:
    """The moment between the two at which the clock is put forward, to the second."""
    there = _zone(zone)
    first, final = low // SECOND, high // SECOND
    before = datetime.fromtimestamp(first, there).utcoffset()
    while final - first > 1:
        middle = (first + final) // 2
        if datetime.fromtimestamp(middle, there).utcoffset() == before:
            first = middle
        else:
            final = middle
    return final * SECOND


def _day(using: Calendar, moment: int) -> date:
    return datetime.fromtimestamp(moment // SECOND, UTC).astimezone(_zone(using.zone)).date()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCalendar(f"'{name}' is no time zone this machine knows") from None
