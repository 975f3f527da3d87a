"""The carriers' desk on pages: what can be asked for, once, with a reason, and in the audit."""

import io
import re
from html import unescape

import pytest
from pypdf import PdfReader

from browser import scene
from crossdock.backbone.documents import StoredDocuments
from crossdock.model import events as ev
from crossdock.model.collecting import ManifestClosed, PickupScheduled
from crossdock.model.desk import DeskRequested, Relay
from crossdock.model.instants import from_epoch_us, stamp
from crossdock.model.shipment import PickupWindow
from crossdock.ports.stores import NewEvent
from crossdock.ports.stores_doors import Audited
from crossdock.sim.labels import label_file
from crossdock.tower.sessions import Role
from tower.pages import entering

ORDER = "do:odoo:27"
DAY = "2026-11-21"


@pytest.fixture
async def furnished(tmp_path):
    made = await scene.opened(tmp_path)
    yield made
    await made.store.close()


def body_of(answer):
    return answer.text.split("<main", 1)[1].split("<dialog", 1)[0]


def form_of(answer, **more):
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text.split("<main", 1)[1]))
    return {**{name: unescape(each) for name, each in found.items()}, "reason": "the customer calls", **more}


async def requests(world, subject):
    events = await world.store.read(lambda tx: tx.log.of_subject(subject))
    return [each.body for each in events if isinstance(each.body, DeskRequested)]


async def audited(world, action):
    rows, _ = await world.store.read(lambda tx: tx.doors.audited(Audited(actor="tower:mara", action=action)))
    return rows


@pytest.mark.req("L2", "C5")
async def test_an_order_without_a_label_is_listed_and_booked_once(furnished):
    client = await entering(furnished, Role.OPERATOR)
    page = body_of(await client.get("/desk"))
    path = re.search(r'href="(/desk/orders/[^"]+)/book"', page).group(1)
    subject = path.removeprefix("/desk/orders/")
    preview = await client.get(f"{path}/book")
    assert "What will happen:" in preview.text
    form = form_of(preview)
    assert (await client.post(f"{path}/book", data={**form, "csrf": "wrong"})).status_code == 403
    assert (await client.post(f"{path}/book", data={**form, "reason": " "})).status_code == 422
    assert await requests(furnished, subject) == []
    before = len(await audited(furnished, "desk.book"))
    done = await client.post(f"{path}/book", data=form)
    again = await client.post(f"{path}/book", data=form)
    assert done.headers["location"] == again.headers["location"]
    [asked] = await requests(furnished, subject)
    assert (asked.actor, asked.reason) == ("tower:mara", "the customer calls")
    assert len(await audited(furnished, "desk.book")) == before + 1
    job = re.search(r"/desk/jobs/\w+", body_of(await client.get(done.headers["location"]))).group()
    assert job == f"/desk/jobs/{asked.id}"
    assert (await client.get(job)).status_code == 200


@pytest.mark.req("L2")
async def test_a_label_is_voided_and_booked_anew_and_what_cannot_be_is_not_offered(furnished):
    client = await entering(furnished, Role.OPERATOR)
    page = body_of(await client.get(f"/desk/orders/{ORDER}"))
    assert "Void…" in page
    assert "/book" not in page
    preview = await client.get(f"/desk/orders/{ORDER}/void?package=P1")
    await client.post(f"/desk/orders/{ORDER}/void", data=form_of(preview, again="1"))
    [asked] = await requests(furnished, ORDER)
    assert (asked.wish.package_id, asked.wish.again) == ("P1", True)
    assert (await client.get(f"/desk/orders/{ORDER}/void?package=P9")).status_code == 404
    assert (await client.get(f"/desk/orders/{ORDER}/nonsense?package=P1")).status_code == 404
    nothing = await client.get(f"/desk/orders/{ORDER}/book")
    assert "There is nothing to do" in nothing.text
    assert (await client.post(f"/desk/orders/{ORDER}/book", data=form_of(preview))).status_code == 422


@pytest.mark.req("L2")
async def test_all_that_wait_and_fit_are_booked_after_a_dry_run(furnished):
    client = await entering(furnished)
    preview = await client.get("/desk/book?phase=rating")
    count = int(re.search(r"Dry run: (\d+) orders", preview.text).group(1))
    rows, _ = await furnished.store.read(lambda tx: tx.views.shipments(phase="rating", limit=200))
    assert count == len(rows) > 1
    assert (await client.post("/desk/book", data=form_of(preview, reason=""))).status_code == 422
    done = await client.post("/desk/book", data=form_of(preview))
    assert done.headers["location"].endswith(f"asked={count}")
    assert all([len(await requests(furnished, row.subject)) == 1 for row in rows])
    assert (await client.post("/desk/book", data=form_of(preview))).status_code == 422  # the same form once more


@pytest.mark.req("L2", "C11")
async def test_a_day_is_closed_with_its_carrier_and_shown_as_closed(furnished):
    client = await entering(furnished, Role.OPERATOR)
    page = body_of(await client.get(f"/desk/day?day={DAY}"))
    count = int(re.search(r"(\d+) in no manifest", page).group(1))
    preview = await client.get(f"/desk/day/manifest?day={DAY}&partner=easypost")
    assert f"{count} shipments" in preview.text
    first = await client.post("/desk/day/manifest", data=form_of(preview))
    second = await client.post("/desk/day/manifest", data=form_of(preview))
    assert first.headers["location"] == second.headers["location"]
    rows = await audited(furnished, "desk.manifest.close.v1")
    assert len(rows) == 1
    [asked] = await requests(furnished, rows[0].target)
    assert isinstance(asked.wish, Relay)
    assert len(asked.wish.command.shipments) == count
    closed = ManifestClosed("easypost", asked.wish.command.reference, "MF1", asked.wish.command.shipments)
    await _tell(furnished, rows[0].target, closed)
    page = body_of(await client.get(f"/desk/day?day={DAY}"))
    assert "all in a manifest" in page
    assert "Close manifest" not in page
    late = await client.get(f"/desk/day/manifest?day={DAY}&partner=easypost")
    assert "nothing of this day to hand over" in late.text


