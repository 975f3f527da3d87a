"""Joins ShipEngine's client and mapping to the port."""

from collections.abc import Awaitable, Callable
from typing import Any

from crossdock.connectors.shipengine.client import signing
from crossdock.connectors.shipengine.client.account import Account
from crossdock.connectors.shipengine.client.booking import Booking
from crossdock.connectors.shipengine.client.desk import Inquiries, Manifests, Pickups
from crossdock.connectors.shipengine.config import ShipEngineConfig
from crossdock.connectors.shipengine.mapping import tracking
from crossdock.connectors.shipengine.wire import Carriers
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
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Retry, Verdict
from crossdock.tracking.reading import reading_of
from crossdock.transports.rest import expected, no_feed, not_ours

_Handler = Callable[[Command, Any, Documents], Awaitable[Verdict]]


class ShipEngineConnector:
    """Implements `crossdock.ports.connector.Connector` for one ShipEngine account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: ShipEngineConfig = surroundings.config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._account = account = Account(surroundings)
        booking, pickups, manifests = Booking(account), Pickups(account), Manifests(account)
        self._doing: dict[type, _Handler] = {
            RequestRates: booking.rate,
            BuyLabel: booking.buy,
            FetchLabel: booking.fetch,
            VoidLabel: booking.void,
            SchedulePickup: pickups.schedule,
            CancelPickup: pickups.cancel,
            CloseManifest: manifests.close,
            CheckAddress: Inquiries(account).address,
            RequestTracking: Inquiries(account).tracking,
        }
        self._settling: dict[type, _Handler] = {
            BuyLabel: booking.settle_purchase,
            VoidLabel: booking.settle_void,
            SchedulePickup: pickups.settle,
            CancelPickup: pickups.settle_cancel,
            CloseManifest: manifests.settle,
        }

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the RSA signature over time and raw bytes with the keys `crossdock shipengine keys` has kept."""
        try:
            text = self._secrets.reveal(self._config.webhook_keys) if self._config.webhook_keys else ""
            keys = signing.keys_of(text) if text else {}
        except (UnknownSecret, ValueError) as problem:
            operator = "ShipEngine's webhook keys are not in place: run `crossdock shipengine keys`."
            return Rejected(503, Explanation(operator, str(problem)))
        refusal = signing.refusal(message, keys, now)
        if not refusal:
            return Verified()
        operator = (
            "A call to the ShipEngine webhook was not signed as it must be. If it is ShipEngine's, run"
            " `crossdock shipengine keys`: it may have changed its keys."
        )
        return Rejected(401, Explanation(operator, refusal))

    def translate(self, message: Received) -> Translation:
        """Tracking as facts; webhooks about other things hold none."""
        return reading_of(message.body, self._partner, "ShipEngine", tracking.read, tracking.PACKAGE)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out; what costs money is looked for before it is bought."""
        do = self._doing.get(type(command.body))
        return await do(command, command.body, documents) if do else not_ours("ShipEngine", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Ask what became of it; what is free of charge is simply done again."""
        ask = self._settling.get(type(command.body))
        if ask is not None:
            return await ask(command, command.body, documents)
        if type(command.body) in self._doing:
            return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
        return not_ours("ShipEngine", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """ShipEngine has no list of what changed: numbers are asked one by one with tracking.request."""
        return no_feed("ShipEngine", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for the carrier accounts. Raises `PermissionError` or `ConnectionError` on refusal."""
        mode = self._account.mode_of_key()
        if self._config.mode not in {"any", mode}:
            raise PermissionError(f"the API key is a {mode} key, but mode is '{self._config.mode}'")
        answer = expected(await self._account.rest.ask("GET", "/carriers", Carriers))
        known = {each.carrier_id: f"{each.carrier_id} {each.friendly_name}" for each in answer.carriers}
        missing = [each for each in self._config.carrier_ids if each not in known]
        if missing:
            raise PermissionError(
                f"the account has no carriers {', '.join(missing)}; it has {', '.join(known.values())}"
            )
        lines = [
            f"the API key is a {mode} key",
            f"{self._config.url} answers",
            f"carriers: {', '.join(known.values())}",
        ]
        return tuple(lines)
