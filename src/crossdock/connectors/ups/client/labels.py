"""Buys labels once, though UPS takes no idempotency key: look by reference, book, keep the label, look again."""

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.client import rest
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import booking, parties
from crossdock.connectors.ups.mapping.booking import Held
from crossdock.connectors.ups.mapping.customs import UndeclarableGoods
from crossdock.model.commands import BuyLabel, FetchLabel, VoidLabel
from crossdock.model.events import Fact
from crossdock.model.instants import from_epoch_us
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

_DAY = 86_400_000_000
_AHEAD_DAYS = 3
_LATE = Explanation(
    "Too much time passed since UPS was asked; we ask again.", "the worker slept between the look-up and the purchase"
)


class Labels:
    """The labels of one account."""

    def __init__(self, client: rest.UpsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: UpsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Buy, unless a label with this reference stands at UPS already."""
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            looked = self._purchases.looked_at()
            standing = await self._standing(reference)
            if isinstance(standing, list):
                if standing:
                    return AlreadyDone(await self._adopted(command, body, standing[0], documents))
            elif command.attempt > 1 or isinstance(standing, Reauthenticate):
                return standing  # the first try goes on without the look: tracking being down stops no shipping
            if self._purchases.is_stale(looked):
                return Retry(_LATE)
            return await self._book(command, body, reference, documents)

    async def _book(self, command: Command, body: BuyLabel, reference: str, documents: Documents) -> Verdict:
        try:
            request = booking.request(body, self._config, self._day(0))
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = "UPS cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.ship(request)
        if not isinstance(answer, wire.ShipAnswer):
            return answer
        results = answer.ShipmentResponse.ShipmentResults
        if not results.PackageResults:
            return _doubt("UPS booked a shipment without packages; Crossdock asks again.", "no PackageResults")
        number, image = results.PackageResults[0].TrackingNumber, results.PackageResults[0].ShippingLabel
        try:
            label = await _kept(image, documents, "label")
            invoice = await _kept(results.Form.Image if results.Form else None, documents, "customs_invoice")
        except OSError as problem:
            return _doubt("The label was sold and could not be kept; Crossdock fetches it again.", str(problem))
        first = await self._first(reference, number)
        if first != number:
            return await self._given_up(command, body, number, first, documents)
        if booking.wanted_type(body.consignment.label_format) == booking.PDF:
            label = await self._recovered(number, booking.PDF, documents) or label
        facts = self._booked(command, body, number, label, results, invoice)
        self._purchases.keep(number, facts)
        self._purchases.settled(command.key)
        return Done(facts)

    async def _first(self, reference: str, number: str) -> str:
        """The label that was booked first for ``reference``: ours, unless another worker or a repeating proxy came
        before us. Where UPS cannot be asked now, ours.
        """
        standing = await self._standing(reference)
        return standing[0] if isinstance(standing, list) and number in standing else number

    async def _given_up(
        self, command: Command, body: BuyLabel, number: str, first: str, documents: Documents
    ) -> Verdict:
        """Void our label, which came second, and take the first."""
        voided = await self._client.void(number)
        if not _is_voided(voided):
            return _doubt("Two labels were booked and one is still to be voided; we go on by ourselves.", number)
        return AlreadyDone(await self._adopted(command, body, first, documents))

    async def settle(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Look for the label by our reference. What is not found may be too new to be found, so doubt lasts
        ``lookup_lag_seconds``; of several, the first stays and the others are voided.
        """
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            looked = self._purchases.looked_at()
            standing = await self._looked_for(reference)
            if not isinstance(standing, list):
                return doubt_goes_on(standing)
            if not standing:
                return self._purchases.unseen(command.key, "UPS", f"no package with reference {reference}")
            for extra in standing[1:]:
                if self._purchases.is_stale(looked) or not _is_voided(await self._client.void(extra)):
                    return _doubt("A second label is still to be voided; we go on by ourselves.", extra)
            self._purchases.settled(command.key)
            return Done(await self._adopted(command, body, standing[0], documents))

    async def _standing(self, reference: str) -> list[str] | Trouble:
        found = await self._seen(reference)
        return booking.standing(found) if isinstance(found, wire.TrackResponse) else found

    async def _seen(self, reference: str) -> wire.TrackResponse | Trouble:
        start, end = self._day(-self._config.tracking_days), self._day(_AHEAD_DAYS)
        return await self._client.track_reference(reference, start, end)

    async def _looked_for(self, reference: str) -> list[str] | Trouble:
        """Live labels by both of UPS's look-ups: Label Recovery may know a label before tracking does."""
        seen = await self._seen(reference)
        if not isinstance(seen, wire.TrackResponse) or booking.standing(seen):
            return booking.standing(seen) if isinstance(seen, wire.TrackResponse) else seen
        request = booking.recovery_request(booking.PDF, self._config.account_number, reference=reference)
        found = await self._client.recover(request)
        if isinstance(found, wire.Recovery):
            return booking.recovered(found, seen)
        return [] if found is None else found

    async def _adopted(self, command: Command, body: BuyLabel, number: str, documents: Documents) -> tuple[Fact, ...]:
        """The facts of a label that stands at UPS; without the label's bytes where they are not to be had now."""
        facts = self._purchases.facts_of(number)
        if facts:
            return facts
        label = await self._recovered(number, booking.wanted_type(body.consignment.label_format), documents)
        facts = self._booked(command, body, number, label, None)
        if label is not None:
            self._purchases.keep(number, facts)
        return facts

    async def _recovered(self, number: str, media_type: str, documents: Documents) -> Held | None:
        request = booking.recovery_request(media_type, self._config.account_number, number=number)
        found = await self._client.recover(request)
        results = found.results if isinstance(found, wire.Recovery) else []
        return await _kept(results[0].LabelImage, documents, "label") if results else None

    def _booked(
        self,
        command: Command,
        body: BuyLabel,
        number: str,
        label: Held | None,
        results: wire.ShipmentResults | None,
        invoice: Held | None = None,
    ) -> tuple[Fact, ...]:
        cost = booking.cost_of(results) if results else None
        at = from_epoch_us(self._clock.now())
        return booking.booked(body, number, cost, label, self._partner, command.subject, at, invoice)

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The label as it was kept when it was booked, else by Label Recovery."""
        at = from_epoch_us(self._clock.now())
        sha256 = body.label_url.removeprefix(booking.HELD)
        if sha256 != body.label_url:
            try:
                held = Held(sha256, body.media_type, len(await documents.get(sha256)))
                return Done((booking.labelled(body.package_id, body.tracking_number, held, command.subject, at),))
            except KeyError:
                pass  # it is past its retention: UPS may still have it
        request = booking.recovery_request(body.media_type, self._config.account_number, number=body.tracking_number)
        found = await self._client.recover(request)
        results = found.results if isinstance(found, wire.Recovery) else []
        if found is not None and not isinstance(found, wire.Recovery):
            return found
        label = await _kept(results[0].LabelImage, documents, "label") if results else None
        if label is None:
            operator = "UPS no longer has this label. Void it and buy another."
            return Park(Explanation(operator, f"Label Recovery knows no {body.tracking_number}"))
        return Done((booking.labelled(body.package_id, body.tracking_number, label, command.subject, at),))

    async def void(self, command: Command, body: VoidLabel) -> Verdict:
        """Void; what was voided before is done."""
        answer = await self._client.void(body.shipment_id)
        fact = booking.voided(body, self._partner, command.subject, from_epoch_us(self._clock.now()))
        if rest.codes_of(answer) == rest.ALREADY_VOIDED:
            return AlreadyDone((fact,))
        if not isinstance(answer, wire.VoidAnswer):
            return answer
        if _is_voided(answer):
            return Done((fact,))
        status = answer.VoidShipmentResponse.SummaryResult.Status
        operator = "UPS does not take the label back; ask UPS's billing."
        return Park(Explanation(operator, f"void of {body.shipment_id}: {status.Code} {status.Description}"))

    def _day(self, days: int) -> str:
        return from_epoch_us(self._clock.now() + days * _DAY).at[:10].replace("-", "")


async def _kept(image: wire.Picture | None, documents: Documents, kind: str) -> Held | None:
    found = booking.image_of(image)
    if found is None:
        return None
    data, media_type = found
    return Held(await documents.put(data, media_type, kind), media_type, len(data))


def _is_voided(answer: object) -> bool:
    if isinstance(answer, wire.VoidAnswer):
        return answer.VoidShipmentResponse.SummaryResult.Status.Code.strip().endswith("1")
    return rest.codes_of(answer) == rest.ALREADY_VOIDED


def _doubt(operator: str, engineer: str) -> InDoubt:
    return InDoubt(Explanation(operator, engineer), ErrorClass.SERVER)
