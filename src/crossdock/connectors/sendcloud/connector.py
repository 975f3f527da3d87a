"""Joins Sendcloud's client and mapping to the port."""

from collections.abc import Awaitable, Callable
from typing import Any

from crossdock.connectors.sendcloud.client.account import Account
from crossdock.connectors.sendcloud.client.booking import Booking
from crossdock.connectors.sendcloud.client.desk import Inquiries, Pickups
from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.connectors.sendcloud.mapping import tracking
from crossdock.connectors.sendcloud.wire import ShipmentPage
from crossdock.model.commands import (
    BuyLabel,
    CheckAddress,
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
from crossdock.transports.signatures import BodyHmac

SIGNATURE = BodyHmac("sendcloud-signature")
_Handler = Callable[[Command, Any, Documents], Awaitable[Verdict]]


class SendcloudConnector:
    """Implements `crossdock.ports.connector.Connector` for one Sendcloud account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: SendcloudConfig = surroundings.config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._account = account = Account(surroundings)
        booking, pickups, inquiries = Booking(account), Pickups(account), Inquiries(account)
        self._doing: dict[type, _Handler] = {
            RequestRates: booking.rate,
            BuyLabel: booking.buy,
            FetchLabel: booking.fetch,
            VoidLabel: booking.void,
            SchedulePickup: pickups.schedule,
            CheckAddress: inquiries.address,
            RequestTracking: inquiries.tracking,
        }
        self._settling: dict[type, _Handler] = {
            BuyLabel: booking.settle_purchase,
            VoidLabel: booking.settle_void,
            SchedulePickup: pickups.settle,
        }

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge the HMAC of the raw body. It carries no time: an old delivery can be played again, and is harmless as
        what it says is known.
        """
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_secrets]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A webhook secret of Sendcloud is not in place: set it.", str(problem)))
        operator = "A call to the Sendcloud webhook was not signed as it must be. If it is theirs, compare the secrets."
        if not secrets:
            return Rejected(401, Explanation(operator, "no webhook secret is configured, so nothing can be verified"))
        refusal = SIGNATURE.refusal(message, secrets, now)
        return Rejected(401, Explanation(operator, refusal)) if refusal else Verified()

    def translate(self, message: Received) -> Translation:
        """Tracking as facts; webhooks about other things hold none."""
        return reading_of(message.body, self._partner, "Sendcloud", tracking.read, tracking.PACKAGE)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out; what costs money goes under a reference Sendcloud takes once, or is looked for."""
        do = self._doing.get(type(command.body))
        return await do(command, command.body, documents) if do else not_ours("Sendcloud", command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Ask what became of it; what is free of charge is simply done again."""
        ask = self._settling.get(type(command.body))
        if ask is not None:
            return await ask(command, command.body, documents)
        if type(command.body) in self._doing:
            return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
        return not_ours("Sendcloud", command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """No feed: webhooks tell what changes, numbers are asked one by one with tracking.request."""
        return no_feed("Sendcloud", feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for one shipment. Raises `PermissionError` or `ConnectionError` on refusal."""
        expected(await self._account.rest.ask("GET", "/shipments?page_size=1", ShipmentPage))
        signed = "webhooks are checked" if self._config.webhook_secrets else "no webhook secret: webhooks are refused"
        return (
            "the keys are accepted (Sendcloud has no test keys: labels cost money)",
            f"{self._config.url} answers",
            signed,
        )
