"""Pickups, checked addresses, and what is known of a tracking number."""

from urllib.parse import quote

from crossdock.connectors.sendcloud import wire
from crossdock.connectors.sendcloud.client.account import Account
from crossdock.connectors.sendcloud.mapping import logistics as mapping
from crossdock.connectors.sendcloud.mapping import tracking
from crossdock.model.commands import CheckAddress, RequestTracking, SchedulePickup
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.tracking.reading import reading_of
from crossdock.transports.rest import Trouble, still_in_doubt, told

_LOOK_BACK_DAYS, _PAGE = 14, 100
_OVER = frozenset({"CANCELLED", "FAILED"})


class Pickups:
    """The desk that has parcels collected. One is known by our reference, which only its own page shows."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def schedule(self, command: Command, body: SchedulePickup, _documents: Documents) -> Verdict:
        """Look whether it is ordered already, then order it; one at a time in this process."""
        async with self._account.purchases.lock(body.reference):
            found = await self._find(body)
            if isinstance(found, wire.Pickup):
                return self._scheduled(command, body, found, AlreadyDone)
            if found is not None:
                return found
            try:
                request = mapping.pickup_request(body)
            except InvalidUnit as problem:
                return Refuse(
                    Explanation("The pickup has a weight Sendcloud cannot be told. Correct it.", str(problem))
                )
            answer = await self._account.rest.ask("POST", "/pickups", wire.PickupAnswer, request, costly=True)
            if not isinstance(answer, wire.PickupAnswer):
                return answer
            return self._scheduled(command, body, answer.data, Done)

    async def settle(self, command: Command, body: SchedulePickup, _documents: Documents) -> Verdict:
        """What became of a pickup nobody answered for."""
        found = await self._find(body)
        if isinstance(found, wire.Pickup):
            return self._scheduled(command, body, found, Done)
        if found is not None:
            return still_in_doubt(found)
        return self._account.purchases.unseen(command.key, "Sendcloud", "no pickup of our reference")

    async def _find(self, body: SchedulePickup) -> wire.Pickup | Trouble | None:
        """Among the latest hundred: the list takes no filter and no page number."""
        page = await self._account.rest.ask("GET", f"/pickups?page_size={_PAGE}", wire.PickupPage)
        if not isinstance(page, wire.PickupPage):
            return page
        since = self._account.day_before(_LOOK_BACK_DAYS)
        for each in page.data:
            if each.status in _OVER or each.carrier_code != body.carrier or each.created_at[:10] < since:
                continue
            one = await self._account.rest.ask("GET", f"/pickups/{each.id}", wire.PickupAnswer)
            if not isinstance(one, wire.PickupAnswer):
                return one
            if one.data.reference == body.reference:
                return one.data
        return None

    def _scheduled(
        self, command: Command, body: SchedulePickup, pickup: wire.Pickup, made: type[Done | AlreadyDone]
    ) -> Verdict:
        if pickup.status == "FAILED":
            text = "The carrier does not come: read the reason in Sendcloud's panel and order another pickup."
            return Park(Explanation(text, f"pickup {pickup.id} is FAILED"))
        self._account.purchases.settled(command.key)
        now = self._account.now()
        return told(
            "Sendcloud", made, lambda: mapping.scheduled(body, pickup, self._account.partner, command.subject, now)
        )


class Inquiries:
    """What is asked and changes nothing."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def address(self, command: Command, body: CheckAddress, _documents: Documents) -> Verdict:
        """Ask whether an address holds by the rules of the configured carrier."""
        carrier = self._account.config.address_carrier
        if not carrier:
            text = "Name a carrier in `address_carrier`: Sendcloud checks addresses by a carrier's rules."
            return Refuse(Explanation(text, "POST /addresses/validate needs a carrier_code"))
        request = mapping.address_request(body.party, carrier)
        answer = await self._account.rest.ask("POST", "/addresses/validate", wire.CheckedAddress, request)
        if not isinstance(answer, wire.CheckedAddress):
            return answer
        return Done((mapping.checked(body, answer, self._account.partner, command.subject, self._account.now()),))

    async def tracking(self, _command: Command, body: RequestTracking, _documents: Documents) -> Verdict:
        """What is known of a number."""
        answer = await self._account.rest.call("GET", f"/parcels/tracking/{quote(body.tracking_number, safe='')}")
        if not isinstance(answer, HttpResponse):
            return answer
        translation = reading_of(answer.body, self._account.partner, "Sendcloud", tracking.read, tracking.PACKAGE)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)
