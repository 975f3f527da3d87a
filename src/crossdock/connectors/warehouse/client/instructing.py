"""Orders and announcements by REST: handed over under our reference, asked after by it when an answer was lost."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from msgspec import Struct

from crossdock.connectors.warehouse import wire
from crossdock.connectors.warehouse.client.refusals import ALREADY_THERE, NEWER_REVISION, UNKNOWN_REFERENCE
from crossdock.connectors.warehouse.mapping.catalogue import Catalogue
from crossdock.connectors.warehouse.mapping.instructing import announcement_of, encoded, order_of
from crossdock.connectors.warehouse.mapping.reading import translation_of
from crossdock.connectors.warehouse.mapping.telling import lookup
from crossdock.model import warehouse as wh
from crossdock.model.events import EventBody, Fact
from crossdock.model.identifiers import ReferenceKind
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.names import names_of
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Command, Page
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, InDoubt, Park, Retry, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.rest import RestClient, Trouble, code_of, doubt_goes_on

PAGE_SIZE = 200
_IDEMPOTENCY = "Idempotency-Key"


class _Fetched(Struct, frozen=True):
    """A page that was read: its bytes, none where it is empty, and where to go on."""

    body: bytes
    next: str


class Instructing:
    """One warehouse's API."""

    def __init__(self, client: RestClient, partner: str, catalogue: Catalogue, clock: Clock) -> None:
        self._client = client
        self._partner = partner
        self._catalogue = catalogue
        self._clock = clock

    # ---- handing over

    async def instruct(self, command: Command, body: wh.ReleaseOrder | wh.AmendOrder | wh.CancelOrder) -> Verdict:
        """Hand an order or a later revision over, or call the rest off; too late is an answer. Raises `UomMismatch`."""
        path = _path(body.reference)
        if isinstance(body, wh.CancelOrder):
            told = encoded({"reference": body.reference, "reason": body.reason})
            return await self._order(command, f"{path}/cancellation", told, 0)
        told = encoded(order_of(body, self._catalogue))
        path = "/orders" if isinstance(body, wh.ReleaseOrder) else f"{path}/amendments"
        return await self._order(command, path, told, body.revision)

    async def announce(self, command: Command, body: wh.AnnounceInbound) -> Verdict:
        """Announce inbound goods. Raises `UomMismatch`."""
        told = encoded(announcement_of(body, self._catalogue))
        answer = await self._client.ask(
            "POST", "/inbound", wire.InboundAnswer, told, costly=True, more={_IDEMPOTENCY: command.key}
        )
        if not isinstance(answer, wire.InboundAnswer):
            return await self._announced_before(command, body) if code_of(answer) == ALREADY_THERE else answer
        return Done((self._announced(command, body.reference, answer.number),))

    async def _order(self, command: Command, path: str, told: bytes, revision: int) -> Verdict:
        answer = await self._client.ask(
            "POST", path, wire.OrderAnswer, told, costly=True, more={_IDEMPOTENCY: command.key}
        )
        if isinstance(answer, wire.OrderAnswer):
            return Done(self._answered(command, answer, revision))
        if code_of(answer) in {ALREADY_THERE, NEWER_REVISION}:
            return await self._looked_up(command, revision)
        return answer

    # ---- asking after it

    async def settle(self, command: Command, body: wh.ReleaseOrder | wh.AmendOrder | wh.CancelOrder) -> Verdict:
        """What became of an uncertain order, amendment or cancellation."""
        return await self._looked_up(command, 0 if isinstance(body, wh.CancelOrder) else body.revision, body.reference)

    async def settle_announcement(self, command: Command, body: wh.AnnounceInbound) -> Verdict:
        """What became of an uncertain announcement."""
        return await self._announced_before(command, body)

    async def _looked_up(self, command: Command, revision: int, reference: str = "") -> Verdict:
        reference = reference or _reference(command)
        answer = await self._client.ask("GET", _path(reference), wire.OrderAnswer)
        if not isinstance(answer, wire.OrderAnswer):
            return _not_found(answer)
        if (revision and answer.revision < revision) or (not revision and not _is_cancelling(answer)):
            return _certainly_not(f"{reference} is at revision {answer.revision}, {answer.status}")
        return AlreadyDone(self._answered(command, answer, revision))

    async def _announced_before(self, command: Command, body: wh.AnnounceInbound) -> Verdict:
        path = f"/inbound/{quote(body.reference, safe='')}"
        answer = await self._client.ask("GET", path, wire.InboundAnswer)
        if not isinstance(answer, wire.InboundAnswer):
            return _not_found(answer)
        return AlreadyDone((self._announced(command, body.reference, answer.number),))

    async def stock_of(self, skus: Sequence[str]) -> Verdict:
        """Ask what there is of some items."""
        named = [("sku", self._catalogue.instructed_sku(sku)) for sku in skus]
        answer = await self._client.call("GET", f"/stock?{urlencode([*named, ('limit', str(PAGE_SIZE))])}")
        if not isinstance(answer, HttpResponse):
            return answer
        said = translation_of(answer.body, self._partner, self._catalogue, ())
        if said.problems:
            return Park(said.problems[0].why)
        return Done(said.facts)

    async def events_page(self, cursor: str) -> Page | Verdict:
        """The next page of events behind ``cursor``, as it came."""
        page = await self._page("/events", cursor)
        if not isinstance(page, _Fetched):
            return page
        return Page(page.body, page.next or cursor, more=bool(page.next and page.body))

    async def stock_page(self, cursor: str, pause: float) -> Page | Verdict:
        """The next page of stock. Behind the last one the next pass begins anew, after ``pause`` seconds."""
        page = await self._page("/stock", cursor)
        if not isinstance(page, _Fetched):
            return page
        return Page(page.body, page.next, more=bool(page.next and page.body), next_after=pause)

    async def _page(self, path: str, cursor: str) -> "_Fetched | Trouble":
        query = {"limit": str(PAGE_SIZE)} | ({"after": cursor} if cursor else {})
        answer = await self._client.call("GET", f"{path}?{urlencode(query)}")
        if not isinstance(answer, HttpResponse):
            return answer
        page = self._client.refusals.read(answer, wire.Page, costly=False)
        return _Fetched(answer.body if page.events else b"", page.next) if isinstance(page, wire.Page) else page

    # ---- facts

    def _answered(self, command: Command, answer: wire.OrderAnswer, revision: int) -> tuple[Fact, ...]:
        ours, reference = self._partner, answer.reference or _reference(command)
        told: list[EventBody] = []
        if revision:
            released = wh.WarehouseOrderReleased(ours, reference, revision, answer.number)
            if answer.status == "refused" and answer.revision == revision:
                told.append(wh.WarehouseOrderRefused(ours, reference, revision, answer.code, answer.text))
            elif answer.status == "acknowledged":
                told.append(wh.WarehouseOrderAcknowledged(ours, reference, revision, answer.number))
            return (self._named(command, released), *(self._said(body, reference) for body in told))
        if answer.status == "cancelled":
            told.append(wh.WarehouseOrderCancelled(ours, reference))
        elif answer.status in {"too_late", "shipped"}:
            stage: wh.Stage = answer.stage if answer.status == "too_late" else "shipped"
            told.append(wh.CancellationRefused(ours, reference, stage, answer.text))
        return tuple(self._said(body, reference) for body in told)

    def _announced(self, command: Command, reference: str, number: str) -> Fact:
        return self._named(command, wh.InboundAnnounced(self._partner, reference, number))

    def _named(self, command: Command, body: EventBody) -> Fact:
        """A fact of the command's subject that makes the reference known."""
        return Fact(body, self._now(), subject=command.subject, binds=names_of(body, self._partner))

    def _said(self, body: EventBody, reference: str) -> Fact:
        """A fact as a webhook would tell it, so that the two are one."""
        return Fact(body, self._now(), lookups=(lookup(self._partner, reference, ReferenceKind.WAREHOUSE_ORDER),))

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())


def _is_cancelling(answer: wire.OrderAnswer) -> bool:
    return answer.status in {"cancelled", "cancel_requested", "too_late", "shipped"}


def _path(reference: str) -> str:
    return f"/orders/{quote(reference, safe='')}"


def _reference(command: Command) -> str:
    return str(getattr(command.body, "reference", ""))


def _certainly_not(engineer: str) -> Retry:
    return Retry(
        Explanation("It did not reach the warehouse; we send it again.", engineer), ErrorClass.PENDING, after=0
    )


def _not_found(trouble: Trouble) -> Retry | InDoubt:
    """Only the warehouse's own word that it knows no such reference ends the doubt, not any gateway's 404."""
    if code_of(trouble) == UNKNOWN_REFERENCE:
        return _certainly_not(trouble.why.engineer)
    return doubt_goes_on(trouble)
