"""Every code table of every connector: whole rows, known words, sources named, no code that means two things."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

import crossdock.connectors
from crossdock.model.milestones import check
from crossdock.tracking.codes import plain
from crossdock.tracking.phrases import meant_by

FOLDERS = sorted(
    path for path in Path(crossdock.connectors.__path__[0]).glob("*/codes.tsv") if path.parent.name != "generic"
)
"""The generic carrier brings its codes in its configuration."""

COLUMNS = [
    *("source", "source_code", "source_text", "canonical_milestone"),
    *("exception_category", "reason", "source_ref", "how"),
]
HOWS = {"read", "coarse", "rule", "rule+read", "memory", "mixed", "rule:UNMATCHED-CHECK", "label form of code is mine"}


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.req("C6", "E3")
@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.parent.name)
def test_every_row_is_whole_and_in_the_vocabulary(path):
    table = rows(path)
    assert table
    assert list(table[0]) == COLUMNS
    for row in table:
        check(row["canonical_milestone"], row["exception_category"] or "none", row["reason"] or "")
        assert row["source_code"] or row["source_text"], row
        assert row["source_ref"], f"{row['source']} {row['source_code']} names no source"
        assert row["how"] in HOWS, row["how"]


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.parent.name)
def test_no_code_means_two_things(path):
    meanings = defaultdict(set)
    for row in rows(path):
        name = row["source_code"].casefold() or plain(row["source_text"])
        meaning = (row["canonical_milestone"], row["exception_category"], row["reason"])
        meanings[row["source"], bool(row["source_code"]), name].add(meaning)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.req("E3", "E4")
def test_the_tables_together_know_the_words_of_the_trade():
    table = [row for path in FOLDERS for row in rows(path)]
    assert len(table) >= 1500
    told = {(row["canonical_milestone"]) for row in table} | {(row["exception_category"]) for row in table}
    wanted = {
        "pickup_attempted",
        "customs",
        "address",
        "partially_delivered",
        "delivery_attempted",
        "damage",
        "returned",
    }
    assert wanted <= told


@pytest.mark.parametrize(
    ("text", "milestone"),
    [
        ("Out for delivery", "out_for_delivery"),
        ("We could not deliver your parcel: nobody at home", "delivery_attempted"),
        ("Das Paket wurde zugestellt.", "delivered"),
        ("Votre colis est en cours de livraison", "out_for_delivery"),
        ("Held by customs", "customs_processing"),
        ("Cleared customs", "customs_cleared"),
        ("Will be delivered today", "out_for_delivery"),
        ("Shipment is being returned to sender", "return_initiated"),
        ("Return to sender completed - delivered to sender", "returned"),
        ("Shipping label created", "info_received"),
        ("Parcel is ready for collection at the parcelshop", "available_for_pickup"),
        ("Left at front door", "delivered"),
        ("Departed from facility", "departed_facility"),
        ("Parcel damaged in transit", "exception"),
    ],
)
def test_free_texts_are_read_as_people_read_them(text, milestone):
    said = meant_by(text)
    assert said is not None
    assert said[0] == milestone


def test_a_text_that_says_nothing_is_not_guessed():
    assert meant_by("xyzzy plugh") is None
    assert meant_by("") is None
