"""Prices, outgoing shipments, their files and cancellations.

``external_reference_id`` is unique in an account: the same reference again is refused with 409, whoever sends it. So a
shipment is bought once; a lost answer is settled by asking for the reference.
"""

from urllib.parse import quote, urlencode

from crossdock.connectors.sendcloud import wire
from crossdock.connectors.sendcloud.client.account import Account
from crossdock.connectors.sendcloud.client.refusals import is_status
from crossdock.connectors.sendcloud.client.returns import Returns
from crossdock.connectors.sendcloud.mapping import booking as mapping
from crossdock.connectors.sendcloud.mapping import consignment
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, LabelReceived
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import Trouble, still_in_doubt, told

_ENDINGS = {"application/pdf": "pdf", "application/zpl": "zpl", "image/png": "png"}


class Booking:
    """The desk that quotes, books and cancels; returns go to theirs."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._returns = Returns(account)

    async def rate(self, command: Command, body: RequestRates, _documents: Documents) -> Verdict:
        """Options and what they cost. Nothing is opened at Sendcloud."""
        try:
            request = consignment.options_request(body.consignment, self._account.config.carrier_code)
        except InvalidUnit as problem:
            return unsayable(problem)
        answer = await self._account.rest.ask("POST", "/shipping-options", wire.ShippingOptions, request)
        if not isinstance(answer, wire.ShippingOptions):
            return answer
        fact = mapping.quoted(body, answer, self._account.partner, command.subject, self._account.now())
        return Done((fact,))

    def _mime_type(self, body: BuyLabel) -> str:
        # PDF is what a consignment asks for when nobody chose; then the configuration's word counts.
        wish = body.consignment.label_format
        form = wish if wish != "PDF" else self._account.config.label_format
        return consignment.MIME_TYPES.get(form, consignment.MIME_TYPES["PDF"])

    async def buy(self, command: Command, body: BuyLabel, _documents: Documents) -> Verdict:
        """Announce the shipment under our reference, which Sendcloud takes once."""
        goods, mime_type = body.consignment, self._mime_type(body)
        choice = consignment.choice_of(body.rate_id, body.service)
        if goods.is_return:
            return await self._returns.buy(command, body, choice, mime_type)
        try:
            request = consignment.shipment_request(goods, choice, mime_type, self._account.config.label_dpi)
        except InvalidUnit as problem:
            return unsayable(problem)
        path = "/shipments/announce"
        answer = await self._account.rest.ask("POST", path, wire.ShipmentAnswer, request, costly=True)
        if not isinstance(answer, wire.ShipmentAnswer):
            found = await self._find(body) if is_status(answer, 409) else None
            return self._booked(command, body, found, AlreadyDone) if isinstance(found, wire.Shipment) else answer
        return self._booked(command, body, answer.data, Done)

    async def _find(self, body: BuyLabel) -> wire.Shipment | Trouble | None:
        query = urlencode({"external_reference_id": body.consignment.reference})
        page = await self._account.rest.ask("GET", f"/shipments?{query}", wire.ShipmentPage)
        if not isinstance(page, wire.ShipmentPage):
            return page
        wanted = body.consignment.reference
        return next((each for each in page.data if each.external_reference_id == wanted), None)

    def _booked(
        self, command: Command, body: BuyLabel, shipment: wire.Shipment, made: type[Done | AlreadyDone]
    ) -> Verdict:
        statuses = {mapping.status_of(each) for each in shipment.parcels}
        if mapping.FAILED in statuses:
            reasons = "; ".join(each.detail for each in shipment.errors or ())
            text = "The carrier did not take this shipment. Correct the order, then ask for a new label."
            return Park(Explanation(text, f"shipment {shipment.id}: announcement failed. {reasons}".strip()))
        if statuses & mapping.GONE:
            text = "This shipment was booked and cancelled at Sendcloud. Ask for a new label if the parcel still goes."
            return Park(Explanation(text, f"shipment {shipment.id} is {', '.join(sorted(statuses))}"))
        if statuses & mapping.ANNOUNCING or not any(each.tracking_number for each in shipment.parcels):
            text = "Sendcloud is still announcing this shipment; Crossdock asks again."
            return InDoubt(
                Explanation(text, f"shipment {shipment.id} is {', '.join(sorted(statuses))}"), ErrorClass.SERVER
            )
        self._account.purchases.settled(command.key)
        parcel = shipment.parcels[0].id
        url, media_type = f"{self._account.url}/parcels/{parcel}/documents/label", self._mime_type(body)
        me, subject = self._account.partner, command.subject
        return told("Sendcloud", made, lambda: mapping.booked(body, shipment, media_type, me, subject, url))

    async def settle_purchase(self, command: Command, body: BuyLabel, _documents: Documents) -> Verdict:
        """What became of a purchase nobody answered for."""
        if body.consignment.is_return:
            return await self._returns.settle(command, body, self._mime_type(body))
        found = await self._find(body)
        if isinstance(found, wire.Shipment):
            return self._booked(command, body, found, Done)
        if found is not None:
            return still_in_doubt(found)
        # The reference is unique there, so buying again at once could not make a second label.
        return not_done("Sendcloud", "no shipment of our reference")

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The file of a label, in the format its media type names; asked for with our keys, so of the API alone."""
        base, media_type = f"{self._account.url}/", body.media_type or "application/pdf"
        if not body.label_url.startswith(base):
            text = "The label lies on another host than the API's. If it is Sendcloud's, correct `url`."
            return Park(Explanation(text, f"'{body.label_url.partition('?')[0][:200]}' is not below {base}"))
        path = f"/{body.label_url.removeprefix(base)}"
        if "?" not in path:
            path = f"{path}?{urlencode({'dpi': self._account.config.label_dpi})}"
        answer = await self._account.rest.call("GET", path, more={"Accept": media_type})
        if not isinstance(answer, HttpResponse):
            return answer
        sha256 = await documents.put(answer.body, media_type, "label")
        name = f"{body.tracking_number}.{_ENDINGS.get(media_type, 'bin')}"
        document = Document(sha256, media_type, name, len(answer.body))
        fact = LabelReceived(body.package_id, body.shipment_id, body.tracking_number, document)
        return Done((Fact(fact, self._account.now(), subject=command.subject),))

    async def void(self, command: Command, body: VoidLabel, _documents: Documents) -> Verdict:
        """Cancel; a carrier that knows the shipment is told first, so it may only be asked for."""
        if body.shipment_id.startswith((mapping.RETURN, mapping.RETURN_PARCEL)):
            return await self._returns.void(command, body)
        standing = await self._standing(command, body, AlreadyDone)
        if standing is not None:
            return standing
        path = f"/shipments/{quote(body.shipment_id, safe='')}/cancel"
        answer = await self._account.rest.ask("POST", path, wire.CancelAnswer, costly=True)
        if not isinstance(answer, wire.CancelAnswer):
            return await self._refused(command, body, answer)
        now = self._account.now()
        return told("Sendcloud", Done, lambda: mapping.voided(body, self._account.partner, command.subject, now))

    async def _refused(self, command: Command, body: VoidLabel, answer: Trouble) -> Verdict:
        if not is_status(answer, 409):
            return answer
        meanwhile = await self._standing(command, body, AlreadyDone)
        text = "Sendcloud does not cancel this shipment: delivered, or announced more than 42 days ago."
        return meanwhile or Park(Explanation(text, answer.why.engineer))

    async def settle_void(self, command: Command, body: VoidLabel, _documents: Documents) -> Verdict:
        """What became of a cancellation nobody answered for."""
        if body.shipment_id.startswith((mapping.RETURN, mapping.RETURN_PARCEL)):
            return await self._returns.settle_void(command, body)
        standing = await self._standing(command, body, Done)
        if standing is None:
            return not_done("Sendcloud", "the shipment as it was")
        return standing if isinstance(standing, (Done, AlreadyDone)) else still_in_doubt(standing)

    async def _standing(
        self, command: Command, body: VoidLabel, made: type[Done | AlreadyDone]
    ) -> Done | AlreadyDone | Trouble | None:
        """``made`` where the shipment is cancelled or about to be; None where it stands."""
        path = f"/shipments/{quote(body.shipment_id, safe='')}"
        answer = await self._account.rest.ask("GET", path, wire.ShipmentAnswer)
        if not isinstance(answer, wire.ShipmentAnswer):
            return answer
        if not {mapping.status_of(each) for each in answer.data.parcels} & mapping.GONE:
            return None
        return made((mapping.voided(body, self._account.partner, command.subject, self._account.now()),))


def unsayable(problem: InvalidUnit) -> Refuse:
    """A measure that cannot be told."""
    operator = "The package has a measure Sendcloud cannot be told. Correct its weight or size."
    return Refuse(Explanation(operator, str(problem)))
