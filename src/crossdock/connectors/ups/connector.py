"""Joins UPS's client and mapping to the port."""

from crossdock.connectors.ups.client.counter import Counter
from crossdock.connectors.ups.client.labels import Labels
from crossdock.connectors.ups.client.rest import UpsClient
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours
from crossdock.transports.signatures import StaticCredential

SIGNED = StaticCredential("credential")
"""How UPS authenticates Track Alerts: it sends back the credential of the subscription (no HMAC, no time)."""


class UpsConnector:
    """Implements `crossdock.ports.connector.Connector` for one UPS account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: UpsConfig = surroundings.config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._client = UpsClient(surroundings)
        self._labels = Labels(self._client, surroundings)
        self._counter = Counter(self._client, surroundings)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the credential UPS sends along. It says nothing of the body or the time."""
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_credentials]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A Track Alert credential is not in place: set it.", str(problem)))
        refusal = SIGNED.refusal(message, secrets, now)
        if not refusal:
            return Verified()
        operator = "A call to the Track Alert webhook came without our credential. If it is UPS's, compare the two."
        return Rejected(401, Explanation(operator, refusal))

    def translate(self, message: Received) -> Translation:
        """Tracking answers and Track Alerts as facts."""
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
            case cmd.CancelPickup():
                return await self._counter.cancel(command, command.body)
            case cmd.CheckAddress():
                return await self._counter.check_address(command, command.body)
            case cmd.RequestTracking():
                return await self._counter.track(command.body)
        return not_ours("UPS", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Purchases and pickups are looked for by our reference; all else is safe to repeat."""
        match command.body:
            case cmd.BuyLabel():
                return await self._labels.settle(command, command.body, documents)
            case cmd.SchedulePickup():
                return await self._counter.settle_pickup(command, command.body)
            case (
                cmd.RequestRates()
                | cmd.FetchLabel()
                | cmd.VoidLabel()
                | cmd.CancelPickup()
                | cmd.CheckAddress()
                | cmd.RequestTracking()
            ):
                return Retry(Explanation("Nothing was lost; we do it again.", "safe to repeat"))
        return not_ours("UPS", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """UPS has no feeds."""
        return no_feed("UPS", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for a token. Raises `PermissionError` or `ConnectionError` on refusal."""
        expected(await self._client.token())
        return f"{self._config.url} gives tokens", f"the account is {self._config.account_number}, not yet asked for"
