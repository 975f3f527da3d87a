"""Filters under a name: one's own and those of everybody (issue 7, I6)."""

import pytest
import pytest_asyncio

from browser import scene
from crossdock.ports.stores_doors import Audited
from crossdock.tower.sessions import Role
from tower.pages import csrf_in, entering

pytestmark = pytest.mark.req("I6")


@pytest_asyncio.fixture
async def stage(tmp_path):
    made = await scene.opened(tmp_path)
    yield made
    await made.store.close()


async def keep(client, place, name, **words):
    token = csrf_in((await client.get("/session")).text)
    return await client.post("/filters", data={"csrf": token, "place": place, "name": name, **words})


async def forget(client, filter_id):
    token = csrf_in((await client.get("/session")).text)
    return await client.post(f"/filters/{filter_id}/forget", data={"csrf": token})


async def ids(stage, owner):
    kept = await stage.store.read(lambda tx: tx.filters.seen_by(owner))
    return [each.id for each in kept if each.at == scene.CLOCK]  # not those of the scene


@pytest.mark.parametrize(
    ("place", "words", "address"),
    [
        ("exceptions", {"late": "1", "severity": "high"}, "/exceptions?severity=high&late=1"),
        ("messages", {"show": "all", "partner": "easypost"}, "/messages?show=all&partner=easypost"),
        ("search", {"q": "", "phase": "attention"}, "/search?phase=attention"),
    ],
)
async def test_a_kept_filter_has_an_address_a_count_and_a_place_in_list_and_palette(stage, place, words, address):
    client = await entering(stage, Role.OPERATOR, "mara")
    assert (await keep(client, place, "Mine <b>", **words)).headers["location"] == address
    [name] = await ids(stage, "tower:mara")
    assert name.startswith("mine-b-")
    assert (await client.get(f"/filters/{name}")).headers["location"] == address
    page = (await client.get(f"/{place}")).text
    assert "<bdi>Mine &lt;b&gt;</bdi>" in page
    hits = (await client.get("/palette?q=mine")).json()
    assert [(hit["text"], hit["href"]) for hit in hits] == [("Mine <b>", f"/filters/{name}")]
    assert "Forget this filter" in (await client.get(address)).text
    assert (await forget(client, name)).headers["location"] == f"/{place}"
    assert "Mine" not in (await client.get(f"/{place}")).text


async def test_the_count_is_what_the_list_shows_and_ends_at_99(stage):
    client = await entering(stage, Role.OPERATOR, "mara")
    await keep(client, "exceptions", "Proofs", kind="proof.missing")
    await keep(client, "messages", "Everything", show="all")
    assert '<bdi>Proofs</bdi> <span class="num">9</span>' in (await client.get("/exceptions")).text
    assert '<bdi>Everything</bdi> <span class="num">99+</span>' in (await client.get("/messages")).text


async def test_private_ones_are_nobody_elses(stage):
    mara, jonas = [await entering(stage, Role.OPERATOR, name) for name in ("mara", "jonas")]
    await keep(mara, "exceptions", "Secretly", late="1")
    [name] = await ids(stage, "tower:mara")
    assert "Secretly" not in (await jonas.get("/exceptions")).text
    assert (await jonas.get("/palette?q=secretly")).json() == []
    assert (await jonas.get(f"/filters/{name}")).status_code == 404
    assert (await forget(jonas, name)).status_code == 404
    engineer = await entering(stage, Role.ENGINEER, "lea")
    assert (await forget(engineer, name)).status_code == 404
    assert await ids(stage, "tower:mara") == [name]


async def test_shared_ones_are_everybodys_and_go_by_their_maker_or_an_engineer(stage):
    mara, jonas, lea = [
        await entering(stage, role, name)
        for role, name in ((Role.OPERATOR, "mara"), (Role.OPERATOR, "jonas"), (Role.ENGINEER, "lea"))
    ]
    await keep(mara, "exceptions", "Late ones", late="1", shared="1")
    [name] = await ids(stage, "tower:jonas")
    assert "Late ones" in (await jonas.get("/exceptions")).text
    assert (await forget(jonas, name)).status_code == 404
    assert (await forget(lea, name)).status_code == 303
    assert await ids(stage, "tower:mara") == []
    rows, _ = await stage.store.read(lambda tx: tx.doors.audited(Audited(action="filter")))
    assert [(row.actor, row.action, row.target) for row in rows] == [
        ("tower:lea", "filter.forget", name), ("tower:mara", "filter.save", name),
    ]  # fmt: skip


async def test_readers_keep_for_themselves_alone_and_support_sees_no_search_of_others(stage):
    rita, sam, mara = [
        await entering(stage, role, name)
        for role, name in ((Role.READER, "rita"), (Role.SUPPORT, "sam"), (Role.OPERATOR, "mara"))
    ]
    await keep(rita, "exceptions", "Read", late="1", shared="1")
    assert await ids(stage, "tower:mara") == []
    await keep(mara, "search", "Hers", q="Sakamoto", shared="1")
    [name] = await ids(stage, "tower:mara")
    assert "Hers" not in (await sam.get("/search")).text
    assert (await sam.get("/palette?q=hers")).json() == []
    assert (await sam.get(f"/filters/{name}")).status_code == 404
    assert "Hers" in (await rita.get("/search")).text


@pytest.mark.parametrize(
    ("place", "name", "words"),
    [("nowhere", "x", {"late": "1"}), ("exceptions", " ", {"late": "1"}), ("exceptions", "x", {"severity": "huge"})],
)
async def test_what_is_no_filter_is_not_kept(stage, place, name, words):
    client = await entering(stage, Role.OPERATOR, "mara")
    assert (await keep(client, place, name, **words)).status_code == 422
    assert (await client.post("/filters", data={"place": "exceptions", "name": "x", "late": "1"})).status_code == 403
    assert await ids(stage, "tower:mara") == []
