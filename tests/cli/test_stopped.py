"""What a person does with messages that stopped, by command line, without a server."""

import asyncio
import json
from pathlib import Path

import pytest

from crossdock import bootstrap
from crossdock.ports.stores_delivery import Attempt, NewCommand, Outcome, Term
from crossdock.ports.stores_inbound import NewExchange, Settlement

EVENT = Path(__file__).parents[1] / "connectors/easypost/published/event_tracker_updated_delivered.json"
BODY = json.loads(EVENT.read_text())["raw_body"].encode()
NOW = 1_767_225_600_000_000


def keep(config, *settlements):
    """Two messages, as intake keeps them, ended as given."""
    installation, _ = bootstrap.load(config)

    def step(tx):
        tx.exchanges.accept(
            [
                NewExchange(each.id, "easypost", "events", BODY, NOW, "0" * 32, "application/json")
                for each in settlements
            ]
        )
        tx.exchanges.settle(settlements, NOW)

    async def run():
        store = bootstrap.open_store(installation)
        try:
            await store.run(step)
        finally:
            await store.close()

    asyncio.run(run())


@pytest.fixture
def stopped(config):
    keep(config, Settlement("a" * 26, "parked", operator="look at it", engineer="why"), Settlement("b" * 26, "waiting"))
    return "a" * 26


@pytest.mark.req("K4")
def test_the_list_has_the_error_and_what_to_do(crossdock, config, stopped):
    (row,) = crossdock("parked", "list", "--json", "-c", config).json
    assert (row["id"], row["status"], row["operator"], row["engineer"]) == (stopped, "parked", "look at it", "why")
    assert "look at it" in crossdock("parked", "list", "-c", config).out
    assert crossdock("parked", "list", "--partner", "odoo", "--json", "-c", config).json == []


@pytest.mark.req("K4")
def test_one_is_shown_with_its_payload(crossdock, config, stopped):
    shown = crossdock("parked", "show", stopped, "--json", "-c", config).json
    assert shown["body"].encode() == BODY
    assert "look at it" in crossdock("parked", "show", stopped, "-c", config).out


def test_retry_needs_a_yes_and_a_dry_run_changes_nothing(crossdock, config, stopped):
    assert crossdock("parked", "retry", stopped, "-c", config).code == 2
    dry = crossdock("parked", "retry", stopped, "--dry-run", "--json", "-c", config).json
    assert (dry["done"], dry["would"]) == (0, 1)
    assert len(crossdock("parked", "list", "--json", "-c", config).json) == 1
    assert crossdock("parked", "retry", stopped, "--yes", "--json", "-c", config).json["done"] == 1
    assert crossdock("parked", "list", "--json", "-c", config).json == []


def test_what_is_discarded_is_gone_from_the_list_and_still_readable(crossdock, config, stopped):
    assert crossdock("parked", "discard", stopped, "--yes", "-c", config).code == 0
    assert crossdock("parked", "list", "--json", "-c", config).json == []
    assert crossdock("parked", "show", stopped, "-c", config).code == 0


@pytest.mark.req("C4", "K4")
def test_a_purchase_that_may_have_been_made_is_ended_only_after_it_was_named(crossdock, config):
    park_in_doubt(config)
    asked = crossdock("parked", "discard", "c" * 26, "-c", config)
    assert asked.code == 2
    assert "easypost may have carried out “Buy label”" in asked.err
    assert "package P1 (reference do:odoo:7/P1, shipment shp_1)" in asked.err
    ended = crossdock("parked", "discard", "c" * 26, "--yes", "-c", config)
    assert (ended.code, "label.maybe_bought" in ended.err) == (0, True)


def park_in_doubt(config):
    """A purchase that was sent and stopped before anybody knew what became of it."""
    installation, _ = bootstrap.load(config)
    body = (
        b'{"type":"label.buy.v1","consignment":{"reference":"do:odoo:7/P1","package":{"id":"P1"}},'
        b'"shipment_id":"shp_1"}'
    )
    new = NewCommand("c" * 26, "k1", "easypost", "do:odoo:7", "label.buy.v1", body, 10, NOW, NOW, "0" * 32, "x")

    def step(tx):
        tx.lanes.enqueue([new])
        [claim] = tx.lanes.claim(Term("w1", NOW, NOW, NOW + 1), 1, ["easypost"])
        tx.lanes.settle([(claim, Outcome("parked", Attempt(claim.id, claim.attempt, NOW, NOW, "InDoubt")))])

    async def run():
        store = bootstrap.open_store(installation)
        try:
            await store.run(step)
        finally:
            await store.close()

    asyncio.run(run())


