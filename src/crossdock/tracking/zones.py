"""The zone of a place, where its country or state has one only; what is ambiguous stays unknown."""

import csv
from functools import cache, lru_cache
from importlib import resources

from crossdock.model.party import Address


@lru_cache(maxsize=8192)
def zone_of(place: Address) -> str:
    """The IANA name of the zone at ``place``, by country and region (zones.tsv); "" where it cannot be told."""
    if not place.country:
        return ""
    table = _table()
    country = place.country.upper()
    return table.get((country, place.region.upper())) or table.get((country, "")) or ""


@cache
def zones_in(country: str) -> tuple[str, ...]:
    """All zones of a country (ISO 3166-1 alpha-2), by the time-zone tables (zone.tab of the package tzdata)."""
    written = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in written.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == country.upper())


@cache
def _table() -> dict[tuple[str, str], str]:
    written = resources.files("crossdock.tracking").joinpath("zones.tsv").read_text(encoding="utf-8")
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    return {(row["country"], row["region"]): row["zone"] for row in csv.DictReader(lines, delimiter="\t")}
