"""Customers are told over a real SMTP server: E12 (who, what, once) and E13 (an outage, and after it)."""

import pytest
from msgspec import structs

from crossdock.backbone import desk
from crossdock.backbone.customers import Objective, figures
from crossdock.model import events as ev
from crossdock.model.notices import CustomerUnsubscribed, NoticeDecided
from crossdock.notices.links import recipient_hash
from crossdock.ports.connector import Received
from mailing import ADA, HOUR, MONDAY, POLICY, SECRET, SUBJECT, booked, opened, order, rows, scanned, tell, telling

STORY = (
    ("in_transit", 1), ("delayed", 2), ("delivery_attempted", 3), ("delivered", 4),
)  # fmt: skip


async def _story(hub, post, story=STORY) -> None:
    for milestone, hours in story:
        post.clock.advance_to(MONDAY + hours * HOUR)
        await tell(hub, scanned(milestone, post.clock.now()))


@pytest.mark.req("E12", "K5")
async def test_a_delay_makes_four_mails_in_the_customers_language_and_none_twice():
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await _story(hub, post)
        assert post.subjects == [
            "Ihre Bestellung SO0016 ist unterwegs",
            "Ihre Bestellung SO0016 verspätet sich",
            "Problem bei der Zustellung von SO0016",
            "Ihre Bestellung SO0016 wurde zugestellt",
        ]
        assert {(each.recipient, each.language) for each in post.simulator.letters} == {(ADA, "de")}
        assert len({each.message_id for each in post.simulator.letters}) == 4
        await _story(hub, post)  # the same scans, told again
        await _story(hub, post, (("in_transit", 5), ("delayed", 6), ("delivered", 7)))  # more scans of the same kinds
        assert len(post.simulator.letters) == 4
        assert await rows(hub) == dict.fromkeys(("in_transit", "delayed", "exception", "delivered"), ("sent", ""))


@pytest.mark.req("E12", "K5")
async def test_what_a_replay_tells_is_never_mailed_also_not_when_quiet_hours_end():
    policy = structs.replace(POLICY, quiet=(0, 23 * 60))
    async with opened() as post:
        hub = telling(post, policy=policy)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        for milestone, hours in STORY:
            await tell(hub, scanned(milestone, MONDAY - hours * HOUR), quiet=True)
        post.clock.advance_to(MONDAY + 12 * HOUR)
        await hub.engine.settle_all()
        assert post.simulator.letters == []
        await tell(hub, scanned("in_transit", post.clock.now()))
        assert post.simulator.letters == []
        assert (await rows(hub))["delivered"] == ("dropped", "replayed")


@pytest.mark.req("E12")
@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("de_DE", "FR", "de"),
        ("", "FR", "fr"),
        ("", "NL", "nl"),
        ("", "SA", "ar"),
        ("sv_SE", "SE", "en"),
        ("", "", "en"),
    ],
)
async def test_the_language_is_the_customers_else_the_countrys(language, country, expected):
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order(language=language, country=country)), booked())
        await tell(hub, scanned("in_transit", MONDAY))
        assert [each.language for each in post.simulator.letters] == [expected]
        assert ('dir="rtl"' in post.simulator.letters[0].html) == (expected == "ar")


@pytest.mark.req("E12")
async def test_an_arrival_later_than_promised_is_a_delay():
    async with opened() as post:
        hub = telling(post)
        due = scanned("in_transit", MONDAY + 24 * HOUR).event.occurred
        await tell(hub, ev.FulfilmentRequested(order(deliver_by=due)), booked())
        await tell(hub, scanned("in_transit", MONDAY, eta=due))
        assert len(post.simulator.letters) == 1
        later = scanned("in_transit", MONDAY + 48 * HOUR).event.occurred
        await tell(hub, scanned("arrived_at_facility", MONDAY, eta=later))
        assert post.subjects[1:] == ["Ihre Bestellung SO0016 verspätet sich"]
        assert "23.11.2026" in post.simulator.letters[1].text


@pytest.mark.req("E13")
@pytest.mark.parametrize("down", ["carrier", "mail"])
async def test_in_a_declared_outage_nothing_is_sent_and_afterwards_only_what_is_current(down):
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await hub.store.run(lambda tx: desk.pause(tx, down, "ops", "the hub burns", post.clock.now()))
        for milestone, hours in (("in_transit", 1), ("delayed", 30), ("delivery_attempted", 31)):
            post.clock.advance_to(MONDAY + hours * HOUR)
            await tell(hub, scanned(milestone, post.clock.now()))
        assert post.simulator.letters == []
        found = await rows(hub)
        assert found == {"in_transit": ("dropped", "stale"), "delayed": ("held", down), "exception": ("held", down)}
        post.clock.advance_to(MONDAY + 32 * HOUR)
        await tell(hub, scanned("delivered", post.clock.now()))
        post.clock.advance_to(MONDAY + 32 * HOUR + 1)
        await hub.store.run(lambda tx: desk.resume(tx, down, "ops", "it rains", post.clock.now()))
        await hub.engine.settle_all()
        assert post.subjects == ["Ihre Bestellung SO0016 wurde zugestellt"]
        counts = await hub.store.read(lambda tx: tx.notices.counts())
        assert counts == {("dropped", "stale"): 1, ("dropped", "overtaken"): 2, ("sent", ""): 1}


