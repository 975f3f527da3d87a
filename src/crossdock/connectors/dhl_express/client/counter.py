"""Rates, pickups, address checks and tracking on request at DHL Express."""

import msgspec

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.client.rest import UNKNOWN_PLACES, DhlClient, is_unknown_there
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import booking, desk, rating, tracking
from crossdock.connectors.dhl_express.mapping.booking import Held
from crossdock.connectors.dhl_express.mapping.customs import UndeclarableGoods
from crossdock.model.commands import CancelPickup, CheckAddress, RequestRates, RequestTracking, SchedulePickup
from crossdock.model.events import Fact, TrackingReported
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Park, Refuse, Verdict
from crossdock.transports.rest import code_of


class Counter:
    """What is asked at the counter of one account."""

    def __init__(self, client: DhlClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: DhlExpressConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def rate(self, command: Command, body: RequestRates) -> Verdict:
        """Offers of all products."""
        try:
            request = rating.request(body, self._config, self._clock.now())
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = "DHL cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.rates(request)
        at = from_epoch_us(self._clock.now())
        if is_unknown_there(answer):  # no product between these places is an answer: an empty quote
            answer = wire.Rates(warnings=["DHL has no product for this route"])
        if not isinstance(answer, wire.Rates):
            return answer
        return Done((rating.quoted(body, answer, self._config.products, self._partner, command.subject, at),))

    async def schedule(self, command: Command, body: SchedulePickup) -> Verdict:
        """Order a pickup."""
        try:
            request = desk.pickup_request(body, self._config)
        except InvalidUnit as problem:
            return Refuse(Explanation("The pickup has a weight DHL cannot be told. Correct it.", str(problem)))
        answer = await self._client.schedule(request, command.key)
        if not isinstance(answer, wire.PickupMade):
            return answer
        try:
            return Done((desk.scheduled(body, answer, self._partner, command.subject, self._now()),))
        except ValueError as problem:
            return Park(Explanation("DHL took the pickup without naming it. Ask DHL by telephone.", str(problem)))

    def settle_pickup(self, body: SchedulePickup) -> Verdict:
        """Nobody can be asked: the API has no look-up of pickups."""
        operator = (
            "It is not known whether DHL took this pickup. Ask DHL by telephone; order it again only if it did not."
        )
        return Park(Explanation(operator, f"the MyDHL API cannot look up the pickup {body.reference}"))

    async def cancel(self, command: Command, body: CancelPickup) -> Verdict:
        """Cancel a pickup; one DHL does not know any more is done."""
        answer = await self._client.cancel_pickup(body.pickup_id)
        fact = desk.pickup_cancelled(body, self._partner, command.subject, self._now())
        if answer is None:
            return AlreadyDone((fact,))
        return Done((fact,)) if isinstance(answer, msgspec.Raw) else answer

    async def check_address(self, command: Command, body: CheckAddress) -> Verdict:
        """Whether DHL serves country, postcode and city."""
        place = body.party.address
        answer = await self._client.places("delivery", place.country, place.postcode, place.city)
        told = (self._partner, command.subject, self._now())
        if isinstance(answer, wire.Places):
            return Done((desk.checked(body, answer, *told),))
        if isinstance(answer, (Park, Refuse)):
            known = is_unknown_there(answer) or code_of(answer) in UNKNOWN_PLACES
            return Done((desk.unplaced(body, "invalid" if known else "unknown", answer.why.engineer, told),))
        return answer

    async def track(self, body: RequestTracking, documents: Documents) -> Verdict:
        """What is known of a waybill number now, with the proof of delivery where there is one."""
        answer = await self._client.track(body.tracking_number)
        if answer is None:
            return Done()
        if not isinstance(answer, msgspec.Raw):
            return answer
        translation = tracking.translation_of(bytes(answer), self._partner)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done((*translation.facts, *await self._proof(translation.facts, documents)))

    async def _proof(self, facts: tuple[Fact, ...], documents: Documents) -> tuple[Fact, ...]:
        """The document that proves the delivery; nothing where it is not to be had now: it is asked for again."""
        for fact in reversed(facts):
            if isinstance(fact.body, TrackingReported) and fact.body.event.milestone == "delivered":
                delivered = fact.body.event
                found = await self._client.proof(delivered.tracking_number)
                sheet = booking.image_of(found.documents, "POD") if isinstance(found, wire.Images) else None
                if sheet is None:
                    return ()
                sha256 = await documents.put(sheet[0], sheet[1], "proof_of_delivery")
                held = Held(sha256, sheet[1], len(sheet[0]))
                return (booking.proof(delivered, held, fact.lookups),)
        return ()

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())
