"""The words of the page: one file per language, and dates as its people write them."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources

from msgspec import Struct

from crossdock.views.local_times import LocalTime

RIGHT_TO_LEFT = frozenset({"ar"})
NAMES: Mapping[str, str] = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "nl": "Nederlands",
}
"""Languages there are words in, as their speakers call them."""

_MOST_ASKED = 20


class Words(Struct, frozen=True):
    """One language. Tables: page, mail, steps, status, next, checkpoint, category, ground, sure, reason."""

    language: str
    tables: Mapping[str, Mapping[str, str]]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    day: str
    day_long: str

    @property
    def direction(self) -> str:
        """Of writing, for ``dir``."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def of(self, table: str, key: str, **values: object) -> str:
        """A phrase with its values. Raises `KeyError` where the language lacks it."""
        return self.tables[table][key].format(**values) if values else self.tables[table][key]

    def any(self, table: str, key: str) -> str:
        """A phrase, "" where there is none."""
        return self.tables[table].get(key, "")

    def date(self, day: str, *, long: bool = False) -> str:
        """A day (YYYY-MM-DD) as people write it."""
        at = date.fromisoformat(day)
        pattern = self.day_long if long else self.day
        return pattern.format(
            weekday=self.weekdays[at.weekday()], day=at.day, month=self.months[at.month - 1], year=at.year
        )

    def time(self, at: LocalTime) -> str:
        """The clock, with what it is of where that is not the place itself."""
        return f"{at.clock} {at.zone}".strip()

    def moment(self, at: LocalTime) -> str:
        """Day and clock."""
        comma = "،" if self.direction == "rtl" else ","
        return f"{self.date(at.day)}{comma} {self.time(at)}" if at.clock else self.date(at.day)


@cache
def words_of(language: str) -> Words:
    """The words of a language there is. Raises `FileNotFoundError`."""
    file = resources.files("crossdock.trackpage").joinpath("phrases", f"{language}.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    dates = tables.pop("dates")
    return Words(language, tables, tuple(dates["months"]), tuple(dates["weekdays"]), dates["day"], dates["day_long"])


def chosen(wanted: str, accepted: str, own: str, there: Sequence[str], default: str) -> str:
    """The language of a page: the one asked for, else the first of the browser's, else the order's, else the default.

    >>> chosen("", "pt, de-AT;q=0.8, en;q=0.9", "fr", ("de", "en", "fr"), "en")
    'en'
    """
    ranked = sorted(_accepted(accepted), key=lambda each: -each[1])
    candidates = [wanted, *(name for name, _ in ranked), own.replace("_", "-").partition("-")[0].lower()]
    return next((each for each in candidates if each in there), default)


def _accepted(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(",")[:_MOST_ASKED]:
        name, _, weight = part.strip().partition(";q=")
        try:
            found.append((name.partition("-")[0].lower(), float(weight) if weight else 1.0))
        except ValueError:
            continue
    return found
