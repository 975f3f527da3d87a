"""Small lines of figures as SVG paths, drawn here so that pages show them without scripts."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT, EDGE = 96, 26, 3


class Spark(Struct, frozen=True):
    """A line in a box (`WIDTH` by `HEIGHT` unless said): ``path`` has a gap where nothing is known; ``x`` and ``y`` are
    its last point, ``level`` is how high a threshold lies (None: outside, or there is none).
    """

    path: str
    x: float
    y: float
    level: float | None = None


def spark(
    values: Sequence[float | None], threshold: float | None = None, width: int = WIDTH, height: int = HEIGHT
) -> Spark | None:
    """The line of ``values``, the oldest first; None where fewer than two are known."""
    known = [each for each in values if each is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    seen = [at for at, value in enumerate(values) if value is not None]
    places = [
        (_across(at, len(values), width), _up(value, low, high, height)) for at, value in zip(seen, known, strict=True)
    ]
    steps = [
        f"{'L' if place and seen[place - 1] == seen[place] - 1 else 'M'}{x} {y}" for place, (x, y) in enumerate(places)
    ]
    inside = threshold is not None and low < high and low <= threshold <= high
    level = _up(threshold, low, high, height) if inside and threshold is not None else None
    return Spark(" ".join(steps), *places[-1], level)


def _across(at: int, count: int, width: int) -> float:
    return round(EDGE + (width - 2 * EDGE) * at / max(count - 1, 1), 1)


def _up(value: float, low: float, high: float, height: int) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(height - EDGE - (height - 2 * EDGE) * share, 1)
