"""Why goods come back, in one set of words: partners' own are read by the tables in data/.

The synonyms are what shops, portals and carriers say in their forms, gathered for this table; nothing of it is a
standard. A word that is not in it is nobody's guess: it becomes a mapping task (`crossdock mapping review`).
"""

import csv
import unicodedata
from collections.abc import Iterator
from importlib import resources

from msgspec import Struct

UNKNOWN = "unknown"


class ReturnReason(Struct, frozen=True):
    """One row of data/return-reasons.tsv. ``borne_by`` is who is to answer for it, where nothing else was agreed."""

    reason: str
    name: str
    borne_by: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("crossdock.model").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _plain(text: str) -> str:
    """Lower case, without accents, words apart by one blank.

    >>> _plain(" Damaged_in-Transit!")
    'damaged in transit'
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (each if each.isalnum() else " " for each in letters if not unicodedata.combining(each))
    return " ".join("".join(kept).split())


REASONS: dict[str, ReturnReason] = {row["reason"]: ReturnReason(**row) for row in _rows("return-reasons.tsv")}
_SAID: dict[str, str] = {_plain(row["said"]): row["reason"] for row in _rows("return-reason-synonyms.tsv")}
_SAID |= {_plain(each.reason): each.reason for each in REASONS.values()}
_SAID |= {_plain(each.name): each.reason for each in REASONS.values()}


def reason_of(said: str) -> str:
    """The canonical reason of what somebody said; ``unknown`` where no table knows it.

    >>> reason_of("TOO-SMALL")
    'wrong_size'
    >>> reason_of("R47")
    'unknown'
    """
    return _SAID.get(_plain(said), UNKNOWN)
