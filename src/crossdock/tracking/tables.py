"""A connector's code table as people look things up in it: every row with its line, and the version of the whole."""

import csv
from functools import cache
from hashlib import sha256
from importlib import resources

from msgspec import Struct

FILE = "codes.tsv"


class Row(Struct, frozen=True):
    """One row: ``line`` in the file, ``source`` the carrier's list, ``code`` and ``text`` its words, what they mean,
    where that is published (``ref``) and ``how`` the row came to be (see `crossdock.tracking.codes`).
    """

    line: int
    source: str
    code: str
    text: str
    milestone: str
    category: str
    reason: str
    ref: str
    how: str


class Table(Struct, frozen=True):
    """All rows; ``version`` changes with any byte of the file."""

    version: str
    rows: tuple[Row, ...]


@cache
def table_of(package: str) -> Table | None:
    """The table of a connector's package; None where it has none, as those that read no tracking."""
    try:
        file = resources.files(package).joinpath(FILE)
        written = file.read_bytes()
    except (ModuleNotFoundError, FileNotFoundError, ValueError, TypeError):
        return None
    numbered = [(at, line) for at, line in enumerate(written.decode().splitlines(), 1) if line and line[0] != "#"]
    found = csv.DictReader([line for _, line in numbered], delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = tuple(_row(at, row) for (at, _), row in zip(numbered[1:], found, strict=True))
    return Table(sha256(written).hexdigest()[:8], rows)


def _row(line: int, row: dict[str, str]) -> Row:
    words = (row["canonical_milestone"], row["exception_category"] or "none", row["reason"] or "")
    return Row(line, row["source"], row["source_code"], row["source_text"], *words, row["source_ref"], row["how"])
