"""The connector of a carrier that is only listened to: what differs is its mapping, its signature, and where to ask."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Meta, Struct

from crossdock.model.commands import RequestTracking
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Surroundings, Webhook
from crossdock.ports.verdicts import Done, Explanation, Park, Refuse, Retry, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.tracking.reading import Read, reading_of
from crossdock.transports.rest import Refusals, RestClient
from crossdock.transports.signatures import Family

EVENTS = ("tracking.reported.v1", "proof.captured.v1")


class Pull(Struct, frozen=True):
    """Where a carrier is asked for one number: ``url`` with ``{number}`` in it, credentials in the header
    ``key_header`` behind ``key_prefix``; ``more`` are further headers.
    """

    url: str
    key_header: str = ""
    key_prefix: str = ""
    more: tuple[tuple[str, str], ...] = ()


class TrackingConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a carrier that is only listened to. Secrets are references, never values."""

    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets its webhooks are authenticated with; name the old and the new one while they are "
            "rotated. Empty: webhooks are refused.",
            examples=[["secret://env/CARRIER_WEBHOOK_SECRET"]],
            extra={"secret": True},
        ),
    ] = ()
    api_key: Annotated[
        str,
        Meta(
            description="Key or token its tracking API is asked with, where it has one.",
            examples=["secret://env/CARRIER_API_KEY"],
            extra={"secret": True},
        ),
    ] = ""
    url: Annotated[
        str,
        Meta(
            description="Address asked for one number, with {number} in it; empty: the carrier's published one.",
            examples=["https://api.example.com/track/{number}"],
        ),
    ] = ""


class Listening(Struct, frozen=True):
    """What makes one carrier: its name for people, its mapping, and how it signs or is asked."""

    name: str
    read: Read
    signature: Family | None = None
    pull: Pull | None = None


class TrackingConnector:
    """Implements `crossdock.ports.connector.Connector` for a carrier that is only listened to."""

    def __init__(self, surroundings: Surroundings, carrier: Listening, package: str) -> None:
        """``surroundings.config`` is a `TrackingConfig`; ``package`` holds the tables."""
        self._package = package
        self._partner = surroundings.partner
        self._config: TrackingConfig = surroundings.config
        self._secrets = surroundings.secrets
        self._carrier = carrier
        refusals = Refusals(carrier.name, _failure)
        self._client = RestClient(surroundings.http, "", self._credentials, refusals)

    def _credentials(self) -> dict[str, str]:
        pull = self._carrier.pull
        if pull is None or not pull.key_header or not self._config.api_key:
            return {}
        return {pull.key_header: f"{pull.key_prefix}{self._secrets.reveal(self._config.api_key)}"}

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the signature on the raw bytes; a carrier without one is not taken by webhook."""
        operator = (
            f"A call to the {self._carrier.name} webhook was not authenticated. If it is theirs, compare the secrets."
        )
        family = self._carrier.signature
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_secrets]
        except UnknownSecret as problem:
            return Rejected(
                503, Explanation(f"A webhook secret of {self._carrier.name} is not in place: set it.", str(problem))
            )
        if family is None or not secrets:
            return Rejected(401, Explanation(operator, "no webhook secret is configured, so nothing can be verified"))
        refusal = family.refusal(message, secrets, now)
        return Rejected(401, Explanation(operator, refusal)) if refusal else Verified()

    def translate(self, message: Received) -> Translation:
        """Scans and proofs as facts; see `reading_of`."""
        return self._reading(message.body)

    def _reading(self, body: bytes, asked: str = "") -> Translation:
        return reading_of(body, self._partner, self._carrier.name, self._carrier.read, self._package, asked)

    async def send(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """Ask for one number; an answer that cannot be read parks with what is wrong."""
        body = command.body
        pull = self._carrier.pull
        url = self._config.url or (pull.url if pull else "")
        if not isinstance(body, RequestTracking) or not url:
            operator = f"{self._carrier.name} cannot do this; the rule that asked for it is wrong."
            return Refuse(Explanation(operator, f"no command {type(body).__name__}"))
        more = dict(pull.more) if pull else {}
        answer = await self._client.call(
            "GET", url.replace("{number}", quote(body.tracking_number, safe="")), more=more
        )
        if not isinstance(answer, HttpResponse):
            return answer
        translation = self._reading(answer.body, body.tracking_number)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """Asking again does no harm."""
        return Retry(Explanation("Nothing was lost; we ask again.", "free of charge and safe to repeat"))

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """There are no feeds: each number is asked for by itself (``tracking.request.v1``)."""
        return Refuse(Explanation("This feed does not exist.", f"{self._carrier.name} has no feed '{feed}'"))

    async def check(self) -> tuple[str, ...]:
        """What can be said without a call: how it is listened to."""
        family = self._carrier.signature
        lines = [f"webhooks: {family.says}" if family else "no webhooks: messages come as files or by asking"]
        url = self._config.url or (self._carrier.pull.url if self._carrier.pull else "")
        if url:
            lines.append(f"asked at {urlsplit(url).netloc}")
        return tuple(lines)


def tracking_spec(
    id: str,  # noqa: A002 - the spec's own word
    title: str,
    carrier: Listening,
    *,
    summary: str = "",
    aliases: Sequence[str] = (),
    package: str = "",
    stability: Stability = Stability.BETA,
) -> ConnectorSpec:
    """The declaration of a carrier that is only listened to."""
    webhooks = (
        (Webhook("events", carrier.signature.says, "Tracking events as they happen."),) if carrier.signature else ()
    )
    pull = carrier.pull

    folder = package or f"crossdock.connectors.{id}"

    def hosts(config: TrackingConfig) -> tuple[str, ...]:
        host = urlsplit(config.url or (pull.url if pull else "")).hostname
        return (host,) if host else ()

    def build(surroundings: Surroundings) -> TrackingConnector:
        return TrackingConnector(surroundings, carrier, folder)

    return ConnectorSpec(
        id=id,
        title=title,
        kind=Kind.CARRIER,
        stability=stability,
        since="0.1",
        summary=summary or f"Tracking events of {title}, as it sends them or answers them.",
        config=TrackingConfig,
        build=build,
        commands=("tracking.request.v1",) if pull else (),
        emits=EVENTS,
        webhooks=webhooks,
        aliases=tuple(aliases),
        hosts=hosts,
        package=folder,
    )


def _failure(body: bytes) -> tuple[str, str]:
    """No code, and the beginning of the body: carriers' error bodies have nothing in common."""
    try:
        return "", msgspec.json.format(body, indent=0)[:300].decode(errors="replace")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
