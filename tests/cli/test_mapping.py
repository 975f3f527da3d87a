"""Codes nobody knows, reviewed and ruled from the command line."""

import pytest

from crossdock.cli import mapping
from crossdock.cli.opening import write
from crossdock.ports.stores_mapping import Gap

GAPS = [
    Gap("easypost", "code", "in_transit/teleported", "Teleported", "e1", 1, 2, 7),
    Gap("easypost", "field", "/result/mood", "sunny", "e2", 1, 2, 3),
]


@pytest.fixture
def seen(config, crossdock):
    assert crossdock("migrate", "-c", config).code == 0
    write(config, lambda tx: tx.mappings.note(GAPS))
    return config


@pytest.mark.req("C6", "C8")
def test_review_shows_the_most_frequent_first_and_settling_takes_it_off(seen, crossdock):
    tasks = crossdock("mapping", "review", "--json", "-c", seen).json
    assert [(task["name"], task["count"], task["state"]) for task in tasks] == [
        ("in_transit/teleported", 7, "open"),
        ("/result/mood", 3, "open"),
    ]
    settled = crossdock(
        "mapping",
        "settle",
        "easypost",
        "in_transit/teleported",
        "--milestone",
        "in_transit",
        "--why",
        "asked",
        "-c",
        seen,
    )
    assert settled.code == 0, settled.err
    assert crossdock("mapping", "settle", "easypost", "/result/mood", "-c", seen).code == 0
    assert crossdock("mapping", "review", "--json", "-c", seen).json == []
    every = crossdock("mapping", "review", "--all", "--json", "-c", seen).json
    assert {task["state"] for task in every} == {"settled"}
    told = crossdock("mapping", "history", "--json", "-c", seen).json
    assert [(each["act"], each["milestone"], each["note"]) for each in told] == [
        ("settled", "in_transit", "asked"),
        ("settled", "", ""),
    ]


def test_a_word_that_is_not_in_the_vocabulary_is_refused_and_nothing_is_kept(seen, crossdock):
    answer = crossdock("mapping", "settle", "easypost", "x", "--milestone", "teleported", "-c", seen)
    assert answer.code == 2
    assert "milestones.md" in answer.err
    assert crossdock("mapping", "history", "--json", "-c", seen).json == []


def test_a_code_no_message_held_is_settled_with_a_warning(seen, crossdock):
    def settle(name):
        return crossdock("mapping", "settle", "easypost", name, "--milestone", "in_transit", "-c", seen)

    assert "so far" in settle("in_transit/telported").err
    assert "so far" not in settle("in_transit/teleported").err


def test_a_dry_run_changes_nothing(seen, crossdock):
    answer = crossdock("mapping", "settle", "easypost", "x", "--milestone", "held", "--dry-run", "-c", seen)
    assert answer.code == 0
    assert crossdock("mapping", "history", "--json", "-c", seen).json == []


@pytest.mark.req("C8")
def test_two_people_agree_where_policy_asks_for_it(seen, crossdock, monkeypatch):
    written = seen.read_text(encoding="utf-8")
    seen.write_text(written.replace("# approvals: 1", "approvals: 2"), encoding="utf-8")
    monkeypatch.setattr(mapping, "actor", lambda: "cli:ada")
    assert crossdock("mapping", "settle", "easypost", "x", "--milestone", "held", "-c", seen).code == 0
    alone = crossdock("mapping", "approve", "easypost", "x", "-c", seen)
    assert alone.code != 0
    assert "second person" in alone.err
    monkeypatch.setattr(mapping, "actor", lambda: "cli:bob")
    assert crossdock("mapping", "approve", "easypost", "x", "-c", seen).code == 0
    assert crossdock("mapping", "withdraw", "easypost", "x", "--why", "wrong", "-c", seen).code == 0
    told = crossdock("mapping", "history", "--json", "-c", seen).json
    assert [(each["act"], each["by"]) for each in told] == [
        ("proposed", "cli:ada"),
        ("settled", "cli:bob"),
        ("withdrawn", "cli:bob"),
    ]


def test_the_new_fields_of_a_partner_are_accepted_at_once_and_codes_are_not(seen, crossdock):
    assert crossdock("mapping", "accept", "easypost", "--dry-run", "--json", "-c", seen).json["accepted"] == [
        "/result/mood"
    ]
    assert crossdock("mapping", "accept", "easypost", "--json", "-c", seen).json["accepted"] == ["/result/mood"]
    left = crossdock("mapping", "review", "--json", "-c", seen).json
    assert [task["name"] for task in left] == ["in_transit/teleported"]
