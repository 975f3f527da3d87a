"""Returns, redeliveries, proofs and preferences: what customers may do, and what keeps others from doing it."""

import re

import pytest

from crossdock.model.desk import DeskRequested
from crossdock.model.returning import RedeliveryChosen, ReturnRequested
from trackpage.world import BOB, DELIVERED, FAILED, PICTURE, UNDERWAY, form_in

pytestmark = pytest.mark.req("E11")
MINUTE = 60 * 1_000_000
NUMBER, FAILED_NUMBER = "3SABCD1022", "3SABCD1023"


async def bodies(world, subject, kind):
    events = await world.store.read(lambda tx: tx.log.of_subject(subject))
    return [each.body for each in events if isinstance(each.body, kind)]


@pytest.mark.req("E11", "F6")
async def test_a_return_is_asked_for_once_however_often_the_button_is_pressed(world):
    link = world.link(DELIVERED)
    async with world.client() as client:
        page = (await client.get(f"{link}/return")).text
        form = {"form": form_in(page), "quantity-0": "1", "quantity-1": "0", "reason": "damaged", "comment": "a  crack"}
        answers = [await client.post(f"{link}/return", data=form) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
        assert (await client.get(answers[0].headers["location"], params={})).status_code == 200
        text = (await client.get(link, params={"lang": "en"})).text
        assert "You asked to return goods on Sat 21 November" in text
    (asked,) = await bodies(world, DELIVERED, ReturnRequested)
    assert (asked.reason, asked.source, [(each.item.sku, str(each.quantity)) for each in asked.lines]) == (
        "damaged", "tracking_page", [("MUG-1", "1")],
    )  # fmt: skip
    (request,) = await bodies(world, DELIVERED, DeskRequested)
    assert (request.actor, request.reason) == ("customer", "a crack")
    (row,) = world.rows("SELECT actor, action, target FROM audit")
    assert row == ("customer", "desk.return_goods", DELIVERED)


@pytest.mark.parametrize(
    "change",
    [{"quantity-0": "0"}, {"quantity-0": "-3"}, {"quantity-0": "NaN"}, {"quantity-0": "x"}, {"reason": ""},
     {"reason": "refused"}, {"reason": "<b>"}],
)  # fmt: skip
async def test_a_return_of_nothing_or_for_no_reason_is_asked_again(world, change):
    link = world.link(DELIVERED)
    async with world.client() as client:
        form = {"form": form_in((await client.get(f"{link}/return")).text), "quantity-0": "1", "reason": "damaged"}
        answer = await client.post(f"{link}/return", data={**form, **change})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await bodies(world, DELIVERED, DeskRequested) == []


async def test_no_more_goes_back_than_was_ordered(world):
    link = world.link(DELIVERED)
    async with world.client() as client:
        form = {"form": form_in((await client.get(f"{link}/return")).text), "quantity-0": "99", "reason": "other"}
        await client.post(f"{link}/return", data=form)
    (asked,) = await bodies(world, DELIVERED, ReturnRequested)
    assert str(asked.lines[0].quantity) == "2"


async def test_nothing_that_did_not_arrive_is_returned(world):
    link = world.link(UNDERWAY)
    async with world.client() as client:
        page = (await client.get(f"{link}/return", params={"lang": "en"})).text
        assert "A return cannot be asked for here" in page
        assert "/return" not in (await client.get(link)).text
        form = form_in((await client.get(f"{world.link(DELIVERED)}/return")).text)
        forged = await client.post(f"{link}/return", data={"form": form, "quantity-0": "1", "reason": "other"})
    assert forged.status_code == 403
    assert await bodies(world, UNDERWAY, DeskRequested) == []


@pytest.mark.req("E11", "F4")
async def test_a_choice_after_a_failed_attempt_is_the_same_fact_as_over_the_api(world):
    link = f"{world.link(FAILED)}/redelivery/{FAILED_NUMBER}"
    async with world.client() as client:
        page = (await client.get(link)).text
        days = re.findall(r'<option value="(2026-[^"]+)"', page)
        assert days[0] == "2026-11-23"  # not Sunday the 22nd
        for wrong in ({}, {"choice": "burn"}, {"choice": "again", "day": "2026-11-22"}):
            answer = await client.post(link, data={"form": form_in(page), **wrong})
            assert answer.status_code == 422
        answer = await client.post(link, data={"form": form_in(page), "choice": "again", "day": days[0]})
        assert answer.status_code == 303
        text = (await client.get(answer.headers["location"] + "&lang=en")).text
    assert "arranging it with the carrier" in text
    (chosen,) = await bodies(world, FAILED, RedeliveryChosen)
    assert (chosen.choice, chosen.tracking_number, chosen.day) == ("again", FAILED_NUMBER, days[0])


async def test_only_a_parcel_of_this_order_can_be_chosen_for(world):
    async with world.client() as client:
        answer = await client.get(f"{world.link(FAILED)}/redelivery/{NUMBER}")
        assert answer.status_code == 404
        assert NUMBER not in answer.text.split("<main", 1)[1].split("</main")[0]
        form = form_in((await client.get(f"{world.link(FAILED)}/redelivery/{FAILED_NUMBER}")).text)
        await client.post(f"{world.link(FAILED)}/redelivery/{NUMBER}", data={"form": form, "choice": "return"})
    assert await bodies(world, DELIVERED, DeskRequested) == await bodies(world, FAILED, DeskRequested) == []


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"},
                {"origin": "null"}]
)  # fmt: skip
async def test_forms_from_elsewhere_are_refused(world, headers):
    link = world.link(DELIVERED)
    async with world.client() as client:
        form = form_in((await client.get(f"{link}/return")).text)
        data = {"form": form, "quantity-0": "1", "reason": "other"}
        assert (await client.post(f"{link}/return", data=data, headers=headers)).status_code == 403
        assert (await client.post(f"{link}/proof", data={"form": form}, headers=headers)).status_code == 403
    assert await bodies(world, DELIVERED, DeskRequested) == []
    assert world.mails.mails == []


