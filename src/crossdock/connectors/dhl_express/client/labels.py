"""Books shipments once, though DHL takes no idempotency key: look by reference, book, keep the label."""

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.client.rest import DhlClient
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import booking, parties
from crossdock.connectors.dhl_express.mapping.booking import Held
from crossdock.connectors.dhl_express.mapping.customs import UndeclarableGoods
from crossdock.model.commands import BuyLabel, FetchLabel
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
_LATE = Explanation(
    "Too much time passed since DHL was asked; we ask again.", "the worker slept between the look-up and the booking"
)
_UNVOIDABLE = (
    "DHL Express has no way to void a shipment: a label that is not handed over is not charged. Destroy the label, and "
    "cancel the pickup if one was ordered for it alone."
)


class Labels:
    """The labels of one account."""

    def __init__(self, client: DhlClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: DhlExpressConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Book, unless a shipment with this reference stands at DHL already."""
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            known = self._purchases.facts_of(reference)
            if known:
                return AlreadyDone(known)
            looked = self._purchases.looked_at()
            standing = await self._standing(reference)
            if isinstance(standing, list):
                if standing:
                    return AlreadyDone(await self._adopted(command, body, standing[0], documents))
            elif command.attempt > 1 or isinstance(standing, Reauthenticate):
                return standing  # the first try goes on without the look: tracking being down stops no shipping
            if self._purchases.is_stale(looked):
                return Retry(_LATE)
            return await self._book(command, body, documents)

    async def _book(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        try:
            request = booking.request(body, self._config, self._clock.now())
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = "DHL cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.book(request, command.key)
        if not isinstance(answer, wire.Booked):
            return answer
        try:
            label = await _kept(answer.documents, documents, booking.LABEL)
            invoice = await _kept(answer.documents, documents, booking.INVOICE, "customs_invoice")
        except OSError as problem:
            why = Explanation("The shipment was booked and its label could not be kept.", str(problem))
            return InDoubt(why, ErrorClass.SERVER)
        number = answer.shipment_tracking_number
        facts = self._booked(command, body, number, label, answer, invoice)
        self._purchases.keep(parties.reference_of(body.consignment.reference), facts)
        self._purchases.settled(command.key)
        return Done(facts)

    async def settle(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Look for the shipment by our reference. What is not found may be too new to be found, so doubt lasts
        ``lookup_lag_seconds``.
        """
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            known = self._purchases.facts_of(reference)
            if known:
                return Done(known)
            standing = await self._standing(reference)
            if not isinstance(standing, list):
                return doubt_goes_on(standing)
            if standing:
                self._purchases.settled(command.key)
                return Done(await self._adopted(command, body, standing[0], documents))
            return self._purchases.unseen(command.key, "DHL", f"no shipment with reference {reference}")

    async def _standing(self, reference: str) -> list[str] | Trouble:
        now = self._clock.now()
        start, end = (from_epoch_us(now + days * _DAY).at[:10] for days in (-self._config.tracking_days, 1))
        found = await self._client.find(reference, start, end)
        return booking.standing(found, reference) if isinstance(found, wire.Tracked) else found

    async def _adopted(self, command: Command, body: BuyLabel, number: str, documents: Documents) -> tuple[Fact, ...]:
        """The facts of a shipment that stands at DHL; with the archived waybill for a label where there is one."""
        found = await self._client.waybill(number, self._month())
        label = await _kept(found.documents, documents, "waybill") if isinstance(found, wire.Images) else None
        facts = self._booked(command, body, number, label, None)
        if label is not None:
            self._purchases.keep(parties.reference_of(body.consignment.reference), facts)
        return facts

    def _booked(
        self,
        command: Command,
        body: BuyLabel,
        number: str,
        label: Held | None,
        answer: wire.Booked | None,
        invoice: Held | None = None,
    ) -> tuple[Fact, ...]:
        cost = booking.cost_of(answer) if answer else None
        at = from_epoch_us(self._clock.now())
        return booking.booked(body, number, cost, label, self._partner, command.subject, at, invoice)

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The label as it was kept when it was booked, else the archived waybill."""
        at = from_epoch_us(self._clock.now())
        sha256 = body.label_url.removeprefix(booking.HELD)
        if sha256 != body.label_url:
            try:
                held = Held(sha256, body.media_type, len(await documents.get(sha256)))
                return Done((booking.labelled(body.package_id, body.tracking_number, held, command.subject, at),))
            except KeyError:
                pass  # it is past its retention: DHL may still have its copy
        found = await self._client.waybill(body.tracking_number, self._month())
        if not isinstance(found, wire.Images):
            return found
        label = await _kept(found.documents, documents, "waybill")
        if label is None:
            operator = (
                "DHL does not give this label out a second time. Ask DHL's help desk for it, or book anew and destroy "
                "this shipment's papers: what is not handed over is not charged."
            )
            return Park(Explanation(operator, f"get-image has no waybill of {body.tracking_number}"))
        return Done((booking.labelled(body.package_id, body.tracking_number, label, command.subject, at),))

    def void(self, number: str) -> Park:
        """What a person is told: there is no such call."""
        return Park(Explanation(_UNVOIDABLE, f"the MyDHL API has no call to void {number}"))

    def _month(self) -> str:
        return from_epoch_us(self._clock.now()).at[:7]


async def _kept(images: list[wire.Image], documents: Documents, wanted: str, kind: str = "label") -> Held | None:
    found = booking.image_of(images, wanted)
    if found is None:
        return None
    data, media_type = found
    return Held(await documents.put(data, media_type, kind), media_type, len(data))
