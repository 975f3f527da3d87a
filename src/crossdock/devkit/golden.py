"""Golden sets: real messages with the events a careful reader expects of them, and how far a mapping agrees.

A set is a folder with GOLDEN.tsv (one row per expected event: ``file``, ``key`` = tracking number, ``expected_ts``,
``tz_known``, ``precision``, ``raw_code``, ``raw_text``, ``milestone``, ``exception_category``, ``reason``), INDEX.tsv
(one row per file: ``file``, ``carrier``, ``kind``) and the files, each in a folder named after its partner.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct, field

from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Translation

TRACKING_KINDS = ("tracking", "tracking_web", "tracking_synthetic", "webhook")


class Expected(Struct, frozen=True):
    """One row of GOLDEN.tsv, as far as it is compared."""

    at: str
    zone_known: bool
    milestone: str
    category: str
    reason: str
    code: str
    text: str


class Difference(Struct, frozen=True):
    """Something wrong: ``key`` says where and what, without the carrier's words; ``got`` what came instead."""

    key: str
    got: str = ""

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.key}, got {self.got}" if self.got else self.key


class Judged(Struct):
    """What was right and wrong."""

    files: int = 0
    right: int = 0
    missing: int = 0
    extra: int = 0
    milestone: int = 0
    category: int = 0
    instant: int = 0
    reason: int = 0
    crashes: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """Events there should be."""
        return self.right + self.missing + self.milestone + self.category + self.instant

    def add(self, other: "Judged") -> None:
        """Count ``other`` in."""
        for name in ("files", "right", "missing", "extra", "milestone", "category", "instant", "reason", "crashes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.differences += other.differences


def files_of(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Partner, name and path of each tracking message in the set. Raises `OSError`, `KeyError` on another layout."""
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            unlabelled = row.get("expected_milestones", "").startswith("(not labelled")
            if row["kind"] in TRACKING_KINDS and not unlabelled:
                yield row["file"].partition("/")[0], row["file"], folder / row["file"]


def expected_of(folder: Path) -> dict[str, list[Expected]]:
    """Expected events by file. Raises `OSError`, `KeyError` on another layout."""
    found: dict[str, list[Expected]] = defaultdict(list)
    with (folder / "GOLDEN.tsv").open(encoding="utf-8", newline="") as golden:
        for row in csv.DictReader(golden, delimiter="\t", quoting=csv.QUOTE_NONE):
            at = row["expected_ts"][:10] if row["precision"] == "day" else row["expected_ts"]
            found[row["file"]].append(
                Expected(
                    at,
                    row["tz_known"] == "yes",
                    row["milestone"],
                    row["exception_category"],
                    row["reason"],
                    row["raw_code"],
                    row["raw_text"],
                )
            )
    return found


def judge(name: str, expected: Sequence[Expected], translation: Translation) -> Judged:
    """Compare one file's events with those expected; each event counts once, as the least wrong it can be."""
    judged = Judged(files=1)
    left = [fact.body.event for fact in translation.facts if isinstance(fact.body, TrackingReported)]
    open_ones = list(expected)
    for verdict, alike in _LADDER:
        still_open = []
        for one in open_ones:
            match = next((event for event in left if alike(one, event)), None)
            if match is None:
                still_open.append(one)
                continue
            left.remove(match)
            setattr(judged, verdict, getattr(judged, verdict) + 1)
            if verdict != "right":
                judged.differences.append(Difference(f"{name}: wrong {verdict}: {_expected(one)}", _got(match)))
            elif one.reason != match.reason:
                judged.reason += 1
        open_ones = still_open
    judged.missing, judged.extra = len(open_ones), len(left)
    judged.differences += [Difference(f"{name}: missing: {_expected(one)}") for one in open_ones]
    judged.differences += [
        Difference(f"{name}: extra: {event.occurred.at} {event.milestone}", _got(event)) for event in left
    ]
    return judged


def _same_time(one: Expected, event: TrackingEvent) -> bool:
    if one.at == event.occurred.at:
        return True
    if not one.zone_known or not event.occurred.tz_known:
        return False
    return datetime.fromisoformat(one.at) == datetime.fromisoformat(event.occurred.at)


def _right(one: Expected, event: TrackingEvent) -> bool:
    return _near(one, event) and one.category == event.exception_category


def _near(one: Expected, event: TrackingEvent) -> bool:
    return _same_time(one, event) and one.milestone == event.milestone


def _same_words(one: Expected, event: TrackingEvent) -> bool:
    return one.milestone == event.milestone and one.category == event.exception_category


_LADDER = (("right", _right), ("category", _near), ("milestone", _same_time), ("instant", _same_words))


def _expected(one: Expected) -> str:
    return f"{one.at} {one.milestone}({one.category})"


def _got(event: TrackingEvent) -> str:
    return f"{event.occurred.at} {event.milestone}({event.exception_category}) [{event.raw_code}] {event.raw_text[:60]}"


def totals(by_partner: dict[str, Judged]) -> Judged:
    """All partners together."""
    whole = Judged()
    for judged in by_partner.values():
        whole.add(judged)
    return whole
