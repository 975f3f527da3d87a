"""What can be configured of working time: calendars by a name, which teams and expectations count their time by."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, field

from crossdock.model.calendars import WEEKDAYS, Calendar, calendar, minute_of

Hours = Annotated[
    str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["08:00-17:00"])
]
Day = Annotated[
    str,
    Meta(pattern=r"^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$", examples=["2026-12-25", "2026-12-24..2027-01-01"]),
]
CalendarName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["warehouse"])]
Windows = Annotated[tuple[Hours, ...], Meta(description="From-until, one after the other; none: closed")]


class Week(Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours by weekday, as local time; a day that is left out is closed."""

    monday: Annotated[Windows, Meta(examples=[["08:00-12:00", "13:00-17:00"]])] = ()
    tuesday: Annotated[Windows, Meta(examples=[["08:00-17:00"]])] = ()
    wednesday: Annotated[Windows, Meta(examples=[["08:00-17:00"]])] = ()
    thursday: Annotated[Windows, Meta(examples=[["08:00-17:00"]])] = ()
    friday: Annotated[Windows, Meta(examples=[["08:00-16:00"]])] = ()
    saturday: Annotated[Windows, Meta(examples=[["09:00-12:00"]])] = ()
    sunday: Annotated[Windows, Meta(examples=[["10:00-12:00"]])] = ()


class CalendarSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When somebody works. Clocks that change are counted as time passes."""

    hours: Annotated[Week, Meta(description="Opening hours by weekday")]
    timezone: Annotated[
        str, Meta(description="The zone of the hours (IANA name)", pattern=r"^\S+$", examples=["Europe/Brussels"])
    ] = "UTC"
    holidays: Annotated[
        tuple[Day, ...], Meta(description="Days without work, single or from..until", examples=[["2026-12-25"]])
    ] = field(default_factory=tuple)


def days_of(text: str) -> tuple[date, date]:
    """The first and the last day of ``2026-12-24..2027-01-01``, or of a single day. Raises `ValueError`."""
    first, _, last = text.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def calendar_of(given: CalendarSettings) -> Calendar:
    """The calendar. Raises `BadCalendar` and `ValueError`: the configuration was checked for both when it was read."""
    week = tuple(
        tuple((minute_of(text[:5]), minute_of(text[6:])) for text in getattr(given.hours, name)) for name in WEEKDAYS
    )
    return calendar(given.timezone, week, tuple(map(days_of, given.holidays)))
