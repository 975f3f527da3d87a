"""Partners on pages: the worst first, what was promised, the scorecard of API and CLI, pausing with a reason."""

import httpx
import pytest
from msgspec import Struct, structs

from crossdock.backbone.breaker import Limits
from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.parking import Requests
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.model.cases import Case
from crossdock.model.kpis import SCORECARD
from crossdock.model.measures import Parcel
from crossdock.ports.spec import Kind
from crossdock.ports.stores_delivery import Health
from crossdock.ports.stores_mapping import Gap, Ruling
from crossdock.settings.credentials import Credential, credentials_of
from crossdock.settings.secrets import ReferencedSecrets
from crossdock.settings.sections import Settings
from crossdock.tower.app import build
from crossdock.tower.context import Context, PartnerFacts
from crossdock.tower.sessions import Role, Sessions
from crossdock.tower.sparks import HEIGHT, WIDTH, spark
from crossdock.views.keeping import Kept
from crossdock.views.kpis import board_of
from crossdock.views.partners import Agreed, book
from crossdock.views.scorecards import course, scorecard
from tower.pages import csrf_in, entering
from views.seeding import NOW

HOUR = 3_600_000_000
DAY = 24 * HOUR
BOARD = board_of(Settings(), {"easypost": Kind.CARRIER, "gls": Kind.CARRIER})
CREDENTIALS = (Credential("api_key", "secret://file/keys/easypost"), Credential("hook", "secret://env/HOOK"))


class Pages:
    """The tower of a seeded store with three partners."""

    def __init__(self, world):
        self.sessions = Sessions(world.clock)
        agreed = Agreed(kind="carrier", silent_hours=2.0, limits=Limits(4.0, 9), credentials=CREDENTIALS, mode="test")
        self.partners = (
            PartnerFacts("easypost", "easypost", "EasyPost", (), agreed),
            PartnerFacts("gls", "gls", "GLS", (), Agreed(kind="carrier")),
            PartnerFacts("old", "ups", "ups", (), Agreed(enabled=False)),
        )
        self.context = Context(
            store=world.store, clock=world.clock, requests=Requests(), sessions=self.sessions, version="0.1.0",
            documents=StoredDocuments(world.store, world.clock), partners=self.partners, board=BOARD,
            environment="sandbox",
            changed_at=lambda reference: world.clock.now() - 500 * DAY if "file" in reference else 0,
        )  # fmt: skip
        self.app = build(self.context)


@pytest.fixture
def pages(world):
    return Pages(world)


def _known(pages):
    return [(each.asked, each.agreed) for each in pages.partners]


@pytest.mark.req("L19")
async def test_the_worst_comes_first_and_what_is_switched_off_last(world, pages):
    def seed(tx):
        tx.partners.save_health("gls", Health(failures=9, opened_at=NOW))
        tx.exceptions.save(
            [Case("feed:gls", "feed.silent", "", "1", "gls has said nothing for 9 hours", NOW, partner="gls")]
        )

    await world.store.run(seed)
    rows = await world.store.read(lambda tx: book(tx, _known(pages), world.clock.now()))
    assert [row.line.id for row in rows] == ["gls", "easypost", "old"]
    assert rows[0].heard.overdue == "gls has said nothing for 9 hours"
    assert (rows[0].exceptions, rows[1].exceptions) == (1, 0)
    # one message of easypost could not be read and one command of it is parked; it is to speak every two hours
    assert (rows[1].line.stopped, rows[1].line.in_doubt, rows[1].line.health) == (2, 1, "held")
    assert rows[1].heard.due == rows[1].heard.at + 2 * HOUR
    client: httpx.AsyncClient = await entering(pages, Role.READER)
    text = (await client.get("/partners")).text
    assert text.index(">gls<") < text.index(">easypost<") < text.index("switched off")


