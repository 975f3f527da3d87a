"""Returns: another API at Sendcloud, whose lists show no id and of our references the order number alone."""

from urllib.parse import parse_qs, urlencode, urlsplit

from crossdock.connectors.sendcloud import wire
from crossdock.connectors.sendcloud.client.account import Account
from crossdock.connectors.sendcloud.client.refusals import is_status
from crossdock.connectors.sendcloud.mapping import booking as mapping
from crossdock.connectors.sendcloud.mapping import consignment
from crossdock.model.commands import BuyLabel, VoidLabel
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, InDoubt, Park, Refuse, Retry, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import not_done
from crossdock.transports.rest import Trouble, still_in_doubt, told

_LOOK_BACK_DAYS, _PAGE, _MOST_PAGES = 14, 40, 50
_HISTORY = ("cancelled", "cancelling", "cancelled-upstream", "cancelling-upstream")


class Returns:
    """The desk of returns. Nothing there refuses a reference twice for certain, so one is looked for before."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def buy(self, command: Command, body: BuyLabel, choice: consignment.Choice, media_type: str) -> Verdict:
        """Look for the return, then announce it; one buyer per reference in this process."""
        purchases, reference = self._account.purchases, body.consignment.reference
        async with purchases.lock(reference):
            looked_at = purchases.looked_at()
            found = await self._find(reference)
            if isinstance(found, wire.Return):
                return self._found(command, body, found, media_type, AlreadyDone)
            if found is not None:
                return found
            if purchases.is_stale(looked_at):
                text = "Sendcloud is slow; we look again before we book."
                return Retry(Explanation(text, f"the look for {reference} took too long to book on its word"))
            return await self._announce(command, body, choice, media_type)

    async def _announce(self, command: Command, body: BuyLabel, choice: consignment.Choice, media_type: str) -> Verdict:
        try:
            request = consignment.return_request(body.consignment, choice)
        except InvalidUnit as problem:
            operator = "The package has a measure Sendcloud cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        path = "/returns/announce-synchronously"
        made = await self._account.rest.ask("POST", path, wire.ReturnMade, request, costly=True)
        if not isinstance(made, wire.ReturnMade):
            return made
        shown = await self._account.rest.ask("GET", f"/returns/{made.return_id}", wire.Return)
        if not isinstance(shown, wire.Return):
            # It is bought; only its number is missing. Settling looks for it.
            return InDoubt(shown.why)
        booking_id = f"{mapping.RETURN}{made.return_id}"
        return self._booked(command, body, shown, booking_id, media_type, Done)

    def _booked(
        self,
        command: Command,
        body: BuyLabel,
        shown: wire.Return,
        booking_id: str,
        media_type: str,
        made: type[Done | AlreadyDone],
    ) -> Verdict:
        self._account.purchases.settled(command.key)
        partner = self._account.partner
        return told(
            "Sendcloud", made, lambda: mapping.returned(body, shown, booking_id, media_type, partner, command.subject)
        )

    def _found(
        self, command: Command, body: BuyLabel, found: wire.Return, media_type: str, made: type[Done | AlreadyDone]
    ) -> Verdict:
        if _is_cancelled(found):
            text = "This return was booked and cancelled at Sendcloud. Ask for a new label if the parcel still comes."
            return Park(Explanation(text, f"the return {body.consignment.reference} is cancelled"))
        parcel = (found.label_url or "").partition("/parcels/")[2].partition("/")[0]
        booking_id = f"{mapping.RETURN}{found.id}" if found.id is not None else f"{mapping.RETURN_PARCEL}{parcel}"
        return self._booked(command, body, found, booking_id, media_type, made)

    async def settle(self, command: Command, body: BuyLabel, media_type: str) -> Verdict:
        """What became of a return nobody answered for."""
        found = await self._find(body.consignment.reference)
        if isinstance(found, wire.Return):
            return self._found(command, body, found, media_type, Done)
        if found is not None:
            return still_in_doubt(found)
        return self._account.purchases.unseen(command.key, "Sendcloud", "no return of our reference")

    async def _find(self, reference: str) -> wire.Return | Trouble | None:
        query = {"from_date": f"{self._account.day_before(_LOOK_BACK_DAYS)} 00:00:00", "page_size": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            page = await self._account.rest.ask("GET", f"/returns?{urlencode(query)}", wire.ReturnPage)
            if not isinstance(page, wire.ReturnPage):
                return page
            for each in page.data:
                if each.order_number == reference:
                    return each
            cursor = parse_qs(urlsplit(page.next or "").query).get("cursor", [""])[0]
            if not cursor:
                return None
            query["cursor"] = cursor
        text = "There are too many returns to look through. Look at Sendcloud whether this one is booked."
        return Park(Explanation(text, f"more than {_PAGE * _MOST_PAGES} returns in {_LOOK_BACK_DAYS} days"))

    async def void(self, command: Command, body: VoidLabel) -> Verdict:
        """Cancel a return by its id."""
        standing = await self._standing(body)
        if not isinstance(standing, wire.Return):
            return standing
        if _is_cancelled(standing):
            return self._voided(command, body, AlreadyDone)
        path = f"/returns/{body.shipment_id.removeprefix(mapping.RETURN)}/cancel"
        answer = await self._account.rest.call("PATCH", path, costly=True)
        if isinstance(answer, HttpResponse):
            return self._voided(command, body, Done)
        if is_status(answer, 409):
            return Park(Explanation("Sendcloud does not cancel this return any more.", answer.why.engineer))
        return answer

    async def settle_void(self, command: Command, body: VoidLabel) -> Verdict:
        """What became of a cancellation nobody answered for."""
        standing = await self._standing(body)
        if not isinstance(standing, wire.Return):
            return still_in_doubt(standing)
        return (
            self._voided(command, body, Done)
            if _is_cancelled(standing)
            else not_done("Sendcloud", "the return as it was")
        )

    async def _standing(self, body: VoidLabel) -> wire.Return | Trouble:
        name = body.shipment_id.removeprefix(mapping.RETURN)
        if not name.isdigit():
            text = "Cancel this return in Sendcloud's panel: its id was lost with the answer to its booking."
            return Park(
                Explanation(text, f"'{body.shipment_id}' names a parcel, and returns are cancelled by their own id")
            )
        return await self._account.rest.ask("GET", f"/returns/{name}", wire.Return)

    def _voided(self, command: Command, body: VoidLabel, made: type[Done | AlreadyDone]) -> Verdict:
        now = self._account.now()
        return told("Sendcloud", made, lambda: mapping.voided(body, self._account.partner, command.subject, now))


def _is_cancelled(shown: wire.Return) -> bool:
    said = {(each.get("parent_status") or "").lower().replace(" ", "-") for each in shown.status_history}
    return bool(said.intersection(_HISTORY))
