"""Buys labels once, though FedEx takes no idempotency key and gives no label a second time: what was booked and not
received is cancelled and booked again.
"""

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.client import rest
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import booking, parties
from crossdock.connectors.fedex.mapping.booking import Held
from crossdock.connectors.fedex.mapping.customs import UndeclarableGoods
from crossdock.model.commands import BuyLabel, FetchLabel, VoidLabel
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
    "Too much time passed since FedEx was asked; we ask again.", "the worker slept between the look-up and the purchase"
)
_SPARE = "FedEx holds a label we never received; it is cancelled before another is bought."


class Labels:
    """The labels of one account."""

    def __init__(self, client: rest.FedexClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: FedexConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Buy, unless a label with this reference stands at FedEx already."""
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            looked = self._purchases.looked_at()
            standing = await self._standing(reference)
            if isinstance(standing, list):
                if standing:
                    return self._found(standing[0])
            elif command.attempt > 1 or isinstance(standing, Reauthenticate):
                return standing  # the first try goes on without the look: tracking being down stops no shipping
            if self._purchases.is_stale(looked):
                return Retry(_LATE)
            return await self._book(command, body, documents)

    def _found(self, number: str) -> AlreadyDone | InDoubt:
        """What a label that stands already means: ours, or one whose bytes somebody else has or nobody."""
        facts = self._purchases.facts_of(number)
        return AlreadyDone(facts) if facts else _doubt(_SPARE, f"{number} stands and its label is not here")

    async def _book(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        try:
            request = booking.request(body, self._config, self._day(0))
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = (
                "FedEx cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            )
            return Refuse(Explanation(operator, str(problem)))
        answer = await self._client.ship(request, body.consignment.reference)
        if not isinstance(answer, wire.ShipAnswer):
            return answer
        return await self._received(command, body, answer.output, documents)

    async def _received(
        self, command: Command, body: BuyLabel, output: wire.ShipOutput, documents: Documents
    ) -> Verdict:
        """Keep the label before anything else can fail, then look whether it is the only one."""
        shipment = next(iter(output.transaction_shipments), wire.TransactionShipment())
        piece = next(iter(shipment.piece_responses), wire.Piece())
        number = piece.tracking_number or shipment.master_tracking_number
        if not number:
            return _doubt("FedEx booked a shipment without a number; Crossdock asks again.", "no trackingNumber")
        try:
            label = await _kept(booking.document_of(piece.package_documents, "LABEL"), documents, "label")
            papers = booking.document_of(shipment.shipment_documents, "INVOICE")
            invoice = await _kept(papers, documents, "customs_invoice")
        except OSError as problem:
            return _doubt("The label was sold and could not be kept; it is cancelled and bought again.", str(problem))
        if label is None:
            return _doubt("FedEx booked and sent no label; it is cancelled and bought again.", f"no label of {number}")
        first = await self._first(body, number)
        if first != number:
            cancelled = await self._client.cancel(number)
            return self._found(first) if cancelled is True else _doubt(_SPARE, f"{number} is still to be cancelled")
        at = from_epoch_us(self._clock.now())
        cost = booking.cost_of(shipment)
        facts = booking.booked(body, number, cost, label, self._partner, command.subject, at, invoice)
        self._purchases.keep(number, facts)
        self._purchases.settled(command.key)
        return Done(facts)

    async def _first(self, body: BuyLabel, number: str) -> str:
        """The label that was booked first for the reference: ours, unless another worker or a repeating proxy came
        before us. Where FedEx cannot be asked now, ours.
        """
        standing = await self._standing(parties.reference_of(body.consignment.reference))
        return standing[0] if isinstance(standing, list) and number in standing else number

    async def settle(self, command: Command, body: BuyLabel) -> Verdict:
        """Look for the label by our reference. One whose bytes this process holds is done; any other is cancelled, as
        FedEx gives a label once, and bought again. What is not found may be too new to be found, so doubt lasts
        ``lookup_lag_seconds``.
        """
        reference = parties.reference_of(body.consignment.reference)
        async with self._purchases.lock(reference):
            looked = self._purchases.looked_at()
            standing = await self._standing(reference)
            if not isinstance(standing, list):
                return doubt_goes_on(standing)
            if not standing:
                return self._purchases.unseen(command.key, "FedEx", f"no package with reference {reference}")
            held = next((number for number in standing if self._purchases.facts_of(number)), "")
            for spare in standing:
                if spare == held:
                    continue
                if self._purchases.is_stale(looked) or (cancelled := await self._client.cancel(spare)) is False:
                    return _doubt(_SPARE, f"{spare} is still to be cancelled")
                if cancelled is not True:
                    return doubt_goes_on(cancelled)
            self._purchases.settled(command.key)
            if held:
                return Done(self._purchases.facts_of(held))
            cancelled_all = f"cancelled {', '.join(standing)}"
            return Retry(Explanation("A label that was lost was cancelled; we buy another.", cancelled_all))

    async def _standing(self, reference: str) -> list[str] | Trouble:
        start, end = self._day(-self._config.tracking_days), self._day(_AHEAD_DAYS)
        body = booking.lookup_request(reference, self._config.account_number, start, end)
        found = await self._client.results("/track/v1/referencenumbers", body)
        return booking.standing(found) if isinstance(found, list) else found

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The label as it was kept when it was booked; FedEx gives it once only."""
        sha256 = body.label_url.removeprefix(booking.HELD)
        try:
            data = await documents.get(sha256) if sha256 != body.label_url else b""
        except KeyError:
            data = b""
        if not data:
            operator = "FedEx gives a label once and it is no longer here. Void it and buy another."
            return Park(Explanation(operator, f"no bytes of {body.tracking_number}"))
        held = Held(sha256, body.media_type, len(data))
        at = from_epoch_us(self._clock.now())
        return Done((booking.labelled(body.package_id, body.tracking_number, held, command.subject, at),))

    async def void(self, command: Command, body: VoidLabel) -> Verdict:
        """Cancel; what was cancelled before is done."""
        cancelled = await self._client.cancel(body.tracking_number)
        if cancelled is True:
            at = from_epoch_us(self._clock.now())
            return Done((booking.voided(body, self._partner, command.subject, at),))
        if cancelled is False:
            operator = "FedEx does not take the label back; ask FedEx's billing."
            return Park(Explanation(operator, f"cancelledShipment of {body.tracking_number} is false"))
        return cancelled

    def _day(self, days: int) -> str:
        return from_epoch_us(self._clock.now() + days * _DAY).at[:10]


async def _kept(found: tuple[bytes, str] | None, documents: Documents, kind: str) -> Held | None:
    if found is None:
        return None
    data, media_type = found
    return Held(await documents.put(data, media_type, kind), media_type, len(data))


def _doubt(operator: str, engineer: str) -> InDoubt:
    return InDoubt(Explanation(operator, engineer), ErrorClass.SERVER)
