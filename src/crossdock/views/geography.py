"""Where on earth: outlines of countries (Natural Earth, as the package world-atlas has them, TopoJSON), and the
position of a place as far as the time-zone tables know it (zone.tab: the main city of each zone).

A place that is not known is shown in the middle of its country, marked as rough. No position comes from anybody else.
"""

import json
import re
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from msgspec import Struct

from crossdock.model.party import Address

Ring = tuple[tuple[float, float], ...]
Bounds = tuple[float, float, float, float]
Land = tuple[tuple[Ring, Bounds], ...]
_HALF = 180
_COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


class Spot(Struct, frozen=True):
    """A position in degrees; ``rough``: somewhere in that country."""

    longitude: float
    latitude: float
    rough: bool


def spot_of(city: str, country: str) -> Spot | None:
    """Where a place is; None where nobody knows."""
    cities, countries = _known()
    name = (country.upper(), _plain(city))
    if name in cities:
        return Spot(*cities[name], rough=False)
    return Spot(*countries[country.upper()], rough=True) if country.upper() in countries else None


def spot_at(place: Address) -> Spot | None:
    """Where an address is: as it says itself, else as far as its city or country is known."""
    if place.longitude is not None and place.latitude is not None:
        return Spot(place.longitude, place.latitude, rough=False)
    return spot_of(place.city, place.country)


def middle_of(spot: Spot, land: Land) -> Spot:
    """The middle of the land a rough spot is on, which says "somewhere in this country" better than its main city."""
    for ring, (west, south, east, north) in land:
        inside = west <= spot.longitude <= east and south <= spot.latitude <= north
        if inside and _holds(ring, spot.longitude, spot.latitude):
            return Spot(sum(longitude for longitude, _ in ring) / len(ring), (south + north) / 2, rough=True)
    return spot


def _holds(ring: Ring, x: float, y: float) -> bool:
    """Whether a point is inside (even-odd rule)."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@cache
def outlines(path: Path) -> Land:
    """The outlines of all countries: rings of (longitude, latitude) with their bounds (west, south, east, north).
    Raises `OSError` and `ValueError`.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    arcs = _arcs(document)
    found: list[tuple[Ring, Bounds]] = []
    for shape in document["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}.get(shape["type"]) or []
        for polygon in polygons:
            for indices in polygon:
                ring = _unrolled(_ring(indices, arcs))
                longitudes, latitudes = zip(*ring, strict=True)
                found.append((ring, (min(longitudes), min(latitudes), max(longitudes), max(latitudes))))
    return tuple(found)


def _arcs(document: dict[str, Any]) -> list[Ring]:
    """Arcs are differences of integers (TopoJSON 1.0, section 2.1.4)."""
    (scale_x, scale_y), (move_x, move_y) = document["transform"]["scale"], document["transform"]["translate"]
    found = []
    for arc in document["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        found.append(tuple(points))
    return found


def _ring(indices: list[int], arcs: list[Ring]) -> Ring:
    """Arcs one after the other; ``~i`` is arc ``i`` backwards, and each begins where the one before ended."""
    points: list[tuple[float, float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return tuple(points)


def _unrolled(ring: Ring) -> Ring:
    """Longitudes counted on where a ring crosses the line of date, so that it does not lead back around the world; one
    that goes around a pole is closed there.
    """
    points = [ring[0]]
    for longitude, latitude in ring[1:]:
        before = points[-1][0]
        points.append((longitude + 360 * round((before - longitude) / 360), latitude))
    if abs(points[-1][0] - points[0][0]) > _HALF:
        pole = 90.0 if points[0][1] > 0 else -90.0
        points += [(points[-1][0], pole), (points[0][0], pole)]
    return tuple(points)


@cache
def _known() -> tuple[dict[tuple[str, str], tuple[float, float]], dict[str, tuple[float, float]]]:
    """Cities by country and name, and countries, from the time-zone tables; the first of a country is its main one."""
    cities: dict[tuple[str, str], tuple[float, float]] = {}
    countries: dict[str, tuple[float, float]] = {}
    written = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in written.splitlines():
        if line.startswith("#"):
            continue
        country, coordinates, zone, *_ = line.split("\t")
        position = _degrees(coordinates)
        cities[country, _plain(zone.rpartition("/")[2])] = position
        countries.setdefault(country, position)
    return cities, countries


def _degrees(text: str) -> tuple[float, float]:
    """ISO 6709 as zone.tab writes it: +DDMM+DDDMM or with seconds.

    >>> _degrees("+5050+00420")
    (4.333, 50.833)
    """
    match = _COORDINATES.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no position")
    south, lat, lat_minutes, _, west, lon, lon_minutes, _ = match.groups()
    latitude = (int(lat) + int(lat_minutes) / 60) * (-1 if south == "-" else 1)
    longitude = (int(lon) + int(lon_minutes) / 60) * (-1 if west == "-" else 1)
    return round(longitude, 3), round(latitude, 3)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if each.isalnum() and not unicodedata.combining(each))
