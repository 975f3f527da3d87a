"""Exceptions on the command line, with the server stopped; technical failures apart."""

import asyncio

import pytest

from crossdock import bootstrap
from crossdock.model.cases import Case
from crossdock.model.exceptions import ExceptionAssigned, ExceptionCommented, ExceptionResolved, ExceptionWaiting

CASES = (
    Case("do:odoo:7", "booking.failed", "/packages/P1", "c1", "refused", 1_000_000, owner="operations",
         severity="high", category="booking", partner="ups", value=1250, currency="EUR"),
    Case("do:odoo:8", "booking.failed", "/packages/P1", "c2", "refused", 2_000_000, owner="operations",
         severity="high", category="booking", partner="ups"),
    Case("feed:ups", "feed.silent", "", "c3", "quiet", 3_000_000, queue="technical", category="data", partner="ups"),
)  # fmt: skip
NAMES = sorted(each.id for each in CASES[:2])


def on_store(config, step, *, writing=False):
    async def run():
        store = bootstrap.open_store(bootstrap.load(config)[0])
        try:
            return await (store.run(step) if writing else store.read(step))
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def desk(config, crossdock):
    assert crossdock("migrate", "--config", config).code == 0
    on_store(config, lambda tx: tx.exceptions.save(CASES), writing=True)

    def run(*words):
        return crossdock("exceptions", *words, "--config", config)

    return run


def said(config, kind):
    subjects = ("do:odoo:7", "do:odoo:8", "feed:ups")
    events = on_store(config, lambda tx: [event for each in subjects for event in tx.log.of_subject(each)])
    return [event.body for event in events if isinstance(event.body, kind)]


@pytest.mark.req("L17")
def test_the_two_queues_are_listed_apart(desk, config, crossdock):
    assert sorted(each["id"] for each in desk("list", "--json").json) == NAMES
    assert [each["kind"] for each in desk("list", "--queue", "technical", "--json").json] == ["feed.silent"]
    failures = crossdock("failures", "--config", config, "--json").json
    assert ([each["kind"] for each in failures["exceptions"]], failures["messages"]) == (["feed.silent"], [])
    assert "12.50 EUR" in desk("list").out
    assert desk("list", "--queue", "both").code == 2


@pytest.mark.req("L13")
def test_causes_and_one_whole(desk):
    [group] = desk("groups", "--json").json
    assert (group["count"], group["values"], group["partner"]) == (2, ["12.50 EUR"], "ups")
    assert sorted(each["id"] for each in desk("list", "--group", group["id"], "--json").json) == NAMES
    shown = desk("show", CASES[0].id)
    assert "A booking was refused: refused" in shown.out
    assert desk("show", "none").code == 1


@pytest.mark.req("H9")
def test_what_is_done_is_written_down_for_the_engine(desk, config):
    assert desk("assign", CASES[0].id, "--to", "ann", "--reason", "hers", "--json").json["done"] == 1
    assert desk("wait", CASES[0].id, "--on", "customer", "--until", "4h", "--reason", "asked").code == 0
    assert desk("comment", CASES[0].id, "--text", "called").code == 0
    assert desk("resolve", "--kind", "booking.failed", "--reason", "over", "--yes", "--json").json["exceptions"] == 2
    [given], [waits], [word] = (
        said(config, each) for each in (ExceptionAssigned, ExceptionWaiting, ExceptionCommented)
    )
    assert (given.assignee, given.reason, waits.on, word.text) == ("ann", "hers", "customer", "called")
    assert given.actor.startswith("cli:")
    assert [each.reason for each in said(config, ExceptionResolved)] == ["over", "over"]


def test_a_dry_run_names_them_and_changes_nothing(desk, config):
    answer = desk("resolve", "--of", "operations", "--reason", "over", "--dry-run", "--json").json
    assert (sorted(answer["ids"]), answer["done"]) == (NAMES, 0)
    assert said(config, ExceptionResolved) == []


@pytest.mark.parametrize(
    "words",
    [
        ("resolve", "--reason", "x"), ("resolve", "--kind", "booking.failed"), ("assign", "--kind", "k"),
        ("assign", "--kind", "k", "--team", "nobody"), ("wait", "--kind", "k"), ("comment", "--kind", "k"),
        ("wait", "--kind", "k", "--on", "x", "--until", "2020-01-01"), ("resolve", "--kind", "booking.failed",
                                                                       "--reason", "x"),
    ],
)  # fmt: skip
def test_what_does_not_say_enough_is_refused(desk, config, words):
    assert desk(*words).code == 2
    assert said(config, ExceptionResolved) == []


def test_none_that_fits_is_said_by_the_exit_code(desk):
    assert desk("resolve", "x", "--reason", "x").code == 1
    assert desk("resolve", "x", CASES[0].id, "--reason", "x", "--yes").code == 4


@pytest.mark.req("H9")
def test_the_matrix_and_the_warning_of_check(desk, config, crossdock):
    rows = {each["kind"]["kind"]: each["owner"] for each in desk("matrix", "--json").json}
    assert rows["shipment.damage"] == "operations"
    assert "no team is configured" in crossdock("check", "--config", config).err
    teams = "exceptions:\n  teams: {claims: {members: [ann]}, operations: {}}\n  owners: {loss: claims}\n"
    config.write_text(config.read_text(encoding="utf-8").replace("exceptions:\n", teams, 1), encoding="utf-8")
    checked = crossdock("check", "--config", config)
    assert checked.code == 0
    assert "nobody owns exceptions of kind 'shipment.customs'" in checked.err
    assert "kind 'shipment.loss'" not in checked.err
    assert "shipment.customs" in crossdock("check", "--config", config, "--json").json["unowned_exceptions"]
    rows = {each["kind"]["kind"]: each["owner"] for each in desk("matrix", "--json").json}
    assert (rows["shipment.damage"], rows["shipment.loss"]) == ("claims", "claims")
    assert desk("alerts", "--json").json == []
