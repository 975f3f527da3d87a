"""Joins Shippo's client and mapping to the port."""

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.client import signing
from crossdock.connectors.shippo.client.asking import Asking
from crossdock.connectors.shippo.client.booking import Booking
from crossdock.connectors.shippo.client.collecting import Collecting
from crossdock.connectors.shippo.client.refusals import client_of
from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.mapping import tracking
from crossdock.model.commands import (
    BuyLabel,
    CheckAddress,
    CloseManifest,
    FetchLabel,
    RequestRates,
    RequestTracking,
    SchedulePickup,
    VoidLabel,
)
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours


class ShippoConnector:
    """Implements `crossdock.ports.connector.Connector` for one Shippo account."""

    def __init__(self, surroundings: Surroundings) -> None:
        config: ShippoConfig = surroundings.config
        self._config = config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._client = client_of(surroundings.http, config.url, config.api_version, self._token)
        self._booking = Booking(self._client, surroundings)
        self._collecting = Collecting(self._client, self._booking, surroundings)
        self._asking = Asking(self._client, surroundings)

    def _token(self) -> str:
        return self._secrets.reveal(self._config.api_token)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the signature on the raw bytes, or the token in the address; see `signing.refusal`."""
        config = self._config
        try:
            secrets = [self._secrets.reveal(each) for each in config.webhook_secrets]
            tokens = [self._secrets.reveal(each) for each in config.webhook_tokens if config.signatures == "any"]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook secret of Shippo is not in place: set it.", str(problem)))
        refusal = signing.refusal(message, secrets, tokens, now)
        operator = "A call to the Shippo webhook was not authenticated. If it is Shippo's, compare secrets and tokens."
        return Rejected(401, Explanation(operator, refusal)) if refusal else Verified()

    def translate(self, message: Received) -> Translation:
        """Tracking webhooks and Track objects as facts; see `tracking.translation_of`."""
        by_hand = message.channel == "file"
        return tracking.translation_of(message.body, self._partner, self._config.mode, by_hand=by_hand)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out."""
        match command.body:
            case RequestRates() | BuyLabel() | FetchLabel() | VoidLabel() as body:
                return await self._booking.send(command.subject, body, documents)
            case SchedulePickup() as body:
                return await self._collecting.schedule(command.subject, body)
            case CloseManifest() as body:
                return await self._collecting.close(command.subject, body, documents)
            case CheckAddress() as body:
                return await self._asking.check_address(command.subject, body)
            case RequestTracking() as body:
                return await self._asking.track(body)
        return not_ours("Shippo", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Ask Shippo what became of it; what is free of charge is simply done again."""
        match command.body:
            case RequestRates() | FetchLabel() | CheckAddress() | RequestTracking():
                return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
            case BuyLabel() as body:
                return await self._booking.settle_buy(command.subject, body)
            case VoidLabel() as body:
                return await self._booking.settle_void(command.subject, body)
            case SchedulePickup() as body:
                return self._collecting.settle_schedule(body)
            case CloseManifest() as body:
                return await self._collecting.settle_close(command.subject, body, documents)
        return not_ours("Shippo", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """There are no feeds: the API lists no tracks."""
        return no_feed("Shippo", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for one transaction. Raises `PermissionError` or `ConnectionError` on refusal."""
        token = self._token()
        mode = next((name for start, name in _MODES.items() if token.startswith(start)), "unknown")
        if self._config.mode not in {"any", mode} and mode != "unknown":
            raise PermissionError(f"the API token is a {mode} token, but mode is '{self._config.mode}'")
        expected(await self._client.ask("GET", "/transactions?results=1", wire.TransactionPage))
        return (f"the API token is a {mode} token", f"{self._config.url} answers")


_MODES = {wire.TEST_TOKEN: "test", wire.LIVE_TOKEN: "live"}
