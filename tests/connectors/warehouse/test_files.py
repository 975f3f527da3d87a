"""A shared folder: files are read whole and once, orders written whole, and settings say what does not fit."""

import os
from decimal import Decimal

import pytest
from warehouse_world import CARTONS, REFERENCE, examples, order

from crossdock.connectors.warehouse.config import CsvLayout, ItemRow, WarehouseConfig
from crossdock.model import warehouse as wh
from crossdock.model.item import Item
from crossdock.model.order import OrderLine
from crossdock.model.transfers import MovedLine
from crossdock.ports.connector import Page
from crossdock.ports.verdicts import AlreadyDone, Done, Park, Retry

SHIPPED = examples("csv")["shipped.csv"]


@pytest.fixture
def dropping(make_world, tmp_path):
    world = make_world(url="", send="files", folder="wms", items=CARTONS, customers={"ACME": "K-4711"})
    (tmp_path / "wms" / "in").mkdir(parents=True)

    def drop(name, body, age=60):
        file = tmp_path / "wms" / "in" / name
        file.write_bytes(body)
        seconds = world.clock.now() / 1_000_000 - age
        os.utime(file, (seconds, seconds))

    world.drop, world.root = drop, tmp_path / "wms"
    return world


def names(folder):
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.req("D8")
async def test_files_are_read_oldest_first_and_put_away_once_they_are_kept(dropping):
    dropping.drop("b.csv", SHIPPED, age=100)
    dropping.drop("a.csv", b"second", age=50)
    first = await dropping.connector.fetch("files", "")
    assert (first.body, first.more) == (SHIPPED, True)
    assert names(dropping.root / "in") == ["a.csv", "b.csv"]  # a crash now reads it again
    assert (await dropping.connector.fetch("files", "")).body == SHIPPED
    second = await dropping.connector.fetch("files", first.cursor)
    assert second.body == b"second"
    last = await dropping.connector.fetch("files", second.cursor)
    assert (last.body, last.cursor, last.more) == (b"", second.cursor, False)
    assert names(dropping.root / "done") == ["a.csv", "b.csv"]


@pytest.mark.req("D8")
async def test_unfinished_files_are_left_alone(dropping):
    for name in (".hidden.csv", "a.csv.part", "b.tmp"):
        dropping.drop(name, b"x")
    dropping.drop("fresh.csv", b"x", age=1)
    assert (await dropping.connector.fetch("files", "")).body == b""
    dropping.clock.advance(10)
    assert (await dropping.connector.fetch("files", "")).body == b"x"


@pytest.mark.req("D8")
async def test_the_same_name_again_is_another_file(dropping):
    dropping.drop("a.csv", b"one")
    first = await dropping.connector.fetch("files", "")
    dropping.drop("a.csv", b"two")
    second = await dropping.connector.fetch("files", first.cursor)
    assert second.body == b"two"
    await dropping.connector.fetch("files", second.cursor)
    dropping.drop("a.csv", b"three")
    third = await dropping.connector.fetch("files", second.cursor)
    await dropping.connector.fetch("files", third.cursor)
    assert len(names(dropping.root / "done")) == 2


async def test_a_file_that_cannot_be_put_away_is_told(dropping, monkeypatch):
    dropping.drop("a.csv", b"one")
    first = await dropping.connector.fetch("files", "")
    monkeypatch.setattr("crossdock.transports.folder.SharedFolder.finish", lambda *_: None)
    assert isinstance(await dropping.connector.fetch("files", first.cursor), Park)


async def test_no_folder_is_no_file(dropping):
    (dropping.root / "in").rmdir()
    page = await dropping.connector.fetch("files", "")
    assert isinstance(page, Page)
    assert page.body == b""


async def test_check_looks_at_the_folder(dropping):
    assert await dropping.connector.check() == (f"{dropping.root}/in is there",)


