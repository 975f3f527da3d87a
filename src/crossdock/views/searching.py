"""What somebody may have meant: references near one that nobody knows."""

from collections.abc import Iterator

from crossdock.ports.rows import Found, ShipmentRow
from crossdock.ports.stores import Transaction

_SHORTEST = 4
_LONGEST = 40
_FARTHEST = 2
_ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I", "L": "1", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2", "2": "Z"}
_PER_PROBE = 20


def nearest(tx: Transaction, text: str, limit: int = 5) -> list[Found]:
    """References at most two keystrokes from ``text``, the nearest first: one left out, swapped, doubled, mistyped, or
    a letter for a digit that looks alike. Costs a look at the index for each place where the slip may be.
    """
    wanted = text.strip().upper()
    if not _SHORTEST <= len(wanted) <= _LONGEST:
        return []
    found: dict[str, tuple[int, Found]] = {}
    for probe in dict.fromkeys(_probes(wanted)):
        for hit in tx.views.search(probe, _PER_PROBE):
            away = distance(wanted, hit.value.upper(), _FARTHEST)
            if away <= _FARTHEST and away < found.get(hit.subject, (_FARTHEST + 1, hit))[0]:
                found[hit.subject] = (away, hit)
    ranked = sorted(found.values(), key=lambda each: (each[0], each[1].value))
    return [hit for _, hit in ranked[:limit]]


def orders_found(
    tx: Transaction, text: str, phase: str, milestone: str, after: str, limit: int
) -> tuple[list[ShipmentRow], str]:
    """Delivery orders whose columns match, after those found by a reference of theirs; and the next page's cursor."""
    rows, following = tx.views.shipments(phase=phase, milestone=milestone, text=text, after=after, limit=limit)
    if not text or after:
        return rows, following
    listed = {row.subject for row in rows}
    subjects = dict.fromkeys(hit.subject for hit in tx.views.search(text, limit))
    hits = [row for subject in subjects if subject not in listed and (row := tx.views.shipment(subject)) is not None]
    wanted = [row for row in hits if phase in {"", row.phase} and milestone in {"", row.milestone}]
    return [*wanted, *rows], following


def _probes(text: str) -> Iterator[str]:
    """Beginnings and whole words by which what was meant can be in the index."""
    yield text
    for end in (len(text) - 1, len(text) - 2, len(text) // 2):
        yield text[: max(end, _SHORTEST - 1)]
    for at, letter in enumerate(text):
        before, behind = text[:at], text[at + 1 :]
        yield before + behind
        yield before + behind[:1] + letter + behind[1:]
        if letter in _ALIKE:
            yield before + _ALIKE[letter] + behind


def distance(one: str, other: str, most: int) -> int:
    """Keystrokes from ``one`` to ``other`` (insert, leave out, replace, swap neighbours); ``most`` + 1 where more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, each in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != each))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == each:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return min(row[-1], most + 1)