@pytest.mark.req("L2", "C11")
async def test_a_pickup_needs_a_window_and_a_weight_and_can_be_cancelled(furnished):
    client = await entering(furnished, Role.OPERATOR)
    preview = await client.get(f"/desk/day/pickup?day={DAY}&partner=easypost")
    window = {"ready": "2026-11-21T15:00", "closes": "2026-11-21T18:00", "weight": "40"}
    for wrong in ({"closes": "2026-11-21T14:00"}, {"ready": "soon"}, {"weight": "heavy"}):
        answer = await client.post("/desk/day/pickup", data=form_of(preview, **{**window, **wrong}))
        assert answer.status_code == 422, wrong
    done = await client.post("/desk/day/pickup", data=form_of(preview, **window))
    assert done.status_code == 303
    [row] = await audited(furnished, "desk.pickup.schedule.v1")
    [asked] = await requests(furnished, row.target)
    assert str(asked.wish.command.weight.value) == "40.0"
    held = PickupWindow(stamp(window["ready"]), stamp(window["closes"]))
    await _tell(furnished, row.target, PickupScheduled("easypost", "r", "PU <b>7", held))
    page = body_of(await client.get(f"/desk/day?day={DAY}"))
    assert "PU &lt;b&gt;7" in page
    cancel = re.search(r'href="(/desk/day/no-pickup\?[^"]+)"', page).group(1).replace("&amp;", "&")
    assert (await client.post("/desk/day/no-pickup", data=form_of(await client.get(cancel)))).status_code == 303
    [row] = await audited(furnished, "desk.pickup.cancel.v1")
    assert row.target == "desk:easypost:pc-PU <b>7"
    assert (await client.get(f"/desk/day/manifest?day={DAY}&partner=nobody")).status_code == 404


async def _tell(world, subject, body):
    at = world.clock.now()
    fact = ev.Fact(body, from_epoch_us(at), subject=subject)
    await world.store.run(
        lambda tx: tx.log.append([NewEvent(fact.key(subject), subject, fact, at, "", "", "0" * 32)], at)
    )


def _reading(data):
    async def get(_self, _sha256):
        return data

    return get


@pytest.mark.req("L2", "C3")
async def test_labels_of_a_day_are_one_file_and_picked_ones_only_those(furnished, monkeypatch):
    data = label_file("application/pdf", "T1", ("x",))

    client = await entering(furnished, Role.READER)
    broken = await client.get(f"/desk/labels?day={DAY}")
    assert (broken.status_code, "cannot be printed together" in broken.text) == (422, True)
    monkeypatch.setattr(StoredDocuments, "get", _reading(data))
    whole = await client.get(f"/desk/labels?day={DAY}")
    lines = re.findall(r'name="package" value="([^"]+)"', (await client.get(f"/desk/day?day={DAY}")).text)
    assert len(PdfReader(io.BytesIO(whole.content)).pages) == len(lines) > 2
    assert whole.headers["content-disposition"] == f'attachment; filename="labels-{DAY}.pdf"'
    picked = await client.get("/desk/labels", params={"day": DAY, "package": lines[3:5]})
    assert len(PdfReader(io.BytesIO(picked.content)).pages) == 2
    assert (await client.get("/desk/labels?day=2020-01-01")).status_code == 422


@pytest.mark.req("L2")
async def test_the_desk_shows_who_is_called_and_how_fast_and_leads_to_where_it_is_changed(furnished):
    client = await entering(furnished)
    page = body_of(await client.get("/desk/carriers"))
    assert "5 a second, 20 at once" in page
    for deed in ("pause", "limit"):
        assert f"/partners/gls/{deed}" in page
        assert (await client.get(f"/partners/gls/{deed}")).status_code == 200


@pytest.mark.req("M1")
@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.READER, "/desk", 200),
        (Role.READER, f"/desk/orders/{ORDER}/void?package=P1", 403),
        (Role.READER, f"/desk/day/manifest?day={DAY}&partner=easypost", 403),
        (Role.OPERATOR, f"/desk/orders/{ORDER}/void?package=P1", 200),
        (Role.OPERATOR, "/desk/book", 403),
        (Role.READER, "/desk/carriers", 200),
    ],
)
async def test_a_role_may_do_what_it_is_for(furnished, role, path, status):
    assert (await (await entering(furnished, role)).get(path)).status_code == status


async def test_any_reference_opens_the_order_at_the_desk(furnished):
    client = await entering(furnished)
    answer = await client.get("/desk/orders?q=SO0027")
    assert answer.headers["location"] == f"/desk/orders/{ORDER}"
    for path in ("/desk/orders?q=zzz", "/desk/orders/nobody", "/desk/jobs/nobody", "/desk?phase=rating&after=junk"):
        assert (await client.get(path)).status_code == 404, path
    assert "<img src=x" not in (await client.get("/desk/orders/do:odoo:66")).text
