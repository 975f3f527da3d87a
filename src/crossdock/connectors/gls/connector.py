"""Joins GLS's client and mapping to the port."""

from crossdock.connectors.gls.client.counter import Counter
from crossdock.connectors.gls.client.labels import Labels
from crossdock.connectors.gls.client.rest import GlsClient
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours


class GlsConnector:
    """Implements `crossdock.ports.connector.Connector` for one GLS shipper."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: GlsConfig = surroundings.config
        self._partner = surroundings.partner
        self._client = GlsClient(surroundings)
        self._labels = Labels(self._client, surroundings)
        self._counter = Counter(self._client, surroundings)

    def verify(self, message: Received, now: int) -> Verified | Rejected:  # noqa: ARG002 - the port's signature
        """ShipIT calls nobody."""
        operator = "GLS ShipIT sends no webhooks; whoever called is not GLS."
        return Rejected(401, Explanation(operator, f"there is no webhook '{message.channel}'"))

    def translate(self, message: Received) -> Translation:
        """Tracking answers as facts."""
        return tracking.translation_of(message.body, self._partner)

    async def send(self, command: Command, documents: Documents) -> Verdict:  # noqa: PLR0911 - one line a command
        """Carry the command out."""
        match command.body:
            case cmd.RequestRates():
                return await self._counter.rate(command, command.body)
            case cmd.BuyLabel():
                return await self._labels.buy(command, command.body, documents)
            case cmd.FetchLabel():
                return await self._labels.fetch(command, command.body, documents)
            case cmd.VoidLabel():
                return await self._labels.void(command, command.body)
            case cmd.SchedulePickup():
                return await self._counter.schedule(command, command.body)
            case cmd.CloseManifest():
                return await self._counter.close(command, command.body, documents)
            case cmd.RequestTracking():
                return await self._counter.track(command.body, documents)
        return not_ours("GLS", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Bookings are looked for by our reference; collections cannot be; all else is safe to repeat."""
        match command.body:
            case cmd.BuyLabel():
                return await self._labels.settle(command, command.body, documents)
            case cmd.SchedulePickup():
                return self._counter.settle_pickup(command.body)
            case cmd.RequestRates() | cmd.FetchLabel() | cmd.VoidLabel() | cmd.CloseManifest() | cmd.RequestTracking():
                return Retry(Explanation("Nothing was lost; we do it again.", "safe to repeat"))
        return not_ours("GLS", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """GLS has no feeds."""
        return no_feed("GLS", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask what is allowed between two places. Raises `PermissionError` or `ConnectionError` on refusal."""
        ends = b'"Source":{"CountryCode":"DE","ZIPCode":"53113"},"Destination":{"CountryCode":"DE","ZIPCode":"50667"}'
        body = b'{%s,"ContactID":"%s"}' % (ends, self._config.contact_id.encode())
        answer = expected(await self._client.allowed(body))
        prices = len(self._config.tariff)
        return (
            f"{self._config.url} answers",
            f"{len(answer.allowed_services)} products and services inside Germany",
            f"the tariff has {prices} prices" if prices else "the tariff is empty: no offers will be made",
        )
