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
def _table() -> dict[tuple[str, str], str]:
    written = resources.files("crossdock.tracking").joinpath("zones.tsv").read_text(encoding="utf-8")
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    return {(row["country"], row["region"]): row["zone"] for row in csv.DictReader(lines, delimiter="\t")}
