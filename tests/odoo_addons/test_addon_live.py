"""The addon over the network, on the server given: contract, duplicates, races, and an outbox that skips nothing."""

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


def event(key, picking, **more):
    return {"id": key, "picking": picking, "kind": "milestone", **more}


@pytest.mark.req("E8", "K11")
def test_one_call_writes_many_and_answers_in_order(odoo, transfers, key):
    pickings = transfers(20)
    events = [
        event(
            key(n), p, milestone="delivered", at="2026-01-01 09:00:00", rank=90, text="There", tracking=[f"T{n}", "X"]
        )
        for n, p in enumerate(pickings)
    ]
    answers = odoo.apply(*events)
    assert [answer["id"] for answer in answers] == [each["id"] for each in events]
    assert {answer["result"] for answer in answers} == {"applied"}
    rows = odoo.read("stock.picking", pickings, "crossdock_milestone", "carrier_tracking_ref", "crossdock_milestone_at")
    assert [row["carrier_tracking_ref"] for row in rows] == [f"T{n},X" for n in range(20)]
    assert {(row["crossdock_milestone"], row["crossdock_milestone_at"]) for row in rows} == {
        ("delivered", "2026-01-01 09:00:00")
    }
    notes = odoo.call(
        "mail.message",
        "search_read",
        domain=[["model", "=", "stock.picking"], ["res_id", "in", pickings], ["body", "ilike", "There"]],
        fields=["res_id"],
    )
    assert sorted(note["res_id"] for note in notes) == sorted(pickings)


@pytest.mark.req("E5", "K2")
def test_a_replay_changes_nothing(odoo, transfers, key):
    [picking] = transfers(1)
    events = [event(key(n), picking, milestone="in_transit", text=f"Scan {n}") for n in range(5)]
    first, again = odoo.apply(*events), odoo.apply(*events)
    assert {answer["result"] for answer in first} == {"applied"}
    assert {answer["result"] for answer in again} == {"duplicate"}
    assert [answer["record"] for answer in again] == [answer["record"] for answer in first]


@pytest.mark.req("E7")
def test_late_events_are_kept_and_change_no_field(odoo, transfers, key):
    [picking] = transfers(1)
    late = event(key("late"), picking, milestone="in_transit", at="2026-01-01 08:00:00")
    assert odoo.results(event(key("new"), picking, milestone="delivered", at="2026-01-01 09:00:00")) == ["applied"]
    assert odoo.results(late) == ["stale"]
    [row] = odoo.read("stock.picking", [picking], "crossdock_milestone", "crossdock_event_ids")
    assert (row["crossdock_milestone"], len(row["crossdock_event_ids"])) == ("delivered", 2)


@pytest.mark.req("K3", "K4")
def test_a_wrong_item_fails_alone(odoo, transfers, key):
    [picking] = transfers(1)
    answers = odoo.apply(
        event(key("a"), picking, milestone="delivered"),
        event(key("b"), 2**30, milestone="delivered"),
        event(key("c"), picking, at="yesterday"),
        {"id": key("d"), "picking": picking, "kind": "done", "lines": [{"move": 2**30, "quantity": 1}]},
        event(key("e"), picking, eta="2026-01-02 10:00:00"),
    )
    assert [answer["result"] for answer in answers] == ["applied", "error", "error", "error", "applied"]
    names = [answer["error"]["name"] for answer in answers if "error" in answer]
    assert names == ["odoo.exceptions.MissingError", "builtins.ValueError", "odoo.exceptions.UserError"]
    [row] = odoo.read("stock.picking", [picking], "crossdock_event_ids")
    assert len(row["crossdock_event_ids"]) == 2


@pytest.mark.req("C3", "F1")
def test_documents_are_stored_once(odoo, transfers, key):
    [picking] = transfers(1)
    document = {"name": "pod.png", "mimetype": "image/png", "datas": base64.b64encode(b"one").decode()}
    proof = {"kind": "proof", "proof": {"signed_by": "Ada", "place": "Bern"}, "attachments": [document]}
    assert odoo.results(event(key("a"), picking) | proof) == ["applied"]
    document["datas"] = base64.b64encode(b"two").decode()
    assert odoo.results(event(key("b"), picking) | proof) == ["applied"]
    found = odoo.call(
        "ir.attachment",
        "search_read",
        domain=[["res_model", "=", "stock.picking"], ["res_id", "=", picking]],
        fields=["datas"],
    )
    assert [base64.b64decode(each["datas"]) for each in found] == [b"two"]