@pytest.mark.req("E13")
async def test_what_stands_in_the_lane_of_a_mail_server_is_taken_back_when_it_is_overtaken():
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await tell(hub, scanned("in_transit", MONDAY), settle=False)
        await hub.engine.reduce()  # the command stands in its lane
        await hub.store.run(lambda tx: desk.pause(tx, "mail", "ops", "maintenance", post.clock.now()))
        post.clock.advance_to(MONDAY + HOUR)
        await tell(hub, scanned("delivered", post.clock.now()))
        assert await rows(hub) == {"in_transit": ("dropped", "taken_back"), "delivered": ("held", "mail")}
        await hub.store.run(lambda tx: desk.resume(tx, "mail", "ops", "done", post.clock.now()))
        await hub.engine.settle_all()
        assert post.subjects == ["Ihre Bestellung SO0016 wurde zugestellt"]


@pytest.mark.req("E13")
async def test_a_mail_that_waited_in_its_lane_for_too_long_is_dropped_by_its_connector():
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await tell(hub, scanned("in_transit", MONDAY), settle=False)
        await hub.engine.reduce()
        post.clock.advance_to(MONDAY + 25 * HOUR)
        await hub.engine.settle_all()
        assert post.simulator.letters == []
        assert await rows(hub) == {"in_transit": ("dropped", "stale")}


@pytest.mark.req("E12")
async def test_quiet_hours_are_the_customers_and_what_waited_goes_in_the_morning():
    policy = structs.replace(POLICY, quiet=(21 * 60, 8 * 60))
    async with opened() as post:
        hub = telling(post, policy=policy)
        await tell(hub, ev.FulfilmentRequested(order(country="JP")), booked())  # 12:00 UTC is 21:00 in Tokyo
        await tell(hub, scanned("in_transit", MONDAY))
        assert (post.simulator.letters, await rows(hub)) == ([], {"in_transit": ("deferred", "quiet_hours")})
        post.clock.advance_to(MONDAY + 11 * HOUR - 1_000_000)
        await hub.engine.settle_all()
        assert post.simulator.letters == []
        post.clock.advance_to(MONDAY + 11 * HOUR)
        await hub.engine.settle_all()
        assert len(post.simulator.letters) == 1


@pytest.mark.req("E12")
async def test_one_click_ends_it_for_the_address_whatever_the_order():
    async with opened() as post:
        hub = telling(post)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await tell(hub, scanned("in_transit", MONDAY))
        headers = post.simulator.letters[0].headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = headers["List-Unsubscribe"].strip("<>")
        assert link.startswith("https://hub.example/unsubscribe/mail?t=")
        await _follow(hub, link)
        await tell(hub, scanned("delivered", MONDAY + HOUR))
        assert len(post.simulator.letters) == 1
        assert (await rows(hub))["delivered"] == ("dropped", "unsubscribed")
        refused = await hub.store.read(lambda tx: tx.notices.refusals(0))
        assert [each.recipient for each in refused] == [recipient_hash(SECRET, ADA)]


async def _follow(hub, link: str) -> None:
    form = f"{link.partition('?')[2]}&List-Unsubscribe=One-Click".encode()
    message = Received("unsubscribe", form, {}, hub.clock.now())
    answer = await hub.intake.accept("mail", message)
    assert answer.status == 202
    await hub.engine.settle_all()


@pytest.mark.req("E12")
async def test_an_address_that_unsubscribed_elsewhere_is_not_written_to():
    async with opened() as post:
        hub = telling(post)
        name = recipient_hash(SECRET, " ADA@example.com")
        await hub.store.run(lambda tx: tx.notices.refuse([(name, MONDAY)]))
        await tell(hub, ev.FulfilmentRequested(order()), booked(), scanned("in_transit", MONDAY))
        assert (post.simulator.letters, await rows(hub)) == ([], {"in_transit": ("dropped", "unsubscribed")})


@pytest.mark.req("E12")
async def test_the_webhooks_notice_tells_no_name_and_no_address():
    policy = structs.replace(POLICY, channels=("mail", "webhook"))
    async with opened() as post:
        hub = telling(post, policy=policy)
        await tell(hub, ev.FulfilmentRequested(order(email="")), booked(), scanned("in_transit", MONDAY))
        events, _ = await hub.store.read(lambda tx: tx.views.events(type_prefix="customer."))
        [due] = [each.body for each in events if isinstance(each.body, NoticeDecided)]
        assert (due.step, due.channels, due.language) == ("due", ("webhook",), "de")
        assert due.values["order"] == "SO0016"
        assert "Ada" not in str(due)
        assert post.simulator.letters == []


