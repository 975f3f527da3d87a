"""Joins client and mapping to the port; what follows from an answer is decided in the client's table."""

import functools
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from msgspec import structs

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.feeds.deliveries import DELIVERIES
from crossdock.connectors.odoo.client.feeds.fetching import Feeds
from crossdock.connectors.odoo.client.feeds.hints import read_hint
from crossdock.connectors.odoo.client.findings import findings
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.table import flows
from crossdock.connectors.odoo.client.pushes import is_push, push_problem
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.statements import TransferBeliefs
from crossdock.connectors.odoo.client.together.batches import raise_refused, send_batches
from crossdock.connectors.odoo.client.together.tiers import Tiers
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.mapping.applying import entry_of
from crossdock.connectors.odoo.mapping.pages import translate_page
from crossdock.model.beliefs import DELIVERY_ORDER, Statement
from crossdock.model.commands import CommandBody, RecordShipping
from crossdock.model.events import Fact, RecordWritten, WrittenDocument
from crossdock.model.instants import from_epoch_us
from crossdock.model.names import names_of
from crossdock.model.transfers import RecordPlan
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.reconcile import Statements
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)

_NO_FEED = "none"
_ABSENT = Explanation("Odoo was asked: it is not there yet, so it is sent again.", "looked for by name and marker")
_NO_BYTES = "The document to attach is no longer kept: fetch it again, then retry."


