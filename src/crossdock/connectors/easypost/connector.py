"""Joins EasyPost's client and mapping to the port."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.client import signing
from crossdock.connectors.easypost.client.account import PAGE_SIZE, Account, window
from crossdock.connectors.easypost.client.asking import Asking
from crossdock.connectors.easypost.client.booking import Booking
from crossdock.connectors.easypost.client.collecting import Collecting
from crossdock.connectors.easypost.client.refusals import client_of
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.easypost.mapping import tracking
from crossdock.model.beliefs import Statement
from crossdock.model.commands import (
    BuyLabel,
    CancelPickup,
    CheckAddress,
    CloseManifest,
    FetchLabel,
    RequestRates,
    RequestTracking,
    SchedulePickup,
    VoidLabel,
)
from crossdock.model.instants import InvalidInstant, epoch_us, stamp
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.reconcile import Statements
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Park, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours

_ID_READER = msgspec.json.Decoder(wire.Heading)
_SETTLING_SECONDS = 60
_KINDS = f"{wire.TEST_KEY} (test) nor {wire.PRODUCTION_KEY} (production)"


class _Cursor(Struct, frozen=True, omit_defaults=True):
    """Where polling stands: ``since`` (epoch microseconds of the newest change read for good), and inside a pass the
    highest change seen, where the pass goes on, and the start of its window.
    """

    since: int = 0
    high: int = 0
    before: str = ""
    start: str = ""


class EasyPostConnector:
    """Implements `crossdock.ports.connector.Connector` for one EasyPost account."""

    def __init__(self, surroundings: Surroundings) -> None:
        config: EasyPostConfig = surroundings.config
        self._config = config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._secrets = surroundings.secrets
        self._client = client_of(surroundings.http, config.url, self._api_key)
        self._booking = Booking(self._client, surroundings)
        self._collecting = Collecting(self._client, self._booking, surroundings)
        self._asking = Asking(self._client, surroundings)
        self._account = Account(self._client, surroundings.partner, config.mode, config.tracking_days)

    def _api_key(self) -> str:
        return self._secrets.reveal(self._config.api_key)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the HMAC on the raw bytes; see `signing.refusal`."""
        try:
            secrets = tuple(self._secrets.reveal(each) for each in self._config.webhook_secrets)
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook secret of EasyPost is not in place: set it.", str(problem)))
        if not secrets:
            return _rejected("no webhook secret is configured, so nothing can be verified")
        wanted, path = self._config.signatures, self._config.webhook_path
        refusal = signing.refusal(message, secrets, now, wanted=wanted, path=path)
        return _rejected(refusal) if refusal else Verified(delivery_id=_event_id(message.body))

    def translate(self, message: Received) -> Translation:
        """Tracker events, trackers and lists of them as facts; see `tracking.translation_of`."""
        by_hand = message.channel == "file"
        return tracking.translation_of(message.body, self._partner, self._config.mode, by_hand=by_hand)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out; costly ones go by ids of EasyPost's, so that it refuses a second purchase."""
        match command.body:
            case RequestRates() | BuyLabel() | FetchLabel() | VoidLabel() as body:
                return await self._booking.send(command.subject, body, documents)
            case SchedulePickup() | CancelPickup() | CloseManifest() as body:
                return await self._collecting.send(command.subject, body, documents)
            case CheckAddress() | RequestTracking() as body:
                return await self._asking.send(command.subject, body)
        return not_ours("EasyPost", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Ask EasyPost what became of it; what is free of charge is simply done again."""
        match command.body:
            case RequestRates() | FetchLabel() | CheckAddress() | RequestTracking():
                return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
            case BuyLabel() | VoidLabel() as body:
                return await self._booking.settle(command.subject, body)
            case SchedulePickup() | CancelPickup() | CloseManifest() as body:
                return await self._collecting.settle(command.subject, body, documents)
        return not_ours("EasyPost", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """The next page of trackers that changed; only they are kept, byte for byte.

        EasyPost lists trackers by creation, newest first, and knows no filter by change; so every pass walks the
        window of ``tracking_days`` and leaves out what did not change since the last one.
        """
        if feed != "trackers":
            return no_feed("EasyPost", feed)
        now = self._clock.now()
        at = _read_cursor(cursor)
        start = at.start or window(now, self._config.tracking_days)
        query = {"page_size": str(PAGE_SIZE), "start_datetime": start}
        if at.before:
            query["before_id"] = at.before
        page = await self._client.ask("GET", f"/v2/trackers?{urlencode(query, safe=':')}", wire.TrackerPage)
        if not isinstance(page, wire.TrackerPage):
            return page
        try:
            stubs = [msgspec.json.decode(raw, type=wire.TrackerStub) for raw in page.trackers]
            changes = [epoch_us(stamp(stub.updated_at)) for stub in stubs]
        except (msgspec.DecodeError, InvalidInstant) as problem:
            return Park(Explanation("EasyPost's list of trackers cannot be read.", f"GET /v2/trackers: {problem}"))
        changed = [bytes(raw) for raw, change in zip(page.trackers, changes, strict=True) if change > at.since]
        high = max((at.high, at.since, *changes))
        body = b'{"trackers":[' + b",".join(changed) + b"]}" if changed else b""
        if page.has_more and stubs:
            return Page(body, _write_cursor(_Cursor(at.since, high, stubs[-1].id, start)), more=True)
        # Times are whole seconds: what changed just now may change again within the same second.
        since = max(at.since, min(high, now - _SETTLING_SECONDS * 1_000_000))
        return Page(body, _write_cursor(_Cursor(since)))

    async def statements(self, since: int, cursor: str) -> Statements | Verdict:  # noqa: ARG002 - lists know creation only
        """Labels and journeys of the last ``tracking_days``, page by page."""
        return await self._account.page(cursor, self._clock.now())

    async def statements_about(self, kind: str, ids: Sequence[str]) -> Sequence[Statement] | Verdict:
        """Labels by shipment id, journeys by tracking code."""
        return await self._account.about(kind, ids)

    def message(self, statement: Statement, after: int, now: int) -> Received | None:  # noqa: ARG002 - scans have no version
        """The tracker as it was listed; a shipment is no message."""
        if not isinstance(statement.source, bytes):
            return None
        return Received("trackers", statement.source, {}, now, content_type="application/json")

    async def check(self) -> tuple[str, ...]:
        """Ask for one tracker and for the webhooks. Raises `PermissionError` or `ConnectionError` on refusal."""
        key = self._api_key()
        mode = {wire.TEST_KEY: "test", wire.PRODUCTION_KEY: "production"}.get(key[:4], "")
        kind = f"a {mode} key" if mode else f"of an unknown kind: it begins with neither {_KINDS}"
        lines = [f"the API key is {kind}"]
        if mode and self._config.mode not in {"any", mode}:
            raise PermissionError(f"the API key is a {mode} key, but mode is '{self._config.mode}'")
        page = await self._client.ask("GET", "/v2/trackers?page_size=1", wire.TrackerPage)
        hooks = await self._client.ask("GET", "/v2/webhooks", wire.Hooks)
        for answer in (page, hooks):
            expected(answer)
        lines.append(f"{self._config.url} answers")
        if isinstance(hooks, wire.Hooks):
            states = [f"{each.url} ({'switched off' if each.disabled_at else 'on'})" for each in hooks.webhooks]
            lines.append(f"webhooks: {', '.join(states) or 'none registered'}")
        return tuple(lines)


def _rejected(problem: str) -> Rejected:
    operator = "A call to the EasyPost webhook was not signed as it must be. If it is EasyPost's, compare the secrets."
    return Rejected(401, Explanation(operator, problem))


def _event_id(body: bytes) -> str:
    try:
        heading = _ID_READER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return heading.id or "" if heading.object == "Event" else ""


def _read_cursor(cursor: str) -> _Cursor:
    return msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()


def _write_cursor(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
