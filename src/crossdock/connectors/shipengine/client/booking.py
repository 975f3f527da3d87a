"""Rates, purchases, files and voids of labels.

ShipEngine takes no idempotency key. A shipment holds our reference as ``external_shipment_id``, so a label is looked
for before it is bought, and again after an answer was lost.
"""

from urllib.parse import quote, urlencode

import msgspec

from crossdock.connectors.shipengine import wire
from crossdock.connectors.shipengine.client.account import Account, is_missing
from crossdock.connectors.shipengine.client.refusals import TAKEN
from crossdock.connectors.shipengine.mapping import booking as mapping
from crossdock.connectors.shipengine.mapping import consignment
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, LabelReceived
from crossdock.model.instants import Stamp, stamp
from crossdock.model.shipment import Consignment, Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Retry, Verdict
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import Trouble, code_of, still_in_doubt, told

_ENDINGS = {media_type: ending for ending, media_type in mapping.MEDIA_TYPES.items()}
_OURS = "se-"
"""How the ids of ShipEngine's objects begin."""


class Booking:
    """The desk that quotes, buys and voids."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def rate(self, command: Command, body: RequestRates, _documents: Documents) -> Verdict:
        """Rates of all configured carriers; asked again, for the shipment that was opened then, as it is now."""
        try:
            wanted = consignment.shipment(body.consignment, self._account.config.package_code)
        except InvalidUnit as problem:
            return _unsayable(problem)
        options = {"carrier_ids": self._account.config.carrier_ids, "is_return": body.consignment.is_return}
        answer = await self._rates({"rate_options": options, "shipment": wanted})
        if isinstance(answer, Retry) and code_of(answer) in TAKEN:
            answer = await self._rate_again(body.consignment, wanted, options)
        if not isinstance(answer, wire.RatedShipment):
            return answer
        rated, now = answer, self._account.now()
        return told(
            "ShipEngine", Done, lambda: mapping.quoted(body, rated, self._account.partner, command.subject, now)
        )

    async def _rates(self, request: dict[str, object]) -> wire.RatedShipment | Trouble:
        return await self._account.rest.ask("POST", "/rates", wire.RatedShipment, msgspec.json.encode(request))

    async def _rate_again(
        self, goods: Consignment, wanted: dict[str, object], options: dict[str, object]
    ) -> wire.RatedShipment | Trouble:
        path = f"/shipments/external_shipment_id/{quote(consignment.external_id(goods.reference), safe='')}"
        known = await self._account.rest.ask("GET", path, wire.Shipment)
        if not isinstance(known, wire.Shipment):
            return known
        if known.shipment_status == "pending":
            path = f"/shipments/{quote(known.shipment_id, safe='')}"
            changed = await self._account.rest.ask("PUT", path, wire.Shipment, msgspec.json.encode(wanted))
            if not isinstance(changed, wire.Shipment):
                return changed
        return await self._rates({"rate_options": options, "shipment_id": known.shipment_id})

    async def buy(self, command: Command, body: BuyLabel, _documents: Documents) -> Verdict:
        """Look for the label, then buy it; one buyer per reference in this process."""
        purchases = self._account.purchases
        async with purchases.lock(body.consignment.reference):
            looked_at = purchases.looked_at()
            found = await self.find(body)
            if isinstance(found, wire.Label):
                return self._bought(command, body, found, AlreadyDone)
            if found is not None:
                return found
            if purchases.is_stale(looked_at):
                slow = f"the look for {body.consignment.reference} took too long to buy on its word"
                return Retry(Explanation("ShipEngine is slow; we look again before we buy.", slow))
            return await self._purchase(command, body)

    async def _purchase(self, command: Command, body: BuyLabel) -> Verdict:
        try:
            path, request = await self._order(body)
        except InvalidUnit as problem:
            return _unsayable(problem)
        answer = await self._account.rest.ask("POST", path, wire.Label, request, costly=True)
        if isinstance(answer, InDoubt) and code_of(answer) in TAKEN:
            found = await self.find(body)
            return self._bought(command, body, found, AlreadyDone) if isinstance(found, wire.Label) else answer
        if not isinstance(answer, wire.Label):
            return answer
        return self._bought(command, body, answer, Done)

    async def _order(self, body: BuyLabel) -> tuple[str, bytes]:
        """Path and body of the purchase: of a rate, else of what the shipment opened with, else of a new shipment."""
        config, goods = self._account.config, body.consignment
        # PDF is what a consignment asks for when nobody chose; then the configuration's word counts.
        form = goods.label_format if goods.label_format != "PDF" else config.label_format
        asked: dict[str, object] = {
            "label_format": form.lower(),
            "label_layout": config.label_layout,
            "label_download_type": "url",
        }
        if body.rate_id:
            return f"/labels/rates/{quote(body.rate_id, safe='')}", msgspec.json.encode(asked)
        if body.shipment_id.startswith(_OURS):
            return f"/labels/shipment/{quote(body.shipment_id, safe='')}", msgspec.json.encode(asked)
        shipment = consignment.shipment(goods, config.package_code)
        carrier = body.carrier if body.carrier.startswith(_OURS) else config.carrier_ids[0]
        asked["shipment"] = shipment | {"carrier_id": carrier, "service_code": body.service}
        return "/labels", msgspec.json.encode(asked)

    async def find(self, body: BuyLabel) -> wire.Label | Trouble | None:
        """The live label of a consignment; None where there is none and never was. One that was voided or is still
        being made is a verdict.
        """
        listed = await self._labels_of(body)
        if not isinstance(listed, tuple):
            return listed
        live = [each for each in listed if not each.voided and each.status == "completed"]
        if live:
            return live[0]
        if any(each.status == "processing" for each in listed):
            text = "ShipEngine is still making this label; Crossdock asks again."
            return InDoubt(Explanation(text, "a label of the shipment is 'processing'"), ErrorClass.PENDING)
        if any(each.voided or each.status == "voided" for each in listed):
            text = "This label was bought and voided at ShipEngine. Ask for a new one if the parcel still goes."
            return Park(Explanation(text, f"only voided labels for {body.consignment.reference}"))
        return None

    async def _labels_of(self, body: BuyLabel) -> tuple[wire.Label, ...] | Trouble:
        if body.shipment_id.startswith(_OURS):
            query = urlencode({"shipment_id": body.shipment_id})
            page = await self._account.rest.ask("GET", f"/labels?{query}", wire.Labels)
            return page.labels if isinstance(page, wire.Labels) else page
        name = quote(consignment.external_id(body.consignment.reference), safe="")
        label = await self._account.rest.ask("GET", f"/labels/external_shipment_id/{name}", wire.Label)
        if isinstance(label, wire.Label):
            return (label,)
        return () if is_missing(label) else label

    def _bought(self, command: Command, body: BuyLabel, label: wire.Label, made: type[Done | AlreadyDone]) -> Verdict:
        if label.status == "processing":
            text = "ShipEngine is still making this label; Crossdock asks again."
            return InDoubt(Explanation(text, f"label {label.label_id} is 'processing'"), ErrorClass.PENDING)
        if label.status == "error":
            text = "The carrier could not make this label. Look the reason up at ShipEngine; correct the order."
            return Park(Explanation(text, f"label {label.label_id} is 'error'"))
        self._account.purchases.settled(command.key)
        return told("ShipEngine", made, lambda: mapping.booked(body, label, self._account.partner, command.subject))

    async def settle_purchase(self, command: Command, body: BuyLabel, _documents: Documents) -> Verdict:
        """What became of a purchase nobody answered for."""
        found = await self.find(body)
        if isinstance(found, wire.Label):
            return self._bought(command, body, found, Done)
        if found is not None:
            return still_in_doubt(found)
        return self._account.purchases.unseen(command.key, "ShipEngine", f"no label for {body.consignment.reference}")

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The file of a label."""
        ending = body.label_url.rpartition(".")[2].lower()
        media_type = body.media_type or mapping.MEDIA_TYPES.get(ending, "application/pdf")
        kept = await self._account.file(body.label_url, documents, media_type, "label")
        if not isinstance(kept, tuple):
            return kept
        name = f"{body.tracking_number}.{_ENDINGS.get(media_type, 'bin')}"
        document = Document(kept[0], media_type, name, kept[1])
        fact = LabelReceived(body.package_id, body.shipment_id, body.tracking_number, document)
        return Done((Fact(fact, self._account.now(), subject=command.subject),))

    async def void(self, command: Command, body: VoidLabel, _documents: Documents) -> Verdict:
        """Ask for the label to be taken back; looked at first, as a second call's answer is published nowhere."""
        standing = await self._label(body)
        if not isinstance(standing, wire.Label):
            return standing
        if standing.voided:
            return self._voided(command, body, standing, AlreadyDone)
        path = f"/labels/{quote(body.shipment_id, safe='')}/void"
        answer = await self._account.rest.ask("PUT", path, wire.VoidAnswer, costly=True)
        if not isinstance(answer, wire.VoidAnswer):
            return answer
        if answer.approved or answer.reason_code == "label_already_voided":
            now = self._account.now()
            return told("ShipEngine", Done, lambda: mapping.voided(body, self._account.partner, command.subject, now))
        text = "The carrier does not take the label back: used, too old, or by its rules. Ask ShipEngine's support."
        return Park(Explanation(text, f"{answer.reason_code or 'no reason code'}: {answer.message}"[:500]))

    async def settle_void(self, command: Command, body: VoidLabel, _documents: Documents) -> Verdict:
        """What became of a void nobody answered for."""
        standing = await self._label(body)
        if not isinstance(standing, wire.Label):
            return still_in_doubt(standing)
        if standing.voided:
            return self._voided(command, body, standing, Done)
        return not_done("ShipEngine", f"label {standing.label_id} as '{standing.status}'")

    async def _label(self, body: VoidLabel) -> wire.Label | Trouble:
        return await self._account.rest.ask("GET", f"/labels/{quote(body.shipment_id, safe='')}", wire.Label)

    def _voided(self, command: Command, body: VoidLabel, label: wire.Label, made: type[Done | AlreadyDone]) -> Verdict:
        def at() -> Stamp:
            return stamp(label.voided_at) if label.voided_at else self._account.now()

        return told("ShipEngine", made, lambda: mapping.voided(body, self._account.partner, command.subject, at()))


def _unsayable(problem: InvalidUnit) -> Refuse:
    operator = "The package has a measure ShipEngine cannot be told. Correct its weight or size."
    return Refuse(Explanation(operator, str(problem)))
