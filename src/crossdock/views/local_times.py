"""Times as clocks show them where something happened, as far as it was said or can be known."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from crossdock.model.instants import Stamp, is_zone


class LocalTime(Struct, frozen=True):
    """``day`` is YYYY-MM-DD and ``clock`` HH:MM ("" where only the day is known); ``zone`` is "" for the clock of the
    place, else what the time is of: ``UTC`` or an offset such as ``UTC+02:00``. ``iso`` is for machines.
    """

    day: str
    clock: str
    zone: str
    iso: str


def local_time(stamp: Stamp, zone: str, zones: Sequence[str] = ()) -> LocalTime:
    """A stamp by the clock of ``zone`` (an IANA name), else as it was said: an offset that one of the place's ``zones``
    has is its clock.

    >>> local_time(Stamp("2026-11-21T15:00:00Z"), "Europe/Brussels").clock
    '16:00'
    >>> local_time(Stamp("2026-11-21T15:00:00Z"), "").zone
    'UTC'
    """
    if stamp.precision == "day":
        return LocalTime(stamp.at[:10], "", "", stamp.at[:10])
    moment = datetime.fromisoformat(stamp.at)
    label = ""
    if moment.tzinfo is not None:
        if zone and is_zone(zone):
            moment = moment.astimezone(ZoneInfo(zone))
        elif not any(moment.astimezone(ZoneInfo(each)).utcoffset() == moment.utcoffset() for each in zones):
            label = _offset(moment)
    return LocalTime(moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M"), label, moment.isoformat())


def at_clock(instant: int, zone: str) -> LocalTime:
    """A moment (epoch microseconds) by the clock of ``zone``; of UTC where it is not known."""
    moment = datetime.fromtimestamp(instant / 1_000_000, UTC).replace(microsecond=0)
    return local_time(Stamp(moment.isoformat().replace("+00:00", "Z")), zone)


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return "UTC" if text in {"", "+0000"} else f"UTC{text[:3]}:{text[3:5]}"
