"""People of partners see and tell what is theirs, on the same road as machines."""

import base64

import pytest

from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.inventory import StockDamaged
from crossdock.model.tracking import ProofOfDelivery
from crossdock.partnerdesk.dialect import work_file
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone
from crossdock.views.partner_work import Job
from partnerdesk.world import INBOUND, MINE, NORTH, OTHERS, PASSWORDS, SOUTH, field_in, hidden_in

pytestmark = pytest.mark.req("I6")
ORDER = f"/partner/order?subject={NORTH}&reference=WH/OUT/00007"
FOREIGN = f"/partner/order?subject={SOUTH}&reference=WH/OUT/00008"
ARRIVAL = f"/partner/order?subject={INBOUND}&reference=WH/IN/00003"
PAGES = ["/partner", "/partner/work.csv", "/partner/upload", "/partner/hand", ORDER]
HEADING = b"event,occurred_at,reference,document,line,sku,quantity,unit\n"
GOOD = HEADING + b"order.picked,2026-11-22T09:00:00Z,WH/OUT/00007,PL-1,1,SKU-1,2,\n"


async def previewed(client, address, form, **given):
    page = (await client.get(address)).text
    return await client.post(address, data={**hidden_in(page), **form}, **given)


async def told(client, address, form):
    shown = await previewed(client, address, form)
    assert shown.status_code == 200, shown.text
    return await client.post("/partner/take", data=hidden_in(shown.text))


async def uploaded(client, data, name="file.csv"):
    page = (await client.get("/partner/upload")).text
    return await client.post("/partner/upload", data=hidden_in(page), files={"file": (name, data)})


@pytest.mark.parametrize("path", PAGES)
async def test_without_a_session_nothing_is_shown(world, path):
    async with world.client() as nobody:
        answer = await nobody.get(path)
        assert answer.status_code == 401
        assert "WH/OUT" not in answer.text
        for address in ("/partner/take", "/partner/upload", "/partner/hand"):
            assert (await nobody.post(address, data={"csrf": "x"})).status_code == 401


@pytest.mark.parametrize(
    ("name", "password"),
    [("jan", "wrong"), ("nobody", "wrong"), ("eve", ""), ("short", "tiny"), ("jan", PASSWORDS["sue"]), ("", "")],
)
async def test_whatever_does_not_fit_gets_one_answer(world, name, password):
    async with world.client() as client:
        first = await client.post("/partner/enter", data={"name": "zoe", "password": "x"})
        answer = await client.post("/partner/enter", data={"name": name, "password": password})
    assert (answer.status_code, answer.text) == (401, first.text)
    assert "set-cookie" not in answer.headers


async def test_guessing_has_to_wait_also_with_the_right_password(world):
    async with world.client() as client:
        for _ in range(10):
            await client.post("/partner/enter", data={"name": "jan", "password": "x"})
        answer = await client.post("/partner/enter", data={"name": "jan", "password": PASSWORDS["jan"]})
    assert answer.status_code == 401


async def test_an_invitation_lets_its_person_in_once(world):
    token = await world.invitation("eve")
    async with world.client() as client, world.client() as thief:
        page = await client.get("/partner/invited", params={"token": token})
        assert "Eve Invited" in page.text
        entered = await client.post("/partner/invited", data={"token": token})
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/partner"))
        assert (await thief.post("/partner/invited", data={"token": token})).status_code == 401
        thief.cookies.set("crossdock_partner", token)
        assert (await thief.get("/partner")).status_code == 401
        assert (await client.get(ORDER)).status_code == 200


async def test_leaving_ends_the_session_everywhere(world):
    client = await world.entered()
    cookies = dict(client.cookies)
    csrf = field_in((await client.get("/partner")).text, "csrf")
    assert (await client.post("/partner/leave", data={"csrf": "wrong"})).status_code == 403
    await client.post("/partner/leave", data={"csrf": csrf})
    async with world.client() as thief:
        thief.cookies.update(cookies)
        assert (await thief.get("/partner")).status_code == 401


