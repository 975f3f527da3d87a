"""Pickups and manifests. Manifests can be listed; pickups cannot be looked at, so a doubt about one is a person's."""

from urllib.parse import urlencode

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.client.booking import Booking
from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.mapping import collecting as mapping
from crossdock.model.commands import CloseManifest, SchedulePickup
from crossdock.model.shipment import BookedShipment, Document
from crossdock.ports.connector import Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import RestClient, Trouble, still_in_doubt, told

_PAGE_SIZE = 100
_MOST_PAGES = 5
"""Manifests that are looked through for one of ours: the last 500."""


class Collecting:
    """Pickups and manifests of one account."""

    def __init__(self, client: RestClient, booking: Booking, surroundings: Surroundings) -> None:
        self._client = client
        self._booking = booking
        self._config: ShippoConfig = surroundings.config
        self._partner = surroundings.partner
        self._purchases = Purchases(surroundings.clock, self._config.doubt_seconds)

    async def schedule(self, subject: str, body: SchedulePickup) -> Verdict:
        """Have the carrier come. USPS and DHL Express alone take pickups through Shippo."""
        if not body.shipments:
            return Refuse(Explanation("A pickup needs a shipment to collect.", f"pickup {body.reference} names none"))
        account = await self._account_of(body.shipments[0])
        if not isinstance(account, str):
            return account
        request = mapping.pickup_request(body, account, self._config.pickup_place)
        answer = await self._client.ask("POST", "/pickups", wire.Pickup, request, costly=True)
        if not isinstance(answer, wire.Pickup):
            return answer
        if answer.status in {"ERROR", "CANCELLED"}:
            operator = "The carrier does not take this pickup. Read its reason; choose another window, or call it."
            said = mapping.texts(answer.messages) or "without a reason"
            return Park(Explanation(operator, f"pickup {answer.object_id} is {answer.status}: {said}"))
        return told("Shippo", Done, lambda: mapping.scheduled(body, answer, self._partner, subject))

    def settle_schedule(self, body: SchedulePickup) -> Verdict:
        """A person looks: Shippo's API neither lists pickups nor shows one."""
        operator = (
            "It is not known whether the carrier was asked to come. Look in Shippo's dashboard or call the carrier."
        )
        return Park(Explanation(operator, f"the answer to pickup {body.reference} was lost and there is no look-up"))

    async def close(self, subject: str, body: CloseManifest, documents: Documents) -> Verdict:
        """Close a manifest, unless one of exactly these shipments is there."""
        if not body.shipments:
            return Refuse(Explanation("A manifest needs a shipment.", f"manifest {body.reference} names none"))
        async with self._purchases.lock(body.reference):
            standing = await self._standing(body)
            if isinstance(standing, wire.Manifest):
                return await self._closed(subject, body, standing, AlreadyDone, documents)
            if standing is not None:
                return standing
            account = await self._account_of(body.shipments[0])
            if not isinstance(account, str):
                return account
            request = mapping.manifest_request(body, account)
            answer = await self._client.ask("POST", "/manifests", wire.Manifest, request, costly=True)
            if not isinstance(answer, wire.Manifest):
                return answer
            return await self._closed(subject, body, answer, Done, documents)

    async def settle_close(self, subject: str, body: CloseManifest, documents: Documents) -> Verdict:
        """Look among the last manifests for one of exactly these shipments."""
        standing = await self._standing(body)
        if standing is None:
            return self._purchases.unseen(body.reference, "Shippo", f"no manifest of the shipments of {body.reference}")
        self._purchases.settled(body.reference)
        if not isinstance(standing, wire.Manifest):
            return still_in_doubt(standing)
        return await self._closed(subject, body, standing, Done, documents)

    async def _standing(self, body: CloseManifest) -> wire.Manifest | Trouble | None:
        for number in range(1, _MOST_PAGES + 1):
            query = urlencode({"results": _PAGE_SIZE, "page": number})
            page = await self._client.ask("GET", f"/manifests?{query}", wire.ManifestPage)
            if not isinstance(page, wire.ManifestPage):
                return page
            found = [each for each in page.results if each.status != "ERROR" and mapping.is_of(body, each)]
            if found or not page.next:
                return found[0] if found else None
        return None

    async def _closed(
        self,
        subject: str,
        body: CloseManifest,
        manifest: wire.Manifest,
        made: type[Done | AlreadyDone],
        documents: Documents,
    ) -> Verdict:
        """The verdict on a manifest that is there; its sheets are kept first."""
        if manifest.status == "ERROR":
            operator = "Shippo could not close this manifest. Read its reason; take out what it names, then retry."
            return Park(Explanation(operator, f"manifest {manifest.object_id}: {mapping.texts(manifest.errors)}"))
        if manifest.status != "SUCCESS":
            why = f"manifest {manifest.object_id} is '{manifest.status}'"
            return InDoubt(Explanation("The manifest is being made; Crossdock asks again.", why), ErrorClass.SERVER)
        sheets: list[Document] = []
        for number, url in enumerate(manifest.documents, 1):
            answer = await self._client.download(url, hosts=self._config.label_hosts)
            if not isinstance(answer, HttpResponse):
                return still_in_doubt(answer)
            sha256 = await documents.put(answer.body, "application/pdf", "manifest")
            name = f"manifest-{body.day}-{number}.pdf"
            sheets.append(Document(sha256, "application/pdf", name, len(answer.body), "manifest"))
        return told("Shippo", made, lambda: mapping.closed(body, manifest, sheets, self._partner, subject))

    async def _account_of(self, shipment: BookedShipment) -> str | Trouble:
        """The carrier account that sold a shipment: of its transaction, by the rate that was bought."""
        bought = await self._booking.transaction(shipment.shipment_id)
        if not isinstance(bought, wire.Transaction):
            return bought
        rate = await self._booking.rate_called(bought.rate_id)
        return rate.carrier_account if isinstance(rate, wire.Rate) else rate
