"""Joins DHL Express's client and mapping to the port."""

from crossdock.connectors.dhl_express.client.counter import Counter
from crossdock.connectors.dhl_express.client.labels import Labels
from crossdock.connectors.dhl_express.client.rest import DhlClient
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours


class DhlExpressConnector:
    """Implements `crossdock.ports.connector.Connector` for one DHL Express account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: DhlExpressConfig = surroundings.config
        self._partner = surroundings.partner
        self._client = DhlClient(surroundings)
        self._labels = Labels(self._client, surroundings)
        self._counter = Counter(self._client, surroundings)

    def verify(self, message: Received, now: int) -> Verified | Rejected:  # noqa: ARG002 - the port's signature
        """DHL Express calls nobody."""
        operator = "The MyDHL API sends no webhooks; whoever called is not DHL Express."
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
                return self._labels.void(command.body.tracking_number)
            case cmd.SchedulePickup():
                return await self._counter.schedule(command, command.body)
            case cmd.CancelPickup():
                return await self._counter.cancel(command, command.body)
            case cmd.CheckAddress():
                return await self._counter.check_address(command, command.body)
            case cmd.RequestTracking():
                return await self._counter.track(command.body, documents)
        return not_ours("DHL Express", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Bookings are looked for by our reference; pickups cannot be; all else is safe to repeat."""
        match command.body:
            case cmd.BuyLabel():
                return await self._labels.settle(command, command.body, documents)
            case cmd.SchedulePickup():
                return self._counter.settle_pickup(command.body)
            case (
                cmd.RequestRates()
                | cmd.FetchLabel()
                | cmd.VoidLabel()
                | cmd.CancelPickup()
                | cmd.CheckAddress()
                | cmd.RequestTracking()
            ):
                return Retry(Explanation("Nothing was lost; we do it again.", "safe to repeat"))
        return not_ours("DHL Express", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """DHL Express has no feeds."""
        return no_feed("DHL Express", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for a place. Raises `PermissionError` or `ConnectionError` on refusal."""
        expected(await self._client.places("delivery", "DE", "53113", "Bonn"))
        return f"{self._config.url} answers", f"the account is {self._config.account_number}, not yet asked for"
