"""Charts of processes as geometry: where each stage stands and how the ways between them run. Drawn on the server, so
that they are there without scripts; pure.

The upper row is the way most things go: from the first stage to the end that most stages lead to. Below stand the ends
beside it and what waits for a person. Not every way is drawn: those that make the picture are, and those of the stage
somebody has chosen.
"""

from collections.abc import Container, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from crossdock.ports.process import Chart, Stage

BOX_WIDTH, BOX_HEIGHT = 116, 62
_ACROSS, _DOWN = BOX_WIDTH + 26, BOX_HEIGHT + 74
_MARGIN, _ABOVE = 12, 20
_STEP = 9
_FEW = 24
_PERSON = "a person"


class Box(Struct, frozen=True):
    """A stage in the picture; ``x`` and ``y`` are its upper left corner."""

    stage: str
    column: int
    row: int
    x: int
    y: int


class Way(Struct, frozen=True):
    """A way between two stages. ``kind`` is main (part of the picture), out or in (of the chosen stage), or side."""

    before: str
    after: str
    path: str
    kind: str


class Drawing(Struct, frozen=True):
    """The whole picture; ``hidden`` ways are not drawn until a stage of theirs is chosen."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    hidden: int


Pair = tuple[str, str]
Place = tuple[int, int]


def drawing(chart: Chart, chosen: str = "") -> Drawing:
    """The chart with what ``chosen`` ("" for none) leads to and comes from."""
    pairs = list(dict.fromkeys((each.before, each.after) for each in chart.moves if each.before != each.after))
    main = _main(chart.stages, pairs)
    columns = {name: (place, 0) for place, name in enumerate(main)}
    columns |= _below([each.name for each in chart.stages if each.name not in main], pairs, dict(columns))
    boxes = {
        name: Box(name, column, row, _MARGIN + column * _ACROSS, row * _DOWN) for name, (column, row) in columns.items()
    }
    ends = {each.name for each in chart.stages if each.final}
    pictured = set(_pictured(main, pairs, boxes, ends))
    kinds = {pair: _kind(pair, chosen, pictured, few=len(pairs) <= _FEW) for pair in pairs}
    return _framed(chart, boxes, {pair: kind for pair, kind in kinds.items() if kind}, len(pairs))


def _framed(chart: Chart, boxes: Mapping[str, Box], kinds: Mapping[Pair, str], known: int) -> Drawing:
    """The picture as large as what is drawn needs: ways beside a row bend out of it."""
    bends = [(boxes[a].row, _bend(boxes[a], boxes[b])) for a, b in kinds if boxes[a].row == boxes[b].row]
    above = _MARGIN + max((each for row, each in bends if row == 0), default=0)
    below = _MARGIN + max((each for row, each in bends if row > 0), default=0)
    placed = {name: structs.replace(each, y=each.y + above) for name, each in boxes.items()}
    ways = [Way(a, b, _path(placed[a], placed[b]), kind) for (a, b), kind in kinds.items()]
    width = 2 * _MARGIN + max(each.column for each in boxes.values()) * _ACROSS + BOX_WIDTH
    height = max(each.y for each in placed.values()) + BOX_HEIGHT + below
    order = tuple(placed[each.name] for each in chart.stages)
    return Drawing(width, height, order, tuple(sorted(ways, key=_depth)), known - len(ways))


def _depth(way: Way) -> int:
    """What is drawn last lies on top."""
    return ("side", "main", "in", "out").index(way.kind)


def _kind(pair: Pair, chosen: str, pictured: set[Pair], *, few: bool) -> str:
    if chosen and chosen in pair:
        return "out" if pair[0] == chosen else "in"
    if pair in pictured:
        return "main"
    return "side" if few and not chosen else ""


def _main(stages: Sequence[Stage], pairs: Sequence[Pair]) -> list[str]:
    """The stages of the upper row: those on the way to the end that most of them lead to."""
    place = {each.name: at for at, each in enumerate(stages)}
    forward = [pair for pair in pairs if place[pair[0]] < place[pair[1]]]
    going = [each.name for each in stages if not each.final and _PERSON not in each.waits_for]
    ends = [each.name for each in stages if each.final and each is not stages[0]]
    led = {end: sum(pair[1] == end and pair[0] in going for pair in forward) for end in ends}
    end = max(ends, key=lambda name: (led[name], -place[name]), default="")
    first = stages[0].name
    before = [name for name in going if name != first and (not end or place[name] < place[end])]
    return [first, *before, *([end] if end else [])]


def _below(names: Sequence[str], pairs: Sequence[Pair], columns: Mapping[str, tuple[int, int]]) -> dict[str, Place]:
    """The other stages, each as near as there is room to what leads to it."""
    found: dict[str, Place] = {}
    across = max(len(columns), 4)
    for name in names:
        near = sorted(columns[a][0] for a, b in pairs if b == name and a in columns)
        wanted = near[len(near) // 2] if near else 0
        taken = set(found.values())
        free = [(column, row) for row in (1, 2, 3) for column in range(across) if (column, row) not in taken]
        found[name] = min(free, key=lambda at: (at[1], abs(at[0] - wanted)))
    return found


def _pictured(
    main: Sequence[str], pairs: Sequence[Pair], boxes: Mapping[str, Box], ends: Container[str]
) -> Iterator[Pair]:
    """To every stage the way from the nearest before it, and from those below that are no end the nearest way on."""
    known = set(pairs)
    for place, name in enumerate(main[1:], start=1):
        yield from [(each, name) for each in reversed(main[:place]) if (each, name) in known][:1]
    for name, box in boxes.items():
        if not box.row:
            continue
        led = [a for a, b in pairs if b == name]
        yield from [(each, name) for each in sorted(led, key=lambda a: _far(boxes[a], box))][:1]
        on = [b for a, b in pairs if a == name and name not in ends]
        yield from [(name, each) for each in sorted(on, key=lambda b: _far(boxes[b], box))][:1]


def _far(one: Box, other: Box) -> tuple[int, int]:
    return abs(one.column - other.column) + 2 * max(one.row - 1, 0), one.row


def _bend(one: Box, other: Box) -> int:
    """How far a way between boxes of one row leaves it, three quarters of its handle; 0 between neighbours."""
    span = abs(one.column - other.column)
    return (_ABOVE + _STEP * min(span, 8)) * 3 // 4 if span > 1 else 0


def _path(one: Box, other: Box) -> str:
    """From the edge of one box to that of the other; ways there and back do not lie on each other."""
    if one.row == other.row:
        return _beside(one, other)
    down = one.row < other.row
    shift = 9 if down else -9
    x1, x2 = one.x + BOX_WIDTH // 2 + shift, other.x + BOX_WIDTH // 2 + shift
    y1, y2 = (one.y + BOX_HEIGHT, other.y - 2) if down else (one.y, other.y + BOX_HEIGHT + 2)
    bend = (y2 - y1) // 2
    return f"M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"


def _beside(one: Box, other: Box) -> str:
    span = abs(one.column - other.column)
    right = one.column < other.column
    if span == 1:
        y = one.y + BOX_HEIGHT // 2 + (-7 if right else 7)
        return (
            f"M{one.x + BOX_WIDTH} {y} L{other.x - 2} {y}" if right else f"M{one.x} {y} L{other.x + BOX_WIDTH + 2} {y}"
        )
    shift = 14 if right else -14
    x1, x2 = one.x + BOX_WIDTH // 2 + shift, other.x + BOX_WIDTH // 2 - shift
    up = _bend(one, other) * 4 // 3
    if one.row == 0:
        return f"M{x1} {one.y} C{x1} {one.y - up} {x2} {one.y - up} {x2} {one.y - 2}"
    low = one.y + BOX_HEIGHT
    return f"M{x1} {low} C{x1} {low + up} {x2} {low + up} {x2} {low + 2}"
