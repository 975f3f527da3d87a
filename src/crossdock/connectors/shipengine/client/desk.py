"""Pickups, manifests, checked addresses, and what is known of a tracking number."""

from urllib.parse import quote, urlencode

from crossdock.connectors.shipengine import wire
from crossdock.connectors.shipengine.client.account import Account, is_missing
from crossdock.connectors.shipengine.mapping import logistics as mapping
from crossdock.connectors.shipengine.mapping import tracking
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, RequestTracking, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.shipment import Document
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.tracking.reading import reading_of
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import Trouble, still_in_doubt, told

_PDF = "application/pdf"
_LOOK_BACK_DAYS, _MOST_PAGES, _PAGE = 7, 20, 100


class Pickups:
    """The desk that has parcels collected. Pickups carry no key of ours: they are known by the labels they collect."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def schedule(self, command: Command, body: SchedulePickup, _documents: Documents) -> Verdict:
        """Look whether these labels are collected already, then ask for it; one at a time in this process."""
        async with self._account.purchases.lock(body.reference):
            found = await self._find(body)
            if isinstance(found, wire.Pickup):
                return self._scheduled(command, body, found, AlreadyDone)
            if found is not None:
                return found
            request = mapping.pickup_request(body)
            answer = await self._account.rest.ask("POST", "/pickups", wire.Pickup, request, costly=True)
            return self._scheduled(command, body, answer, Done) if isinstance(answer, wire.Pickup) else answer

    async def settle(self, command: Command, body: SchedulePickup, _documents: Documents) -> Verdict:
        """What became of a pickup nobody answered for."""
        found = await self._find(body)
        if isinstance(found, wire.Pickup):
            return self._scheduled(command, body, found, Done)
        if found is not None:
            return still_in_doubt(found)
        what = f"no pickup of the labels of {body.reference}"
        return self._account.purchases.unseen(command.key, "ShipEngine", what)

    async def _find(self, body: SchedulePickup) -> wire.Pickup | Trouble | None:
        for number in range(1, _MOST_PAGES + 1):
            since = self._account.days_ago(_LOOK_BACK_DAYS)
            query = urlencode({"created_at_start": since, "page": number, "page_size": _PAGE})
            page = await self._account.rest.ask("GET", f"/pickups?{query}", wire.Pickups)
            if not isinstance(page, wire.Pickups):
                return page
            for each in page.pickups:
                if mapping.is_of(body, each):
                    return each
            if number >= page.pages:
                return None
        text = "There are too many pickups to look through. Look at ShipEngine whether these labels are collected."
        return Park(Explanation(text, f"more than {_MOST_PAGES * _PAGE} pickups in {_LOOK_BACK_DAYS} days"))

    def _scheduled(
        self, command: Command, body: SchedulePickup, pickup: wire.Pickup, made: type[Done | AlreadyDone]
    ) -> Verdict:
        now = self._account.now()
        return told(
            "ShipEngine", made, lambda: mapping.scheduled(body, pickup, self._account.partner, command.subject, now)
        )

    async def cancel(self, command: Command, body: CancelPickup, _documents: Documents) -> Verdict:
        """Cancel; one that is gone or cancelled was cancelled before."""
        standing = await self._cancelled(command, body, AlreadyDone)
        if standing is not None:
            return standing
        path = f"/pickups/{quote(body.pickup_id, safe='')}"
        answer = await self._account.rest.ask("DELETE", path, wire.PickupDeleted, costly=True)
        if not isinstance(answer, wire.PickupDeleted):
            return answer
        fact = mapping.cancelled(body, self._account.partner, command.subject, self._account.now())
        return Done((fact,))

    async def settle_cancel(self, command: Command, body: CancelPickup, _documents: Documents) -> Verdict:
        """What became of a cancellation nobody answered for."""
        standing = await self._cancelled(command, body, Done)
        if isinstance(standing, (Done, AlreadyDone)):
            return standing
        return not_done("ShipEngine", "the pickup as it was") if standing is None else still_in_doubt(standing)

    async def _cancelled(
        self, command: Command, body: CancelPickup, made: type[Done | AlreadyDone]
    ) -> Done | AlreadyDone | Trouble | None:
        path = f"/pickups/{quote(body.pickup_id, safe='')}"
        pickup = await self._account.rest.ask("GET", path, wire.Pickup)
        if isinstance(pickup, wire.Pickup) and pickup.cancelled_at is None:
            return None
        if not isinstance(pickup, wire.Pickup) and not is_missing(pickup):
            return pickup
        return made((mapping.cancelled(body, self._account.partner, command.subject, self._account.now()),))


class Manifests:
    """The desk that closes the day."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def close(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """Look which of these labels are on a sheet already, then make one of the others."""
        async with self._account.purchases.lock(body.reference):
            found = await self._find(body)
            if not isinstance(found, tuple):
                return found
            rest = mapping.without(body, found)
            if not rest.shipments:
                return await self._closed(command, body, found, documents, AlreadyDone)
            request = mapping.manifest_request(rest)
            answer = await self._account.rest.ask("POST", "/manifests", wire.Manifests, request, costly=True)
            if not isinstance(answer, wire.Manifests):
                return answer
            if any(each.status == "in_progress" for each in answer.manifest_requests):
                text = "ShipEngine is still making the manifest; Crossdock asks again."
                return InDoubt(Explanation(text, "a manifest request is 'in_progress'"), ErrorClass.PENDING)
            return await self._closed(command, body, (*found, *answer.manifests), documents, Done)

    async def settle(self, command: Command, body: CloseManifest, documents: Documents) -> Verdict:
        """What became of a manifest nobody answered for, or whose sheet was not to be had."""
        found = await self._find(body)
        if not isinstance(found, tuple):
            return still_in_doubt(found)
        if not mapping.without(body, found).shipments:
            return await self._closed(command, body, found, documents, Done)
        what = f"no manifest of all the labels of {body.reference}"
        return self._account.purchases.unseen(command.key, "ShipEngine", what)

    async def _find(self, body: CloseManifest) -> tuple[wire.Manifest, ...] | Trouble:
        query = urlencode([("label_ids", each.shipment_id) for each in body.shipments])
        page = await self._account.rest.ask("GET", f"/manifests?{query}", wire.Manifests)
        return page.manifests if isinstance(page, wire.Manifests) else page

    async def _closed(
        self,
        command: Command,
        body: CloseManifest,
        manifests: tuple[wire.Manifest, ...],
        documents: Documents,
        made: type[Done | AlreadyDone],
    ) -> Verdict:
        facts: list[Fact] = []
        for each in manifests:
            sheet = await self._sheet(each, documents)
            if sheet is not None and not isinstance(sheet, Document):
                return still_in_doubt(sheet)
            try:
                facts.append(mapping.closed(body, each, sheet, self._account.partner, command.subject))
            except ValueError as problem:
                text = "ShipEngine's manifest cannot be read exactly. Look it up there."
                return Park(Explanation(text, str(problem)))
        if not facts:
            text = "ShipEngine made no manifest of these labels. Look there whether the carrier knows manifests."
            return Park(Explanation(text, f"no manifest in the answer to {body.reference}"))
        return made(tuple(facts))

    async def _sheet(self, manifest: wire.Manifest, documents: Documents) -> Document | Trouble | None:
        url = manifest.manifest_download.href if manifest.manifest_download else None
        if not url:
            return None
        kept = await self._account.file(url, documents, _PDF, "manifest")
        if not isinstance(kept, tuple):
            return kept
        return Document(kept[0], _PDF, f"{manifest.manifest_id}.pdf", kept[1], "manifest")


class Inquiries:
    """What is asked and changes nothing."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def address(self, command: Command, body: CheckAddress, _documents: Documents) -> Verdict:
        """Ask whether an address exists."""
        request = mapping.address_request(body.party)
        answer = await self._account.rest.ask("POST", "/addresses/validate", tuple[wire.CheckedAddress, ...], request)
        if not isinstance(answer, tuple):
            return answer
        if not answer:
            return Park(Explanation("ShipEngine said nothing of this address.", "an empty list of checked addresses"))
        fact = mapping.checked(body, answer[0], self._account.partner, command.subject, self._account.now())
        return Done((fact,))

    async def tracking(self, _command: Command, body: RequestTracking, _documents: Documents) -> Verdict:
        """What is known of a number; ShipEngine needs the carrier's code with it."""
        query = urlencode({"carrier_code": body.carrier, "tracking_number": body.tracking_number})
        answer = await self._account.rest.call("GET", f"/tracking?{query}")
        if not isinstance(answer, HttpResponse):
            return answer
        translation = reading_of(answer.body, self._account.partner, "ShipEngine", tracking.read, tracking.PACKAGE)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)
