"""Pickups, address checks and tracking on request at UPS."""

import msgspec

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.client import rest
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import desk, parties, rating, tracking
from crossdock.model.commands import CancelPickup, CheckAddress, RequestRates, RequestTracking, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import from_epoch_us
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    Explanation,
    Park,
    Reauthenticate,
    Refuse,
    Verdict,
)
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import Trouble, doubt_goes_on


class Counter:
    """What is asked at the counter of one account."""

    def __init__(self, client: rest.UpsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: UpsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._pickups = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def rate(self, command: Command, body: RequestRates) -> Verdict:
        """Offers of all services with their time in transit."""
        try:
            request = rating.request(body, self._config)
        except InvalidUnit as problem:
            operator = "The package has a measure UPS cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.rates(request)
        if not isinstance(answer, wire.RateAnswer):
            return answer
        at, services = from_epoch_us(self._clock.now()), self._config.services
        offered = [each for each in answer.RateResponse.RatedShipment if not services or each.Service.Code in services]
        response = wire.RateResponse(offered, answer.RateResponse.Response)
        return Done((rating.quoted(body, response, self._partner, command.subject, at),))

    async def schedule(self, command: Command, body: SchedulePickup) -> Verdict:
        """Schedule a pickup, unless one with this reference is still to come."""
        async with self._pickups.lock(body.reference):
            found = await self._pending(body.reference)
            if isinstance(found, str) and found:
                return AlreadyDone((self._scheduled(command, body, found, None),))
            if not isinstance(found, str) and (command.attempt > 1 or isinstance(found, Reauthenticate)):
                return found
            try:
                request = desk.pickup_request(body, self._config)
            except InvalidUnit as problem:
                operator = "The pickup has a weight UPS cannot be told. Correct it."
                return Refuse(Explanation(operator, str(problem)))
            answer = await self._client.schedule(request)
            if not isinstance(answer, wire.PickupAnswer):
                return answer
            made = answer.PickupCreationResponse
            return Done((self._scheduled(command, body, made.PRN, made.RateResult),))

    async def settle_pickup(self, command: Command, body: SchedulePickup) -> Verdict:
        """Look for the pickup by our reference among those still to come."""
        found = await self._pending(body.reference)
        if not isinstance(found, str):
            return doubt_goes_on(found)
        if found:
            self._pickups.settled(command.key)
            return Done((self._scheduled(command, body, found, None),))
        return self._pickups.unseen(command.key, "UPS", f"no pending pickup {parties.reference_of(body.reference)}")

    async def _pending(self, reference: str) -> str | Trouble:
        """The number of the pending pickup with our reference; "" where there is none."""
        answer = await self._client.pending()
        if not isinstance(answer, wire.PendingAnswer):
            return answer
        wanted = parties.reference_of(reference)
        pending = answer.PickupPendingStatusResponse.PendingStatus
        return next((each.PRN for each in pending if each.ReferenceNumber == wanted), "")

    def _scheduled(self, command: Command, body: SchedulePickup, number: str, rate: wire.PickupRate | None) -> Fact:
        at = from_epoch_us(self._clock.now())
        return desk.scheduled(body, number, rate, self._partner, command.subject, at)

    async def cancel(self, command: Command, body: CancelPickup) -> Verdict:
        """Cancel a pickup; one that is no longer to come is done."""
        fact = desk.pickup_cancelled(body, self._partner, command.subject, from_epoch_us(self._clock.now()))
        answer = await self._client.cancel_pickup(body.pickup_id)
        if isinstance(answer, wire.PickupCancelAnswer):
            return Done((fact,))
        if not isinstance(answer, (Park, Refuse)):
            return answer
        pending = await self._client.pending()
        if not isinstance(pending, wire.PendingAnswer):
            return pending
        numbers = {each.PRN for each in pending.PickupPendingStatusResponse.PendingStatus}
        return answer if body.pickup_id in numbers else AlreadyDone((fact,))

    async def check_address(self, command: Command, body: CheckAddress) -> Verdict:
        """UPS's verdict on an address; none is asked for where UPS checks none."""
        at = from_epoch_us(self._clock.now())
        if body.party.address.country not in desk.CHECKED_COUNTRIES:
            return Done((desk.unchecked(body, self._partner, command.subject, at),))
        answer = await self._client.check_address(desk.address_request(body))
        if not isinstance(answer, wire.AddressAnswer):
            return answer
        return Done((desk.checked(body, answer.XAVResponse, self._partner, command.subject, at),))

    async def track(self, body: RequestTracking) -> Verdict:
        """What is known of a tracking number now; nothing is an answer as well."""
        answer = await self._client.track(body.tracking_number)
        if answer is None:
            return Done()
        if not isinstance(answer, msgspec.Raw):
            return answer
        translation = tracking.translation_of(bytes(answer), self._partner)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)
