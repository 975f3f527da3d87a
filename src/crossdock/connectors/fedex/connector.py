"""Joins FedEx's client and mapping to the port."""

from crossdock.connectors.fedex.client.counter import Counter
from crossdock.connectors.fedex.client.labels import Labels
from crossdock.connectors.fedex.client.rest import FedexClient
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours
from crossdock.transports.signatures import BodyHmac

SIGNED = BodyHmac("fdx-signature", "base64")
"""How FedEx signs its webhooks: HMAC-SHA256 of the raw body with the project's security token, in Base64."""


class FedexConnector:
    """Implements `crossdock.ports.connector.Connector` for one FedEx account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: FedexConfig = surroundings.config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._client = FedexClient(surroundings)
        self._labels = Labels(self._client, surroundings)
        self._counter = Counter(self._client, surroundings)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the HMAC on the raw bytes. It carries no time, so an old delivery can be played again."""
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_tokens]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook token of FedEx is not in place: set it.", str(problem)))
        refusal = SIGNED.refusal(message, secrets, now)
        if not refusal:
            return Verified()
        operator = "A call to the FedEx webhook was not signed as it must be. If it is FedEx's, compare the tokens."
        return Rejected(401, Explanation(operator, refusal))

    def translate(self, message: Received) -> Translation:
        """Tracking answers and webhooks as facts."""
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
            case cmd.CloseManifest():
                return await self._counter.close(command, command.body, documents)
            case cmd.CheckAddress():
                return await self._counter.check_address(command, command.body)
            case cmd.RequestTracking():
                return await self._counter.track(command.body)
        return not_ours("FedEx", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Purchases are looked for by our reference, closes are printed again, lost pickups go to a person; all else is
        safe to repeat.
        """
        match command.body:
            case cmd.BuyLabel():
                return await self._labels.settle(command, command.body)
            case cmd.SchedulePickup():
                return self._counter.settle_pickup(command.body)
            case cmd.CloseManifest():
                return await self._counter.settle_close(command, command.body, documents)
            case (
                cmd.RequestRates()
                | cmd.FetchLabel()
                | cmd.VoidLabel()
                | cmd.CancelPickup()
                | cmd.CheckAddress()
                | cmd.RequestTracking()
            ):
                return Retry(Explanation("Nothing was lost; we do it again.", "safe to repeat"))
        return not_ours("FedEx", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """FedEx has no feeds."""
        return no_feed("FedEx", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for tokens. Raises `PermissionError` or `ConnectionError` on refusal."""
        for tracking_too in (False, True):
            expected(await self._client.token(tracking=tracking_too))
        ending = self._config.account_number[-4:]
        return f"{self._config.url} gives tokens", f"the account ends in {ending}, not yet asked for"
