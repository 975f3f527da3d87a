"""Alerts to people: by mail over the server of customers' notices, and by signed webhooks, as routes say.

Each goes under the id of its alert (``Message-ID``, ``webhook-id``), so that one that is told again after a death is
known for what it is. What one channel took is not sent to it again while another is tried.
"""

from collections.abc import Iterable, Mapping, Sequence
from email.policy import SMTP
from functools import partial
from typing import Any, Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter

from crossdock.backbone.alert_routes import Route, channels_of
from crossdock.backbone.breaker import SECOND
from crossdock.bridges.alert_words import TYPE, body_of, letter_of
from crossdock.bridges.webhooks import WebhookWire
from crossdock.model.calendars import ALWAYS
from crossdock.model.mailboxes import is_address
from crossdock.ports.clock import Clock
from crossdock.ports.outbox import Declined, Envelope, Outcome, Sent, Unreachable
from crossdock.ports.secrets import Secrets, UnknownSecret
from crossdock.ports.spec import ConnectorSpec, Kind
from crossdock.ports.stores_exceptions import Alert
from crossdock.ports.verdicts import Explanation
from crossdock.ports.wire import NoAnswer, NotSent
from crossdock.settings.alerting import AlertSettings, HookChannel
from crossdock.settings.exceptions import TeamSettings
from crossdock.settings.fanout import WebhookSettings
from crossdock.settings.sections import Settings
from crossdock.settings.working import calendar_of
from crossdock.transports.mail import Envelope as Letter
from crossdock.transports.mail import MailServer, Refusal, submit

_LOG = structlog.get_logger("crossdock.alerts")
_PAUSE = 60 * SECOND
"""A channel that takes nothing is left alone for so long (microseconds): other channels are not held up by it."""


class Channel(Protocol):
    """One way of telling somebody."""

    async def send(self, alert: Alert, now: int) -> Outcome:
        """What became of it; `Declined` where there is nobody to tell. Keeps no connection: alerts are seldom."""
        ...


class MailHouse(Protocol):
    """What of a mail partner's settings counts here."""

    @property
    def sender(self) -> str:
        """The address letters come from."""
        ...

    @property
    def password(self) -> str:
        """The reference of the password, "" for none."""
        ...

    def server(self, password: str) -> MailServer:
        """Where mail is handed in."""
        ...


class MailTo:
    """A channel to mailboxes: one letter each, so that nobody sees the others."""

    def __init__(
        self, house: MailHouse, secrets: Secrets, to: Sequence[str], teams: Mapping[str, TeamSettings]
    ) -> None:
        """``to`` as configured; ``teams`` say who the owner is."""
        self._house = house
        self._secrets = secrets
        self._to = tuple(to)
        self._teams = teams
        self._handed: set[tuple[str, str]] = set()

    async def send(self, alert: Alert, now: int) -> Outcome:
        """`Sent` once every mailbox has it; a mailbox the server does not know is passed over and said in the log."""
        known = [each for each in self._mailboxes(alert) if (alert.id, each) not in self._handed]
        if not known and not self._mailboxes(alert):
            text = "An alert's channel has nobody to tell: name an address, or members of the team."
            return Declined(Explanation(text, f"owner {alert.owner or 'nobody'}, told {bool(alert.told)}"))
        try:
            server = self._house.server(self._secrets.reveal(self._house.password) if self._house.password else "")
            for recipient in known:
                await self._hand_in(server, alert, recipient, now)
        except (NotSent, NoAnswer, Refusal, UnknownSecret) as problem:
            text = "The mail server takes no alerts now: see that it runs and knows us."
            return Unreachable(Explanation(text, str(problem)[:500]))
        self._handed = {each for each in self._handed if each[0] != alert.id}
        return Sent()

    async def _hand_in(self, server: MailServer, alert: Alert, recipient: str, now: int) -> None:
        letter = letter_of(alert, self._house.sender, recipient, now)
        name = str(letter["Message-ID"])
        try:
            await submit(server, Letter(self._house.sender, recipient, letter.as_bytes(policy=SMTP), name))
        except Refusal as refusal:
            if refusal.stage != "recipient":
                raise
            _LOG.error("an alert has a recipient the mail server does not know", alert=alert.id, why=str(refusal))
        self._handed.add((alert.id, recipient))

    def _mailboxes(self, alert: Alert) -> list[str]:
        found: list[str] = []
        for each in self._to:
            names: Sequence[str] = (each,)
            if each == "owner":
                names = self._members(alert.owner)
            elif each == "told":
                names = (alert.told, *self._members(alert.told))
            found += [name for name in names if is_address(name)]
        return list(dict.fromkeys(found))

    def _members(self, team: str) -> tuple[str, ...]:
        given = self._teams.get(team)
        return given.members if given else ()


