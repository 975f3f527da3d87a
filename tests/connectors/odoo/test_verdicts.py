"""The table of verdicts: by name, never by text; doubt only where something may have been written."""

import pytest
from odoo_bench import Bench

from crossdock.connectors.odoo.client.dialects import Call, ids_of, json2_result, jsonrpc_result
from crossdock.connectors.odoo.client.failures import RULES, Failed, OdooError, failure_of
from crossdock.model.commands import RecordNote
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpResponse
from crossdock.sim.faults import Effect, Match, Rule, When

HTML = {"content-type": "text/html; charset=utf-8"}
SERIES = ["17.0", "18.0", "19.0", "20.0"]


def note(picking, marker="m1", attempt=1):
    return Command("k", "odoo", f"do:odoo:{picking}", RecordNote(str(picking), "hello", marker), "0" * 32, attempt)


@pytest.mark.req("K11", "N1")
@pytest.mark.parametrize("name", ["SerializationFailure", "LockNotAvailable", "DeadlockDetected"])
@pytest.mark.parametrize("serie", SERIES)
async def test_a_lost_race_is_retried_and_wrote_nothing(serie, name):
    bench = Bench(serie)
    [picking] = bench.control("confirm_orders", n=1)
    bench.control("fail_next", model="stock.picking", method="message_post", name=f"psycopg2.errors.{name}")
    verdict = await bench.connector.send(note(picking), None)
    assert isinstance(verdict, Retry)
    assert verdict.error_class is ErrorClass.CONFLICT
    assert bench.simulator.ledger.of("note.posted") == ()
    assert isinstance(await bench.connector.settle(note(picking), None), Retry)
    assert isinstance(await bench.connector.send(note(picking, attempt=2), None), Done)
    assert isinstance(await bench.connector.send(note(picking, attempt=3), None), AlreadyDone)
    assert len(bench.simulator.ledger.of("note.posted")) == 1


@pytest.mark.req("K11")
async def test_writes_while_a_row_is_held_conflict():
    bench = Bench(options={"conflict_seconds": "0.5"})
    [picking] = bench.control("confirm_orders", n=1)
    session = bench.connector.session
    write = Call("stock.picking", "write", (picking,), {"vals": {"carrier_tracking_ref": "1Z"}}, writes=True)
    await session.call(write)
    with pytest.raises(Failed) as failed:
        await session.call(write)
    assert failed.value.name == "SerializationFailure"
    await bench.clock.sleep(1)
    await session.call(write)
    assert len(bench.simulator.ledger.of("tracking.written")) == 2


@pytest.mark.parametrize("status", [502, 504])
def test_a_proxys_page_leaves_doubt_for_writes_only(status):
    answer = HttpResponse(status, HTML, b"<html>Bad gateway</html>")
    for read in (json2_result, jsonrpc_result):
        with pytest.raises(Failed) as failed:
            read(answer, "w", writes=True)
        assert isinstance(failed.value.verdict, InDoubt)
        with pytest.raises(Failed) as failed:
            read(answer, "r", writes=False)
        assert isinstance(failed.value.verdict, Retry)


def test_throttling_says_when():
    answer = HttpResponse(429, {**HTML, "retry-after": "17"}, b"slow down")
    with pytest.raises(Failed) as failed:
        json2_result(answer, "w", writes=True)
    assert failed.value.verdict == Retry(failed.value.verdict.why, ErrorClass.THROTTLED, 17.0)


@pytest.mark.parametrize(("status", "kind"), [(401, Reauthenticate), (404, Park), (303, Park), (415, Refuse)])
def test_pages_before_the_database_is_known(status, kind):
    with pytest.raises(Failed) as failed:
        json2_result(HttpResponse(status, HTML, b"<html></html>"), "r", writes=True)
    assert isinstance(failed.value.verdict, kind)


def test_a_page_where_json_was_due_is_doubt_for_a_write():
    with pytest.raises(Failed) as failed:
        json2_result(HttpResponse(200, HTML, b"<html>maintenance"), "w", writes=True)
    assert isinstance(failed.value.verdict, InDoubt)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_gives_its_verdict_with_two_texts(name):
    failed = failure_of(
        OdooError(name if "." in name else f"somewhere.{name}", "Not enough\nstock {x}"), 422, "stock.picking.write"
    )
    why = failed.verdict.why
    assert type(failed.verdict) is RULES[name].kind
    assert why.operator
    assert "Not enough stock {x}" in why.engineer
    if name == "UserError":
        assert "Not enough stock {x}" in why.operator


def test_an_unknown_error_is_tried_again():
    assert isinstance(failure_of(OdooError("x.NewError", "?"), 500, "w").verdict, Retry)


@pytest.mark.req("K11")
@pytest.mark.parametrize("serie", SERIES)
async def test_refused_connections_and_lost_answers(serie):
    bench = Bench(serie)
    [picking] = bench.control("confirm_orders", n=1)
    assert isinstance(await bench.connector.send(note(picking, "warm"), None), Done)
    faults = bench.http.faults_of("odoo.example")
    faults.replace([Rule(Effect(unreachable=True))])
    verdict = await bench.connector.send(note(picking), None)
    assert isinstance(verdict, Retry)
    assert verdict.error_class is ErrorClass.UNREACHABLE
    assert isinstance(await bench.connector.fetch("deliveries", ""), Retry)
    assert isinstance(await bench.connector.settle(note(picking), None), InDoubt)
    path = ".*message_post" if serie >= "19" else "/jsonrpc"
    faults.replace([Rule(Effect(lost_answer=True), Match(path=path), When(nth=1))])
    assert isinstance(await bench.connector.send(note(picking), None), InDoubt)
    assert isinstance(await bench.connector.settle(note(picking), None), AlreadyDone)


@pytest.mark.parametrize(
    ("result", "ids"),
    [(7, (7,)), ([7, 8], (7, 8)), ("stock.lot(5,)", (5,)), ("mail.activity(1, 2)", (1, 2)), (True, ()), (None, ())],
)
def test_ids_however_they_come(result, ids):
    assert ids_of(result) == ids


async def test_a_wrong_key_is_said_so_by_both_dialects():
    for serie in SERIES:
        bench = Bench(serie)
        bench.connector._secrets.values["KEY"] = "0" * 40
        assert isinstance(await bench.connector.fetch("deliveries", ""), Reauthenticate)
        with pytest.raises(PermissionError, match="API key"):
            await bench.connector.check()
