"""Code tables: what a carrier's code, and where it has none its text, says in canonical words.

Each connector that reads tracking has a ``codes.tsv`` of its own, one row per code: ``source`` (which list of the
carrier's), ``source_code``, ``source_text``, ``canonical_milestone``, ``exception_category``, ``reason``,
``source_ref`` (where it is published or was seen) and ``how`` the row came to be:

- ``read``: published or seen with its meaning; ``rule``, ``rule+read``, ``memory``: weaker, to be confirmed;
- ``coarse``: the code alone says too little (UPS's type D, an aggregator's ``exception``): the text refines it, and the
  row holds where the text says nothing.

A row without a code stands for a text; texts are compared without case and punctuation.
"""

import csv
import re
from functools import lru_cache
from importlib import resources

from msgspec import Struct

from crossdock.model.milestones import check
from crossdock.tracking.phrases import meant_by

_PUNCTUATION = re.compile(r"[\s.,;:!*_-]+")


class Meaning(Struct, frozen=True, gc=False):
    """What a status says in canonical words; ``known`` is false where no row says it."""

    milestone: str
    category: str = "none"
    reason: str = ""
    known: bool = True


UNKNOWN = Meaning("unknown", known=False)


class _Row(Struct, frozen=True, gc=False):
    meaning: Meaning
    coarse: bool


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
        if row is not None and not row.coarse:
            return row.meaning
        told = texts.get((axis, plain(text))) if text else None
        if told is not None:
            return told.meaning
        said = meant_by(text) if text else None
        if said is not None:
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
        held = _Row(Meaning(*words), row["how"] == "coarse")
        if row["source_code"]:
            codes[row["source"], row["source_code"].casefold()] = held
        else:
            texts[row["source"], plain(row["source_text"])] = held
    return codes, texts