class Hook:
    """A channel to one URL."""

    def __init__(self, given: HookChannel, secrets: Secrets) -> None:
        """Signed with every secret of ``given``."""
        wire = WebhookSettings(
            url=given.url, secrets=given.secrets, timeout=given.timeout, allow_private=given.allow_private
        )
        self._open = partial(WebhookWire, wire, secrets)

    async def send(self, alert: Alert, now: int) -> Outcome:
        """Any 2xx takes it."""
        wire = self._open()
        try:
            return await wire.send(Envelope(alert.id, TYPE, alert.subject, body_of(alert), now))
        finally:
            await wire.close()


class Messenger:
    """Implements `crossdock.ports.stores_exceptions.Notifier`: routes, channels, and what each of them took."""

    def __init__(
        self, routes: Sequence[Route], channels: Mapping[str, Channel], clock: Clock, registry: CollectorRegistry
    ) -> None:
        """``channels`` by the names routes speak of."""
        self._routes = tuple(routes)
        self.channels = dict(channels)
        self._clock = clock
        self._took: dict[str, set[str]] = {}
        self._resting: dict[str, int] = {}
        self._told = Counter(
            "crossdock_alerts_told_total", "Alerts by channel and what became of them.", ["channel", "result"],
            registry=registry,
        )  # fmt: skip

    async def tell(self, alert: Alert) -> bool:
        """Whether every channel of its route has it; False while one has not, and while it waits for working hours."""
        wanted = channels_of(alert, self._routes, self._clock.now())
        took = self._took.setdefault(alert.id, set())
        for name in wanted:
            if name not in took and self._clock.now() >= self._resting.get(name, 0) and await self._by(name, alert):
                took.add(name)
        whole = bool(wanted) and took >= set(wanted)
        if whole or not took:
            del self._took[alert.id]
        return whole

    async def _by(self, name: str, alert: Alert) -> bool:
        outcome = await self.channels[name].send(alert, self._clock.now())
        self._told.labels(name, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Sent):
            return True
        _LOG.error("an alert was not taken", channel=name, alert=alert.id, do=outcome.why.operator,
                   why=outcome.why.engineer)  # fmt: skip
        if isinstance(outcome, Unreachable):
            self._resting[name] = self._clock.now() + max(_PAUSE, int(outcome.after * SECOND))
        return False


def mail_houses(partners: Iterable[tuple[str, ConnectorSpec, Any]]) -> dict[str, Any]:
    """The settings of partners that mail, by id."""
    return {name: config for name, spec, config in partners if spec.kind is Kind.MESSAGING}


def messenger(
    settings: Settings, houses: Mapping[str, MailHouse], secrets: Secrets, clock: Clock, registry: CollectorRegistry
) -> Messenger | None:
    """Who tells people of alerts; None where no route is configured. ``houses`` are mail partners' settings by id."""
    given = settings.alerts
    if not given.routes:
        return None
    calendars = {name: calendar_of(each) for name, each in settings.calendars.items()}
    routes = [
        Route(each.to, each.severities, each.owners, each.queues, each.occasions, each.kinds,
              calendars.get(each.hours, ALWAYS), each.outside)
        for each in given.routes
    ]  # fmt: skip
    return Messenger(routes, channels(given, settings.exceptions.teams, houses, secrets), clock, registry)


def channels(
    given: AlertSettings, teams: Mapping[str, TeamSettings], houses: Mapping[str, MailHouse], secrets: Secrets
) -> dict[str, Channel]:
    """The configured channels by name; one whose mail partner is not enabled is left out."""
    found: dict[str, Channel] = {}
    for name, each in given.channels.items():
        if each.webhook is not None:
            found[name] = Hook(each.webhook, secrets)
        elif each.mail is not None and each.mail.partner in houses:
            found[name] = MailTo(houses[each.mail.partner], secrets, each.mail.to, teams)
    return found
