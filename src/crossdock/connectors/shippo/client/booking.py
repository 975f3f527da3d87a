"""Rates, labels and refunds. Shippo sells a rate whenever it is asked, so its books are looked at before and after."""

from urllib.parse import quote, urlencode

import msgspec

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.client.refusals import not_sold
from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.mapping import booking as mapping
from crossdock.connectors.shippo.mapping.declaring import Undeclarable
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, LabelReceived
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import Money
from crossdock.model.shipment import Document
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Refuse, Retry, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import RestClient, Trouble, still_in_doubt, told

_MEDIA_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl"}
_PAGE_SIZE = "100"


class Booking:
    """Rates, purchases, label files and refunds of one account."""

    def __init__(self, client: RestClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: ShippoConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.doubt_seconds)

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

    async def transaction(self, transaction_id: str) -> wire.Transaction | Trouble:
        """A transaction as Shippo has it now."""
        return await self._client.ask("GET", f"/transactions/{quote(transaction_id, safe='')}", wire.Transaction)

    async def rate_called(self, rate_id: str) -> wire.Rate | Trouble:
        """A rate by its id; it names the carrier account that offered it."""
        return await self._client.ask("GET", f"/rates/{quote(rate_id, safe='')}", wire.Rate)

    async def rate(self, subject: str, body: RequestRates) -> Verdict:
        """Open a shipment; what is offered for it comes with the answer."""
        try:
            request = mapping.shipment_request(body, self._config.carrier_accounts)
        except InvalidUnit as problem:
            operator = "The package has a measure Shippo cannot be told. Correct its weight or size."
            return Refuse(Explanation(operator, str(problem)))
        except Undeclarable as problem:
            return Refuse(Explanation(str(problem), f"consignment {body.consignment.reference}: {problem}"))
        answer = await self._client.ask("POST", "/shipments", wire.Shipment, request)
        if not isinstance(answer, wire.Shipment):
            return answer
        if answer.status in wire.MAKING:
            return Retry(Explanation("Shippo is still asking its carriers; we ask again.", f"status '{answer.status}'"))
        if answer.status == "ERROR":
            said = "; ".join(map(str, answer.messages)) or "without a reason"
            operator = "Shippo cannot rate this shipment. Read its reason; correct the order."
            return Park(Explanation(operator, f"shipment {answer.object_id} is ERROR: {said}"))
        wrong = self._wrong_mode(test=answer.test)
        return wrong or told("Shippo", Done, lambda: mapping.quoted(body, answer, self._partner, subject))

    def _wrong_mode(self, *, test: bool | None) -> Park | None:
        if self._config.mode == "any" or test is None or test == (self._config.mode == "test"):
            return None
        operator = (
            "The API token is of the wrong mode: a test label must not go on a real parcel. Put the right one in."
        )
        return Park(Explanation(operator, f"the shipment has test={test}, the mode is '{self._config.mode}'"))

    async def buy(self, subject: str, body: BuyLabel) -> Verdict:
        """Buy a rate, unless its books say that somebody has."""
        async with self._purchases.lock(body.rate_id):
            looked_at = self._purchases.looked_at()
            standing = await self._standing(body)
            if not isinstance(standing, list):
                return standing
            if alive := _alive(standing):
                return await self._made(subject, body, alive, AlreadyDone)
            if self._purchases.is_stale(looked_at):
                return Retry(Explanation("Looking took too long; we look again before we buy.", "stale look-up"))
            request = mapping.purchase_request(body, self._config.label_format, asynchronous=self._config.asynchronous)
            answer = await self._client.ask("POST", "/transactions", wire.Transaction, request, costly=True)
            if not isinstance(answer, wire.Transaction):
                return answer
            return await self._made(subject, body, [answer], Done)

    async def _standing(self, body: BuyLabel) -> list[wire.Transaction] | Trouble:
        """All transactions of the rate, the newest first."""
        query = urlencode({"rate": body.rate_id, "results": _PAGE_SIZE})
        page = await self._client.ask("GET", f"/transactions?{query}", wire.TransactionPage)
        if not isinstance(page, wire.TransactionPage):
            return page
        return [each for each in page.results if each.rate_id == body.rate_id]

    async def _made(
        self, subject: str, body: BuyLabel, found: list[wire.Transaction], made: type[Done | AlreadyDone]
    ) -> Verdict:
        """The verdict on transactions of this rate, of which there should be one."""
        if len(found) > 1:
            ids = ", ".join(each.object_id for each in found)
            operator = "Two labels were bought for one package. Void one of them at Shippo, then retry."
            return Park(Explanation(operator, f"rate {body.rate_id} has the transactions {ids}"))
        bought = found[0]
        if bought.status == "ERROR":
            return not_sold(bought.object_id, bought.messages)
        if not bought.is_bought:
            why = f"transaction {bought.object_id} is '{bought.status}'"
            return InDoubt(Explanation("The label is being made; Crossdock asks again.", why), ErrorClass.SERVER)
        cost = await self._cost(bought)
        return told("Shippo", made, lambda: mapping.booked(body, bought, cost, self._partner, subject))

    async def _cost(self, bought: wire.Transaction) -> Money | None:
        """What the label cost; a price that cannot be had now is no reason to doubt the label."""
        rate = bought.rate if isinstance(bought.rate, wire.Rate) else await self.rate_called(bought.rate_id)
        return mapping.cost_of(rate) if isinstance(rate, wire.Rate) else None

    async def void(self, subject: str, body: VoidLabel) -> Verdict:
        """Ask for a refund, unless one is on its way."""
        standing = await self.transaction(body.shipment_id)
        if not isinstance(standing, wire.Transaction):
            return standing
        if standing.status in wire.VOIDED:
            return self._voided(subject, body, standing.object_updated or standing.object_created, AlreadyDone)
        if not standing.is_bought:
            operator = "There is no label to void: it was never bought."
            return Park(Explanation(operator, f"transaction {standing.object_id} is '{standing.status}'"))
        request = msgspec.json.encode({"transaction": body.shipment_id, "async": False})
        answer = await self._client.ask("POST", "/refunds", wire.Refund, request, costly=True)
        if not isinstance(answer, wire.Refund):
            return answer
        if answer.status == "ERROR":
            operator = "The carrier does not take the label back; ask Shippo's support."
            return Park(Explanation(operator, f"refund {answer.object_id} of {body.shipment_id} is ERROR"))
        return self._voided(subject, body, answer.object_created, Done)

    def _voided(self, subject: str, body: VoidLabel, at: str, made: type[Done | AlreadyDone]) -> Verdict:
        return told("Shippo", made, lambda: mapping.voided(body, self._partner, at, subject))

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

    async def settle_buy(self, subject: str, body: BuyLabel) -> Verdict:
        """Ask by the rate what became of a purchase. One that does not show is doubted for a while: Shippo may still be
        waiting for the carrier.
        """
        standing = await self._standing(body)
        if not isinstance(standing, list):
            return still_in_doubt(standing)
        alive = _alive(standing)
        if not alive and (not standing or self._purchases.is_too_early(body.rate_id)):
            return self._purchases.unseen(
                body.rate_id, "Shippo", f"no transaction of rate {body.rate_id} that is alive"
            )
        verdict = await self._made(subject, body, alive or standing[:1], Done)
        if not isinstance(verdict, InDoubt):
            self._purchases.settled(body.rate_id)
        return verdict

    async def settle_void(self, subject: str, body: VoidLabel) -> Verdict:
        """Ask by the transaction whether a refund is on its way; one that does not show is doubted for a while."""
        standing = await self.transaction(body.shipment_id)
        if not isinstance(standing, wire.Transaction):
            return still_in_doubt(standing)
        if standing.status in wire.VOIDED:
            self._purchases.settled(f"void {body.shipment_id}")
            return self._voided(subject, body, standing.object_updated or standing.object_created, Done)
        what = f"transaction {standing.object_id} as '{standing.status}'"
        return self._purchases.unseen(f"void {body.shipment_id}", "Shippo", what)


def _alive(found: list[wire.Transaction]) -> list[wire.Transaction]:
    """The transactions that sold a label, or may still."""
    return [each for each in found if each.status != "ERROR"]
