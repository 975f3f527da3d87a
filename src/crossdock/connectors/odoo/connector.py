"""Joins client and mapping to the port; what follows from an answer is decided in the client's table."""

import hmac
from urllib.parse import parse_qs, urlsplit

import msgspec

from crossdock.connectors.odoo.client import cursor as cursors
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.findings import findings
from crossdock.connectors.odoo.client.reading import read_page
from crossdock.connectors.odoo.client.records import Records
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.watching import look
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.mapping.deliveries import translate_page
from crossdock.connectors.odoo.mapping.writing import (
    label_name,
    milestone_text,
    note_html,
    numbers_in,
    proof_name,
    proof_text,
    tracking_reference,
)
from crossdock.model.commands import CommandBody, RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.model.events import Fact, RecordWritten
from crossdock.model.instants import from_epoch_us
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
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

FEED = "deliveries"
Written = RecordShipping | RecordMilestone | RecordProof | RecordNote
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
        self._records = Records(self._session)

    @property
    def session(self) -> OdooSession:
        """The calls themselves, for operations and for tests against a real Odoo."""
        return self._session

    def verify(self, message: Received, now: int) -> Verified | Rejected:  # noqa: ARG002 - Odoo sends no time to check
        """Odoo cannot sign: its webhook address carries a secret, and the body only wakes the feed."""
        if not self._config.webhook_secret:
            return Rejected(401, Explanation("Set webhook_secret for this partner.", "no webhook secret configured"))
        try:
            secret = self._secrets.reveal(self._config.webhook_secret)
        except UnknownSecret as unknown:
            return Rejected(401, Explanation("The webhook secret is not there.", str(unknown)))
        if any(hmac.compare_digest(given.encode(), secret.encode()) for given in _keys(message)):
            return Verified(hint=FEED)
        why = Explanation("Check the key at the end of the webhook address in Odoo.", "no or wrong key in the address")
        return Rejected(401, why)

    def translate(self, message: Received) -> Translation:
        """Canonical facts of a feed page, or of the same page given as a file."""
        return translate_page(self._partner, message.body, self._config.default_package_weight)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """The next transfers that changed, whole; see `client.watching` and `client.cursor`."""
        if feed != FEED:
            return Refuse(Explanation("Remove the unknown feed.", f"Odoo has no feed '{feed}'"))
        try:
            position = cursors.load(cursor)
        except msgspec.DecodeError as reason:
            return Park(Explanation("The feed's cursor is damaged: reset it.", str(reason)))
        try:
            more = bool(position.pending) or await look(self._session, position, self._clock.now() // 1_000_000)
            size = self._config.page_size
            chunk, position.pending = position.pending[:size], position.pending[size:]
            body = await read_page(self._session, position, chunk) if chunk else b""
        except Failed as failed:
            return failed.verdict
        return Page(body, cursors.dump(position), more or bool(position.pending))

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Write a label, milestone, proof or note; what an earlier attempt left is found, not made again."""
        body = command.body
        if not isinstance(body, Written):
            return Refuse(Explanation("Send this to another partner.", f"Odoo carries out no {_tag(body)}"))
        if not body.external_id.isdecimal():
            return Refuse(Explanation("The order is not from this Odoo.", f"'{body.external_id}' is no record id"))
        picking = int(body.external_id)
        try:
            if command.attempt > 1 and await self._is_there(picking, body):
                return AlreadyDone(self._facts(command))
            await self._write(picking, body, documents)
        except KeyError as missing:
            return Park(Explanation(_NO_BYTES, f"document {missing} is not in the store"))
        except Failed as failed:
            return failed.verdict
        return Done(self._facts(command))

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the names tell enough
        """Look whether an uncertain write is there."""
        body = command.body
        if not isinstance(body, Written) or not body.external_id.isdecimal():
            return Retry(_ABSENT)  # such a command is refused before anything is called
        try:
            there = await self._is_there(int(body.external_id), body)
        except Failed as failed:
            return _still_in_doubt(failed.verdict)
        return AlreadyDone(self._facts(command)) if there else Retry(_ABSENT)

    async def check(self) -> tuple[str, ...]:
        """Version, database, user, access and key age; raises `PermissionError` or `ConnectionError` on refusal."""
        try:
            return await findings(self._session)
        except Failed as failed:
            why = getattr(failed.verdict, "why", _ABSENT)
            kind = ConnectionError if isinstance(failed.verdict, Retry) else PermissionError
            raise kind(f"{why.operator} ({why.engineer})") from None

    async def _write(self, picking: int, body: Written, documents: Documents) -> None:
        """The call that tells comes last, so that a crash before it is found to be unfinished."""
        records = self._records
        match body:
            case RecordShipping():
                data = await documents.get(body.label.sha256)
                await records.attach(picking, label_name(body), body.label.media_type, data)
                if not await self._is_referenced(picking, body):
                    await records.write_tracking_reference(picking, tracking_reference(body))
            case RecordMilestone():
                await records.post_note(picking, note_html(milestone_text(body), body.marker))
            case RecordNote():
                await records.post_note(picking, note_html(body.text, body.marker))
            case RecordProof():
                data, kind = proof_text(body).encode(), "text/plain"
                if body.document:
                    data = await documents.get(body.document.sha256)
                    kind = body.document.media_type
                attached = await records.attach(picking, proof_name(body), kind, data)
                await records.post_note(picking, note_html(proof_text(body), body.marker), (attached,))

    async def _is_there(self, picking: int, body: Written) -> bool:
        if isinstance(body, RecordShipping):
            attached = await self._records.attachment(picking, label_name(body))
            return attached is not None and await self._is_referenced(picking, body)
        return await self._records.has_note(picking, body.marker)

    async def _is_referenced(self, picking: int, body: RecordShipping) -> bool:
        """Whether the transfer names these numbers; a late retry must not shorten what a later parcel wrote."""
        return set(body.tracking_numbers) <= numbers_in(await self._records.tracking_reference(picking))

    def _facts(self, command: Command) -> tuple[Fact, ...]:
        body = command.body
        assert isinstance(body, Written)
        marker = body.tracking_number if isinstance(body, RecordShipping) else body.marker
        written = RecordWritten(self._partner, _tag(body), marker)
        return (Fact(written, from_epoch_us(self._clock.now()), subject=command.subject),)


def build(surroundings: Surroundings) -> OdooConnector:
    """A connector for one partner; calls nothing yet."""
    return OdooConnector(surroundings)


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