@pytest.mark.req("E5", "K2", "K11")
def test_two_callers_with_the_same_events_store_each_once_and_see_no_error(odoo, transfers, key):
    pickings = transfers(40)
    events = [event(key(n), pickings[n % 40], milestone="in_transit", text=f"Scan {n}") for n in range(200)]
    together = threading.Barrier(2)

    def caller(part):
        together.wait()
        return odoo.apply(*part)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(caller, (events, events[::-1])))
    results = [(one["result"], other["result"]) for one, other in zip(answers[0], answers[1][::-1], strict=True)]
    assert set(results) <= {("applied", "duplicate"), ("duplicate", "applied")}
    rows = odoo.read("stock.picking", pickings, "crossdock_event_ids")
    assert [len(row["crossdock_event_ids"]) for row in rows] == [5] * 40


@pytest.mark.req("M11", "K11")
def test_two_callers_on_the_same_transfers_lose_no_update(odoo, transfers, key):
    pickings = transfers(20)
    together = threading.Barrier(2)

    def caller(who):
        together.wait()
        for turn in range(3):
            minute = 10 * turn + who
            at = f"2026-01-01 10:{minute:02}:00"
            events = [
                event(key(f"{who}-{turn}-{p}"), p, milestone=f"step_{minute}", at=at, tracking=[f"W{who}T{turn}"])
                for p in pickings
            ]
            assert {answer["result"] for answer in odoo.apply(*events)} <= {"applied", "stale"}

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(caller, (0, 1)))
    rows = odoo.read("stock.picking", pickings, "crossdock_milestone", "carrier_tracking_ref", "crossdock_event_ids")
    assert {row["crossdock_milestone"] for row in rows} == {"step_21"}
    numbers = {f"W{who}T{turn}" for who in (0, 1) for turn in range(3)}
    assert all(set(row["carrier_tracking_ref"].split(",")) == numbers for row in rows)
    assert {len(row["crossdock_event_ids"]) for row in rows} == {6}


@pytest.mark.req("J4", "K1")
def test_a_reader_of_the_outbox_misses_nothing_while_others_write(odoo, transfers):
    cursor = _end_of_outbox(odoo)
    made, seen = [], []

    def write(times, size):
        for _ in range(times):
            made.extend(transfers(size))

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, 3, 60), pool.submit(write, 20, 1)]
        while not all(writer.done() for writer in writers):
            cursor = _read_on(odoo, cursor, seen)
        for writer in writers:
            writer.result()
    assert len(made) == 200
    _read_until(odoo, cursor, seen, lambda: set(made) <= _created(seen))
    assert len([row for row in seen if row["res_id"] in set(made) and row["action"] == "create"]) == 200


@pytest.mark.req("J4")
def test_own_writes_do_not_come_back_and_others_do(odoo, transfers, key):
    cursor, seen = _end_of_outbox(odoo), []
    [picking] = transfers(1)
    cursor = _read_until(odoo, cursor, seen, lambda: picking in _created(seen))
    odoo.apply(event(key("a"), picking, milestone="delivered", tracking=["T"], text="There"))
    odoo.call("stock.picking", "write", [picking], {"carrier_tracking_ref": "by hand"})
    seen.clear()
    _read_until(odoo, cursor, seen, lambda: _of(seen, picking))
    [row] = _of(seen, picking)
    assert (row["action"], row["fields"]) == ("write", ["carrier_tracking_ref"])


@pytest.mark.req("J4")
def test_what_was_acknowledged_is_gone(odoo, transfers):
    cursor, seen = _end_of_outbox(odoo), []
    [picking] = transfers(1)
    end = _read_until(odoo, cursor, seen, lambda: _of(seen, picking))
    assert odoo.call("crossdock.outbox", "ack", upto=end) >= 1
    page = odoo.call("crossdock.outbox", "pull", after=cursor, limit=200)
    assert _of(page["rows"], picking) == []


def _created(rows):
    return {row["res_id"] for row in rows if (row["model"], row["action"]) == ("stock.picking", "create")}


def _of(rows, picking):
    return [row for row in rows if (row["model"], row["res_id"]) == ("stock.picking", picking)]


def _end_of_outbox(odoo):
    return _read_on(odoo, "", [])


def _read_on(odoo, cursor, seen):
    """Read pages until there are no more and give the cursor after them."""
    while True:
        page = odoo.call("crossdock.outbox", "pull", after=cursor, limit=200)
        seen += page["rows"]
        cursor = page["cursor"]
        if not page["more"]:
            return cursor


def _read_until(odoo, cursor, seen, enough):
    """Read until ``enough``: rows wait for every older transaction, also of others who use this Odoo now."""
    for _ in range(300):
        cursor = _read_on(odoo, cursor, seen)
        if enough():
            return cursor
        time.sleep(0.1)
    raise AssertionError("the rows did not come")