async def test_a_page_of_one_partner_leads_to_what_is_open_and_shows_no_secret(world, pages, monkeypatch):
    monkeypatch.setenv("HOOK", "s3cr3t-of-the-hook")

    def seed(tx):
        case = Case(
            "do:odoo:7",
            "booking.failed",
            "/p",
            "c",
            "no",
            NOW,
            partner="easypost",
            queue="technical",
            category="credential",
        )
        tx.exceptions.save([case])
        gap = Gap("easypost", "code", "ZN<11>", "delayed", "unreadable".ljust(26, "0"), NOW, NOW, 7)
        tx.mappings.note([gap, structs.replace(gap, name="known")])
        tx.mappings.rule(Ruling("easypost", "code", "known", "settled", "x", NOW, "in_transit"))

    await world.store.run(seed)
    text = (await (await entering(pages, Role.READER)).get("/partners/easypost")).text
    assert "/messages?partner=easypost" in text
    group = Case("", "booking.failed", "", "", partner="easypost", category="credential").cause_group
    assert f"/exceptions?queue=technical&amp;partner=easypost&amp;group={group}" in text
    assert "ZN&lt;11&gt;" in text
    assert ">known<" not in text
    assert f"/messages/{'unreadable'.ljust(26, '0')}" in text
    assert "secret://env/HOOK" in text
    assert "s3cr3t" not in text
    assert "more than a year, renew it" in text
    assert "environment variables carry no date" in text
    assert "4 a second" in text
    assert "burst 9" in text
    assert "This installation is “sandbox”" in text
    assert "test account" in text
    assert "/partners/easypost/pause" not in text, "a reader presses nothing"


@pytest.mark.req("I11")
async def test_the_scorecard_has_the_numbers_of_api_and_command_line(world, pages):
    now = world.clock.now()
    parcels = [
        Parcel(f"do:odoo:{number}", f"N{number}", "gls", "GLS", booked_at=now - 9 * DAY, delivered_at=now - ago * DAY,
               on_time=on_time)
        for number, (ago, on_time) in enumerate([(1, 1), (2, 0), (3, 0), (8, 1), (9, 1), (16, 0)])
    ]  # fmt: skip
    await world.store.run(lambda tx: tx.measures.save(parcels, []))
    card = await world.store.read(lambda tx: scorecard(tx, BOARD, "gls", now - 7 * DAY, now, now))
    told = await world.store.read(
        lambda tx: [course(tx, BOARD, each.name, "gls", 7 * DAY, 8, now) for each in card.lines]
    )
    assert [each.line for each in told] == list(card.lines)
    assert told[0].values[-3:] == (0.0, 100.0, 100 / 3)
    line = next(each for each in card.lines if each.name == "on_time_rate")
    assert (line.target, line.change, line.bad) == ("at least 90 %", "worse", True)
    client = await entering(pages, Role.READER)
    whole = await client.get("/partners/gls/scorecard")
    part = await client.get("/partners/gls/scorecard", headers={"hx-request": "true"})
    assert "33.3 %" in whole.text
    assert "<html" in whole.text
    assert "33.3 %" in part.text
    assert "<html" not in part.text


