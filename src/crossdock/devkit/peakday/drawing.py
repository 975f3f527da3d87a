"""A day as people would rather look at it: lines of blocks for a terminal, or one SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from crossdock.devkit.chaos.noted import AWAY, DATABASE, SILENT, Fault
from crossdock.devkit.peakday.report import Report
from crossdock.devkit.peakday.shape import HOUR
from crossdock.devkit.peakday.staging import MAPPING

_BLOCKS = " ▁▂▃▄▅▆▇█"
_COLUMNS = 72
_BARS = (AWAY, DATABASE, SILENT, MAPPING)
_SHORT = {AWAY: "away", DATABASE: "away", SILENT: "silent", MAPPING: "misread"}
_LEFT, _WIDTH, _ROW, _CHART = 130.0, 900.0, 18.0, 90.0


def bars(faults: Sequence[Fault]) -> dict[str, list[Fault]]:
    """The faults that last, by whom they struck."""
    rows: dict[str, list[Fault]] = {}
    for each in faults:
        if each.kind in _BARS:
            rows.setdefault(f"{each.whom} {_SHORT[each.kind]}", []).append(each)
    return dict(sorted(rows.items()))


def plain(report: Report) -> Iterator[str]:
    """Lines: orders, the age of the oldest due command, and a bar for each partner's outages; a column is a share of
    the time up to the last parcel.
    """
    end = report.ended
    yield f"{'':<16}{_hours(report, _COLUMNS)}"
    yield f"{'orders in':<16}{blocks(counted(report.confirmed, end, _COLUMNS))}"
    ages = peaks([(each.at, each.age.get("due", 0.0)) for each in report.samples], end, _COLUMNS)
    yield f"{'oldest due':<16}{blocks(ages)}  up to {max(ages, default=0):.0f} s"
    for name, faults in bars(report.faults).items():
        yield f"{name:<16}{''.join('█' if _stands(faults, end, column) else '·' for column in range(_COLUMNS))}"


def blocks(values: Sequence[float]) -> str:
    """A line of blocks, the highest the greatest.

    >>> blocks([0, 1, 4, 8])
    ' ▁▄█'
    """
    top = max(values, default=0)
    return "".join(_BLOCKS[-(-int(value * 8000 / top) // 1000)] if top else " " for value in values)


def counted(moments: Sequence[float], end: float, columns: int) -> list[float]:
    """How many of the moments fall into each column."""
    found = [0.0] * columns
    for each in moments:
        found[min(columns - 1, int(each / end * columns))] += 1
    return found


def peaks(values: Sequence[tuple[float, float]], end: float, columns: int) -> list[float]:
    """The greatest value of each column, out of (moment, value)."""
    found = [0.0] * columns
    for moment, value in values:
        column = min(columns - 1, int(moment / end * columns))
        found[column] = max(found[column], value)
    return found


def _stands(faults: Sequence[Fault], end: float, column: int) -> bool:
    return any(each.touches(column * end / _COLUMNS, (column + 1) * end / _COLUMNS) for each in faults)


def _hours(report: Report, columns: int) -> str:
    """The hours of the day over the columns, as many as have room."""
    line = [" "] * columns
    step = max(1, -(-int(report.ended / HOUR) * 4 // columns))
    for hour in range(0, int(report.ended / HOUR) + 1, step):
        place = int(hour * HOUR / report.ended * columns)
        if place + 2 <= columns:
            line[place : place + 2] = f"{(report.begin + hour) % 24:02}"
    return "".join(line)


def svg(report: Report) -> str:
    """The same as a picture: orders as columns, the age of the oldest due command as a line, outages as bars."""
    rows = bars(report.faults)
    height = 2 * _CHART + _ROW * len(rows) + 110
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20:.0f} {height:.0f}"',
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="10" y="20" font-size="15">A peak day with every fault on: ',
        f"{report.orders} orders, seed {report.seed}</text>",
        *_columns(report, 40),
        *_line(report, 50 + _CHART),
        *_outages(report, rows, 70 + 2 * _CHART),
        *_axis(report, height - 12),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(report: Report, moment: float) -> float:
    return _LEFT + min(1.0, moment / report.ended) * _WIDTH


def _columns(report: Report, top: float) -> Iterator[str]:
    number = max(12, int(report.ended / HOUR * 4))
    values = counted(report.confirmed, report.ended, number)
    most, width = max([*values, 1.0]), _WIDTH / number
    yield f'<text x="10" y="{top + _CHART / 2:.0f}">orders in</text>'
    for index, value in enumerate(values):
        high = value / most * _CHART
        yield _box(_LEFT + index * width, top + _CHART - high, (width * 0.85, high), "#4a7ab5")


def _line(report: Report, top: float) -> Iterator[str]:
    most = max([each.age.get("due", 0.0) for each in report.samples] or [1.0]) or 1.0
    points = " ".join(
        f"{_x(report, each.at):.1f},{top + _CHART - each.age.get('due', 0.0) / most * _CHART:.1f}"
        for each in report.samples
    )
    yield f'<text x="10" y="{top + _CHART / 2:.0f}">oldest due</text>'
    yield f'<text x="10" y="{top + _CHART / 2 + 14:.0f}" fill="#666">up to {most:.0f} s</text>'
    yield f'<polyline points="{points}" fill="none" stroke="#c0392b" stroke-width="1.5"/>'


def _outages(report: Report, rows: dict[str, list[Fault]], top: float) -> Iterator[str]:
    for index, (name, faults) in enumerate(rows.items()):
        y = top + index * _ROW
        yield f'<text x="10" y="{y + 11:.0f}">{escape(name)}</text>'
        for each in faults:
            since, until = _x(report, each.since), _x(report, each.until)
            yield _box(since, y, (max(1.5, until - since), 12), "#e08e45", f"{each.kind} {each.what}")


def _box(x: float, y: float, size: tuple[float, float], colour: str, title: str = "") -> str:
    width, height = size
    told = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">{told}</rect>'


def _axis(report: Report, y: float) -> Iterator[str]:
    for hour in range(int(report.ended / HOUR) + 1):
        place = f'x="{_x(report, hour * HOUR):.0f}" y="{y:.0f}"'
        yield f'<text {place} fill="#666" text-anchor="middle">{(report.begin + hour) % 24:02}</text>'
