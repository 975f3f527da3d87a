"""Where in a JSON text a pointer points: people look for lines, mappings speak of fields."""

import json
import re
from collections.abc import Iterator

_DEEPEST = 100
_PLACE = re.compile(r" - at `\$([^`]*)`")
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def place_of(text: str, pointer: str) -> tuple[int, int]:
    r"""Line and column (from 1) where a pointer's value begins in a valid JSON text; where there is no such value,
    where what it should be in begins.

    >>> place_of('{"a": [1,\n 2]}', "/a/1")
    (2, 2)
    >>> place_of('{"a": {}}', "/a/b/c")
    (1, 7)
    """
    return _line_of(text, _offset(text, pointer))


def split_place(said: str) -> tuple[str, str]:
    """What a decoder complains of, and the JSON pointer where ("" where it names none).

    >>> split_place("Expected `int`, got `str` - at `$.items[2].weight`")
    ('Expected `int`, got `str`', '/items/2/weight')
    """
    found = _PLACE.search(said)
    if found is None:
        return said, ""
    return said[: found.start()], found.group(1).replace("[", "/").replace("]", "").replace(".", "/")


def _offset(text: str, pointer: str) -> int:
    """Where a pointer's value begins; where there is none, what it should be in."""
    parts = pointer.strip("/").split("/")
    found, depth = 0, 0
    for path, at in _values(text):
        if len(path) > depth and path == parts[: len(path)]:
            found, depth = at, len(path)
            if depth == len(parts):
                break
    return found


def _values(text: str) -> Iterator[tuple[list[str], int]]:
    """Every value of a JSON text with where it begins."""
    path: list[str] = []
    levels: list[tuple[bool, int]] = []  # a list and its place, or an object whose key is known (1) or not (0)
    for match in _MARK.finditer(text):
        mark = match.group()
        if mark in {"}", "]"}:
            levels.pop()
            path = path[: len(levels)]
        elif mark == ",":
            is_list, place = levels[-1]
            levels[-1] = (is_list, place + 1 if is_list else 0)
        elif mark != ":":
            if levels and levels[-1] == (False, 0):
                path = [*path[: len(levels) - 1], json.loads(mark)]
                levels[-1] = (False, 1)
                continue
            if levels and levels[-1][0]:
                path = [*path[: len(levels) - 1], str(levels[-1][1])]
            yield path, match.start()
            if mark in {"{", "["}:
                levels.append((mark == "[", 0))
            if len(levels) > _DEEPEST:
                return


def _line_of(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