async def test_the_list_holds_what_was_given_and_nothing_of_others(world):
    jan, sue = await world.entered("jan"), await world.entered("sue")
    mine, others = (await jan.get("/partner")).text, (await sue.get("/partner")).text
    assert ("WH/OUT/00007" in mine, "WH/IN/00003" in mine, "WH/OUT/00008" in mine) == (True, True, False)
    assert ("WH/OUT/00007" in others, "WH/OUT/00008" in others) == (False, True)
    file = await jan.get("/partner/work.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="work.csv"'
    assert ("WH/OUT/00007" in file.text, "00008" in file.text, "Ann Example" in file.text) == (True, False, True)


async def test_an_order_of_another_is_not_there(world):
    jan = await world.entered("jan")
    unknown = await jan.get("/partner/order?subject=do:odoo:999&reference=X")
    for address in (FOREIGN, f"/partner/order?subject={SOUTH}&reference=WH/OUT/00007", "/partner/order"):
        answer = await jan.get(address)
        assert (answer.status_code, answer.text) == (404, unknown.text)
    csrf = field_in((await jan.get("/partner")).text, "csrf")
    answer = await jan.post(FOREIGN, data={"csrf": csrf, "action": "acknowledge", "mark": "m"})
    assert answer.status_code == 404


async def test_an_order_is_worked_by_hand_from_accepted_to_shipped(world):
    jan = await world.entered("jan")
    steps = (
        {"action": "acknowledge", "number": "W0042"},
        {"action": "picked", "quantity-0": "2", "document": "PL-9"},
        {"action": "packed", "quantity-0": "2", "weight": "3,5"},
        {"action": "shipped", "quantity-0": "2", "tracking_number": "1Z999", "carrier": "UPS", "document": "LS-5"},
    )
    for form in steps:
        assert (await told(jan, ORDER, form)).headers["location"] == "/partner?done=taken"
        await world.hub.engine.settle_all()
    (accepted,) = await world.bodies(NORTH, wh.WarehouseOrderAcknowledged)
    (picked,) = await world.bodies(NORTH, wh.GoodsPicked)
    (packed,) = await world.bodies(NORTH, wh.PackagesPacked)
    (shipped,) = await world.bodies(NORTH, wh.GoodsShipped)
    assert (accepted.number, picked.document, str(packed.packages[0].weight.value)) == ("W0042", "PL-9", "3.5")
    assert (shipped.packages[0].tracking_number, str(shipped.lines[0].quantity)) == ("1Z999", "2")
    assert "WH/OUT/00007" not in (await jan.get("/partner")).text.split("What you told us")[0]
    audit = world.rows("SELECT actor, action, detail FROM audit WHERE action = 'partner.told'")
    assert audit == [("partner:north3pl/jan (Jan Peeters)", "partner.told", "by hand")] * 4


async def test_goods_are_received_by_hand(world):
    jan = await world.entered("jan")
    form = {"action": "received", "quantity-0": "38", "damaged-0": "1", "document": "GR-301", "final": "yes"}
    await told(jan, ARRIVAL, form)
    (received,) = await world.bodies(INBOUND, wh.GoodsReceived)
    (line,) = received.lines
    assert (received.receipt, str(line.received), str(line.damaged), received.final) == ("GR-301", "38", "1", True)


@pytest.mark.parametrize(
    "form",
    [{"action": "shipped", "quantity-0": "2"}, {"action": "picked", "quantity-0": "0"},
     {"action": "packed", "quantity-0": "1"}, {"action": "picked", "quantity-0": "-1"},
     {"action": "picked", "quantity-0": "NaN"}, {"action": "steal"}, {"action": "refuse"},
     {"action": "received", "quantity-0": "1"}],
)  # fmt: skip
async def test_what_cannot_be_meant_is_asked_again(world, form):
    jan = await world.entered("jan")
    answer = await previewed(jan, ORDER, form)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


async def test_a_file_is_shown_before_it_is_taken_and_taken_once(world):
    jan = await world.entered("jan")
    shown = await uploaded(jan, GOOD)
    assert (shown.status_code, "north3pl picked 1 line" in shown.text) == (200, True)
    assert await world.bodies(NORTH, wh.GoodsPicked) == []
    form = hidden_in(shown.text)
    first, second = [await jan.post("/partner/take", data=form) for _ in range(2)]
    assert (first.headers["location"], second.headers["location"]) == ("/partner?done=taken", "/partner?done=before")
    assert len(await world.bodies(NORTH, wh.GoodsPicked)) == 1
    assert len(world.rows("SELECT id FROM exchange WHERE partner = 'north3pl'")) == 1
    assert len(world.rows("SELECT 1 FROM audit WHERE action = 'partner.told'")) == 1
    again = await jan.post("/partner/take", data=hidden_in((await uploaded(jan, GOOD)).text))
    assert again.headers["location"] == "/partner?done=taken"  # another form, the same content: kept, and no new fact
    assert len(await world.bodies(NORTH, wh.GoodsPicked)) == 1
    assert "Taken" in (await jan.get("/partner")).text


async def test_every_line_that_is_wrong_is_named_and_nothing_is_taken(world):
    jan = await world.entered("jan")
    bad = GOOD + b"order.picked,yesterday,WH/OUT/00007,PL-2,1,SKU-1,2,\n"
    bad += b"order.picked,2026-11-22T09:00:00Z,WH/OUT/00007,PL-3,1,SKU-1,many,\n"
    shown = await uploaded(jan, bad)
    assert shown.status_code == 422
    assert "Line 3:" in shown.text
    assert "Line 4:" in shown.text
    assert 'action="/partner/take"' not in shown.text
    forced = {**hidden_in((await uploaded(jan, GOOD)).text), "body": base64.b64encode(bad).decode()}
    assert (await jan.post("/partner/take", data=forced)).status_code == 422
    assert world.rows("SELECT id FROM exchange WHERE partner = 'north3pl'") == []


@pytest.mark.parametrize("reference", ["WH/OUT/00008", "WH/OUT/99999"])
async def test_a_file_about_anothers_order_is_refused_like_one_about_none(world, reference):
    jan = await world.entered("jan")
    shown = await uploaded(jan, GOOD.replace(b"WH/OUT/00007", reference.encode()))
    assert (shown.status_code, f"{reference} is not among what was given to you" in shown.text) == (422, True)


async def test_stock_is_told_of_ones_own_warehouse_alone(world):
    jan = await world.entered("jan")
    await told(jan, "/partner/hand", {"sku": "LAMP-2", "quantity": "4", "reason": "water"})
    (damaged,) = await world.bodies("sku:LAMP-2@WH", StockDamaged)
    assert damaged.change.place.warehouse == "WH"
    rows = b"event,occurred_at,document,sku,quantity,warehouse\nstock.damaged,2026-11-22T09:00:00Z,D1,LAMP-2,4,WS\n"
    assert (await uploaded(jan, rows)).status_code == 422


@pytest.mark.req("I6", "F1")
async def test_a_carrier_tells_scans_and_proofs_of_its_own_parcels(world):
    ali = await world.entered("ali")
    await told(
        ali, "/partner/hand", {"number": MINE, "code": "DLV", "city": "Gent", "country": "be", "signed_by": "A. B."}
    )
    (scan,) = await world.bodies(NORTH, ev.TrackingReported)
    assert (scan.event.milestone, scan.event.place.city, scan.event.place.country) == ("delivered", "Gent", "BE")
    (proof,) = await world.bodies(NORTH, ev.ProofCaptured)
    assert isinstance(proof.proof, ProofOfDelivery)
    assert proof.proof.signed_by == "A. B."
    for number in (OTHERS, "NOBODY1"):
        shown = await previewed(ali, "/partner/hand", {"number": number, "code": "DLV"})
        assert (shown.status_code, f"{number} is not among what was given to you" in shown.text) == (422, True)
    rows = (f"{MINE};2026-11-22T08:00:00Z;OFD;Gent;BE;", f"{MINE};2026-11-22;???;Gent;BE;")
    file = "\n".join(("parcel;at;status;town;land;pod", *rows)).encode()
    shown = await uploaded(ali, file)
    assert (shown.status_code, "Nobody has told us yet" in shown.text) == (200, True)
    assert "North" not in (await ali.get("/partner")).text


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
async def test_forms_from_elsewhere_and_without_their_token_are_refused(world, headers):
    jan = await world.entered("jan")
    shown = hidden_in((await uploaded(jan, GOOD)).text)
    assert (await jan.post("/partner/take", data=shown, headers=headers)).status_code == 403
    assert (await jan.post("/partner/take", data={**shown, "csrf": "x"})).status_code == 403
    assert (await jan.post(ORDER, data={"action": "acknowledge"})).status_code == 403
    sue = await world.entered("sue")
    stolen = {**shown, "csrf": field_in((await sue.get("/partner")).text, "csrf")}
    assert (await jan.post("/partner/take", data=stolen)).status_code == 403
    assert world.rows("SELECT id FROM exchange WHERE partner = 'north3pl'") == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.csv", "/etc/shadow", "a\u202egnp.csv", "<script>x</script>", "n" * 500]
)
async def test_the_name_of_a_file_is_a_label(world, name):
    before = set(world.folder.rglob("*"))
    jan = await world.entered("jan")
    shown = await uploaded(jan, GOOD, name)
    assert shown.status_code == 200
    await jan.post("/partner/take", data=hidden_in(shown.text))
    assert "<script" not in shown.text
    assert "\u202e" not in shown.text
    assert set(world.folder.rglob("*")) - before <= {
        world.folder / "house.db-wal",
        world.folder / "house.db-shm",
    }
    (detail,) = world.rows("SELECT detail FROM audit WHERE action = 'partner.told'")
    assert len(detail[0]) <= 100


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 1_100_000,
        b"\x00\xff\xfe",
        b"{" * 3000,
        b"[" * 100_000,
        b"a,b\n" * 50,
        b'{"type": "order.picked"}',
        b"=cmd|x",
    ],
)
async def test_files_that_say_nothing_are_refused_and_no_defect(world, data):
    jan = await world.entered("jan")
    answer = await uploaded(jan, data)
    assert answer.status_code == 422
    assert 'action="/partner/take"' not in answer.text


