"""Joins karrio's process and mapping to the port."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crossdock.connectors.karrio import wire
from crossdock.connectors.karrio.client.speaking import KarrioProcess
from crossdock.connectors.karrio.config import KarrioConfig
from crossdock.connectors.karrio.mapping import booking, tracking
from crossdock.model.commands import BuyLabel, RequestRates, RequestTracking, VoidLabel
from crossdock.model.events import Fact, LabelReceived, ShipmentVoided
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, Explanation, Park, Reauthenticate, Refuse, Retry, Verdict
from crossdock.transports.rest import no_feed

_ENDINGS = {"application/pdf": "pdf", "application/zpl": "zpl", "image/png": "png"}


class KarrioConnector:
    """Implements `crossdock.ports.connector.Connector` for one carrier's account through karrio."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Karrio's process is started by the first call, not here."""
        self._config: KarrioConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._secrets = surroundings.secrets
        self._process = KarrioProcess(self._config.python, self._config.seconds)

    def verify(self, message: Received, now: int) -> Verified | Rejected:  # noqa: ARG002 - the port's signature
        """Karrio sends nothing by itself."""
        return Rejected(401, Explanation("karrio has no webhooks; nothing may call here.", "no webhook is declared"))

    def translate(self, message: Received) -> Translation:
        """Karrio's unified trackers as scans; see `mapping.tracking`."""
        return tracking.translation_of(message.body, self._partner)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """There are no feeds: each number is asked for by itself (``tracking.request.v1``)."""
        return no_feed("karrio", feed)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out by the carrier's extension."""
        try:
            return await self._sent(command, documents)
        except InvalidUnit as problem:
            operator = "The package has a measure the carrier cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        except UnknownSecret as problem:
            return Reauthenticate(Explanation("A credential of the carrier is not in place: set it.", str(problem)))

    async def _sent(self, command: Command, documents: Documents) -> Verdict:
        match command.body:
            case RequestRates():
                return await self._rate(command, command.body)
            case BuyLabel():
                return await self._buy(command, command.body, documents)
            case VoidLabel():
                return await self._void(command, command.body)
            case RequestTracking():
                return await self._track(command.body)
        operator = "Through karrio this cannot be done; the rule that asked for it is wrong."
        return Refuse(Explanation(operator, f"no command {type(command.body).__name__}"))

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """Karrio can look no booking up by our reference, so a doubtful one is for a person; never bought twice."""
        if isinstance(command.body, RequestRates | RequestTracking):
            return Retry(Explanation("Nothing was lost; we do it again.", "free of charge and safe to repeat"))
        reference = command.body.consignment.reference if isinstance(command.body, BuyLabel) else ""
        operator = "Look in the carrier's account whether this was done, then enter it by hand or retry it."
        return Park(Explanation(operator, f"karrio cannot ask by reference '{reference}'"))

    async def check(self) -> tuple[str, ...]:
        """Start the process with the carrier's settings. Raises `ConnectionError` when it does not start."""
        answer = await self._ask("track", {"tracking_numbers": ["0"]}, list[object], costly=False)
        await self._process.stop()
        if isinstance(answer, Park) and "start" in answer.why.operator:
            raise ConnectionError(f"{answer.why.operator} ({answer.why.engineer})")
        return (f"karrio's process starts and knows the carrier '{self._config.carrier}'",)

    async def _ask(self, operation: str, request: Mapping[str, Any], shape: Any, *, costly: bool) -> Any:
        config = self._config
        secret = {name: self._secrets.reveal(reference) for name, reference in config.credentials.items()}
        opening = {
            "carrier": config.carrier,
            "settings": {**config.settings, **secret, "test_mode": config.mode == "test"},
            "hosts": config.hosts,
            "seconds": config.seconds,
        }
        return await self._process.ask(operation, request, opening, shape, costly=costly)

    async def _rate(self, command: Command, body: RequestRates) -> Verdict:
        request = booking.rate_request(body.consignment)
        rates = await self._ask("rates", request, list[wire.RateDetails], costly=False)
        if not isinstance(rates, list):
            return _verdict(rates)
        return Done((booking.quoted(body.consignment, rates, self._partner, command.subject, self._now()),))

    async def _buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        request = booking.shipment_request(body.consignment, body.rate_id)
        shipment = await self._ask("ship", request, wire.ShipmentDetails, costly=True)
        if not isinstance(shipment, wire.ShipmentDetails):
            return _verdict(shipment)
        fact = booking.booked(body.consignment, body.rate_id, shipment, self._partner, command.subject, self._now())
        try:
            data = booking.label_of(shipment)
        except ValueError as problem:
            operator = "The label was bought, but its file cannot be read. Reprint it in the carrier's account."
            return Park(Explanation(operator, f"{problem}; tracking number {shipment.tracking_number}"))
        media_type = booking.MEDIA_TYPES.get((shipment.label_type or "PDF").upper(), "application/pdf")
        sha256 = await documents.put(data, media_type, "label")
        name = f"{shipment.tracking_number}.{_ENDINGS[media_type]}"
        document = Document(sha256, media_type, name, len(data))
        label = LabelReceived(body.package_id, shipment.shipment_identifier, shipment.tracking_number, document)
        return Done((fact, Fact(label, self._now(), subject=command.subject)))

    async def _void(self, command: Command, body: VoidLabel) -> Verdict:
        request = {"shipment_identifier": body.shipment_id}
        done = await self._ask("cancel", request, wire.Confirmation, costly=True)
        if not isinstance(done, wire.Confirmation):
            return _verdict(done)
        if not done.success:
            operator = "The carrier does not take the label back; ask its support."
            return Park(Explanation(operator, f"karrio says success=false for {body.shipment_id}"))
        voided = ShipmentVoided(self._partner, body.package_id, body.shipment_id, body.tracking_number)
        return Done((Fact(voided, self._now(), subject=command.subject),))

    async def _track(self, body: RequestTracking) -> Verdict:
        found = await self._ask("track", {"tracking_numbers": [body.tracking_number]}, list[object], costly=False)
        if not isinstance(found, list):
            return _verdict(found)
        return Done(tracking.translation_of(msgspec.json.encode(found), self._partner).facts)

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())


def _verdict(trouble: Any) -> Verdict:
    assert isinstance(trouble, Verdict)
    return trouble
