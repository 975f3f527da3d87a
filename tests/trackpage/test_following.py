"""Who sees what of an order, and how it is found."""

import pytest
from msgspec import structs

from crossdock.model.instants import stamp
from crossdock.notices.tracking_links import DAY
from trackpage.world import ADA, DELIVERED, FAILED, MANY, UNDERWAY, World, opened, started, told

pytestmark = pytest.mark.req("E11")
MINUTE = 60 * 1_000_000
ADA_EN = structs.replace(ADA, language="en")


async def test_a_signed_link_shows_status_expectation_and_checkpoints(world):
    async with world.client() as client:
        answer = await client.get(world.link(UNDERWAY), params={"lang": "en"})
    text = answer.text
    assert answer.status_code == 200
    for part in (
        "Your parcel is out for delivery", "Order SO1021", "between 14:00 and 16:00", "Very likely",
        "Later than promised: Fri 20 November", "Arrived at the delivery depot", "Sat 21 November, 06:55",
        "weather, traffic or another event outside", "Show 4 earlier", "https://postnl.example/t/3SABCD1021",
    ):  # fmt: skip
        assert part in text, part
    assert text.index("Out for delivery</p>") < text.index("Arrived at the delivery depot") < text.index("Picked up")


@pytest.mark.parametrize("secret", ["internal remark", "Ada Lovelace", "Rue Haute", "4000", "ada@example.com"])
async def test_what_is_ours_or_the_customers_own_is_not_on_the_page(world, secret):
    async with world.client() as client:
        assert secret not in (await client.get(world.link(UNDERWAY))).text


async def test_a_wrong_link_leads_nowhere_and_an_old_one_says_so(world):
    good = world.link(UNDERWAY)
    wrong = [
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"), f"{good}x", "/track/nonsense", "/track/a.b",
        world.link(UNDERWAY, secret="another secret altogether, long enough"), good.replace(".", "", 1),
        world.link("do:odoo:999"), "/track/%00", f"/track/{'a' * 5000}",
    ]  # fmt: skip
    async with world.client() as client:
        answers = [await client.get(each) for each in wrong]
        assert {each.status_code for each in answers} == {404}
        assert all("SO1021" not in each.text for each in answers)
        assert (await client.get(world.link(UNDERWAY, life=-MINUTE))).status_code == 410
        old = world.link(UNDERWAY, secret="an earlier secret of more than 32 characters")
        assert (await client.get(old)).status_code == 200
        world.clock.instant += 61 * DAY
        assert (await client.get(good)).status_code == 410


@pytest.mark.parametrize(
    ("number", "postcode"),
    [
        ("SO1021", "4000"),
        ("so1021", " 4000 "),
        ("3SABCD1021", "4000"),
        ("WH/OUT/00022", "3511ab"),
        ("SO1022", "3511-AB"),
    ],
)
async def test_an_order_is_found_by_number_and_postcode(world, number, postcode):
    async with world.client() as client:
        answer = await client.post("/track", data={"number": number, "postcode": postcode})
        assert answer.status_code == 303
        assert (await client.get(answer.headers["location"])).status_code == 200


async def test_wrong_and_unknown_are_answered_alike(world):
    async with world.client() as client:
        started_at = world.clock.instant
        wrong = await client.post("/track", data={"number": "SO1021", "postcode": "9999"})
        first = world.clock.instant - started_at
        unknown = await client.post("/track", data={"number": "SO7777", "postcode": "9999"})
        second = world.clock.instant - started_at - first
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert wrong.text.replace("SO1021", "") == unknown.text.replace("SO7777", "")
    assert first == second > 0


async def test_a_number_of_two_customers_is_told_apart_by_the_postcode(world):
    async with world.client() as client:
        for postcode, mine, others in (("3511AB", "3SMANY0002", "3SOTHER0001"), ("4000", "3SOTHER0001", "3SMANY0002")):
            answer = await client.post("/track", data={"number": "SO1024", "postcode": postcode})
            text = (await client.get(answer.headers["location"])).text
            assert mine in text
            assert others not in text


