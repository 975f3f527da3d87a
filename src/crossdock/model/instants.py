"""Times as partners say them: the offset is kept, and an unknown zone stays unknown.

Texts are RFC 3339 where the zone is known, local date-time without offset where it is not, and the date alone
where the partner only said a day. Nothing here ever adds a "Z" that the partner did not say.
"""

import functools
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, structs

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII)
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}.\d{2}:\d{2}(?!:)", re.ASCII)

Precision = Literal["day", "minute", "second"]


class InvalidInstant(ValueError):
    """A text that is not a date or a date-time. The text says what was expected."""


class Stamp(Struct, frozen=True):
    """When something happened, as far as the partner said.

    ``at``: RFC 3339 with the offset as given, or local date-time without offset, or ``YYYY-MM-DD``. ``zone`` is the
    IANA name of the zone a local time is of, where it is known from elsewhere (the place, a zone word, the format's
    documentation); ``at`` stays as it was said.
    """

    at: str
    tz_known: bool = True
    precision: Precision = "second"
    zone: str = ""


def stamp(text: str) -> Stamp:
    """Read an ISO 8601 date or date-time and keep what it says of the zone. Raises `InvalidInstant`.

    >>> stamp("2026-03-01T08:15:00+02:00").at
    '2026-03-01T08:15:00+02:00'
    >>> stamp("2026-03-01T08:15:00").tz_known
    False
    """
    cleaned = text.strip()
    try:
        if _DAY.fullmatch(cleaned):
            return Stamp(date.fromisoformat(cleaned).isoformat(), tz_known=False, precision="day")
        moment = datetime.fromisoformat(cleaned)
    except ValueError:
        raise InvalidInstant(f"'{text}' is not an ISO 8601 date or date-time") from None
    kept = stamp_of(moment)
    return structs.replace(kept, precision="minute") if _MINUTE.match(cleaned) else kept


def stamp_of(moment: datetime) -> Stamp:
    """The stamp of a `datetime`; a naive one has an unknown zone. Microseconds are dropped."""
    whole = moment.replace(microsecond=0)
    text = whole.isoformat()
    if whole.tzinfo is not None and text.endswith("+00:00"):
        text = f"{text[:-6]}Z"
    return Stamp(text, tz_known=whole.tzinfo is not None)


def epoch_us(instant: Stamp) -> int:
    """Microseconds since 1970-01-01T00:00Z, used to order a fold; a local time is of its ``zone`` where that is known,
    else it is read as UTC (decision 0002).
    """
    moment = datetime.fromisoformat(instant.at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(instant.zone) if instant.zone else UTC)
    return int(moment.timestamp()) * 1_000_000


def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def span_of_day(day: date, zone: str) -> tuple[int, int]:
    """From when until when (epoch microseconds) ``day`` lasts in ``zone``, which may be 23 or 25 hours.

    >>> [moment // 3_600_000_000 for moment in span_of_day(date(1970, 1, 2), "UTC")]
    [24, 48]
    """
    there = _zone(zone)
    starts = (datetime(each.year, each.month, each.day, tzinfo=there) for each in (day, day + timedelta(days=1)))
    since, until = (int(each.timestamp()) * 1_000_000 for each in starts)
    return since, until


def day_in(moment: int, zone: str) -> date:
    """The day it is in ``zone`` at ``moment`` (epoch microseconds).

    >>> day_in(0, "America/Montreal").isoformat()
    '1969-12-31'
    """
    return datetime.fromtimestamp(moment / 1_000_000, UTC).astimezone(_zone(zone)).date()


@functools.lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    """A zone this machine does not know is no reason to fail: its times are read as UTC like those of no zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def last_moment(promise: Stamp) -> int:
    """The last moment of what was promised, in epoch microseconds: a day holds until its end.

    >>> last_moment(stamp("1970-01-01"))
    86399999999
    """
    return epoch_us(promise) + (86_400_000_000 - 1 if promise.precision == "day" else 0)


def from_epoch_us(value: int) -> Stamp:
    """The UTC stamp of ``value`` microseconds since the epoch (whole seconds)."""
    return _of_second(value // 1_000_000)


@functools.lru_cache(maxsize=64)
def _of_second(second: int) -> Stamp:
    """Kept: thousands of facts are stamped in the same second."""
    return stamp_of(datetime.fromtimestamp(second, UTC))


def rfc3339(value: int) -> str:
    """``value`` microseconds since the epoch as RFC 3339 in UTC, with milliseconds.

    >>> rfc3339(0)
    '1970-01-01T00:00:00.000Z'
    """
    moment = datetime.fromtimestamp(value / 1_000_000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lasting(span: int) -> str:
    """``span`` microseconds for people: the two greatest units.

    >>> lasting(93_784_000_000), lasting(45_000_000)
    ('1 d 2 h', '45 s')
    """
    left, parts = max(0, span) // 1_000_000, []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2]) or "0 s"
