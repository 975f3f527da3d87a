"""Two texts side by side: which lines are gone, which are new, and what changed within a line."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec
from msgspec import Struct

_AROUND = 3
"""Lines that are the same and shown around a change."""
_MOST_COMPARED = 2000
"""Lines on either side that are compared one by one; of more, all count as changed."""
_MOST_SHOWN = 1500


class Line(Struct, frozen=True):
    """One line of a difference. ``mark`` is "-" (gone), "+" (new), " " (the same) or "@" (``text`` says what is left
    out). ``old`` and ``new`` are its numbers, 0 where it is not there. What changed within it is ``changed``, between
    ``text`` and ``rest``.
    """

    mark: str
    old: int
    new: int
    text: str
    changed: str = ""
    rest: str = ""

    @property
    def whole(self) -> str:
        """All of the line."""
        return f"{self.text}{self.changed}{self.rest}"


def difference(before: bytes, after: bytes) -> tuple[Line, ...]:
    """The lines that differ, with some around them; nothing where only the layout of JSON differs, and for bytes that
    are no text.
    """
    texts = _laid_out(before), _laid_out(after)
    if None in texts:
        texts = _plain(before), _plain(after)
    old, new = texts
    if old is None or new is None or old == new:
        return ()
    return tuple(_lines(old.splitlines(), new.splitlines()))[:_MOST_SHOWN]


def laid_out(body: bytes) -> str | None:
    """JSON with its fields on lines of their own; nothing for all else."""
    return _laid_out(body)


def _laid_out(body: bytes) -> str | None:
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _plain(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    blocks = _blocks(old, new)
    for place, (kind, *span) in enumerate(blocks):
        if kind == "equal":
            yield from _same(old, span, first=place == 0, last=place == len(blocks) - 1)
        else:
            yield from _changed(old, new, span)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) <= _MOST_COMPARED:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    head = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    shorter = min(len(old), len(new)) - head
    backwards = zip(reversed(old), reversed(new), strict=False)
    tail = next((at for at, pair in enumerate(backwards) if pair[0] != pair[1] or at == shorter), shorter)
    ends = len(old) - tail, len(new) - tail
    blocks = [("equal", 0, head, 0, head), ("replace", head, ends[0], head, ends[1])]
    blocks.append(("equal", ends[0], len(old), ends[1], len(new)))
    return [each for each in blocks if each[1] < each[2] or each[3] < each[4]]


def _same(old: Sequence[str], span: Sequence[int], *, first: bool, last: bool) -> Iterator[Line]:
    begin, end, at, _ = span
    kept = (0 if first else _AROUND, 0 if last else _AROUND)
    count = end - begin
    for number in range(begin, end):
        if number - begin == kept[0] and count > sum(kept) + 1:
            skipped = count - sum(kept)
            yield Line("@", 0, 0, f"{skipped:,} lines are the same")
        if number - begin < kept[0] or end - number <= kept[1] or count <= sum(kept) + 1:
            yield Line(" ", number + 1, at + number - begin + 1, old[number])


def _changed(old: Sequence[str], new: Sequence[str], span: Sequence[int]) -> Iterator[Line]:
    gone, fresh = range(span[0], span[1]), range(span[2], span[3])
    paired = len(gone) == len(fresh)
    for at, number in enumerate(gone):
        yield Line("-", number + 1, 0, *_within(old[number], new[fresh[at]] if paired else None))
    for at, number in enumerate(fresh):
        yield Line("+", 0, number + 1, *_within(new[number], old[gone[at]] if paired else None))


def _within(line: str, other: str | None) -> tuple[str, str, str]:
    """What both lines begin with, what only this one says, what both end with."""
    if other is None:
        return line, "", ""
    shorter = min(len(line), len(other))
    head = next((at for at in range(shorter) if line[at] != other[at]), shorter)
    tail = next((at for at in range(shorter - head) if line[-1 - at] != other[-1 - at]), shorter - head)
    end = len(line) - tail
    return line[:head], line[head:end], line[end:]
