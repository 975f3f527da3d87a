"""Returns, redeliveries and suppliers' notices from the command line, decided by processes from configuration."""

import asyncio

import pytest

from cli.ordered import ORDER, reduce, seed
from crossdock import bootstrap
from crossdock.model import events as ev
from crossdock.model.changes import TransferChanged
from crossdock.model.instants import stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores import NewEvent
from processes.test_procure_to_receive import PLANNED, SUBJECT


@pytest.fixture
def seeded(config, monkeypatch):
    monkeypatch.setenv("CROSSDOCK__PROCESSES__RETURN_TO_REFUND__REFUND", "always")
    monkeypatch.setenv("CROSSDOCK__PROCESSES__FAILED_DELIVERY__ATTEMPTS", "1")
    monkeypatch.setenv("CROSSDOCK__PROCESSES__PROCURE_TO_RECEIVE__OVER", "leave")
    seed(config)
    return config


def decide(config, *told: tuple[str, ev.EventBody]) -> None:
    """Tell the store what partners said, and let the engine decide; nothing leaves."""

    async def work():
        installation, faults = bootstrap.load(config)
        assert installation, faults
        store = bootstrap.open_store(installation)
        facts = [ev.Fact(body, stamp("2026-11-21T12:00:00Z"), subject=subject) for subject, body in told]
        rows = [NewEvent(fact.key(fact.subject), fact.subject, fact, 1, "", "", "0" * 32) for fact in facts]
        await store.run(lambda tx: tx.log.append(rows, 1))
        await reduce(store, installation)
        await store.close()

    asyncio.run(work())


def stages(crossdock, config, reference) -> dict[str, str]:
    shown = crossdock("process", "show", reference, "-c", config, "--json")
    assert shown.code == 0, shown.err
    return {each["process"]: each["stage"] for story in shown.json for each in story["processes"]}


@pytest.mark.req("F6", "H2")
def test_a_return_is_asked_for_received_and_waits_for_stock(seeded, crossdock):
    asked = crossdock(
        "desk", "return-goods", ORDER.name, "--line", "SKU-1=1", "--said", "te klein", "-c", seeded, "--json"
    )
    assert asked.code == 0, asked.err
    job = crossdock("desk", "job", asked.json["job"], "-c", seeded, "--json").json
    assert (job["kind"], job["state"]) == ("return_goods", "done")
    decide(seeded)
    assert stages(crossdock, seeded, ORDER.id)["return_to_refund"] == "requested"
    assert (
        crossdock("desk", "receive-return", ORDER.name, "--receipt", "G1", "--line", "SKU-1=1/1", "-c", seeded).code
        == 0
    )
    decide(seeded)
    assert stages(crossdock, seeded, ORDER.id)["return_to_refund"] == "accepted"


@pytest.mark.req("F6")
def test_a_return_is_refused(seeded, crossdock):
    assert crossdock("desk", "return-goods", ORDER.name, "--said", "R47", "-c", seeded).code == 0
    assert crossdock("desk", "refuse-return", ORDER.name, "--goods", "kept", "-c", seeded).code == 0
    decide(seeded)
    assert stages(crossdock, seeded, ORDER.id)["return_to_refund"] == "rejected"
    [task] = crossdock("mapping", "review", "-c", seeded, "--json").json
    assert (task["partner"], task["kind"], task["name"], task["state"]) == ("desk", "reason", "R47", "open")
    settle = ("mapping", "settle", "desk", "R47", "--return-reason")
    assert crossdock(*settle, "bored", "-c", seeded).code == 2
    assert crossdock(*settle, "changed_mind", "-c", seeded).code == 0
    assert crossdock("mapping", "review", "-c", seeded, "--json").json == []


@pytest.mark.req("F4")
def test_the_customers_answer_is_taken_down(seeded, crossdock):
    at = stamp("2026-11-21T10:00:00Z")
    tried = TrackingEvent("easypost", "T1", "delivery_attempted", at, raw_code="x")
    decide(seeded, (ORDER.id, ev.TrackingReported(tried)))
    assert stages(crossdock, seeded, ORDER.id)["failed_delivery"] == "offered"
    answer = crossdock("desk", "redeliver", ORDER.name, "--choice", "again", "--day", "2026-11-24", "-c", seeded)
    assert answer.code == 0, answer.err
    decide(seeded)
    assert stages(crossdock, seeded, ORDER.id)["failed_delivery"] == "arranging"


@pytest.mark.req("H3", "D9")
def test_a_suppliers_notice_is_taken_down(seeded, crossdock):
    decide(seeded, (SUBJECT, TransferChanged(PLANNED)))
    said = crossdock("desk", "announce-receipt", SUBJECT, "--number", "DN1", "--line", "DESK-1=4", "-c", seeded)
    assert said.code == 0, said.err
    decide(seeded)
    assert stages(crossdock, seeded, SUBJECT)["procure_to_receive"] == "expected"


@pytest.mark.req("F6", "H3")
@pytest.mark.parametrize("line", ["SKU-1", "SKU-1=0", "=2", "SKU-1=2/3", "SKU-1=x", "SKU-1=inf"])
def test_a_line_that_says_nothing_is_refused(seeded, crossdock, line):
    answer = crossdock("desk", "receive-return", ORDER.name, "--receipt", "G1", "--line", line, "-c", seeded)
    assert answer.code == 2
    assert crossdock("desk", "receive-return", ORDER.name, "--receipt", "G1", "-c", seeded).code == 2
