"""Rates, labels and refunds. A shipment is opened by asking for rates and bought by its id, which sells it once."""

from urllib.parse import quote

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.client.refusals import ALREADY_BOUGHT
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.easypost.mapping import booking as mapping
from crossdock.connectors.easypost.mapping.declaring import Undeclarable
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, LabelReceived
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import RestClient, Trouble, code_of, still_in_doubt, told

_MEDIA_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "application/epl2": "epl"}


class Booking:
    """Rates, purchases, label files and refunds of one account."""

    def __init__(self, client: RestClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: EasyPostConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def send(
        self, subject: str, body: RequestRates | BuyLabel | FetchLabel | VoidLabel, documents: Documents
    ) -> Verdict:
        """Carry one of its commands out."""
        match body:
            case RequestRates():
                return await self.rate(subject, body)
            case BuyLabel():
                return await self.buy(subject, body)
            case FetchLabel():
                return await self.fetch_label(subject, body, documents)
            case VoidLabel():
                return await self.void(subject, body)

    async def shipment(self, shipment_id: str) -> wire.Shipment | Trouble:
        """A shipment as EasyPost has it now."""
        return await self._client.ask("GET", f"/v2/shipments/{quote(shipment_id, safe='')}", wire.Shipment)

    async def rate(self, subject: str, body: RequestRates) -> Verdict:
        """Open a shipment; what is offered for it comes with the answer."""
        config = self._config
        try:
            request = mapping.shipment_request(body, config.label_format, config.label_size, config.carrier_accounts)
        except InvalidUnit as problem:
            operator = "The package has a measure EasyPost cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        except Undeclarable as problem:
            return Refuse(Explanation(str(problem), f"consignment {body.consignment.reference}: {problem}"))
        answer = await self._client.ask("POST", "/v2/shipments", wire.Shipment, request)
        if not isinstance(answer, wire.Shipment):
            return answer
        if config.mode != "any" and answer.mode is not None and answer.mode != config.mode:
            operator = (
                "The API key is of the wrong mode: a test label must not go on a real parcel. Put the right key in."
            )
            return Park(Explanation(operator, f"shipment {answer.id} is of mode '{answer.mode}', not '{config.mode}'"))
        return told("EasyPost", Done, lambda: mapping.quoted(body, answer, self._partner, subject))

    async def buy(self, subject: str, body: BuyLabel) -> Verdict:
        """Buy a rate by the shipment's id; a second purchase is refused and gives the facts of the first."""
        path = f"/v2/shipments/{quote(body.shipment_id, safe='')}/buy"
        request = msgspec.json.encode({"rate": {"id": body.rate_id}})
        answer = await self._client.ask("POST", path, wire.Shipment, request, costly=True)
        if isinstance(answer, InDoubt) and code_of(answer) == ALREADY_BOUGHT:
            standing = await self.shipment(body.shipment_id)
            if isinstance(standing, wire.Shipment):
                return self._bought(subject, body, standing, AlreadyDone) or answer
            return answer
        if not isinstance(answer, wire.Shipment):
            return answer
        unlabelled = f"HTTP 200 to the purchase, but shipment {answer.id} has no label or tracking code"
        return self._bought(subject, body, answer, Done) or InDoubt(
            Explanation("EasyPost has not finished the purchase; Crossdock asks again.", unlabelled), ErrorClass.PENDING
        )

    def _bought(
        self, subject: str, body: BuyLabel, shipment: wire.Shipment, made: type[Done | AlreadyDone]
    ) -> Verdict | None:
        if not shipment.is_bought:
            return None
        return told("EasyPost", made, lambda: mapping.booked(body, shipment, self._partner, subject))

    async def void(self, subject: str, body: VoidLabel) -> Verdict:
        """Ask for a refund; what a second refund call does is published nowhere, so the shipment is looked at first."""
        standing = await self.shipment(body.shipment_id)
        if not isinstance(standing, wire.Shipment):
            return standing
        done = self._voided(subject, body, standing, AlreadyDone)
        if done is not None:
            return done
        if not standing.is_bought:
            operator = "There is no label to void: the shipment was never bought."
            return Park(Explanation(operator, f"shipment {standing.id} has no postage"))
        path = f"/v2/shipments/{quote(body.shipment_id, safe='')}/refund"
        answer = await self._client.ask("POST", path, wire.Shipment, b"{}", costly=True)
        if not isinstance(answer, wire.Shipment):
            return answer
        refused = f"refund_status of shipment {answer.id} is '{answer.refund_status}'"
        return self._voided(subject, body, answer, Done) or Park(
            Explanation("The carrier does not take the label back; ask EasyPost's support.", refused)
        )

    def _voided(
        self, subject: str, body: VoidLabel, shipment: wire.Shipment, made: type[Done | AlreadyDone]
    ) -> Verdict | None:
        if shipment.refund_status not in wire.VOIDED:
            return None
        return told("EasyPost", made, lambda: mapping.voided(body, shipment, self._partner, subject))

    async def fetch_label(self, subject: str, body: FetchLabel, documents: Documents) -> Verdict:
        """Fetch a label's file and keep it."""
        answer = await self._client.download(body.label_url, hosts=self._config.label_hosts)
        if not isinstance(answer, HttpResponse):
            return answer
        media_type = body.media_type or answer.headers.get("content-type", "").partition(";")[0]
        sha256 = await documents.put(answer.body, media_type, "label")
        name = f"{body.tracking_number}.{_MEDIA_ENDINGS.get(media_type, 'bin')}"
        document = Document(sha256, media_type, name, len(answer.body))
        fact = LabelReceived(body.package_id, body.shipment_id, body.tracking_number, document)
        return Done((Fact(fact, from_epoch_us(self._clock.now()), subject=subject),))

    async def settle(self, subject: str, body: BuyLabel | VoidLabel) -> Verdict:
        """Ask by the shipment's id what became of a purchase or a refund."""
        shipment = await self.shipment(body.shipment_id)
        if not isinstance(shipment, wire.Shipment):
            return still_in_doubt(shipment)
        if isinstance(body, BuyLabel):
            return self._bought(subject, body, shipment, Done) or not_done("EasyPost", "the shipment is not bought")
        return self._voided(subject, body, shipment, Done) or not_done("EasyPost", "the shipment is not voided")
