"""Offers, collections, the end of the day and tracking on request at GLS."""

import msgspec

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.client.rest import GlsClient
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import booking, desk, rating, tracking
from crossdock.connectors.gls.mapping.booking import Held
from crossdock.model.commands import CloseManifest, RequestRates, RequestTracking, SchedulePickup
from crossdock.model.events import Fact, TrackingReported
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, Explanation, Park, Refuse, Verdict


class Counter:
    """What is asked at the counter for one shipper."""

    def __init__(self, client: GlsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: GlsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def rate(self, command: Command, body: RequestRates) -> Verdict:
        """Offers out of the tariff, of what GLS allows between the two places."""
        allowed = None
        if self._config.check_services:
            answer = await self._client.allowed(rating.allowed_request(body.consignment, self._config))
            if not isinstance(answer, wire.AllowedServices):
                return answer
            allowed = rating.names_of(answer)
        try:
            return Done((rating.quoted(body, self._config, allowed, (self._partner, command.subject, self._now())),))
        except InvalidUnit as problem:
            operator = "The package has a weight GLS cannot be told. Correct it."
            return Refuse(Explanation(operator, str(problem)))

    async def schedule(self, command: Command, body: SchedulePickup) -> Verdict:
        """Order a collection for a day."""
        try:
            request = desk.collection_request(body, self._config)
        except InvalidUnit as problem:
            return Refuse(Explanation("The pickup has a weight GLS cannot be told. Correct it.", str(problem)))
        answer = await self._client.collect(request)
        if not isinstance(answer, wire.Collection):
            return answer
        return Done((desk.scheduled(body, answer, self._partner, command.subject, self._now()),))

    def settle_pickup(self, body: SchedulePickup) -> Verdict:
        """Nobody can be asked: collections have no number and no look-up."""
        operator = "It is not known whether GLS took this collection. Ask your depot; order it again if it did not."
        return Park(Explanation(operator, f"ShipIT cannot look up the collection {body.reference}"))

    async def close(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """Report the parcels of the day; GLS's report is kept as it came."""
        answer = await self._client.end_of_day(body.day)
        if not isinstance(answer, msgspec.Raw):
            return answer
        try:
            report = msgspec.json.decode(bytes(answer), type=wire.EndOfDay | None) or wire.EndOfDay()
        except msgspec.DecodeError as problem:
            return Park(Explanation("GLS's report of the day cannot be read. Ask an engineer.", str(problem)))
        data = bytes(answer)
        sha256 = await documents.put(data, "application/json", "manifest")
        held = Held(sha256, "application/json", len(data))
        return Done((desk.closed(body, report, held, (self._partner, command.subject, self._now())),))

    async def track(self, body: RequestTracking, documents: Documents) -> Verdict:
        """What is known of a parcel now, with the proof of delivery where there is one."""
        answer = await self._client.track(body.tracking_number)
        if answer is None:
            return Done()
        if not isinstance(answer, msgspec.Raw):
            return answer
        translation = tracking.translation_of(bytes(answer), self._partner)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done((*translation.facts, *await self._proof(body.tracking_number, translation.facts, documents)))

    async def _proof(self, number: str, facts: tuple[Fact, ...], documents: Documents) -> tuple[Fact, ...]:
        """The document that proves the delivery; nothing where it is not to be had now: it is asked for again."""
        for fact in reversed(facts):
            if isinstance(fact.body, TrackingReported) and fact.body.event.milestone == "delivered":
                found = await self._client.proof(number)
                data = booking.proof_of(found) if isinstance(found, wire.Proofs) else b""
                if not data:
                    return ()
                sha256 = await documents.put(data, booking.PDF, "proof_of_delivery")
                return (booking.proof(fact.body.event, Held(sha256, booking.PDF, len(data)), fact.lookups),)
        return ()

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())
