"""Code tables: what a carrier's code, and where it has none its text, says in canonical words.

Each connector that reads tracking has a ``codes.tsv`` of its own, one row per code: ``source`` (which list of the
carrier's), ``source_code``, ``source_text``, ``canonical_milestone``, ``exception_category``, ``reason``,
``source_ref`` (where it is published or was seen) and ``how`` the row came to be:

- ``read``, ``rule+read``: published or seen with its meaning; ``rule``: weaker, to be confirmed;
- ``coarse``: the code alone says too little (UPS's type D, an aggregator's ``exception``): the text refines it, and the
  row holds where the text says nothing, or nothing but that the parcel is under way;
- ``memory``: weaker still: where the carrier's words come to tell of something else than the row's own words do, they
  go first.

A row without a code stands for a text; texts are compared without case and punctuation.
"""

import csv
import re
from functools import lru_cache
from importlib import resources

from msgspec import Struct

from crossdock.model.milestones import check
from crossdock.tracking.phrases import meant_by

_VAGUE = frozenset({"in_transit", "info_update", "unknown"})
"""What a text may say without knowing better than a code: every parcel is under way until it is delivered."""
_NEVER = _VAGUE | {"delivered", "delayed", "exception"}
"""What words against a code are not believed: a parcel that is not delivered is often told to be, and that something
is wrong says not where it is.
"""

_PUNCTUATION = re.compile(r"[\s.,;:!*_-]+")


class Meaning(Struct, frozen=True, gc=False):
    """What a status says in canonical words; ``known`` is false where no row says it."""

    milestone: str
    category: str = "none"
    reason: str = ""
    known: bool = True


UNKNOWN = Meaning("unknown", known=False)


def _vaguer(said: str, meaning: Meaning) -> bool:
    """Whether a text says less than the row: under way, where the row tells of a place or of the last mile."""
    return said in _VAGUE and meaning.milestone not in _VAGUE and meaning.milestone != "exception"


class _Row(Struct, frozen=True, gc=False):
    meaning: Meaning
    coarse: bool
    own: str = ""
    """Its own words, where it is from memory."""


def _gainsaid(row: _Row, text: str) -> bool:
    """Whether words tell of another milestone than the row's, whose own words are read as the row says."""
    said = meant_by(text) if text else None
    if said is None or said[0] == row.meaning.milestone or said[0] in _NEVER or row.meaning.milestone in _VAGUE:
        return False
    own = meant_by(row.own)
    return own is not None and own[0] == row.meaning.milestone and plain(text) != plain(row.own)


class Codes:
    """The table of one connector, loaded when it is first asked."""

    def __init__(self, package: str) -> None:
        """``package`` is the connector's, such as ``crossdock.connectors.tnt``. Nothing is read yet."""
        self._package = package
        self._tables: tuple[dict[tuple[str, str], _Row], dict[tuple[str, str], _Row]] | None = None
        self.meaning = lru_cache(maxsize=8192)(self._meaning)

    def _meaning(self, axis: str, code: str, text: str = "") -> Meaning:
        """What ``code`` of the list ``axis`` says, with the carrier's own words where they matter.

        A code without a row is unknown even where its text can be read: the text's meaning goes on, with ``known``
        false, so that a person confirms it.
        """
        codes, texts = self._load()
        row = codes.get((axis, code.casefold())) if code else None
        if row is not None and not row.coarse and not (row.own and _gainsaid(row, text)):
            return row.meaning
        told = texts.get((axis, plain(text))) if text else None
        if told is not None:
            return told.meaning
        said = meant_by(text) if text else None
        if said is not None and not (row is not None and _vaguer(said[0], row.meaning)):
            return Meaning(*said, known=row is not None or not code)
        if row is not None:
            return row.meaning
        return UNKNOWN

    def has(self, axis: str, code: str) -> bool:
        """Whether there is a row for the code."""
        return (axis, code.casefold()) in self._load()[0]

    def _load(self) -> tuple[dict[tuple[str, str], _Row], dict[tuple[str, str], _Row]]:
        if self._tables is None:
            self._tables = _read(self._package)
        return self._tables


def plain(text: str) -> str:
    """A text as rows are compared: case and punctuation fall away.

    >>> plain("Out for  Delivery.")
    'out for delivery'
    """
    return _PUNCTUATION.sub(" ", text.casefold()).strip()


def _read(package: str) -> tuple[dict[tuple[str, str], _Row], dict[tuple[str, str], _Row]]:
    """Every word of every row is checked against the vocabulary. Raises `UnknownMilestone`."""
    written = resources.files(package).joinpath("codes.tsv").read_text(encoding="utf-8")
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    codes: dict[tuple[str, str], _Row] = {}
    texts: dict[tuple[str, str], _Row] = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        words = (row["canonical_milestone"], row["exception_category"] or "none", row["reason"] or "")
        check(*words)
        held = _Row(Meaning(*words), row["how"] == "coarse", row["source_text"] if row["how"] == "memory" else "")
        if row["source_code"]:
            codes[row["source"], row["source_code"].casefold()] = held
        else:
            texts[row["source"], plain(row["source_text"])] = held
    return codes, texts
