"""Times as carriers write them: 12-hour clocks, day-first dates, compact digits, zone words, epochs.

Nothing is guessed: a text that can be read in two ways is read as the caller says the format is, or refused.

A time whose seconds are 00 counts as known to the minute: most clocks that end so tell no seconds.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import structs

from crossdock.model.instants import InvalidInstant, Stamp

Order = Literal["ymd", "dmy", "mdy"]

OFFSETS = {
    "Z": "Z", "UTC": "Z", "GMT": "Z", "WET": "+00:00", "WEST": "+01:00", "BST": "+01:00", "CET": "+01:00",
    "CEST": "+02:00", "MEZ": "+01:00", "MESZ": "+02:00", "EET": "+02:00", "EEST": "+03:00", "MSK": "+03:00",
    "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00",
    "PST": "-08:00", "PDT": "-07:00", "AKST": "-09:00", "AKDT": "-08:00", "HST": "-10:00", "AST": "-04:00",
    "ADT": "-03:00", "NST": "-03:30", "NDT": "-02:30", "AEST": "+10:00", "AEDT": "+11:00", "ACST": "+09:30",
    "ACDT": "+10:30", "AWST": "+08:00", "NZST": "+12:00", "NZDT": "+13:00", "JST": "+09:00", "HKT": "+08:00",
    "SGT": "+08:00", "BRT": "-03:00",
}  # fmt: skip
"""Offsets of zone words that mean one offset (IANA tz "northamerica", "europe", "australasia"; CST and AST as the
carriers of North America use them). IST and others that mean several are left out: they are refused.
"""

ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage",
    "HT": "Pacific/Honolulu",
}
"""Zone words that name a zone and leave the offset to the date."""

_USUAL_OFFSETS = frozenset({"", *OFFSETS.values()})
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_DATE = re.compile(
    r"(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})(?!\d)"
    r"|(?P<a>\d{1,2})\s*[-/.]\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<c>\d{4}|\d{2})(?!\d)"
    r"|(?<!\d)(?P<cy>(?:19|20)\d\d)(?P<cm>\d\d)(?P<cd>\d\d)(?=\D|$|\d{4}(?:\d\d)?(?!\d))"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th|\.)?[-\s/]*(?P<mon2>[^\W\d_]{3,9})\.?[-\s/,]*(?P<y2>\d{4}|\d{2})(?!\d)"
    r"|(?P<mon3>[^\W\d_]{3,9})\.?[-\s]*(?P<d3>\d{1,2})(?:st|nd|rd|th)?[-,\s]+(?P<y3>\d{4})"
)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})\s*[:.h]\s*(\d{2})(?:\s*[:.]\s*(\d{2})(?:[.,]\d+)?)?\s*(?:([ap])\.?\s?m\b\.?)?", re.IGNORECASE
)
_COMPACT = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})?(?!\d)")
_T = re.compile(r"(?<![^\W\d_])T(?=\d)")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?$", re.IGNORECASE)
_FILLER = re.compile(
    r"\b(?:at|um|uhr|the|on|of|à|alle|ore|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|tues?|thurs?|local|time)\b|[,;()|]",
    re.IGNORECASE,
)
_DOTNET = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier ene enero gen gennaio januari",
            "feb february februar fév févr février fev fevrier febrero febbraio februari",
            "mar march mär mrz märz mars marzo maart mrt",
            "apr april avr avril abr abril aprile",
            "may mai mayo maggio mei mag",
            "jun june juni juin junio giugno giu",
            "jul july juli juil juillet julio luglio lug",
            "aug august aoû aout août ago agosto augustus",
            "sep sept september septembre septiembre settembre set",
            "oct october okt oktober octobre octubre ottobre ott",
            "nov november novembre noviembre",
            "dec december dez dezember déc décembre decembre dic diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}


def moment(written: str, order: Order = "ymd", zone: str = "") -> Stamp:
    """What ``written`` says, with date and time in one text. ``order`` is the format's order of day and month where
    both are numbers; ``zone`` the IANA name of the zone the format documents for times without offset (it is kept
    beside the stamp, whose ``tz_known`` stays false). Raises `InvalidInstant`.

    >>> moment("8/17/2021 7:11:26 PM", "mdy").at
    '2021-08-17T19:11:26'
    >>> moment("1/12/2017 12:59 AM ET", "mdy")
    Stamp(at='2017-01-12T00:59:00', tz_known=False, precision='minute', zone='America/New_York')
    """
    found = _read(written, order)
    return structs.replace(found, zone=zone) if zone and not found.tz_known and not found.zone else found


def at(day: str, clock: str, order: Order = "ymd", zone: str = "") -> Stamp:
    """`moment` of a day and a clock that stand apart; without a clock the day alone. A compact clock may have lost its
    leading zeros in a number (``93055``). Raises `InvalidInstant`.

    >>> at("20210218", "1020").at
    '2021-02-18T10:20:00'
    """
    clock = clock.strip()
    if clock.isascii() and clock.isdigit() and len(clock) in {3, 5}:
        clock = f"0{clock}"
    return moment(f"{day.strip()} {clock}" if clock else day, order, zone)


def epoch(written: str) -> Stamp:
    """The UTC stamp of seconds or milliseconds since 1970, also as ``/Date(ms)/`` of .NET. Raises `InvalidInstant`.

    >>> epoch("1620000000").at
    '2021-05-03T00:00:00Z'
    """
    dotnet = _DOTNET.fullmatch(written.strip())
    try:
        value = float(dotnet.group(1) if dotnet else written)
        seconds = value / 1000 if abs(value) >= 1e11 or dotnet else value
        found = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInstant(f"'{written}' is not a number of seconds or milliseconds since 1970") from None
    if dotnet and dotnet.group(2):
        sign, hours, minutes = dotnet.group(2)[0], int(dotnet.group(2)[1:3]), int(dotnet.group(2)[3:])
        shift = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
        return _stamp(found + shift, f"{sign}{hours:02}:{minutes:02}")
    return _stamp(found, "Z")


def ticks(written: str) -> Stamp:
    """The stamp of .NET ticks (100 ns since year 1), whose zone nobody says. Raises `InvalidInstant`."""
    try:
        found = datetime(1, 1, 1, tzinfo=UTC) + timedelta(seconds=int(written) // 10_000_000)
    except (ValueError, OverflowError):
        raise InvalidInstant(f"'{written}' is not a number of .NET ticks") from None
    return _stamp(found, "")


def _read(written: str, order: Order) -> Stamp:
    cleaned = written.strip()
    iso = _ISO.fullmatch(cleaned)
    try:
        if iso:
            return _of_iso(iso)
        return _of_words(cleaned, order)
    except (ValueError, OverflowError):
        raise InvalidInstant(f"'{written[:80]}' is not a date and time of the order {order}") from None


def _of_iso(found: re.Match[str]) -> Stamp:
    year, month, day, hour, minute, second, offset = found.groups()
    if hour is None:
        return _day(datetime(int(year), int(month), int(day), tzinfo=UTC))
    read = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    return _stamp(read, _colon(offset) if offset else "")


def _of_words(written: str, order: Order) -> Stamp:
    date = _DATE.search(written)
    if date is None:
        raise ValueError(written)
    day = _date(date, order)
    rest = f"{written[: date.start()]} {written[date.end() :]}"
    rest = _T.sub(" ", rest).strip()
    clock = _CLOCK.search(rest) or _HOUR.search(rest) or _COMPACT.search(rest)
    if clock is None:
        if _FILLER.sub(" ", rest).strip():
            raise ValueError(written)
        return _day(day)
    hour, minute, second = _time(clock)
    zone = _FILLER.sub(" ", f"{rest[: clock.start()]} {rest[clock.end() :]}").strip()
    return _zoned(day.replace(hour=hour, minute=minute, second=second), zone)


def _date(found: re.Match[str], order: Order) -> datetime:
    part = found.groupdict()
    if part["y"]:
        year, month, day = part["y"], int(part["m"]), part["d"]
    elif part["cy"]:
        year, month, day = part["cy"], int(part["cm"]), part["cd"]
    elif part["a"]:
        if order == "ymd":
            raise ValueError("the order of day and month is not said")
        day, month = (part["a"], int(part["b"])) if order == "dmy" else (part["b"], int(part["a"]))
        year = part["c"]
    else:
        year, name, day = (
            (part["y2"], part["mon2"], part["d2"]) if part["mon2"] else (part["y3"], part["mon3"], part["d3"])
        )
        month = _MONTHS.get(name.casefold()) or _MONTHS.get(name.casefold()[:3], 0)
    full = int(year) + 2000 if len(year) == 2 else int(year)
    return datetime(full, month, int(day), tzinfo=UTC)


def _time(found: re.Match[str]) -> tuple[int, int, int]:
    parts = found.groups()
    if found.re is _HOUR:
        hour, minute, second, half = int(parts[0]), 0, 0, parts[1]
    else:
        hour, minute, second = int(parts[0]), int(parts[1]), int(parts[2] or 0)
        half = parts[3] if found.re is _CLOCK else None
    if half and not 1 <= hour <= 12 and not (13 <= hour <= 23 and half in "pP"):
        raise ValueError("no hour of a 12-hour clock")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return hour, minute, second


def _zoned(local: datetime, zone: str) -> Stamp:
    if not zone:
        return _stamp(local, "")
    word = zone.upper()
    if word in OFFSETS:
        return _stamp(local, OFFSETS[word])
    if word in ZONES:
        return structs.replace(_stamp(local, ""), zone=ZONES[word])
    offset = _OFFSET.fullmatch(zone)
    if offset is None:
        raise ValueError(zone)
    sign, hours, minutes = offset.groups()
    return _stamp(local, f"{sign}{int(hours):02}:{minutes or '00'}")


def _colon(offset: str) -> str:
    """An ISO offset with its colon."""
    if len(offset) == 3:
        return f"{offset}:00"
    return f"{offset[:3]}:{offset[3:]}" if len(offset) == 5 else offset


def _stamp(local: datetime, offset: str) -> Stamp:
    if offset not in _USUAL_OFFSETS:
        datetime.fromisoformat(f"2000-01-01T00:00:00{offset}")  # an offset of 25 hours is none
    return Stamp(f"{local.isoformat()[:19]}{offset}", bool(offset), "second" if local.second else "minute")


def _day(local: datetime) -> Stamp:
    return Stamp(local.date().isoformat(), False, "day")