async def test_looking_up_too_often_has_to_wait_for_the_visitor_and_for_the_number(world):
    async with world.client() as client:
        for _ in range(10):
            await client.post("/track", data={"number": "SO1021", "postcode": "1"})
        answer = await client.post("/track", data={"number": "SO1022", "postcode": "3511AB"})
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
        world.clock.instant += 16 * MINUTE
        assert (await client.post("/track", data={"number": "SO1022", "postcode": "3511AB"})).status_code == 303


async def test_guessing_one_number_from_many_places_has_to_wait_too(world):
    for index in range(10):
        async with world.client() as client:
            client._transport.client = (f"192.0.2.{index}", 4000)
            assert (await client.post("/track", data={"number": "SO1021", "postcode": "1"})).status_code == 404
    async with world.client() as client:
        client._transport.client = ("198.51.100.1", 4000)
        assert (await client.post("/track", data={"number": "so1021", "postcode": "4000"})).status_code == 429


async def test_tries_are_kept_under_hashes(world):
    async with world.client() as client:
        await client.post("/track", data={"number": "SO1021", "postcode": "1"})
    rows = world.rows("SELECT key FROM knock")
    assert len(rows) == 2
    assert all("SO1021" not in row[0] and "127" not in row[0] and len(row[0]) == 64 for row in rows)


async def test_parcels_are_grouped_and_a_strangers_order_of_the_same_number_is_not_there(world):
    async with world.client() as client:
        text = (await client.get(world.link(MANY), params={"lang": "en"})).text
    assert "1 of 3 parcels delivered" in text
    order = [text.index(each) for each in ("3SMANY0002", "3SMANY0003", "3SMANY0001")]
    assert order == sorted(order)
    assert "3SOTHER0001" not in text


async def test_an_estimate_says_what_it_stands_on(tmp_path):
    def seed(tx):
        for number, scans, eta, by in (
            (31, (), None, stamp("2026-11-25")),
            (32, (("picked_up", "2026-11-21T09:00:00+01:00", "Berlin", "DE"),), stamp("2026-11-23"), None),
            (33, (("picked_up", "2026-11-16T09:00:00+01:00", "Berlin", "DE"),), stamp("2026-11-23"), None),
        ):
            teller = started(tx, number, f"SO{number}", ADA_EN, [(f"N{number}", "DHL")], deliver_by=by)
            told(teller, f"N{number}", *scans, eta=eta)
            teller.end("shipped")

    world = await opened(tmp_path, seed)
    async with world.client() as client:
        pages = [(await client.get(world.link(f"do:odoo:{each}"), params={"lang": "en"})).text for each in (31, 32, 33)]
    await world.store.close()
    assert [each.split("<strong>")[1].split("<")[0] for each in pages] == ["Uncertain", "Likely", "Uncertain"]
    for page, ground in zip(
        pages, ("day we promised", "carrier&#39;s estimate", "not reported for two days"), strict=True
    ):
        assert ground in page
    assert "Wed 25 November 2026" in pages[0]


async def test_a_failed_attempt_is_said_first_and_asks_what_is_to_happen(world):
    async with world.client() as client:
        text = (await client.get(world.link(FAILED), params={"lang": "en"})).text
    assert "The carrier could not deliver" in text
    assert "nobody could take it in" in text
    assert "/redelivery/3SABCD1023" in text


async def test_the_browsers_language_is_answered_and_arabic_runs_from_the_right(world):
    async with world.client(**{"accept-language": "pt-BR, ar;q=0.9, en;q=0.5"}) as client:
        text = (await client.get(world.link(UNDERWAY))).text
        assert '<html lang="ar" dir="rtl">' in text
        assert '<html lang="fr" dir="ltr">' in (await client.get(world.link(UNDERWAY), params={"lang": "fr"})).text
    async with world.client() as client:
        assert '<html lang="fr" dir="ltr">' in (await client.get(world.link(UNDERWAY))).text  # the order's own


async def test_without_look_up_there_is_no_form(tmp_path):
    world = await opened(tmp_path)
    offer = structs.replace(world.offer, lookup=None)
    closed = World(world.store, offer)
    async with closed.client() as client:
        assert (await client.get("/track")).status_code == 404
        assert (await client.post("/track", data={"number": "SO1021", "postcode": "4000"})).status_code == 404
        assert (await client.get(closed.link(DELIVERED))).status_code == 200
    await world.store.close()