async def test_what_is_far_too_large_is_refused_at_the_door(world):
    jan = await world.entered("jan")
    assert (await uploaded(jan, b"x" * 4_000_000)).status_code == 413


async def test_hostile_words_are_inert_on_every_page(world):
    jan = await world.entered("jan")
    bad = "<script>alert(1)</script>\u202e" + "W" * 9000
    shown = await previewed(jan, ORDER, {"action": "refuse", "text": bad})
    assert shown.status_code == 200
    again = await previewed(jan, ORDER, {"action": "picked", "quantity-0": bad, "document": bad})
    for text in (shown.text, again.text):
        assert "<script" not in text
        assert "\u202e" not in text
        assert "W" * 500 not in text.split('name="body"')[0]


@pytest.mark.parametrize("path", [*PAGES, "/partner/enter", "/partner/nothing", "/partner/static/style.css"])
async def test_every_answer_keeps_to_itself(world, path):
    jan = await world.entered("jan")
    headers = (await jan.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


async def test_a_cell_that_a_spreadsheet_would_compute_is_a_text():
    written = work_file([Job(NORTH, "=1+1", inbound=True, name="@x", stage="announced", revision=1, due="", lines=())])
    assert b"'=1+1,'@x," in written


async def test_an_instruction_in_doubt_is_settled_by_the_list_itself(world):
    connector = world.hub.connectors["north3pl"]
    body = wh.CancelOrder("WH/OUT/00007")
    verdict = await connector.settle(Command("k", "north3pl", NORTH, body, "0" * 32), None)
    assert verdict == AlreadyDone(())


async def test_a_file_of_many_lines_is_looked_at(world):
    jan = await world.entered("jan")
    rows = b"".join(
        b"order.picked,2026-11-22T09:00:00Z,WH/OUT/00007,PL-%d,1,SKU-1,1,\n" % number for number in range(3000)
    )
    shown = await uploaded(jan, HEADING + rows)
    assert (shown.status_code, "3000 things told" in shown.text, "and 2500 more" in shown.text) == (200, True, True)
