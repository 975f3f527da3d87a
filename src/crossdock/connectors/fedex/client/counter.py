"""Rates, pickups, the end of day, address checks and tracking on request at FedEx."""

import msgspec

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.client import rest
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import desk, rating, tracking
from crossdock.connectors.fedex.mapping.customs import UndeclarableGoods
from crossdock.model.commands import (
    CancelPickup,
    CheckAddress,
    CloseManifest,
    RequestRates,
    RequestTracking,
    SchedulePickup,
)
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Park, Refuse, Retry, Verdict
from crossdock.transports.rest import Trouble, code_of, doubt_goes_on

_CANCELLED_BEFORE = frozenset({"PICKUP.ALREADY.CANCELLED", "PICKUP.CONFIRMATIONCODE.CANCELLED"})
_NOTHING_CLOSED = frozenset({"ENDOFDAY.NO.SHIPMENTS", "GROUND.CLOSE.NOTFOUND", "NOT.FOUND.ERROR"})


class Counter:
    """What is asked at the counter of one account."""

    def __init__(self, client: rest.FedexClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: FedexConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def rate(self, command: Command, body: RequestRates) -> Verdict:
        """Offers of all services with their transit times."""
        try:
            request = rating.request(body, self._config)
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = (
                "FedEx cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            )
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.rates(request)
        if not isinstance(answer, wire.RateAnswer):
            return answer
        at, services = from_epoch_us(self._clock.now()), self._config.services
        offered = [each for each in answer.output.rate_reply_details if not services or each.service_type in services]
        output = wire.RateOutput(offered, answer.output.alerts)
        return Done((rating.quoted(body, output, self._partner, command.subject, at),))

    async def schedule(self, command: Command, body: SchedulePickup) -> Verdict:
        """Schedule a pickup."""
        try:
            request = desk.pickup_request(body, self._config)
        except InvalidUnit as problem:
            operator = "The pickup has a weight FedEx cannot be told. Correct it."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.schedule(request)
        if not isinstance(answer, wire.PickupAnswer):
            return answer
        at = from_epoch_us(self._clock.now())
        return Done((desk.scheduled(body, answer.output, self._partner, command.subject, at),))

    def settle_pickup(self, body: SchedulePickup) -> Verdict:
        """FedEx's API lists no pickups, so a person must ask: a second one would be paid for."""
        operator = (
            "It is not known whether FedEx booked the pickup, and its API cannot be asked. Ask FedEx by telephone or "
            "in FedEx Ship Manager; then retry or discard."
        )
        return Park(Explanation(operator, f"the answer to pickup {body.reference} was lost"))

    async def cancel(self, command: Command, body: CancelPickup) -> Verdict:
        """Cancel a pickup; one that is cancelled already is done."""
        key = desk.pickup_key(body.pickup_id)
        if key is None:
            operator = "This pickup's number lacks what FedEx needs to cancel it. Cancel it in FedEx Ship Manager."
            return Refuse(Explanation(operator, f"'{body.pickup_id}' is not carrier|day|location|code"))
        fact = desk.pickup_cancelled(body, self._partner, command.subject, from_epoch_us(self._clock.now()))
        answer = await self._client.cancel_pickup(desk.cancel_pickup_request(key, self._config))
        if isinstance(answer, wire.PickupCancelAnswer):
            return Done((fact,))
        return AlreadyDone((fact,)) if _code(answer) in _CANCELLED_BEFORE else answer

    async def close(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """Close the day at FedEx Ground and keep the manifest."""
        answer = await self._client.close(desk.close_request(body, self._config, again=False), again=False)
        if not isinstance(answer, wire.CloseAnswer):
            return answer
        return await self._closed(command, body, answer, documents)

    async def settle_close(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """Print again what was closed that day; nothing closed means that the close was not carried out."""
        answer = await self._client.close(desk.close_request(body, self._config, again=True), again=True)
        if isinstance(answer, wire.CloseAnswer) and answer.output.close_documents:
            return await self._closed(command, body, answer, documents)
        if isinstance(answer, wire.CloseAnswer) or _code(answer) in _NOTHING_CLOSED:
            return Retry(Explanation("The day was not closed; we do it again.", f"nothing closed on {body.day}"))
        return doubt_goes_on(answer)

    async def _closed(
        self, command: Command, body: CloseManifest, answer: wire.CloseAnswer, documents: Documents
    ) -> Verdict:
        kept = []
        for index, data in enumerate(desk.manifest_bytes(answer.output), 1):
            media_type = "application/pdf" if data.startswith(b"%PDF") else "text/plain"
            sha256 = await documents.put(data, media_type, "manifest")
            ending = "pdf" if media_type == "application/pdf" else "txt"
            name = f"fedex-ground-{body.day}-{index}.{ending}"
            kept.append(Document(sha256, media_type, name, len(data), "manifest"))
        at = from_epoch_us(self._clock.now())
        return Done((desk.closed(body, tuple(kept), self._partner, command.subject, at),))

    async def check_address(self, command: Command, body: CheckAddress) -> Verdict:
        """FedEx's verdict on an address."""
        answer = await self._client.check_address(desk.address_request(body))
        if not isinstance(answer, wire.AddressAnswer):
            return answer
        at = from_epoch_us(self._clock.now())
        return Done((desk.checked(body, answer.output, self._partner, command.subject, at),))

    async def track(self, body: RequestTracking) -> Verdict:
        """What is known of a tracking number now; nothing is an answer as well."""
        answer = await self._client.track(body.tracking_number)
        if not isinstance(answer, msgspec.Raw):
            return Done() if _code(answer) in wire.NOT_FOUND else answer
        raw = bytes(answer)
        if _knows_nothing(raw):
            return Done()
        translation = tracking.translation_of(raw, self._partner)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)


def _knows_nothing(raw: bytes) -> bool:
    try:
        results = msgspec.json.decode(raw, type=wire.TrackAnswer).results
    except msgspec.DecodeError:
        return False
    return all(each.error is not None and each.error.code in wire.NOT_FOUND for each in results)


def _code(trouble: Trouble) -> str:
    return code_of(trouble) if isinstance(trouble, (Park, Refuse)) else ""
