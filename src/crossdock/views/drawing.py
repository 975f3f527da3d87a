"""The journey as a picture: an SVG made here (Mercator), so that nobody's map server learns who looks at what.

Numbers and our own classes are all that is drawn; the words are labels that the template escapes.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, structs

from crossdock.views.geography import Bounds, Land, Ring, Spot, middle_of, outlines

WIDTH, HEIGHT = 640, 320
_PADDING = 1.5
_LEAST_SPAN = 9.0
_EDGE = 12.0
_FAR = 25.0
"""Degrees from where on outlines of 1:110 million look like those of 1:50 million."""
_FINENESS = 1.1
_SMALLEST = 5.0
_POLE = 80.0
Point = tuple[float, float]


class Mark(Struct, frozen=True):
    """A place on the picture. ``kind`` is past, here or goal; ``label`` stands beside it, ``anchor`` says how."""

    kind: str
    x: float
    y: float
    label: str
    rough: bool
    anchor: str = "middle"
    label_x: float = 0.0
    label_y: float = 0.0


class Drawing(Struct, frozen=True):
    """A picture of `WIDTH` by `HEIGHT`: countries as path data, the way as points, the places; and the stops that were
    drawn, for maps that draw them themselves.
    """

    land: tuple[str, ...]
    way: str
    ahead: str
    marks: tuple[Mark, ...]
    stops: tuple["Stop", ...] = ()


class Stop(Struct, frozen=True):
    """A place to be drawn, in the order of the journey; ``kind`` as that of a `Mark`."""

    label: str
    spot: Spot
    kind: str


class _View(Struct, frozen=True):
    """The part of the world that is shown: its middle in degrees and radians of Mercator, and points per radian."""

    longitude: float
    x: float
    y: float
    scale: float

    def place(self, longitude: float, latitude: float) -> Point:
        x, y = _mercator(longitude, latitude)
        return (x - self.x) * self.scale + WIDTH / 2, (self.y - y) * self.scale + HEIGHT / 2


def draw(stops: Sequence[Stop], path: Path | None, far: Path | None = None) -> Drawing | None:
    """The picture of a journey; None where no stop is known. Without outlines it has no countries; ``far`` are coarser
    ones for journeys on which nobody would see the difference, which take a tenth of the time.
    """
    if not stops:
        return None
    spots = [(_near(each.spot.longitude, stops[0].spot.longitude), each.spot.latitude) for each in stops]
    spans = (max(values) - min(values) for values in zip(*spots, strict=True))
    return _drawn(tuple(stops), far if far is not None and max(spans) > _FAR else path)


@lru_cache(maxsize=256)
def _drawn(stops: tuple[Stop, ...], path: Path | None) -> Drawing:
    """Kept: one journey is looked at many times before it goes on."""
    countries = _countries(path)
    stops = tuple(
        structs.replace(each, spot=middle_of(each.spot, countries)) if each.spot.rough else each for each in stops
    )
    spots = [(_near(each.spot.longitude, stops[0].spot.longitude), each.spot.latitude) for each in stops]
    view = _view(spots)
    points = [view.place(*each) for each in spots]
    gone = [point for point, stop in zip(points, stops, strict=True) if stop.kind != "goal"]
    ahead = [gone[-1], points[-1]] if gone and stops[-1].kind == "goal" else []
    marks = [_mark(stop, point) for stop, point in zip(stops, points, strict=True)]
    return Drawing(_land(view, countries), _line(gone), _line(ahead), tuple(_apart(marks)), stops)


def _near(longitude: float, other: float) -> float:
    """The same meridian, counted so that the way does not lead around the world."""
    return longitude + 360 * round((other - longitude) / 360)


def _mercator(longitude: float, latitude: float) -> Point:
    bounded = math.radians(max(-_POLE, min(_POLE, latitude)))
    return math.radians(longitude), math.asinh(math.tan(bounded))


def _view(spots: Sequence[Point]) -> _View:
    xs, ys = zip(*(_mercator(*each) for each in spots), strict=True)
    wide = max((max(xs) - min(xs)) * _PADDING, math.radians(_LEAST_SPAN))
    high = max((max(ys) - min(ys)) * _PADDING, wide * HEIGHT / WIDTH)
    scale = min(WIDTH / wide, HEIGHT / high)
    middle = (max(xs) + min(xs)) / 2
    return _View(math.degrees(middle), middle, (max(ys) + min(ys)) / 2, scale)


def _countries(path: Path | None) -> Land:
    if path is None or not path.is_file():
        return ()
    try:
        return outlines(path)
    except (OSError, ValueError, KeyError):
        return ()


def _land(view: _View, land: Land) -> tuple[str, ...]:
    drawn = (_shape(view, ring, bounds) for ring, bounds in land)
    return tuple(each for each in drawn if each)


def _shape(view: _View, ring: Ring, bounds: Bounds) -> str:
    """Path data of what of a ring can be seen; rings are looked for once around the world either way."""
    west, south, east, north = bounds
    reach = math.degrees(WIDTH / view.scale)
    for turn in (0.0, -360.0, 360.0):
        if west + turn > view.longitude + reach or east + turn < view.longitude - reach:
            continue
        if view.place(0, north)[1] > HEIGHT + _EDGE or view.place(0, south)[1] < -_EDGE:
            continue
        points = _clipped([view.place(longitude + turn, latitude) for longitude, latitude in ring])
        drawn = _thinned(points)
        if len(drawn) > 2 and _extent(drawn) > _SMALLEST:
            return f"M{'L'.join(f'{x:.0f} {y:.0f}' for x, y in drawn)}Z"
    return ""


def _clipped(points: Sequence[Point]) -> list[Point]:
    """What is inside the picture and a little around it (Sutherland and Hodgman, 1974)."""
    kept = list(points)
    for axis, bound, sign in ((0, -_EDGE, 1), (0, WIDTH + _EDGE, -1), (1, -_EDGE, 1), (1, HEIGHT + _EDGE, -1)):
        kept = _cut(kept, axis, bound, sign)
        if not kept:
            break
    return kept


def _cut(points: Sequence[Point], axis: int, bound: float, sign: int) -> list[Point]:
    kept: list[Point] = []
    for one, other in zip(points, [*points[1:], points[0]], strict=True):
        inside, then = (one[axis] - bound) * sign >= 0, (other[axis] - bound) * sign >= 0
        if inside:
            kept.append(one)
        if inside != then:
            part = (bound - one[axis]) / (other[axis] - one[axis])
            kept.append((one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part))
    return kept


def _thinned(points: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= _FINENESS * 2:
            kept.append(point)
    return kept


def _extent(points: Sequence[Point]) -> float:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) - min(xs) + max(ys) - min(ys)


def _line(points: Iterable[Point]) -> str:
    drawn = _thinned(list(points))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn) if len(drawn) > 1 else ""


def _mark(stop: Stop, point: Point) -> Mark:
    x, y = point
    anchor = "start" if x < WIDTH * 0.25 else "end" if x > WIDTH * 0.75 else "middle"
    return Mark(stop.kind, round(x, 1), round(y, 1), stop.label, stop.spot.rough, anchor, round(x, 1), round(y - 14, 1))


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Labels that would cover each other go below their place, and past ones that still would go without."""
    found: list[Mark] = []
    taken: list[Point] = []
    for mark in sorted(marks, key=lambda each: ("here", "goal", "past").index(each.kind)):
        spots = [(mark.label_x, mark.y - 14), (mark.label_x, mark.y + 26)]
        free = [each for each in spots if all(abs(each[0] - x) > 110 or abs(each[1] - y) > 18 for x, y in taken)]
        covered = any(abs(mark.x - each.x) < 5 and abs(mark.y - each.y) < 5 for each in found)
        if not free or covered or not mark.label:
            found.append(Mark(mark.kind, mark.x, mark.y, "", mark.rough))
            continue
        taken.append(free[0])
        x, y = free[0]
        found.append(Mark(mark.kind, mark.x, mark.y, mark.label, mark.rough, mark.anchor, x, round(y, 1)))
    return sorted(found, key=lambda each: ("past", "goal", "here").index(each.kind))