def test_what_is_done_in_part_says_so(crossdock, config, stopped):
    assert crossdock("parked", "retry", stopped, "unknown", "--yes", "-c", config).code == 4
    assert crossdock("parked", "retry", "unknown", "--yes", "-c", config).code == 1


@pytest.mark.req("K5")
def test_replay_says_first_what_would_follow(crossdock, config, stopped):
    by_id = crossdock("replay", "--id", stopped, "--json", "-c", config).json
    assert (by_id["messages"], by_id["started"], by_id["external_effects"]) == (1, 0, 0)
    assert crossdock("replay", "--partner", "easypost", "--json", "-c", config).json["messages"] == 2
    assert crossdock("replay", "--flow", "order_to_ship", "--json", "-c", config).json["messages"] == 2
    assert crossdock("replay", "--since", "2026-01-02", "--json", "-c", config).json["messages"] == 0
    assert crossdock("replay", "--flow", "nothing", "-c", config).code == 2
    assert crossdock("replay", "--since", "yesterday", "-c", config).code == 2


@pytest.mark.req("K5")
@pytest.mark.usefixtures("stopped")
def test_replay_is_done_with_a_yes(crossdock, config):
    assert crossdock("replay", "--partner", "easypost", "--no-dry-run", "-c", config).code == 2
    assert crossdock("replay", "--partner", "easypost", "--yes", "--json", "-c", config).json["started"] == 2
    assert crossdock("parked", "list", "--json", "-c", config).json == []


def put(config, name, body):
    file = config.parent / name
    file.write_bytes(body)
    return file


@pytest.mark.req("K4", "L2")
def test_a_message_is_put_right_from_a_file(crossdock, config):
    keep(config, Settlement("a" * 26, "parked", operator="look", engineer="why"))
    right = put(config, "right.json", BODY.replace(b'"status":"delivered"', b'"status":"in_transit"', 1))
    assert right.read_bytes() != BODY
    options = ("parked", "correct", "a" * 26, "--file", right, "--json", "-c", config)
    told = crossdock(*options, "--dry-run")
    assert (told.code, told.json["acceptable"], told.json["corrected"]) == (0, True, False)
    assert {each["type"] for each in told.json["events"]} <= {"crossdock.tracking.reported.v1"}
    assert told.json["facts"] > 0
    assert [each["mark"] for each in told.json["difference"] if each["mark"] in "-+"] == ["-", "+"]
    assert crossdock(*options).code == 2, "without a reason"
    assert crossdock(*options, "--reason", "wrong status").code == 2, "without a yes"
    done = crossdock(*options, "--reason", "wrong status", "--yes")
    assert (done.code, done.json["corrected"], done.json["repeated"]) == (0, True, False)
    again = crossdock(*options, "--reason", "wrong status", "--yes")
    assert (again.code, again.json["exchange_id"], again.json["repeated"]) == (0, done.json["exchange_id"], True)
    assert crossdock("parked", "list", "--json", "-c", config).json == []
    shown = crossdock("parked", "show", "a" * 26, "--json", "-c", config).json
    assert (shown["body"].encode(), shown["corrected"]["exchange_id"]) == (BODY, done.json["exchange_id"])
    assert done.json["exchange_id"] in crossdock("parked", "show", "a" * 26, "-c", config).out


def test_what_would_stop_again_is_not_taken_from_a_file(crossdock, config, stopped):
    wrong = put(config, "wrong.json", b'{"description": "tracker.updated",\n "result": 5}')
    options = ("parked", "correct", stopped, "--file", wrong, "--reason", "x", "-c", config)
    told = crossdock(*options, "--dry-run")
    assert (told.code, "line 2" in told.err) == (3, True)
    assert crossdock(*options, "--yes").code == 1
    assert [row["id"] for row in crossdock("parked", "list", "--json", "-c", config).json] == [stopped]
    assert crossdock("parked", "correct", "none", "--file", wrong, "--dry-run", "-c", config).code == 1
    assert crossdock("parked", "correct", stopped, "--file", "/no/such", "--dry-run", "-c", config).code == 2
