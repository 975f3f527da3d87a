"""Joins USPS's client and mapping to the port."""

from crossdock.connectors.usps.client.counter import Counter
from crossdock.connectors.usps.client.labels import Labels
from crossdock.connectors.usps.client.rest import UspsClient
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.transports.rest import expected, no_feed, not_ours
from crossdock.transports.signatures import BodyHmac

HEADER = "x-hmac"
SIGNED = BodyHmac(HEADER, "base64")
"""How USPS signs, as far as it is known: the exact string and its form are published nowhere."""


class UspsConnector:
    """Implements `crossdock.ports.connector.Connector` for one USPS account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: UspsConfig = surroundings.config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._client = UspsClient(surroundings)
        self._labels = Labels(self._client, surroundings)
        self._counter = Counter(self._client, surroundings)

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge X-HMAC over the raw body. It carries no time, so an old delivery can be played again: its scans are
        known by their content.
        """
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_secrets]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook secret of USPS is not in place: set it.", str(problem)))
        family = BodyHmac(HEADER, self._config.signature_form)
        refusal = family.refusal(message, secrets, now)
        if not refusal:
            return Verified()
        operator = "A call to the USPS webhook was not signed as it must be. If it is theirs, compare the secrets."
        return Rejected(401, Explanation(operator, refusal))

    def translate(self, message: Received) -> Translation:
        """Tracking answers and subscribed events as facts."""
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
        return not_ours("USPS", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Purchases are asked for by their key; pickups and SCAN forms cannot be; all else is safe to repeat."""
        match command.body:
            case cmd.BuyLabel():
                return await self._labels.settle(command, command.body, documents)
            case cmd.SchedulePickup():
                return self._counter.settle_pickup(command.body)
            case cmd.CloseManifest():
                return self._counter.settle_manifest(command.body)
            case (
                cmd.RequestRates()
                | cmd.FetchLabel()
                | cmd.VoidLabel()
                | cmd.CancelPickup()
                | cmd.CheckAddress()
                | cmd.RequestTracking()
            ):
                return Retry(Explanation("Nothing was lost; we do it again.", "safe to repeat"))
        return not_ours("USPS", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """USPS has no feeds."""
        return no_feed("USPS", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for a token and who pays. Raises `PermissionError` or `ConnectionError` on refusal."""
        for answer in (await self._client.token(), await self._client.payment()):
            expected(answer)
        return f"{self._config.url} gives tokens", f"account {self._config.account_number} may pay"