@pytest.mark.req("L15")
async def test_a_notice_that_is_not_out_in_time_counts_as_not_triggered():
    objective = Objective(POLICY.kinds, 15)
    async with opened() as post:
        hub = telling(post)
        post.simulator.control("script", {"stage": "recipient", "code": 550, "times": 1}, 0)
        await tell(hub, ev.FulfilmentRequested(order()), booked(), scanned("in_transit", MONDAY))
        assert (await hub.store.read(lambda tx: figures(tx, objective, post.clock.now()))).not_triggered == 0
        post.clock.advance_to(MONDAY + HOUR)
        assert (await hub.store.read(lambda tx: figures(tx, objective, post.clock.now()))).not_triggered == 1
        raised = await hub.store.read(lambda tx: tx.exceptions.of_subjects([SUBJECT]))
        assert [(each.kind, each.resolved_at) for each in raised] == [("notice.failed", 0)]


@pytest.mark.req("E12")
@pytest.mark.parametrize(("wish", "step"), [("retry", ("sent", "")), ("discard", ("dropped", "taken_back"))])
async def test_a_mail_that_was_refused_is_retried_or_ended_by_a_person_and_its_exception_closed(wish, step):
    async with opened() as post:
        hub = telling(post)
        post.simulator.control("script", {"stage": "recipient", "code": 550, "times": 1}, 0)
        await tell(hub, ev.FulfilmentRequested(order()), booked(), scanned("in_transit", MONDAY))
        parked, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound", statuses=("parked",)))
        post.clock.advance_to(MONDAY + HOUR)
        ids, now = [each.id for each in parked], post.clock.now()
        assert len(ids) == 1
        if wish == "retry":
            assert await hub.store.run(lambda tx: hub.requests.retry(tx, ids, now)) == 1
        else:
            assert await hub.store.run(lambda tx: hub.requests.discard(tx, ids, now)) == 1
        await hub.engine.settle_all()
        assert await rows(hub) == {"in_transit": step}
        [raised] = await hub.store.read(lambda tx: tx.exceptions.of_subjects([SUBJECT]))
        assert raised.resolved_at > 0


@pytest.mark.req("L15")
async def test_an_order_at_a_milestone_that_nobody_was_told_of_counts_as_not_triggered():
    objective = Objective(POLICY.kinds, 15)
    async with opened() as post:
        silent = telling(post, policy=structs.replace(POLICY, kinds=("booked",)))
        await tell(silent, ev.FulfilmentRequested(order()), booked(), scanned("delivered", MONDAY))
        post.clock.advance_to(MONDAY + HOUR)
        found = await silent.store.read(lambda tx: figures(tx, objective, post.clock.now()))
        assert (found.not_triggered, found.steps) == (1, {"sent": {"": 1}})


@pytest.mark.req("E12")
async def test_no_event_and_no_call_record_holds_an_address():
    async with opened() as post:
        hub = telling(post)
        post.simulator.control("script", {"stage": "recipient", "code": 450, "text": f"<{ADA}> later", "times": 1}, 0)
        await tell(hub, ev.FulfilmentRequested(order()), booked(), scanned("in_transit", MONDAY))
        post.clock.advance_to(MONDAY + 2 * HOUR)
        await hub.engine.settle_all()
        assert len(post.simulator.letters) == 1
        events, _ = await hub.store.read(lambda tx: tx.views.events(type_prefix="customer."))
        listed, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound"))
        [row] = [each for each in listed if each.kind == "customer.notify.v1"]
        detail = await hub.store.read(lambda tx: tx.views.exchange(row.id))
        assert ADA in detail.body.decode()  # the command itself, which retention ends
        assert len(detail.attempts) == 2
        assert [each for each in (*events, *detail.attempts, row) if ADA in str(each)] == []


@pytest.mark.req("E12")
async def test_an_unsubscribed_event_alone_names_nobody():
    said = ev.encode_body(CustomerUnsubscribed(recipient_hash(SECRET, ADA))).decode()
    assert "ada" not in said.lower()


@pytest.mark.req("E12", "E13")
async def test_the_same_holds_on_postgresql(migrated_postgres_url):
    async with opened() as post:
        hub = telling(post, url=migrated_postgres_url)
        await tell(hub, ev.FulfilmentRequested(order()), booked())
        await hub.store.run(lambda tx: desk.pause(tx, "carrier", "ops", "strike", post.clock.now()))
        await tell(hub, scanned("in_transit", MONDAY))
        assert (post.simulator.letters, await rows(hub)) == ([], {"in_transit": ("held", "carrier")})
        post.clock.advance_to(MONDAY + HOUR // 2)
        await hub.store.run(lambda tx: desk.resume(tx, "carrier", "ops", "over", post.clock.now()))
        await hub.engine.settle_all()
        assert post.subjects == ["Ihre Bestellung SO0016 ist unterwegs"]
        await hub.store.close()
