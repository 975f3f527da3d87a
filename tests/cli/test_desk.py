"""The carriers' desk and partners' pace from the command line."""

import asyncio
import hashlib
import json

import pytest

from cli.ordered import ORDER, reduce, seed
from crossdock import bootstrap
from crossdock.model import events as ev
from crossdock.model.instants import day_in, epoch_us, from_epoch_us
from crossdock.model.shipment import Booking
from crossdock.ports.stores import NewEvent
from crossdock.transports import machine


@pytest.fixture
def seeded(config):
    seed(config)
    return config


@pytest.mark.req("C3")
def test_labels_are_printed_again_one_by_one_or_in_one_file(seeded, crossdock, tmp_path):
    answer = crossdock("desk", "labels", ORDER.name, "--out", tmp_path / "labels", "-c", seeded, "--json")
    assert answer.code == 0, answer.err
    data = (tmp_path / "labels" / "T1.pdf").read_bytes()
    [held] = answer.json["labels"]
    assert hashlib.sha256(data).hexdigest() == held["document"]["sha256"]
    assert [each.name for each in (tmp_path / "labels").iterdir()] == ["T1.pdf"], "no papers unless asked for"
    whole = crossdock("desk", "labels", ORDER.name, "--papers", "--out", tmp_path / "papers", "-c", seeded)
    assert whole.code == 0, whole.err
    assert {each.name for each in (tmp_path / "papers").iterdir()} == {"T1.pdf", "T1-invoice.pdf"}
    together = crossdock("desk", "labels", ORDER.name, ORDER.id, "--out", tmp_path / "all.pdf", "-c", seeded)
    assert together.code == 0, together.err
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.req("C3", "C11")
def test_all_labels_of_a_day_are_printed_together(seeded, crossdock, tmp_path):
    answer = crossdock("desk", "labels", "--day", "today", "--out", tmp_path / "day.pdf", "-c", seeded, "--json")
    assert answer.code == 0, answer.err
    assert [each["tracking_number"] for each in answer.json["labels"]] == ["T1"]
    assert (tmp_path / "day.pdf").read_bytes().startswith(b"%PDF")
    others = crossdock(
        "desk", "labels", "--day", "today", "--partner", "ups", "--out", tmp_path, "-c", seeded, "--json"
    )
    assert others.json["labels"] == []
    for wrong in (("--day", "today", ORDER.name), (), ("--day", "soon")):
        assert crossdock("desk", "labels", *wrong, "--out", tmp_path, "-c", seeded).code == 2


@pytest.mark.req("C11")
def test_the_days_of_the_desk_are_those_of_the_warehouse(seeded, crossdock, monkeypatch):
    local = from_epoch_us(machine.RealClock().now())
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        monkeypatch.setenv("CROSSDOCK__PROJECT__TIMEZONE", zone)
        today = day_in(epoch_us(local), zone).isoformat()
        [line] = crossdock("desk", "day", "easypost", "--day", today, "-c", seeded, "--json").json
        assert line["tracking_number"] == "T1"
        assert crossdock("desk", "day", "easypost", "-c", seeded, "--json").json == [line]


@pytest.mark.req("C1")
def test_a_choice_is_explained(seeded, crossdock):
    answer = crossdock("rate", "explain", ORDER.name, "-c", seeded, "--json")
    [choice] = answer.json["choices"]
    assert (choice["service"], len(choice["offers"])) == ("Priority", 2)
    assert "Express" in crossdock("rate", "explain", ORDER.name, "-c", seeded).out
    assert crossdock("rate", "explain", "nobody", "-c", seeded).code == 2


@pytest.mark.req("C3")
@pytest.mark.parametrize("package", ["P1:return", "P9"])
def test_a_way_back_of_what_has_none_is_refused(seeded, crossdock, package):
    back_booked(seeded)
    answer = crossdock("desk", "return", ORDER.name, "--package", package, "-c", seeded)
    assert answer.code == 2
    assert ("is a way back itself" if package == "P1:return" else "P1") in answer.err


def back_booked(config) -> None:
    """The way back of the order's package has a label too."""

    async def work():
        installation, _ = bootstrap.load(config)
        store = bootstrap.open_store(installation)
        body = ev.ShipmentBooked(Booking("easypost", "P1:return", "s9", "R1", "USPS", "Priority"))
        fact = ev.Fact(body, from_epoch_us(1), subject=ORDER.id)
        row = NewEvent(fact.key(ORDER.id), ORDER.id, fact, 1, "", "", "0" * 32)
        await store.run(lambda tx: tx.log.append([row], 1))
        await reduce(store, installation)
        await store.close()

    asyncio.run(work())


@pytest.mark.req("C11")
def test_the_end_of_a_day_is_listed_and_closed_once(seeded, crossdock):
    [line] = crossdock("desk", "day", "easypost", "-c", seeded, "--json").json
    assert (line["tracking_number"], line["manifest_id"]) == ("T1", "")
    plan = crossdock("desk", "manifest", "easypost", "--dry-run", "-c", seeded)
    assert plan.code in (0, 2)
    first = crossdock("desk", "manifest", "easypost", "-c", seeded, "--json")
    again = crossdock("desk", "manifest", "easypost", "-c", seeded, "--json")
    if first.code == 0:  # the connector declares manifests
        assert (first.json["new"], again.json["new"]) == (True, False)
        assert first.json["job"] == again.json["job"]
    assert crossdock("desk", "day", "easypost", "--day", "2001-01-01", "-c", seeded, "--json").json == []


@pytest.mark.req("C11")
def test_a_label_is_voided_by_request_and_the_request_can_be_followed(seeded, crossdock):
    dry = json.loads(crossdock("desk", "void", ORDER.name, "--dry-run", "-c", seeded).out)
    assert (dry["would"], dry["subject"]) == ("void", ORDER.id)
    asked = crossdock("desk", "void", ORDER.name, "--reason", "wrong box", "-c", seeded, "--json").json
    job = crossdock("desk", "job", asked["job"], "-c", seeded, "--json").json
    assert (job["kind"], job["subject"], job["state"]) == ("void", ORDER.id, "working")
    assert crossdock("desk", "job", "nothing", "-c", seeded).code == 2


@pytest.mark.req("C10", "K12")
def test_a_partner_is_paused_resumed_and_limited(seeded, crossdock):
    assert crossdock("partner", "pause", "easypost", "--reason", "audit", "-c", seeded, "--json").json["changed"]
    assert not crossdock("partner", "pause", "easypost", "-c", seeded, "--json").json["changed"]
    assert crossdock("partner", "limit", "easypost", "--per-second", 2, "--burst", 3, "-c", seeded).code == 0
    rows = {row["id"]: row for row in crossdock("partner", "list", "-c", seeded, "--json").json}
    assert (rows["easypost"]["paused"], rows["easypost"]["per_second"], rows["easypost"]["burst"]) == (True, 2.0, 3)
    assert (rows["easypost"]["set"], rows["odoo"]["set"], rows["odoo"]["burst"]) == (True, False, 10), "as configured"
    assert crossdock("partner", "resume", "easypost", "-c", seeded, "--json").json["changed"]
    assert crossdock("partner", "pause", "nobody", "-c", seeded).code == 2
