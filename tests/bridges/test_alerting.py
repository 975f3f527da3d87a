"""Alerts reach people: by a real mail server and a real HTTP endpoint, each once, when and where routes say."""

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from bridges.test_webhooks import OLD, Endpoint, Known
from crossdock.backbone.alert_routes import Route, channels_of
from crossdock.backbone.casebook import Alerting
from crossdock.bridges.alerting import Hook, MailTo, Messenger
from crossdock.model.calendars import calendar
from crossdock.model.cases import Case
from crossdock.ports.outbox import Declined, Sent, Unreachable
from crossdock.ports.stores_exceptions import Alert
from crossdock.settings.alerting import HookChannel
from crossdock.settings.exceptions import TeamSettings
from crossdock.sim.clock import VirtualClock
from crossdock.storage.opening import open_store
from mailing import MONDAY, Vault, opened

HOUR = 3_600_000_000
TEAMS = {
    "customs": TeamSettings(("ann@example.com", "bob")),
    "leads": TeamSettings(("lea@example.com",)),
    "ghosts": TeamSettings(("casper",)),
}
OFFICE = calendar("UTC", (((480, 1020),),) * 5 + ((), ()))
CASE = Case("do:odoo:1", "shipment.customs", partner="ups", category="customs", raised_at=MONDAY)


def alert(number=1, **changes):
    given = Alert(
        f"a{number}", CASE.cause_group, "raised", "shipment.customs", "ups", "customs", "business", "high", "customs",
        "", "do:odoo:1", "Papers are missing\r\nBcc: eve@example.com", MONDAY,
    )  # fmt: skip
    return structs.replace(given, **changes)


def mail(post, *to, teams=TEAMS):
    return MailTo(post.config(), Vault(), to, teams)


@pytest.mark.req("L18", "E17")
async def test_a_letter_goes_to_each_of_the_team_and_says_what_to_do():
    async with opened() as post:
        assert await mail(post, "ops@example.com", "owner").send(alert(), MONDAY) == Sent()
        letters = post.simulator.letters
        assert [each.recipient for each in letters] == ["ops@example.com", "ann@example.com"]
        assert letters[0].subject.startswith("[high] new: ")
        assert letters[0].subject.endswith("(ups)")
        assert "Papers are missing" in letters[0].text
        assert "What to do:" in letters[0].text
        assert {each.recipient for each in letters} == {"ops@example.com", "ann@example.com"}


@pytest.mark.req("L18")
async def test_it_goes_to_whom_it_went_up_to_person_or_team():
    async with opened() as post:
        way = mail(post, "told")
        assert await way.send(alert(1, occasion="level-1", told="boss@example.com"), MONDAY) == Sent()
        assert await way.send(alert(2, occasion="level-2", told="leads"), MONDAY) == Sent()
        assert [each.recipient for each in post.simulator.letters] == ["boss@example.com", "lea@example.com"]
        assert "escalated, level 2" in post.simulator.letters[1].subject
        assert isinstance(await mail(post, "owner").send(alert(3, owner="ghosts"), MONDAY), Declined)


@pytest.mark.req("L18")
async def test_a_mail_server_that_is_away_takes_nothing_and_no_address_is_told_of():
    async with opened() as post:
        away = MailTo(post.config(port=1), Vault(), ("ops@example.com",), TEAMS)
        outcome = await away.send(alert(), MONDAY)
        assert isinstance(outcome, Unreachable)
        assert "ops@example.com" not in outcome.why.engineer
        assert post.simulator.letters == []


def hook(port):
    given = HookChannel(f"http://127.0.0.1:{port}/hook", ("secret://env/OLD",), allow_private=True)
    return Hook(given, Known(OLD=OLD))


