"""Pickups and manifests. EasyPost has no key against doing them twice, so what stands there is looked at first."""

import asyncio
from urllib.parse import quote, urlencode
from weakref import WeakValueDictionary

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.client.account import PAGE_SIZE, window
from crossdock.connectors.easypost.client.booking import Booking
from crossdock.connectors.easypost.mapping import collecting as mapping
from crossdock.model.commands import CancelPickup, CloseManifest, SchedulePickup
from crossdock.model.shipment import Document
from crossdock.ports.connector import Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import RestClient, Trouble, still_in_doubt, told

_LOOK_BACK_DAYS = 7
"""How far back a pickup is looked for by its reference; a doubt is settled in minutes."""


class Collecting:
    """Pickups and manifests of one account."""

    def __init__(self, client: RestClient, booking: Booking, surroundings: Surroundings) -> None:
        self._client = client
        self._booking = booking
        self._config = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self, subject: str, body: SchedulePickup | CancelPickup | CloseManifest, documents: Documents
    ) -> Verdict:
        """Carry one of its commands out."""
        match body:
            case SchedulePickup():
                return await self.schedule(subject, body)
            case CancelPickup():
                return await self.cancel(subject, body)
            case CloseManifest():
                return await self.close(subject, body, documents)

    async def settle(
        self, subject: str, body: SchedulePickup | CancelPickup | CloseManifest, documents: Documents
    ) -> Verdict:
        """Ask what became of one of its commands."""
        match body:
            case SchedulePickup():
                return await self.settle_schedule(subject, body)
            case CancelPickup():
                return await self.settle_cancel(subject, body)
            case CloseManifest():
                return await self.settle_close(subject, body, documents)

    async def schedule(self, subject: str, body: SchedulePickup) -> Verdict:
        """Open a pickup, which is free, and buy the cheapest offer of the carrier asked for."""
        lock = self._locks.setdefault(body.reference, asyncio.Lock())
        async with lock:
            standing = await self._pickup_called(body.reference)
            if standing is None:
                standing = await self._open(body)
            if not isinstance(standing, wire.Pickup):
                return standing
            return self._standing(subject, body, standing, AlreadyDone) or await self._buy(subject, body, standing)

    async def _open(self, body: SchedulePickup) -> wire.Pickup | Trouble:
        goods = await self._goods(body)
        if not isinstance(goods, tuple):
            return goods
        return await self._client.ask("POST", "/v2/pickups", wire.Pickup, mapping.pickup_request(body, goods))

    async def _goods(self, body: SchedulePickup) -> tuple[str, str] | Trouble:
        """What is collected: a shipment, or a batch of several; shipments that are in a batch stay in it."""
        ids = [each.shipment_id for each in body.shipments]
        if not ids:
            return Refuse(Explanation("A pickup needs a shipment to collect.", f"pickup {body.reference} names none"))
        if len(ids) == 1:
            return "shipment", ids[0]
        first = await self._booking.shipment(ids[0])
        if not isinstance(first, wire.Shipment):
            return first
        if first.batch_id:
            return "batch", first.batch_id
        request = msgspec.json.encode({"batch": {"shipments": [{"id": each} for each in ids]}})
        batch = await self._client.ask("POST", "/v2/batches", wire.Batch, request)
        return ("batch", batch.id) if isinstance(batch, wire.Batch) else batch

    async def _buy(self, subject: str, body: SchedulePickup, pickup: wire.Pickup) -> Verdict:
        rate = mapping.pickup_rate(body, pickup.pickup_rates)
        if rate is None:
            operator = "No carrier collects these shipments then. Read its reason; choose another window, or call it."
            said = mapping.refusals_of(pickup) or "no rates"
            return Park(Explanation(operator, f"pickup {pickup.id} for '{body.carrier}': {said}"))
        path = f"/v2/pickups/{quote(pickup.id, safe='')}/buy"
        request = msgspec.json.encode({"carrier": rate.carrier, "service": rate.service})
        answer = await self._client.ask("POST", path, wire.Pickup, request, costly=True)
        if not isinstance(answer, wire.Pickup):
            return answer
        unsure = Explanation(
            "EasyPost has not confirmed the pickup; Crossdock asks again.", f"status '{answer.status}'"
        )
        return self._standing(subject, body, answer, Done, rate) or InDoubt(unsure, ErrorClass.PENDING)

    def _standing(
        self,
        subject: str,
        body: SchedulePickup,
        pickup: wire.Pickup,
        made: type[Done | AlreadyDone],
        rate: wire.PickupRate | None = None,
    ) -> Verdict | None:
        if pickup.status == mapping.CANCELLED:
            operator = "This pickup was cancelled. Ask for a new one."
            return Park(Explanation(operator, f"pickup {pickup.id} of reference {body.reference} is cancelled"))
        if pickup.status != mapping.SCHEDULED:
            return None
        cost = mapping.cost_of(rate or mapping.pickup_rate(body, pickup.pickup_rates))
        return told("EasyPost", made, lambda: mapping.scheduled(body, pickup, cost, self._partner, subject))

    async def _pickup_called(self, reference: str) -> wire.Pickup | Trouble | None:
        """The newest pickup of that reference; the list can be searched by nothing but time."""
        query = {"page_size": str(PAGE_SIZE), "start_datetime": window(self._clock.now(), _LOOK_BACK_DAYS)}
        while True:
            page = await self._client.ask("GET", f"/v2/pickups?{urlencode(query, safe=':')}", wire.PickupPage)
            if not isinstance(page, wire.PickupPage):
                return page
            found = next((each for each in page.pickups if each.reference == reference), None)
            if found is not None or not page.has_more or not page.pickups:
                return found
            query["before_id"] = page.pickups[-1].id

    async def _pickup(self, pickup_id: str) -> wire.Pickup | Trouble:
        return await self._client.ask("GET", f"/v2/pickups/{quote(pickup_id, safe='')}", wire.Pickup)

    async def settle_schedule(self, subject: str, body: SchedulePickup) -> Verdict:
        """Ask by our reference what became of a pickup."""
        standing = await self._pickup_called(body.reference)
        if standing is None:
            return not_done("EasyPost", f"there is no pickup {body.reference}")
        if not isinstance(standing, wire.Pickup):
            return still_in_doubt(standing)
        done = self._standing(subject, body, standing, Done)
        return done or not_done("EasyPost", f"pickup {standing.id} is not bought")

    async def cancel(self, subject: str, body: CancelPickup) -> Verdict:
        """Cancel a pickup; one that is cancelled already stays so."""
        standing = await self._pickup(body.pickup_id)
        if not isinstance(standing, wire.Pickup):
            return standing
        if standing.status == mapping.CANCELLED:
            return told("EasyPost", AlreadyDone, lambda: mapping.cancelled(body, standing, self._partner, subject))
        path = f"/v2/pickups/{quote(body.pickup_id, safe='')}/cancel"
        answer = await self._client.ask("POST", path, wire.Pickup, b"{}", costly=True)
        if not isinstance(answer, wire.Pickup):
            return answer
        if answer.status != mapping.CANCELLED:
            operator = "The carrier has not confirmed that it will not come. Call it."
            return Park(Explanation(operator, f"pickup {answer.id} is '{answer.status}' after its cancellation"))
        return told("EasyPost", Done, lambda: mapping.cancelled(body, answer, self._partner, subject))

    async def settle_cancel(self, subject: str, body: CancelPickup) -> Verdict:
        """Ask by its id whether a pickup is cancelled."""
        standing = await self._pickup(body.pickup_id)
        if not isinstance(standing, wire.Pickup):
            return still_in_doubt(standing)
        if standing.status != mapping.CANCELLED:
            return not_done("EasyPost", f"pickup {standing.id} is '{standing.status}'")
        return told("EasyPost", Done, lambda: mapping.cancelled(body, standing, self._partner, subject))

    async def close(self, subject: str, body: CloseManifest, documents: Documents) -> Verdict:
        """Close a manifest. A shipment is on one form at most, so the first one tells whether it was done before."""
        if not body.shipments:
            return Refuse(Explanation("A manifest needs a shipment.", f"manifest {body.reference} names none"))
        lock = self._locks.setdefault(body.reference, asyncio.Lock())
        async with lock:
            standing = await self._booking.shipment(body.shipments[0].shipment_id)
            if not isinstance(standing, wire.Shipment):
                return standing
            if standing.scan_form is not None:
                return await self._closed(subject, body, standing.scan_form.id, AlreadyDone, documents)
            request = msgspec.json.encode({"shipments": [{"id": each.shipment_id} for each in body.shipments]})
            answer = await self._client.ask("POST", "/v2/scan_forms", wire.ScanForm, request, costly=True)
            if not isinstance(answer, wire.ScanForm):
                return answer
            return await self._closed(subject, body, answer.id, Done, documents, answer)

    async def settle_close(self, subject: str, body: CloseManifest, documents: Documents) -> Verdict:
        """Ask by the first shipment whether the manifest was closed."""
        standing = await self._booking.shipment(body.shipments[0].shipment_id)
        if not isinstance(standing, wire.Shipment):
            return still_in_doubt(standing)
        if standing.scan_form is None:
            return not_done("EasyPost", f"shipment {standing.id} is on no form")
        return await self._closed(subject, body, standing.scan_form.id, Done, documents)

    async def _closed(
        self,
        subject: str,
        body: CloseManifest,
        form_id: str,
        made: type[Done | AlreadyDone],
        documents: Documents,
        form: wire.ScanForm | Trouble | None = None,
    ) -> Verdict:
        """The verdict on a form that is there; its sheet is kept first. Asking again finds the same form."""
        if form is None:
            form = await self._client.ask("GET", f"/v2/scan_forms/{quote(form_id, safe='')}", wire.ScanForm)
        if not isinstance(form, wire.ScanForm):
            return still_in_doubt(form)
        if form.status == "failed":
            operator = "EasyPost could not close this manifest. Read its reason; take out what it names, then retry."
            return Park(Explanation(operator, f"form {form.id}: {form.message}"))
        missing = sorted({each.tracking_number for each in body.shipments} - set(form.tracking_codes))
        if form.status == "created" and missing:
            operator = "Some of these shipments are on another manifest. Close one for those that are on none."
            return Park(Explanation(operator, f"form {form.id} lacks {', '.join(missing)}"))
        if form.status != "created" or not form.form_url:
            unsure = Explanation(
                "The manifest is being made; Crossdock asks again.", f"form {form.id}: '{form.status}'"
            )
            return InDoubt(unsure, ErrorClass.PENDING)
        sheet = await self._sheet(form, form.form_url, documents)
        if not isinstance(sheet, Document):
            return still_in_doubt(sheet)
        return told("EasyPost", made, lambda: mapping.closed(body, form, sheet, self._partner, subject))

    async def _sheet(self, form: wire.ScanForm, url: str, documents: Documents) -> Document | Trouble:
        answer = await self._client.download(url, hosts=self._config.label_hosts)
        if not isinstance(answer, HttpResponse):
            return answer
        media_type = form.form_file_type or "application/pdf"
        sha256 = await documents.put(answer.body, media_type, "manifest")
        return Document(sha256, media_type, f"{form.id}.pdf", len(answer.body), "manifest")
