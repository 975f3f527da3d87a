"""Prices, pickups, SCAN forms, address checks and tracking on request at USPS."""

from crossdock.connectors.usps import wire
from crossdock.connectors.usps.client.rest import UspsClient, is_refused_with, is_unknown_there
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import booking, desk, parties, rating, tracking
from crossdock.connectors.usps.mapping.booking import Held
from crossdock.model.commands import (
    CancelPickup,
    CheckAddress,
    CloseManifest,
    RequestRates,
    RequestTracking,
    SchedulePickup,
)
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.money import InvalidAmount
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse

_UNKNOWN_ADDRESS = "010005"


class Counter:
    """What is asked at the counter of one account."""

    def __init__(self, client: UspsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: UspsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def rate(self, command: Command, body: RequestRates) -> Verdict:
        """The price of every mail class; one USPS does not sell for this parcel is named in the messages."""
        goods, rates, messages = body.consignment, [], []
        if goods.ship_from.address.country not in {"US", "PR"}:
            told = f"USPS carries nothing from {goods.ship_from.address.country}"
            return Done((rating.quoted(body, [], [told], self._partner, command.subject, self._now()),))
        day, domestic = parties.day(self._clock.now()), parties.is_domestic(goods)
        for mail_class in rating.classes(goods, self._config):
            try:
                answer = await self._client.price(
                    rating.request(goods, mail_class, self._config, day), domestic=domestic
                )
                if isinstance(answer, wire.BaseRates):
                    rates.append(rating.rate(mail_class, answer))
                    continue
            except InvalidUnit as problem:
                operator = "The package has a measure USPS cannot be told. Correct its weight or size."
                return Refuse(Explanation(operator, str(problem)))
            except InvalidAmount as problem:
                messages.append(f"{mail_class} left out: {problem}")
                continue
            if not isinstance(answer, (Park, Refuse)):
                return answer
            messages.append(f"{mail_class}: {answer.why.engineer}")
        return Done((rating.quoted(body, rates, messages, self._partner, command.subject, self._now()),))

    async def schedule(self, command: Command, body: SchedulePickup) -> Verdict:
        """Order a carrier pickup for a day."""
        try:
            request = desk.pickup_request(body)
        except InvalidUnit as problem:
            return Refuse(Explanation("The pickup has a weight USPS cannot be told. Correct it.", str(problem)))
        answer = await self._client.schedule(request)
        if isinstance(answer, wire.PickupMade):
            return Done((desk.scheduled(body, answer, self._partner, command.subject, self._now()),))
        if isinstance(answer, HttpResponse):
            return self.settle_pickup(body)
        return answer

    def settle_pickup(self, body: SchedulePickup) -> Verdict:
        """Nobody can be asked: pickups are looked up by their confirmation only."""
        operator = "It is not known whether USPS took this pickup. Look at usps.com; order it again if it did not."
        return Park(Explanation(operator, f"USPS cannot look up the pickup {body.reference}"))

    async def cancel(self, command: Command, body: CancelPickup) -> Verdict:
        """Cancel a pickup; one USPS does not know any more is done."""
        answer = await self._client.call_off(body.pickup_id)
        fact = desk.pickup_cancelled(body, self._partner, command.subject, self._now())
        if answer is None:
            return AlreadyDone((fact,))
        return Done((fact,)) if isinstance(answer, HttpResponse) else answer

    async def close(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """Put the day's labels on one SCAN form."""
        answer = await self._client.scan_form(desk.scan_request(body))
        if not isinstance(answer, HttpResponse):
            return answer
        try:
            form, sheet = desk.scanned(answer.headers.get("content-type", ""), answer.body)
        except (ValueError, RecursionError) as problem:
            return self.settle_manifest(body, str(problem))
        sha256 = await documents.put(sheet, booking.PDF, "manifest")
        held = Held(sha256, booking.PDF, len(sheet))
        return Done((desk.closed(body, form, held, (self._partner, command.subject, self._now())),))

    def settle_manifest(self, body: CloseManifest, problem: str = "its answer was lost") -> Verdict:
        """Nobody can be asked: USPS has no look-up of SCAN forms."""
        operator = (
            "It is not known whether USPS made this SCAN form, and it cannot be asked for again. Hand the parcels over "
            "without it, or make one in the Business Customer Gateway."
        )
        return Park(Explanation(operator, f"SCAN form {body.reference}: {problem}"))

    async def check_address(self, command: Command, body: CheckAddress) -> Verdict:
        """USPS's spelling and whether it delivers there; it knows the United States only."""
        told = (self._partner, command.subject, self._now())
        if body.party.address.country not in {"US", "PR", "VI", "GU", "AS", "MP"}:
            return Done((desk.said(body, "unknown", ["USPS checks no addresses abroad"], told),))
        answer = await self._client.address(desk.address_query(body))
        if isinstance(answer, wire.Checked):
            return Done((desk.checked(body, answer, told),))
        if isinstance(answer, (Park, Refuse)):
            gone = is_unknown_there(answer) or is_refused_with(answer, _UNKNOWN_ADDRESS)
            return Done((desk.said(body, "invalid" if gone else "unknown", [answer.why.engineer], told),))
        return answer

    async def track(self, body: RequestTracking) -> Verdict:
        """What is known of a tracking number now; nothing is an answer as well."""
        answer = await self._client.track(body.tracking_number)
        if answer is None:
            return Done()
        if not isinstance(answer, bytes):
            return answer
        translation = tracking.translation_of(answer, self._partner)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())