@pytest.mark.req("L18", "I2")
async def test_a_webhook_is_signed_and_carries_the_alert():
    async with Endpoint(OLD) as endpoint:
        assert await hook(endpoint.port).send(alert(), MONDAY) == Sent()
        [(name, event)] = endpoint.taken
        assert (name, event["id"], event["type"]) == ("a1", "a1", "crossdock.alert.v1")
        assert (event["data"]["severity"], event["data"]["owner"]) == ("high", "customs")
        assert event["data"]["do"]


@pytest.mark.req("L18")
@pytest.mark.parametrize(
    ("changes", "at", "where"),
    [
        ({"severity": "critical"}, MONDAY, ("pager",)),
        ({"queue": "technical"}, MONDAY, ("desk",)),
        ({"occasion": "level-3"}, MONDAY, ("lead",)),
        ({}, MONDAY + 44 * HOUR, ("desk",)),  # Monday 08:00
        ({}, MONDAY, ()),  # a Saturday: it waits
        ({"owner": "leads"}, MONDAY, ("pager",)),
        ({"owner": "nobody", "severity": "low"}, MONDAY, ()),
    ],
)
def test_the_first_route_that_fits_decides_and_hours_are_kept(changes, at, where):
    routes = (
        Route(("pager",), severities=("critical",)),
        Route(("desk",), queues=("technical",)),
        Route(("lead",), occasions=("escalated",)),
        Route(("desk",), owners=("customs",), hours=OFFICE),
        Route(("desk",), owners=("leads",), hours=OFFICE, outside=("pager",)),
    )
    assert channels_of(alert(**changes), routes, at) == where


@pytest.fixture
async def standing():
    store = open_store("sqlite:///:memory:", threads=False)
    await store.migrate()
    await store.run(lambda tx: (tx.exceptions.save([CASE]), tx.alerts.open([alert()])))
    yield store
    await store.close()


@pytest.mark.req("L18")
async def test_one_alert_goes_once_by_each_channel_although_one_of_them_was_down(standing):
    clock = VirtualClock(MONDAY)
    async with opened(clock) as post, Endpoint(OLD) as endpoint:
        endpoint.answers = [503]
        channels = {"desk": mail(post, "ops@example.com"), "pager": hook(endpoint.port)}
        telling = Messenger([Route(("desk", "pager"))], channels, clock, CollectorRegistry())
        sweep = Alerting(standing, telling, "w1")
        assert await sweep(clock.now()) == 0
        assert await sweep(clock.now()) == 0  # the pager rests
        clock.advance(61)
        assert await sweep(clock.now()) == 1
        assert await sweep(clock.now()) == 0
        assert (len(post.simulator.letters), len(endpoint.taken)) == (1, 1)
        [row] = await standing.read(lambda tx: tx.alerts.latest())
        assert row.sent_at == clock.now()


@pytest.mark.req("L18", "K13")
async def test_of_several_schedulers_one_tells_until_it_falls_silent(standing):
    clock = VirtualClock(MONDAY)
    async with Endpoint(OLD) as endpoint:
        endpoint.answers = [503]

        def messenger():
            return Messenger([Route(("pager",))], {"pager": hook(endpoint.port)}, clock, CollectorRegistry())

        first, second = (Alerting(standing, messenger(), name) for name in ("w1", "w2"))
        assert (await first(clock.now()), await second(clock.now())) == (0, 0)
        assert endpoint.answers == []
        assert endpoint.taken == []
        clock.advance(301)
        assert await second(clock.now()) == 1
        assert len(endpoint.taken) == 1


@pytest.mark.req("L18")
async def test_an_alert_whose_cause_is_over_is_told_to_nobody(standing):
    async with Endpoint(OLD) as endpoint:
        clock = VirtualClock(MONDAY)
        telling = Messenger([Route(("pager",))], {"pager": hook(endpoint.port)}, clock, CollectorRegistry())
        over = structs.replace(CASE, resolved_at=MONDAY + 1)
        await standing.run(lambda tx: tx.exceptions.save([over]))
        assert await Alerting(standing, telling, "w1")(clock.now()) == 0
        assert endpoint.taken == []
