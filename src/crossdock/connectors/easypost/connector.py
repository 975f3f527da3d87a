"""Joins EasyPost's client and mapping to the port."""

from collections.abc import Callable, Sequence
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.easypost import client as easypost
from crossdock.connectors.easypost import mapping, wire
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.model.beliefs import Statement
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, LabelReceived
from crossdock.model.instants import InvalidInstant, epoch_us, from_epoch_us, stamp
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
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

_ID_READER = msgspec.json.Decoder(wire.Heading)
_SETTLING_SECONDS = 60
_MEDIA_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "application/epl2": "epl"}


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
        self._client = easypost.EasyPostClient(surroundings.http, config.url, self._api_key)
        self._account = easypost.Account(self._client, surroundings.partner, config.mode, config.tracking_days)

    def _api_key(self) -> str:
        return self._secrets.reveal(self._config.api_key)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the HMAC on the raw bytes: v2 (with path and time) where it is sent, else v1, which has no time and
        can be played again; ``signatures`` in the configuration narrows it to one of them.
        """
        try:
            secrets = tuple(self._secrets.reveal(each) for each in self._config.webhook_secrets)
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook secret of EasyPost is not in place: set it.", str(problem)))
        if not secrets:
            return _rejected("no webhook secret is configured, so nothing can be verified")
        refusal = self._refusal(message, secrets, now)
        return _rejected(refusal) if refusal else Verified(delivery_id=_event_id(message.body))

    def _refusal(self, message: Received, secrets: tuple[str, ...], now: int) -> str:
        headers, wanted = message.headers, self._config.signatures
        if wanted != "v1" and "x-hmac-signature-v2" in headers:
            return self._v2_problem(message, secrets, now)
        if wanted != "v2" and "x-hmac-signature" in headers:
            if easypost.is_signed(headers["x-hmac-signature"], message.body, secrets):
                return ""
            return "X-Hmac-Signature does not match the body with any configured secret"
        return f"no signature that counts (signatures: {wanted})"

    def _v2_problem(self, message: Received, secrets: tuple[str, ...], now: int) -> str:
        timestamp, path = message.headers.get("x-timestamp", ""), message.headers.get("x-path", "")
        signed = f"{timestamp}{message.method.upper()}{path}".encode(errors="replace") + message.body
        if not easypost.is_signed(message.headers["x-hmac-signature-v2"], signed, secrets):
            return "X-Hmac-Signature-V2 does not match time, method, path and body with any configured secret"
        if not easypost.is_fresh(timestamp, now):
            return f"X-Timestamp '{timestamp[:60]}' is more than {easypost.TOLERANCE_SECONDS} s from our clock"
        here = self._config.webhook_path or message.path
        if here and path not in {here, here.partition("?")[0]}:
            return f"X-Path '{path[:200]}' is not the path that was called; set webhook_path if a proxy changes it"
        return ""

    def translate(self, message: Received) -> Translation:
        """Tracker events, trackers and lists of them as facts; see `mapping.translation_of`."""
        return mapping.translation_of(message.body, self._partner, self._config.mode)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out; costly ones go by the shipment's id, so a second purchase is refused by EasyPost."""
        match command.body:
            case RequestRates():
                return await self._rate(command, command.body)
            case BuyLabel():
                return await self._buy(command, command.body)
            case FetchLabel():
                return await self._fetch_label(command, command.body, documents)
            case VoidLabel():
                return await self._void(command, command.body)
        return _not_ours(command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """Ask by the shipment's id what became of it; what is free of charge is simply done again."""
        match command.body:
            case RequestRates() | FetchLabel():
                return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
            case BuyLabel() | VoidLabel():
                shipment = await self._shipment(command.body.shipment_id)
                if not isinstance(shipment, wire.Shipment):
                    return _still_in_doubt(shipment)
                if isinstance(command.body, BuyLabel):
                    return self._bought(command, command.body, shipment, Done) or _nothing_happened("not bought")
                return self._voided(command, command.body, shipment, Done) or _nothing_happened("not voided")
        return _not_ours(command)

    async def _shipment(self, shipment_id: str) -> wire.Shipment | easypost.Trouble:
        return await self._client.ask("GET", f"/v2/shipments/{quote(shipment_id, safe='')}", wire.Shipment)

    async def _rate(self, command: Command, body: RequestRates) -> Verdict:
        config = self._config
        try:
            request = mapping.shipment_request(body, config.label_format, config.label_size, config.carrier_accounts)
        except InvalidUnit as problem:
            operator = "The package has a measure EasyPost cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.ask("POST", "/v2/shipments", wire.Shipment, request)
        if not isinstance(answer, wire.Shipment):
            return answer
        if config.mode != "any" and answer.mode is not None and answer.mode != config.mode:
            operator = (
                "The API key is of the wrong mode: a test label must not go on a real parcel. Put the right key in."
            )
            return Park(Explanation(operator, f"shipment {answer.id} is of mode '{answer.mode}', not '{config.mode}'"))
        return _with_fact(Done, lambda: mapping.quoted(body, answer, self._partner, command.subject))

    async def _buy(self, command: Command, body: BuyLabel) -> Verdict:
        path = f"/v2/shipments/{quote(body.shipment_id, safe='')}/buy"
        request = msgspec.json.encode({"rate": {"id": body.rate_id}})
        answer = await self._client.ask("POST", path, wire.Shipment, request, costly=True)
        if isinstance(answer, InDoubt) and easypost.code_of(answer) == easypost.ALREADY_BOUGHT:
            standing = await self._shipment(body.shipment_id)
            if isinstance(standing, wire.Shipment):
                return self._bought(command, body, standing, AlreadyDone) or answer
            return answer
        if not isinstance(answer, wire.Shipment):
            return answer
        unlabelled = f"HTTP 200 to the purchase, but shipment {answer.id} has no label or tracking code"
        return self._bought(command, body, answer, Done) or InDoubt(
            Explanation("EasyPost has not finished the purchase; Crossdock asks again.", unlabelled), ErrorClass.SERVER
        )

    def _bought(
        self, command: Command, body: BuyLabel, shipment: wire.Shipment, made: type[Done | AlreadyDone]
    ) -> Verdict | None:
        if not shipment.is_bought:
            return None
        return _with_fact(made, lambda: mapping.booked(body, shipment, self._partner, command.subject))

    async def _void(self, command: Command, body: VoidLabel) -> Verdict:
        # What a second refund call does is published nowhere, so the shipment is looked at first.
        standing = await self._shipment(body.shipment_id)
        if not isinstance(standing, wire.Shipment):
            return standing
        done = self._voided(command, body, standing, AlreadyDone)
        if done is not None:
            return done
        if not standing.is_bought:
            operator = "There is no label to void: the shipment was never bought."
            return Park(Explanation(operator, f"shipment {standing.id} has no postage"))
        path = f"/v2/shipments/{quote(body.shipment_id, safe='')}/refund"
        answer = await self._client.ask("POST", path, wire.Shipment, b"{}", costly=True)
        if not isinstance(answer, wire.Shipment):
            return answer
        refused = f"refund_status of shipment {answer.id} is '{answer.refund_status}'"
        return self._voided(command, body, answer, Done) or Park(
            Explanation("The carrier does not take the label back; ask EasyPost's support.", refused)
        )

    def _voided(
        self, command: Command, body: VoidLabel, shipment: wire.Shipment, made: type[Done | AlreadyDone]
    ) -> Verdict | None:
        if shipment.refund_status not in easypost.VOIDED:
            return None
        return _with_fact(made, lambda: mapping.voided(body, shipment, self._partner, command.subject))

    async def _fetch_label(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        host = (urlsplit(body.label_url).hostname or "").lower()
        if not _is_allowed(host, self._config.label_hosts):
            operator = "The label lies on a host that is not allowed. If it is EasyPost's, add it to label_hosts."
            return Park(Explanation(operator, f"host '{host}' is not among label_hosts"))
        answer = await self._client.download(body.label_url)
        if isinstance(answer, (Retry, Reauthenticate, InDoubt, Park, Refuse)):
            return answer
        media_type = body.media_type or answer.headers.get("content-type", "").partition(";")[0]
        sha256 = await documents.put(answer.body, media_type, "label")
        name = f"{body.tracking_number}.{_MEDIA_ENDINGS.get(media_type, 'bin')}"
        document = Document(sha256, media_type, name, len(answer.body))
        fact = LabelReceived(body.package_id, body.shipment_id, body.tracking_number, document)
        return Done((Fact(fact, from_epoch_us(self._clock.now()), subject=command.subject),))

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """The next page of trackers that changed; only they are kept, byte for byte.

        EasyPost lists trackers by creation, newest first, and knows no filter by change; so every pass walks the
        window of ``tracking_days`` and leaves out what did not change since the last one.
        """
        if feed != "trackers":
            return Refuse(Explanation("This feed does not exist.", f"EasyPost has no feed '{feed}'"))
        now = self._clock.now()
        at = _read_cursor(cursor)
        start = at.start or easypost.window(now, self._config.tracking_days)
        query = {"page_size": str(easypost.PAGE_SIZE), "start_datetime": start}
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
        mode = {wire.TEST_KEY: "test", wire.PRODUCTION_KEY: "production"}.get(key[:4], "unknown")
        lines = [f"the API key is a {mode} key"]
        if self._config.mode not in {"any", mode} and mode != "unknown":
            raise PermissionError(f"the API key is a {mode} key, but mode is '{self._config.mode}'")
        page = await self._client.ask("GET", "/v2/trackers?page_size=1", wire.TrackerPage)
        hooks = await self._client.ask("GET", "/v2/webhooks", wire.Hooks)
        for answer in (page, hooks):
            if isinstance(answer, Reauthenticate):
                raise PermissionError(f"{answer.why.operator} ({answer.why.engineer})")
            if isinstance(answer, (Retry, InDoubt, Park, Refuse)):
                raise ConnectionError(f"{answer.why.operator} ({answer.why.engineer})")
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


def _with_fact(made: type[Done | AlreadyDone], fact: Callable[[], Fact]) -> Verdict:
    try:
        return made((fact(),))
    except ValueError as problem:
        operator = "EasyPost carried it out, but its answer cannot be read exactly. Look the shipment up there."
        return Park(Explanation(operator, str(problem)))


def _nothing_happened(what: str) -> Retry:
    return Retry(Explanation("It was not carried out; we do it again.", f"EasyPost says the shipment is {what}"))


def _still_in_doubt(trouble: easypost.Trouble) -> Verdict:
    """Nothing that keeps us from asking may end the doubt, except that the shipment does not exist there."""
    if isinstance(trouble, (Park, Refuse)):
        return Park(trouble.why)
    error_class = ErrorClass.CREDENTIAL if isinstance(trouble, Reauthenticate) else trouble.error_class
    return InDoubt(trouble.why, error_class)


def _not_ours(command: Command) -> Refuse:
    name = type(command.body).__name__
    return Refuse(Explanation("EasyPost cannot do this; the rule that asked for it is wrong.", f"no command {name}"))


def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    names = [entry.lower() for entry in allowed]
    return host in names or any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in names)


def _read_cursor(cursor: str) -> _Cursor:
    return msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()


def _write_cursor(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
