"""The milestone vocabulary: where a package is, what is wrong with it, and why; read from the tables in data/.

Three independent axes: *milestone*, *exception category* with *reason*, and the partner's raw code kept verbatim.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources

from msgspec import Struct


class UnknownMilestone(ValueError):
    """A milestone, category or reason that is not in the vocabulary."""


class Milestone(Struct, frozen=True):
    """One row of data/milestones.tsv. ``rank`` orders milestones; -1 marks an orthogonal fact that never moves it.
    ``told`` is whether customers are: yes, optional (for the curious), no, or the shipper only.
    """

    code: str
    name: str
    phase: str
    rank: int
    terminal: bool
    advances: bool
    customer_visible: bool
    told: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("crossdock.model").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _milestone(row: dict[str, str]) -> Milestone:
    return Milestone(
        code=row["code"],
        name=row["name"],
        phase=row["phase"],
        rank=int(row["rank"]),
        terminal=row["terminal"].startswith("yes"),
        advances=row["advances_state"] == "yes",
        customer_visible=row["customer_visible"] == "yes",
        told=row["customer_visible"],
    )


MILESTONES: dict[str, Milestone] = {row["code"]: _milestone(row) for row in _rows("milestones.tsv")}
CATEGORIES: dict[str, str] = {row["category"]: row["action_owner"] for row in _rows("exception-categories.tsv")}
REASONS: dict[str, str] = {row["reason"]: row["category"] for row in _rows("exception-reasons.tsv")}

NOTEWORTHY: tuple[str, ...] = (
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
    "delayed",
    "held",
    "delivered",
    "return_initiated",
    "returned",
    "lost",
    "destroyed",
)
"""Milestones a system of record is told of unless configuration says otherwise."""


@cache
def check(milestone: str, category: str = "none", reason: str = "") -> Milestone:
    """The row of ``milestone`` if all three words are in the vocabulary. Raises `UnknownMilestone`."""
    if milestone not in MILESTONES:
        raise UnknownMilestone(f"milestone '{milestone}' is not in the vocabulary")
    if category not in CATEGORIES:
        raise UnknownMilestone(f"exception category '{category}' is not in the vocabulary")
    if reason and reason not in REASONS:
        raise UnknownMilestone(f"exception reason '{reason}' is not in the vocabulary")
    return MILESTONES[milestone]