class OdooConnector:
    """One Odoo database as a partner."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Calls nothing yet."""
        config: OdooConfig = surroundings.config
        self._partner = surroundings.partner
        self._config = config
        self._clock = surroundings.clock
        self._secrets = surroundings.secrets
        self._session = OdooSession(config, surroundings.http, surroundings.secrets)
        self._tiers = Tiers(self._session)
        self._flows = flows(self._session, surroundings.partner, surroundings.clock)
        self._feeds = Feeds(self._session, config, surroundings.clock, self._has_addon)
        self._beliefs = TransferBeliefs(self._session, self._feeds, self._partner, config.default_package_weight)

    @property
    def session(self) -> OdooSession:
        """The calls themselves, for operations and for tests against a real Odoo."""
        return self._session

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """The addon signs its pushes; Odoo itself cannot, so the address of its webhooks carries the secret. Neither is
        believed in more than where to look first.
        """
        if not self._config.webhook_secret:
            return Rejected(401, Explanation("Set webhook_secret for this partner.", "no webhook secret configured"))
        try:
            secret = self._secrets.reveal(self._config.webhook_secret)
        except UnknownSecret as unknown:
            return Rejected(401, Explanation("The webhook secret is not there.", str(unknown)))
        if is_push(message):
            problem = push_problem(message, secret, now)
            if problem:
                return Rejected(401, Explanation("Check the push secret in Odoo's settings of Crossdock.", problem))
            return Verified(message.headers["webhook-id"], " ".join(self._feeds.hinted(None)) or _NO_FEED)
        if any(hmac.compare_digest(given.encode(), secret.encode()) for given in _keys(message)):
            return Verified(hint=" ".join(self._feeds.hinted(read_hint(message.body))) or _NO_FEED)
        why = Explanation("Check the key at the end of the webhook address in Odoo.", "no or wrong key in the address")
        return Rejected(401, why)

    def translate(self, message: Received) -> Translation:
        """Canonical facts of a feed page, or of the same page given as a file."""
        return translate_page(self._partner, message.body, self._config.default_package_weight)

    @property
    def feeds(self) -> Feeds:
        """What is read, for reconciliation and for tests against a real Odoo."""
        return self._feeds

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """The next documents that changed, whole; see `client.feeds`."""
        return await self._feeds.fetch(feed, cursor)

    async def statements(self, since: int, cursor: str) -> Statements | Verdict:
        """Outgoing transfers as Odoo has them now; none where their feed is switched off."""
        if DELIVERIES.feed not in self._config.feeds:
            return Statements(())
        try:
            return await self._beliefs.page(since, cursor, noted=await self._noted())
        except Failed as failed:
            return failed.verdict

    async def statements_about(self, kind: str, ids: Sequence[str]) -> Sequence[Statement] | Verdict:
        """These transfers, and which of them are deleted."""
        try:
            return await self._beliefs.about(ids, noted=await self._noted()) if kind == DELIVERY_ORDER else ()
        except Failed as failed:
            return failed.verdict

    def message(self, statement: Statement, after: int, now: int) -> Received | None:
        """The transfer's document as a page of its feed."""
        return self._beliefs.message(statement, after, now)

    async def _noted(self) -> bool:
        """Whether notes carry our markers: with addon or server action Odoo itself keeps what was told."""
        await self._tiers.way(self._clock.now())
        return self._tiers.tier == "stock"

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry it out; what an earlier attempt left is found, not made again."""
        flow = self._flows.get(type(command.body))
        if flow is None:
            return Refuse(Explanation("Send this to another partner.", f"Odoo carries out no {_tag(command.body)}"))
        if foreign := _foreign(command.body):
            return Refuse(foreign)
        try:
            again = command.attempt > 1
            if again and (found := await flow.find(command.body)) is not None:
                return AlreadyDone(self._facts(command, found))
            if isinstance(command.body, RecordPlan):
                await self._fill_fields(command)
            made = await flow.carry_out(command.body, documents, again=again)
        except KeyError as missing:
            return Park(Explanation(_NO_BYTES, f"document {missing} is not in the store"))
        except Failed as failed:
            return failed.verdict
        return Done(self._facts(command, made))

    async def _has_addon(self) -> bool:
        return await self._tiers.has_addon(self._clock.now())

    async def _fill_fields(self, command: Command) -> None:
        """Tour, slot and ETA as fields of the transfer, where the addon or the server action has them."""
        way = await self._tiers.way(self._clock.now())
        if self._tiers.tier != "stock":
            raise_refused(await way.apply([entry_of(command)], {}, again=True))

    async def send_together(self, commands: Sequence[Command], documents: Documents) -> Sequence[Verdict]:
        """Write-backs of many transfers, by the fastest way the server allows; one bad one never fails the others."""
        verdicts: dict[str, Verdict] = {}
        for command in commands:
            if foreign := _foreign(command.body):
                verdicts[command.key] = Refuse(foreign)
        ours = [command for command in commands if command.key not in verdicts]
        try:
            way = await self._tiers.way(self._clock.now())
            sent = await send_batches(way, ours, documents)
        except Failed as failed:
            sent = [failed.verdict] * len(ours)
        for command, verdict in zip(ours, sent, strict=True):
            verdicts[command.key] = self._told(command, verdict)
        return [verdicts[command.key] for command in commands]

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the names tell enough
        """Look whether an uncertain write is there."""
        flow = self._flows.get(type(command.body))
        if flow is None or _foreign(command.body):
            return Retry(_ABSENT)  # such a command is refused before anything is called
        try:
            found = await flow.find(command.body)
        except Failed as failed:
            return _still_in_doubt(failed.verdict)
        return Retry(_ABSENT) if found is None else AlreadyDone(self._facts(command, found))

    async def check(self) -> tuple[str, ...]:
        """Version, database, user, access and key age; raises `PermissionError` or `ConnectionError` on refusal."""
        try:
            return await findings(self._session)
        except Failed as failed:
            why = getattr(failed.verdict, "why", _ABSENT)
            kind = ConnectionError if isinstance(failed.verdict, Retry) else PermissionError
            raise kind(f"{why.operator} ({why.engineer})") from None

    def _told(self, command: Command, verdict: Verdict) -> Verdict:
        if not isinstance(verdict, Done | AlreadyDone):
            return verdict
        return type(verdict)(self._facts(command, ()))

    def _facts(self, command: Command, outcome: Outcome) -> tuple[Fact, ...]:
        """That it is written, with the documents it made, or the facts the flow itself found."""
        body, at = command.body, from_epoch_us(self._clock.now())
        own = tuple(
            structs.replace(each, subject=each.subject or command.subject) for each in outcome if isinstance(each, Fact)
        )
        made = tuple(each for each in outcome if isinstance(each, WrittenDocument))
        marker = body.tracking_number if isinstance(body, RecordShipping) else getattr(body, "marker", command.key)
        written = RecordWritten(self._partner, _tag(body), marker, made)
        return (Fact(written, at, subject=command.subject, binds=names_of(written, self._partner)), *own)


def build(surroundings: Surroundings) -> OdooConnector:
    """A connector for one partner; calls nothing yet."""
    return OdooConnector(surroundings)


def _foreign(body: CommandBody) -> Explanation | None:
    """Why this command cannot be about a record of an Odoo, if so: its records have numbers."""
    needed = _needs_record(type(body))
    if needed is None:
        return None
    named = str(getattr(body, "external_id", ""))
    if named.isdecimal() or (not named and not needed):
        return None
    return Explanation("The order is not from this Odoo.", f"'{named}' is no record id")


@functools.cache
def _needs_record(kind: type) -> bool | None:
    """Whether commands of this kind must name a record; None: they name none."""
    return next((each.required for each in structs.fields(kind) if each.name == "external_id"), None)


def _tag(body: CommandBody) -> str:
    return str(body.__struct_config__.tag)


def _keys(message: Received) -> list[str]:
    """Every place the secret may stand: the query (``key``), the end of the path, a header of a proxy."""
    parts = urlsplit(message.path)
    given = [*parse_qs(parts.query).get("key", []), parts.path.rstrip("/").rsplit("/", 1)[-1]]
    return [*given, message.headers.get("x-crossdock-key", "")]


def _still_in_doubt(verdict: Verdict) -> Verdict:
    """A question without an answer changes nothing about the doubt."""
    match verdict:
        case Retry(why, error_class):
            return InDoubt(why, error_class)
        case Reauthenticate(why):
            return InDoubt(why, ErrorClass.CREDENTIAL)
    return verdict
