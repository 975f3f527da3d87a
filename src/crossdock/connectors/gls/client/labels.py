"""Books parcels once, though ShipIT takes no idempotency key: look by reference, book, keep the label."""

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.client.rest import GlsClient, is_unknown_there
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import booking, parties
from crossdock.connectors.gls.mapping.booking import Held, Parcel, UndeclarableGoods
from crossdock.model.commands import BuyLabel, FetchLabel, VoidLabel
from crossdock.model.events import ShipmentBooked
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import Trouble, doubt_goes_on

_LATE = Explanation(
    "Too much time passed since GLS was asked; we ask again.", "the worker slept between the look-up and the booking"
)
_TODAY = range(1)
_TAKEN_BACK = frozenset({"CANCELLED", "CANCELLATION_PENDING"})
_GONE = "GLS no longer has this label. Cancel the parcel and book another."


class Labels:
    """The labels of one shipper."""

    def __init__(self, client: GlsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: GlsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Book, unless a parcel with this reference stands at GLS already."""
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            known = self._purchases.facts_of(reference)
            if known:
                return AlreadyDone(known)
            looked = self._purchases.looked_at()
            standing = await self._standing(body, _TODAY if command.attempt == 1 else self._days())
            if isinstance(standing, Parcel):
                return await self._kept(command, body, standing, documents, AlreadyDone)
            if standing is not None and (command.attempt > 1 or isinstance(standing, Reauthenticate)):
                return standing  # the first try goes on without the look
            if self._purchases.is_stale(looked):
                return Retry(_LATE)
            return await self._book(command, body, documents)

    async def _book(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        try:
            request = booking.request(body, self._config, parties.day(self._clock.now()))
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = "GLS cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.book(request)
        if not isinstance(answer, wire.Created):
            return answer
        parcel = booking.parcel_of(answer)
        if parcel is None:
            why = Explanation("GLS booked without naming a parcel; Crossdock asks again.", "no ParcelData")
            return InDoubt(why, ErrorClass.SERVER)
        return await self._kept(command, body, parcel, documents, Done)

    async def settle(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Ask for the parcel by our reference. What is not found may be too new, so doubt lasts
        ``lookup_lag_seconds``.
        """
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            known = self._purchases.facts_of(reference)
            if known:
                return Done(known)
            standing = await self._standing(body, self._days())
            if isinstance(standing, Parcel):
                return await self._kept(command, body, standing, documents, Done)
            if standing is not None:
                return doubt_goes_on(standing)
            return self._purchases.unseen(command.key, "GLS", f"no parcel with reference {reference}")

    async def _standing(self, body: BuyLabel, days: range) -> Parcel | Trouble | None:
        """The parcel booked with our reference on one of these ``days`` back; None where there is none. ShipIT's search
        shows parcels only after the end of their day, its reprint at once.
        """
        goods = body.consignment
        reference, media_type = parties.reference_of(goods.reference), booking.media_type_of(goods.label_format)
        for back in days:
            day = parties.day(self._clock.now(), back)
            answer = await self._client.reprint(
                booking.reprint_request(media_type, self._config, day, reference=reference)
            )
            found = booking.parcel_of(answer) if isinstance(answer, wire.Created) else answer
            if found is not None:
                return found
        return None

    async def _kept(
        self, command: Command, body: BuyLabel, parcel: Parcel, documents: Documents, made: type[Done | AlreadyDone]
    ) -> Verdict:
        try:
            held = await _put(parcel, documents)
        except OSError as problem:
            why = Explanation("The parcel was booked and its label could not be kept.", str(problem))
            return InDoubt(why, ErrorClass.SERVER)
        facts = booking.booked(body, parcel, held, (self._partner, command.subject, self._now()))
        reference = parties.reference_of(body.consignment.reference)
        self._purchases.keep(reference, facts)
        self._purchases.keep(parcel.track_id, facts)
        self._purchases.settled(command.key)
        return made(facts)

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The label as it was kept when it was booked, else a reprint of the last days."""
        sha256 = body.label_url.removeprefix(booking.HELD)
        if sha256 != body.label_url:
            try:
                held = Held(sha256, body.media_type, len(await documents.get(sha256)))
                return Done((booking.labelled(body, held, command.subject, self._now()),))
            except KeyError:
                pass  # it is past its retention: GLS may still have it
        for back in self._days():
            day = parties.day(self._clock.now(), back)
            request = booking.reprint_request(body.media_type, self._config, day, track_id=body.shipment_id)
            answer = await self._client.reprint(request)
            if answer is None:
                continue
            if not isinstance(answer, wire.Created):
                return answer
            parcel = booking.parcel_of(answer)
            again = await _put(parcel, documents) if parcel else None
            if again is not None:
                return Done((booking.labelled(body, again, command.subject, self._now()),))
        return Park(Explanation(_GONE, f"reprintparcel knows no {body.shipment_id} of the last days"))

    async def void(self, command: Command, body: VoidLabel) -> Verdict:
        """Cancel a parcel; what GLS does not know any more is done."""
        answer = await self._client.cancel(body.shipment_id)
        fact = booking.voided(body, self._partner, command.subject, self._now())
        if is_unknown_there(answer):
            self._forget(body.shipment_id)
            return AlreadyDone((fact,))
        if not isinstance(answer, wire.Cancelled):
            return answer
        result = (answer.result or answer.capital).upper()
        if result in _TAKEN_BACK:
            self._forget(body.shipment_id)
            return Done((fact,))
        operator = "GLS has the parcel and does not take the label back. Ask GLS to return it."
        return Park(Explanation(operator, f"cancel of {body.shipment_id}: {result or 'no result'}"))

    def _forget(self, track_id: str) -> None:
        """A cancelled parcel is not what a later booking with the same reference gives."""
        for fact in self._purchases.facts_of(track_id):
            if isinstance(fact.body, ShipmentBooked):
                self._purchases.keep(fact.body.booking.booking_reference, ())

    def _days(self) -> range:
        """Days back to look at; GLS's local day may be a day ahead of ours."""
        return range(-1, self._config.lookup_days)

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())


async def _put(parcel: Parcel, documents: Documents) -> Held | None:
    if not parcel.data:
        return None
    return Held(await documents.put(parcel.data, parcel.media_type, "label"), parcel.media_type, len(parcel.data))
