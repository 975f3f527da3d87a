"""Carriers' own words: what a free text says, by a list of phrases that is read from the top, the first that fits wins.

Only texts are judged here for which a carrier's table has no row. The list is data (phrases.tsv): a regular expression
over the lower-case text (accents fall away on both sides), milestone, category, reason, language, and a note.
"""

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from crossdock.model.milestones import check

Said = tuple[str, str, str]
"""Milestone, exception category, reason."""

_LONGEST = 400
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=16384)
def meant_by(text: str) -> Said | None:
    """What a text says; None where no phrase fits. Only its first 400 characters are read."""
    lowered = _BLANKS.sub(" ", _bare(text[:_LONGEST].casefold())).strip()
    if not lowered:
        return None
    for pattern, said in _phrases():
        if pattern.search(lowered):
            return said
    return None


def _bare(text: str) -> str:
    """Without accents: capitals often come without («LIVRE», «EXPEDITEUR»)."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@cache
def _phrases() -> list[tuple[re.Pattern[str], Said]]:
    """phrases.tsv in its order, every word checked against the vocabulary. Raises `UnknownMilestone`."""
    written = resources.files("crossdock.tracking").joinpath("phrases.tsv").read_text(encoding="utf-8")
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    found = []
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        said = (row["milestone"], row["category"] or "none", row["reason"] or "")
        check(*said)
        found.append((re.compile(_bare(row["pattern"])), said))
    return found
