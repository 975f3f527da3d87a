"""Buys labels once: under a key made of our reference, by which USPS gives the label out again."""

import msgspec

from crossdock.connectors.usps.client.rest import CANCELLED, UspsClient, is_refused_with
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import booking, parties
from crossdock.connectors.usps.mapping.booking import Held, Sold
from crossdock.connectors.usps.mapping.customs import UndeclarableGoods
from crossdock.model.commands import BuyLabel, FetchLabel, VoidLabel
from crossdock.model.events import Fact, ShipmentBooked
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.units import InvalidUnit
from crossdock.ports.connector import Command, Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import Trouble, doubt_goes_on

_LATE = Explanation(
    "Too much time passed since USPS was asked; we ask again.", "the worker slept between the look-up and the purchase"
)
_DOMESTIC, _ABROAD = "labels", "international-labels"
_BUY = {_DOMESTIC: "/labels/v3/label", _ABROAD: "/international-labels/v3/international-label"}
_RETURN = "/labels/v3/return-label"


class Labels:
    """The labels of one account."""

    def __init__(self, client: UspsClient, surroundings: Surroundings) -> None:
        self._client = client
        self._config: UspsConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._purchases = Purchases(surroundings.clock, self._config.lookup_lag_seconds)

    async def buy(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Buy, unless a label was bought under this consignment's key."""
        key = parties.key_of(body.consignment.reference)
        async with self._purchases.lock(key):
            known = self._purchases.facts_of(key)
            if known:
                return AlreadyDone(known)
            looked = self._purchases.looked_at()
            standing = await self._standing(body, key)
            if isinstance(standing, Sold):
                return await self._kept(command, body, standing, documents, AlreadyDone)
            if standing is not None and not is_refused_with(standing, CANCELLED) and command.attempt > 1:
                return standing
            if isinstance(standing, Reauthenticate):
                return standing
            if self._purchases.is_stale(looked):
                return Retry(_LATE)
            return await self._buy(command, body, key, documents)

    async def _buy(self, command: Command, body: BuyLabel, key: str, documents: Documents) -> Verdict:
        try:
            request = booking.request(body, self._config, parties.day(self._clock.now()))
        except (InvalidUnit, UndeclarableGoods) as problem:
            operator = "USPS cannot be told of this package as it is. Correct its measures, customs or dangerous goods."
            return Refuse(Explanation(operator, str(problem)))
        goods = body.consignment
        domestic = parties.is_domestic(goods)
        path = _RETURN if goods.is_return and domestic else _BUY[_DOMESTIC if domestic else _ABROAD]
        answer = await self._client.buy(path, key, request)
        if not isinstance(answer, HttpResponse):
            return answer
        label = _read(answer)
        if not isinstance(label, Sold):
            return InDoubt(label.why, ErrorClass.SERVER)
        return await self._kept(command, body, label, documents, Done)

    async def settle(self, command: Command, body: BuyLabel, documents: Documents) -> Verdict:
        """Ask for the label by its key. What is not found may be too new, so doubt lasts ``lookup_lag_seconds``."""
        key = parties.key_of(body.consignment.reference)
        async with self._purchases.lock(key):
            known = self._purchases.facts_of(key)
            if known:
                return Done(known)
            standing = await self._standing(body, key)
            if isinstance(standing, Sold):
                return await self._kept(command, body, standing, documents, Done)
            if standing is not None:
                return standing if is_refused_with(standing, CANCELLED) else doubt_goes_on(standing)
            return self._purchases.unseen(command.key, "USPS", f"no label under {key}")

    async def _standing(self, body: BuyLabel, key: str) -> Sold | Trouble | None:
        """The label bought under ``key``; None where there is none."""
        goods = body.consignment
        api = _DOMESTIC if parties.is_domestic(goods) else _ABROAD
        answer = await self._client.reprint(api, key, self._reprint(booking.media_type_of(goods.label_format)))
        return _read(answer) if isinstance(answer, HttpResponse) else answer

    def _reprint(self, media_type: str) -> bytes:
        label_format = "ZPL" if media_type == booking.ZPL else "PDF"
        return msgspec.json.encode({"imageInfo": booking.image_info(label_format, self._config)})

    async def _kept(
        self, command: Command, body: BuyLabel, label: Sold, documents: Documents, made: type[Done | AlreadyDone]
    ) -> Verdict:
        try:
            held = await _put(label, documents)
        except OSError as problem:
            why = Explanation("The label was sold and could not be kept; Crossdock fetches it again.", str(problem))
            return InDoubt(why, ErrorClass.SERVER)
        facts: tuple[Fact, ...] = booking.booked(body, label, held, self._partner, command.subject, self._now())
        self._purchases.keep(parties.key_of(body.consignment.reference), facts)
        self._purchases.keep(label.number, facts)
        self._purchases.settled(command.key)
        return made(facts)

    async def fetch(self, command: Command, body: FetchLabel, documents: Documents) -> Verdict:
        """The label as it was kept when it was bought, else a reprint."""
        sha256 = body.label_url.removeprefix(booking.HELD)
        package, number = body.package_id, body.tracking_number
        if sha256 != body.label_url:
            try:
                held = Held(sha256, body.media_type, len(await documents.get(sha256)))
                return Done((booking.labelled(package, number, held, command.subject, self._now()),))
            except KeyError:
                pass  # it is past its retention: USPS may still have it
        answer = await self._client.reprint_number(api_of(number), number, self._reprint(body.media_type))
        if not isinstance(answer, HttpResponse):
            return answer
        label = _read(answer)
        if not isinstance(label, Sold):
            return label
        held = await _put(label, documents)
        return Done((booking.labelled(package, number, held, command.subject, self._now()),))

    async def void(self, command: Command, body: VoidLabel) -> Verdict:
        """Cancel an unused label, or ask for the money back; what was cancelled before is done."""
        path = f"{_BUY[api_of(body.tracking_number)]}/{body.tracking_number}"
        answer = await self._client.cancel(path)
        fact = booking.voided(body, self._partner, command.subject, self._now())
        cancelled_before = is_refused_with(answer, CANCELLED)
        if isinstance(answer, (Retry, Reauthenticate, InDoubt, Park, Refuse)) and not cancelled_before:
            return answer
        self._forget(body.tracking_number)
        return AlreadyDone((fact,)) if cancelled_before else Done((fact,))

    def _forget(self, number: str) -> None:
        """A cancelled label is not what a later purchase under the same key gives."""
        for fact in self._purchases.facts_of(number):
            if isinstance(fact.body, ShipmentBooked):
                self._purchases.keep(fact.body.booking.booking_reference, ())

    def _now(self) -> Stamp:
        return from_epoch_us(self._clock.now())


def api_of(number: str) -> str:
    """Which API a label is of: numbers of mail abroad have the form of UPU S10, two letters at both ends."""
    return _ABROAD if number[:2].isalpha() and number[-2:].isalpha() else _DOMESTIC


def _read(answer: HttpResponse) -> Sold | Park:
    try:
        return booking.sold(answer.headers.get("content-type", ""), answer.body)
    except (ValueError, RecursionError) as problem:
        operator = "USPS sold a label and its answer cannot be read. Look at it there before anything is sent again."
        return Park(Explanation(operator, f"HTTP {answer.status}: {problem}"))


async def _put(label: Sold, documents: Documents) -> Held:
    sha256 = await documents.put(label.data, label.media_type, "label")
    return Held(sha256, label.media_type, len(label.data))
