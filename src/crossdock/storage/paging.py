"""Pages: a cursor is the last row's sort key, and the next page begins behind it."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

Row = TypeVar("Row")


def after_key(after: str, *types: type) -> tuple[Any, ...] | None:
    """The sort key in a cursor, nothing for the first page. Raises `ValueError` when it is none of ours."""
    if not after:
        return None
    try:
        key: tuple[Any, ...] = msgspec.json.decode(after, type=tuple[types])  # type: ignore[valid-type]
    except msgspec.MsgspecError as error:
        raise ValueError(f"'{after}' is not the end of a page") from error
    return key


def page_of(rows: Sequence[Row], limit: int, keys: Sequence[tuple[Any, ...]]) -> tuple[list[Row], str]:
    """The first ``limit`` of ``rows`` (asked for with one more) and the cursor of the next page, "" at the end."""
    if len(rows) <= limit:
        return list(rows), ""
    return list(rows[:limit]), msgspec.json.encode(keys[limit - 1]).decode() if limit else ""


def contains(text: str) -> str:
    """A LIKE pattern (escaped with a backslash) for texts that hold ``text``."""
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
