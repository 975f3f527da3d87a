"""Where processes stand, from the command line."""

import pytest

from cli.ordered import ORDER, seed, tell
from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.releasing import OrderHeld


@pytest.fixture
def seeded(config):
    seed(config)
    return config


@pytest.mark.req("H6")
def test_an_order_shows_its_state_history_next_deadline_and_whom_it_waits_for(seeded, crossdock):
    [story] = crossdock("process", "show", ORDER.name, "-c", seeded, "--json").json
    [process] = story["processes"]
    assert (process["process"], process["stage"], process["final"]) == ("order_to_ship", "labelled", False)
    assert process["waits_for"] == "the warehouse, then the carrier"
    ways = [(step["before"], step["after"], step["on"]) for step in process["history"]]
    assert ways == [
        ("", "rating", "fulfilment.requested.v1"),
        ("rating", "booking", "rates.quoted.v1"),
        ("booking", "labelled", "label.received.v1"),
    ]
    assert process["history"][1]["then"] == "choose a carrier, buy its labels"
    owed = {each["name"]: each["who"] for each in story["deadlines"] if each["who"]}
    assert owed["expect/first_scan/T1"] == "USPS"
    told = crossdock("process", "show", ORDER.name, "-c", seeded)
    assert "labelled" in told.out
    assert "the first scan of T1 from USPS" in told.out
    assert crossdock("process", "show", "nobody", "-c", seeded).code == 1


@pytest.mark.req("H6", "L11")
def test_stages_are_counted_and_orders_in_one_are_listed(seeded, crossdock):
    lines = crossdock("process", "list", "-c", seeded, "--json").json
    counts = {line["stage"]: line["count"] for line in lines if line["process"] == "order_to_ship"}
    assert counts["labelled"] == 1
    assert sum(counts.values()) == 1
    [there] = crossdock("process", "in", "order_to_ship", "labelled", "-c", seeded, "--json").json
    assert there["subject"] == ORDER.id
    assert crossdock("process", "in", "order_to_ship", "rating", "-c", seeded, "--json").json == []
    wrong = crossdock("process", "in", "order_to_ship", "limbo", "-c", seeded)
    assert (wrong.code, "labelled" in wrong.err) == (1, True)
    assert crossdock("process", "in", "order_to_nowhere", "x", "-c", seeded).code == 1


@pytest.mark.req("E14")
def test_what_is_expected_of_whom_is_listed_by_due_time(seeded, crossdock):
    found = crossdock("process", "waiting", "-c", seeded, "--json").json
    assert [each["due_at"] for each in found] == sorted(each["due_at"] for each in found)
    theirs = crossdock("process", "waiting", "USPS", "-c", seeded, "--json").json
    assert {each["name"] for each in theirs} == {"expect/first_scan/T1", "expect/collection/T1"}
    assert "the first scan of T1" in crossdock("process", "waiting", "USPS", "-c", seeded).out


@pytest.mark.req("H6")
def test_every_process_can_be_drawn(crossdock):
    assert "rating --> booking: rates.quoted" in crossdock("process", "graph", "order_to_ship").out
    assert '"rating" -> "booking"' in crossdock("process", "graph", "order_to_ship", "-f", "dot").out
    whole = crossdock("process", "graph", "--json").json
    assert {"order_to_ship", "carriers_desk", "delivery_to_invoice"} <= {each["name"] for each in whole}
    assert crossdock("process", "graph", "expectations").code == 1


@pytest.mark.req("G9")
def test_only_what_holds_an_order_can_be_decided_about(seeded, crossdock):
    refused = crossdock("process", "decide", ORDER.name, "credit", "approve", "--reason", "x", "-c", seeded)
    assert (refused.code, "what does: nothing" in refused.err) == (1, True)
    held = ev.Fact(OrderHeld("credit", "h1", "over the limit"), from_epoch_us(1), subject=ORDER.id)
    tell(seeded, held)
    answer = crossdock("process", "decide", ORDER.name, "credit", "approve", "--reason", "paid", "-c", seeded, "--json")
    assert answer.json == {"shipment": ORDER.id, "gate": "credit", "verdict": "approve"}