@pytest.mark.parametrize("mark", ["", "x", "1.2", "9999999999-aa.bb"])
async def test_a_form_needs_its_mark_and_not_an_old_one(world, mark):
    link = world.link(DELIVERED)
    async with world.client() as client:
        data = {"form": mark, "quantity-0": "1", "reason": "other"}
        assert (await client.post(f"{link}/return", data=data)).status_code == 403
        good = form_in((await client.get(f"{link}/return")).text)
        world.clock.instant += 13 * 60 * MINUTE
        assert (await client.post(f"{link}/return", data={**data, "form": good})).status_code == 403
    assert await bodies(world, DELIVERED, DeskRequested) == []


async def code_sent(world, client, link):
    page = (await client.get(f"{link}/proof")).text
    answer = await client.post(f"{link}/proof", data={"form": form_in(page)})
    assert answer.status_code == 200
    return re.search(r"\d{6}", world.mails.mails[-1][2]).group(), form_in(answer.text)


@pytest.mark.req("E11", "F9")
async def test_a_proof_is_shown_to_who_has_the_code_that_was_mailed(world):
    link = world.link(DELIVERED)
    async with world.client() as client:
        before = await client.get(f"{link}/proof/{NUMBER}")
        assert before.status_code == 404
        assert "B. BUILDER" not in (await client.get(f"{link}/proof")).text + (await client.get(link)).text
        code, form = await code_sent(world, client, link)
        assert world.mails.mails[-1][0] == BOB.email
        entered = await client.post(f"{link}/proof", data={"form": form, "code": f" {code[:3]} {code[3:]}"})
        cookie = entered.headers["set-cookie"]
        assert entered.status_code == 303
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/track", "Max-Age=900"))
        assert "B. BUILDER" in (await client.get(entered.headers["location"])).text
        picture = await client.get(f"{link}/proof/{NUMBER}")
        assert (picture.content, picture.headers["content-type"]) == (PICTURE, "image/png")
        assert "no-store" in picture.headers["cache-control"]
        assert (await client.get(f"{link}/proof/{FAILED_NUMBER}")).status_code == 404
        assert "B. BUILDER" not in (await client.get(f"{world.link(FAILED)}/proof")).text
        world.clock.instant += 16 * MINUTE
        assert (await client.get(f"{link}/proof/{NUMBER}")).status_code == 404
    async with world.client() as other:
        again = await other.post(f"{link}/proof", data={"form": form, "code": code})
        assert again.status_code == 403


async def test_codes_cannot_be_guessed_nor_mailed_without_end(world):
    link = world.link(DELIVERED)
    async with world.client() as client:
        code, form = await code_sent(world, client, link)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _ in range(5):
            assert (await client.post(f"{link}/proof", data={"form": form, "code": wrong})).status_code == 403
        assert (await client.post(f"{link}/proof", data={"form": form, "code": code})).status_code == 403
        for _ in range(2):
            code, form = await code_sent(world, client, link)
        assert (await client.post(f"{link}/proof", data={"form": form})).status_code == 429
        assert len(world.mails.mails) == 3
        world.clock.instant += 11 * MINUTE
        assert (await client.post(f"{link}/proof", data={"form": form, "code": code})).status_code == 403


async def test_a_link_is_no_pass_and_a_pass_is_no_link(world):
    link = world.link(DELIVERED)
    async with world.client() as client:
        client.cookies.set("crossdock_proof", link.removeprefix("/track/"))
        assert (await client.get(f"{link}/proof/{NUMBER}")).status_code == 404
        client.cookies.clear()
        code, form = await code_sent(world, client, link)
        await client.post(f"{link}/proof", data={"form": form, "code": code})
        value = client.cookies["crossdock_proof"]
        assert (await client.get(f"/track/{value}")).status_code == 404


async def test_a_mail_server_that_is_down_is_said(world):
    link = world.link(DELIVERED)
    world.mails.down = True
    async with world.client() as client:
        form = form_in((await client.get(f"{link}/proof")).text)
        answer = await client.post(f"{link}/proof", data={"form": form}, params={"lang": "en"})
    assert (answer.status_code, "could not be sent" in answer.text) == (503, True)


async def test_the_code_stands_nowhere_but_in_the_mail(world):
    async with world.client() as client:
        code, _ = await code_sent(world, client, world.link(DELIVERED))
    kept = world.rows("SELECT * FROM pass_code")
    assert len(kept) == 1
    assert code not in str(kept) + str(world.rows("SELECT * FROM audit"))


async def test_messages_can_be_stopped_from_the_page(world):
    async with world.client() as client:
        text = (await client.get(world.link(DELIVERED), params={"lang": "en"})).text
        assert "/unsubscribe/mail?t=" in text
        assert "b•••@e•••.org" in text
        assert "Never between 21:00 and 08:00" in text
        recipient = re.search(r"/unsubscribe/mail\?t=(\w+)", text).group(1)
        await world.store.run(lambda tx: tx.notices.refuse([(recipient, 1)]))
        assert "We write no more messages" in (await client.get(world.link(DELIVERED), params={"lang": "en"})).text