async def test_a_scorecard_is_counted_once_in_ten_minutes(world, pages, monkeypatch):
    counted = []

    def counting(tx, board, name, partner, length, periods, now):
        counted.append((partner, length // DAY))
        return course(tx, board, name, partner, length, periods, now)

    monkeypatch.setattr("crossdock.tower.screens.partners.course", counting)
    client = await entering(pages, Role.READER)
    for path in ("gls/scorecard", "gls/scorecard", "gls/scorecard?days=30", "gls/scorecard?days=4711"):
        assert (await client.get(f"/partners/{path}")).status_code == 200
    assert counted == [("gls", 7)] * len(SCORECARD) + [("gls", 30)] * len(SCORECARD)
    world.clock.instant += 601_000_000
    await client.get("/partners/gls/scorecard")
    assert len(counted) == 3 * len(SCORECARD)


async def test_a_partner_is_paused_and_resumed_with_a_reason_that_is_audited(world, pages):
    client = await entering(pages, Role.OPERATOR)
    asked = await client.get("/partners/gls/pause")
    assert "no call is made to GLS" in asked.text
    csrf = csrf_in(asked.text)
    unreasoned = await client.post("/partners/gls/pause", data={"csrf": csrf, "reason": " "})
    forged = await client.post("/partners/gls/pause", data={"csrf": "x", "reason": "maintenance"})
    assert (unreasoned.status_code, forged.status_code) == (422, 403)
    assert not (await world.store.read(lambda tx: tx.partners.health("gls"))).paused
    done = await client.post("/partners/gls/pause", data={"csrf": csrf, "reason": "maintenance"})
    assert done.headers["location"].startswith("/partners/gls?done=pause&undo=")
    assert (await world.store.read(lambda tx: tx.partners.health("gls"))).paused
    again = await client.post("/partners/gls/pause", data={"csrf": csrf, "reason": "maintenance"})
    assert again.status_code == 422
    assert "somebody was faster" in again.text
    await client.post("/partners/gls/resume", data={"csrf": csrf, "reason": "they are back"})
    moves = await world.store.read(lambda tx: tx.partners.breaker_moves("gls"))
    assert [(each.state, each.why) for each in moves] == [
        ("resumed", "tower:mara: they are back"), ("paused", "tower:mara: maintenance")
    ]  # fmt: skip


async def test_readers_pause_nobody_and_what_is_not_configured_is_missing(pages):
    for role in (Role.SUPPORT, Role.READER):
        client = await entering(pages, role)
        assert (await client.get("/partners/gls/pause")).status_code == 403
        assert (await client.post("/partners/gls/pause", data={"reason": "x"})).status_code == 403
    operator = await entering(pages, Role.OPERATOR)
    assert [(await operator.get(f"/partners/gls/{deed}")).status_code for deed in ("pause", "limit")] == [200, 403]
    engineer = await entering(pages, Role.ENGINEER)
    for path in ("/partners/nobody", "/partners/nobody/scorecard", "/partners/nobody/pause"):
        assert (await engineer.get(path)).status_code == 404
    off = await engineer.get("/partners/old/pause")
    assert "switched off in the configuration" in off.text


def test_every_reference_of_nested_settings_is_found_and_nothing_else():
    class Inner(Struct):
        password: str

    class Outer(Struct):
        name: str
        inner: Inner
        more: tuple[Inner, ...]
        named: dict[str, Inner]

    first, second = Inner("secret://env/A"), Inner("secret://file/b")
    config = Outer("a secret", first, (first, second), {"x": second})
    assert [(each.name, each.reference, each.scheme) for each in credentials_of(config)] == [
        ("inner.password", "secret://env/A", "env"), ("more 1.password", "secret://env/A", "env"),
        ("more 2.password", "secret://file/b", "file"), ("named.x.password", "secret://file/b", "file"),
    ]  # fmt: skip
    one = EasyPostConfig("secret://env/KEY", webhook_secrets=("secret://env/HOOK",))
    assert [each.name for each in credentials_of(one)] == ["api_key", "webhook_secrets"]


def test_only_files_say_when_a_secret_was_written(tmp_path):
    (tmp_path / "key").write_text("x", encoding="utf-8")
    secrets = ReferencedSecrets(tmp_path, {"KEY": "x"})
    written = (tmp_path / "key").stat().st_mtime_ns // 1000
    told = [secrets.changed_at(f"secret://{each}") for each in ("file/key", "file/missing", "env/KEY")]
    assert told == [written, 0, 0]


def test_a_line_has_gaps_where_nothing_is_known_and_stays_in_its_box():
    drawn = spark([1.0, None, 3.0, 2.0], threshold=2.0)
    assert drawn.path.count("M") == 2
    assert drawn.path.count("L") == 1
    assert 0 < drawn.level < HEIGHT
    assert drawn.x < WIDTH
    assert spark([None, 5.0]) is None
    flat = spark([4.0, 4.0], threshold=9.0)
    assert flat.y == HEIGHT / 2
    assert flat.level is None


def test_kept_answers_grow_old_and_the_oldest_are_let_go():
    kept = Kept(10, most=2)
    assert [kept("a", at, lambda at=at: at) for at in (0, 9_999_999, 10_000_000)] == [0, 0, 10_000_000]
    kept("b", 10_000_001, lambda: 1)
    kept("c", 10_000_002, lambda: 2)
    assert kept.get("a", 10_000_003) is None
    assert kept.get("c", 10_000_003) == (10_000_002, 2)