@pytest.mark.req("D1", "C13")
async def test_an_order_is_a_file_whose_name_says_which(dropping):
    lines = (
        OrderLine("31", Item("DESK-1", "Desk"), Decimal(60)),
        OrderLine("32", Item("LAMP-2", "Lamp"), Decimal(2), lots=("L7",)),
    )
    release = wh.ReleaseOrder(REFERENCE, order(*lines), instructions="Ring twice")
    done = await dropping.send(release)
    assert isinstance(done, Done)
    ((name, wanted),) = [(title, body) for title, body in examples("csv").items() if title.startswith("release")]
    assert names(dropping.root / "out") == [name]
    assert (dropping.root / "out" / name).read_bytes().replace(b"\r\n", b"\n") == wanted
    assert isinstance(await dropping.settle(release), AlreadyDone)
    (dropping.root / "out" / name).unlink()
    assert isinstance(await dropping.settle(release), Retry)


@pytest.mark.req("C13")
async def test_amendments_cancellations_and_announcements_are_files_too(dropping):
    announced = wh.AnnounceInbound("IN1", (MovedLine(Item("LAMP-2"), Decimal(4)),), "IN1")
    bodies = (wh.AmendOrder("R1", order(), 2), wh.CancelOrder("R1", "late"), announced)
    facts = [[type(each.body) for each in (await dropping.send(body)).facts] for body in bodies]
    assert facts == [[wh.WarehouseOrderReleased], [], [wh.InboundAnnounced]]
    assert names(dropping.root / "out") == ["amend_R1_2.csv", "announce_IN1_1.csv", "cancel_R1_1.csv"]
    cancelled = (dropping.root / "out" / "cancel_R1_1.csv").read_text().splitlines()
    assert cancelled[1].startswith("cancel,R1,1,")
    assert cancelled[1].endswith(",late")


async def test_a_folder_that_cannot_be_written_to_is_tried_again(dropping):
    (dropping.root / "out").write_text("in the way")
    assert isinstance(await dropping.send(wh.CancelOrder("R1")), Retry)


@pytest.mark.req("D5")
async def test_a_mismatch_writes_no_file(dropping):
    verdict = await dropping.send(wh.ReleaseOrder("R1", order(OrderLine("1", Item("DESK-1"), Decimal(1)))))
    assert isinstance(verdict, Park)
    assert not (dropping.root / "out").exists()


def test_items_come_from_a_file(tmp_path):
    (tmp_path / "items.csv").write_text("sku;theirs;unit;contains;orders\nDESK-1;0815;CT;12;true\nPEN;;BX;50;\n")
    config = WarehouseConfig("WH", items_file="items.csv").anchored(tmp_path)
    assert config.items == (
        ItemRow("DESK-1", "0815", "CT", "12", orders=True),
        ItemRow("PEN", unit="BX", contains="50"),
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sku,contains\nA,0\n", "above zero"), ("sku,contains\nA,x\n", "above zero"),
        ("theirs\nB\n", "line 2"), ("sku,colour\nA,red\n", "line 2"),
    ],
)  # fmt: skip
def test_a_wrong_items_file_says_where(tmp_path, text, fault):
    (tmp_path / "items.csv").write_text(text)
    with pytest.raises(ValueError, match=fault):
        WarehouseConfig("WH", items_file="items.csv").anchored(tmp_path)


def test_an_items_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        WarehouseConfig("WH", items_file="items.csv").anchored(tmp_path)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"send": "files"}, "no folder"),
        ({"folder": "x"}, "no url"),
        ({"items": (ItemRow("A", contains="-1"),)}, "above zero"),
        ({"csv": (CsvLayout(delimiter="::"),)}, "one character"),
        ({"csv": (CsvLayout(zone="Mars/Olympus"),)}, "unknown"),
        ({"csv": (CsvLayout(fixed={"event": "order.eaten"}),)}, "order.eaten"),
        ({"csv": (CsvLayout(encoding="klingon"),)}, "klingon"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(settings, fault):
    with pytest.raises(ValueError, match=fault):
        WarehouseConfig("WH", **settings)
