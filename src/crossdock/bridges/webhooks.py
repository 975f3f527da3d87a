"""Webhooks out by the Standard Webhooks specification
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

Signed is ``ID.TIMESTAMP.BODY`` with HMAC-SHA256; several secrets give several signatures, separated by blanks.
"""

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from crossdock.backbone.breaker import SECOND
from crossdock.ports.outbox import Declined, Envelope, Gone, Outcome, Sent, Unreachable
from crossdock.ports.secrets import Secrets, UnknownSecret
from crossdock.ports.verdicts import Explanation
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse, NoAnswer, NotSent
from crossdock.settings.fanout import WebhookSettings
from crossdock.transports.http import AiohttpCaller, is_public

_PREFIX = "whsec_"
_SHORTEST = 16
"""The specification asks for 24 to 64 bytes; what is shorter than this is surely a mistake."""
_WHOLE_ENDPOINT = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 408, 429, 502, 503, 504})
"""Statuses that say something of the endpoint, not of the one event."""
_GONE = 410
_LONGEST_PAUSE = 3600.0


class BadSecret(ValueError):
    """A signing secret that is not ``whsec_`` and Base64, or too short. The text never holds it."""


def signatures(secrets: Sequence[str], identity: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: ``v1,`` and Base64 for each secret. Raises `BadSecret`."""
    signed = f"{identity}.{timestamp}.".encode() + body
    macs = (hmac.digest(_key(each), signed, "sha256") for each in secrets)
    return " ".join(f"v1,{base64.b64encode(each).decode()}" for each in macs)


def _key(secret: str) -> bytes:
    text = secret.strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("a signing secret is not whsec_ followed by Base64") from None
    if len(key) < _SHORTEST:
        raise BadSecret(f"a signing secret has {len(key)} bytes; the specification asks for 24 to 64")
    return key


class WebhookWire:
    """Implements `crossdock.ports.outbox.Wire` over HTTP: only to the configured host, never to a private address
    unless that was allowed, never along a redirect.
    """

    def __init__(self, config: WebhookSettings, secrets: Secrets, http: HttpCaller | None = None) -> None:
        """``http`` is the real network unless given."""
        self._config = config
        self._secrets = secrets
        host = (urlsplit(config.url).hostname or "").lower()
        private = config.allow_private
        self._refused = "" if private else _not_public(host)
        self._http = http or AiohttpCaller([host], allow_private=private, allow_plain=private, limit=64 * 1024)

    async def send(self, message: Envelope) -> Outcome:
        """What became of it: any 2xx is taken."""
        if self._refused:
            text = "The webhook's address is not public: correct its url, or set allow_private."
            return Unreachable(Explanation(text, self._refused))
        timestamp = message.sent_at // SECOND
        try:
            known = [self._secrets.reveal(each) for each in self._config.secrets]
            signature = signatures(known, message.id, timestamp, message.body)
        except (UnknownSecret, BadSecret) as problem:
            return Unreachable(
                Explanation("Provide the webhook's signing secret where it is referred to.", str(problem))
            )
        headers = {
            "content-type": "application/cloudevents+json",
            "user-agent": "crossdock-webhooks",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature,
        }
        request = HttpRequest("POST", self._config.url, headers, message.body, self._config.timeout, idempotent=True)
        try:
            return judged(await self._http.call(request))
        except (NotSent, NoAnswer) as problem:
            text = "The webhook's endpoint cannot be reached or does not answer: ask its owner. Events wait."
            return Unreachable(Explanation(text, str(problem)[:500]))

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()


def _not_public(host: str) -> str:
    """Why ``host`` itself is not allowed; names are judged when they are resolved, by the caller."""
    try:
        inner = is_public(ipaddress.ip_address(host))
    except ValueError:
        inner = host != "localhost"
    return "" if inner else f"egress to '{host}' is not allowed: it is not a public address"


def judged(response: HttpResponse) -> Outcome:
    """What an answer means: taken, not this one, nothing now, or nothing any more (410, so the specification)."""
    status = response.status
    if 200 <= status < 300:
        return Sent()
    engineer = f"HTTP {status}: {response.body[:200].decode(errors='replace')}"
    if status == _GONE:
        return Gone(Explanation("The receiver wants no events any more.", engineer))
    if status in _WHOLE_ENDPOINT:
        text = "The webhook's endpoint takes nothing now: check its address, ask its owner. Events wait."
        return Unreachable(Explanation(text, engineer), _pause(response))
    return Declined(Explanation("The receiver declines this event: ask its owner. Other events go on.", engineer))


def _pause(response: HttpResponse) -> float:
    """``Retry-After`` in seconds; dates are not read, for they need a common clock."""
    text = response.headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_PAUSE) if text.isdecimal() else 0.0
