"""What EasyPost's trackers say, in canonical words; pure."""

import csv
from functools import cache
from importlib import resources

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.model.events import Fact, ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.milestones import check
from crossdock.model.party import Address
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.connector import Translation, Unreadable
from crossdock.ports.verdicts import Explanation
from crossdock.tracking.codes import Meaning
from crossdock.tracking.refining import refined

_NOWHERE = Address()
_TRACKER_EVENTS = frozenset({"tracker.created", "tracker.updated"})
_READER = msgspec.json.Decoder(wire.Inbound)
_LIST_READER = msgspec.json.Decoder(list[wire.Tracker])
_FAILURE_READER = msgspec.json.Decoder(wire.ErrorAnswer)
_HEADING_READER = msgspec.json.Decoder(wire.Heading)


_UNKNOWN = Meaning("unknown", known=False)
_SAYS_NOTHING = frozenset({"", "unknown", "status_update"})
_END_OF_ROAD = frozenset({"delivered", "return_to_sender", "cancelled"})
_SPECIFIC = _END_OF_ROAD | {"pre_transit", "out_for_delivery", "available_for_pickup"}


@cache
def _table() -> dict[tuple[str, str], Meaning]:
    """codes.tsv by (axis, code), every word checked against the vocabulary."""
    text = resources.files("crossdock.connectors.easypost").joinpath("codes.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    table = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        words = (row["canonical_milestone"], row["exception_category"], row["reason"])
        check(*words)
        table[row["source"].removeprefix("easypost."), row["source_code"]] = Meaning(*words)
    return table


@cache
def meaning_of(status: str, detail: str) -> Meaning:
    """What a pair of status and detail says.

    The detail refines the status, unless it says nothing. A status that is specific by itself keeps its milestone
    (EasyPost sends ``delivered`` with ``arrived_at_destination``); trouble in the detail is taken all the same: a
    parcel can be delivered and damaged.
    """
    table = _table()
    by_status = table.get(("status", status), _UNKNOWN)
    if detail in _SAYS_NOTHING and by_status.known:
        return by_status
    by_detail = table.get(("status_detail", detail), _UNKNOWN)
    if not by_status.known or not by_detail.known:
        known = by_status if by_status.known else Meaning("unknown")
        return Meaning(known.milestone, known.category, known.reason, known=False)
    if by_detail.category == "none":
        return by_status if status in _SPECIFIC else by_detail
    if status == "delivered":
        return Meaning("delivered", by_detail.category, by_detail.reason)
    return by_status if status in _END_OF_ROAD else by_detail


def translation_of(body: bytes, partner: str, mode: str = "any", *, by_hand: bool = False) -> Translation:
    """The facts in an Event, a Tracker, a page or a list of trackers. Never raises: what is not one of these, or
    cannot be read exactly, is a problem; events about other objects than trackers hold no facts. That trackers hold
    no scan is a problem only where somebody gave them ``by_hand``: from EasyPost such news are no news.
    """
    try:
        return _read(body, partner, mode, by_hand=by_hand)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        return _without_result(body, str(problem))
    except RecursionError:
        return _unreadable("", "the JSON is nested too deeply")


def _read(body: bytes, partner: str, mode: str, *, by_hand: bool) -> Translation:
    if b"\\u0000" in body:
        # Half of the databases cannot hold it and no carrier means it.
        return _unreadable("", "the JSON holds a NUL character")
    reading = _Reading(partner, mode)
    if body.lstrip()[:1] == b"[":
        for index, tracker in enumerate(_LIST_READER.decode(body)):
            reading.tracker(tracker, f"/{index}")
        return reading.done(by_hand=by_hand)
    inbound = _READER.decode(body)
    if inbound.trackers is not None:
        for index, tracker in enumerate(inbound.trackers):
            reading.tracker(tracker, f"/trackers/{index}")
        by_hand = False  # a page of the feed says what there is, which may be nothing
    elif inbound.description is not None and inbound.description not in _TRACKER_EVENTS:
        return Translation()
    elif inbound.description is not None or inbound.object == "Event":
        if inbound.result is None:
            return _unreadable("/result", "the event carries no tracker")
        reading.tracker(inbound.result, "/result")
    elif inbound.object == "Tracker" or inbound.tracking_code is not None:
        reading.tracker(inbound, "")
    else:
        return _refused(body) or _unreadable("", "this is neither an event nor a tracker nor a list of trackers")
    return reading.done(by_hand=by_hand)


def _refused(body: bytes) -> Translation | None:
    """EasyPost's own error answer: it is read, and says that there is nothing."""
    try:
        failure = _FAILURE_READER.decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    operator = "EasyPost reports an error instead of tracking events: look the number and the account up there."
    said = f"{failure.code} {bytes(failure.message).decode()[:300]}".strip()
    return _nothing(operator, said or "an error without a text")


def _nothing(operator: str, said: str) -> Translation:
    return Translation(problems=(Unreadable("", Explanation(operator, said), refused=True),))


def _without_result(body: bytes, problem: str) -> Translation:
    """Events about batches, refunds and so on have results of other shapes; they are no problem and no fact."""
    try:
        heading = _HEADING_READER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unreadable("", problem)
    if heading.object == "Event" and heading.description and heading.description not in _TRACKER_EVENTS:
        return Translation()
    return _unreadable("", problem)


def _unreadable(pointer: str, problem: str) -> Translation:
    return Translation(problems=(_problem(pointer, problem),))


def _problem(pointer: str, problem: str) -> Unreadable:
    operator = "EasyPost sent something that cannot be read exactly; look at it, then retry or discard it."
    return Unreadable(pointer, Explanation(operator, problem))


class _Reading:
    """Collects facts, problems and unknown codes over the trackers of one message."""

    def __init__(self, partner: str, mode: str) -> None:
        self.partner = partner
        self.mode = mode
        self.facts: list[Fact] = []
        self.problems: list[Unreadable] = []
        self.unknown: dict[str, None] = {}

    def done(self, *, by_hand: bool) -> Translation:
        if by_hand and not self.facts and not self.problems:
            operator = "EasyPost has no tracking events of this number yet."
            return _nothing(operator, "the answer holds no events: tracking_details is empty")
        return Translation(tuple(self.facts), tuple(self.problems), tuple(self.unknown))

    def tracker(self, tracker: wire.Tracker, pointer: str) -> None:
        code = (tracker.tracking_code or "").strip()
        if not code:
            self.problems.append(_problem(f"{pointer}/tracking_code", "the tracker has no tracking code"))
            return
        if self.mode != "any" and tracker.mode is not None and tracker.mode != self.mode:
            text = f"the tracker is of mode '{tracker.mode}', this partner is configured for '{self.mode}'"
            self.problems.append(_problem(f"{pointer}/mode", text))
            return
        details = tracker.tracking_details or ()
        if not details:
            return
        eta = self._eta(tracker, pointer)
        lookups = (Reference(ReferenceKind.TRACKING, code),)
        last = len(details) - 1
        delivered: TrackingEvent | None = None
        for index, detail in enumerate(details):
            event = self._event(
                tracker, code, detail, f"{pointer}/tracking_details/{index}", eta if index == last else None
            )
            if event is None:
                continue
            self.facts.append(Fact(TrackingReported(event), event.occurred, lookups=lookups))
            if event.milestone == "delivered":
                delivered = event
        if delivered is not None and delivered.signed_by:
            proof = ProofOfDelivery(self.partner, code, delivered.occurred, delivered.signed_by, delivered.place)
            self.facts.append(Fact(ProofCaptured(proof), delivered.occurred, lookups=lookups))

    def _event(
        self, tracker: wire.Tracker, code: str, detail: wire.TrackingDetail, pointer: str, eta: Stamp | None
    ) -> TrackingEvent | None:
        occurred = self._stamp(detail.datetime or "", f"{pointer}/datetime")
        if occurred is None:
            return None
        status, finer = detail.status or "", detail.status_detail or ""
        meaning = refined(meaning_of(status, finer), detail.description or "", detail.message or "")
        raw_code = f"{status}/{finer}" if finer else status
        if not meaning.known:
            self.unknown[raw_code] = None
        if detail.est_delivery_date:
            eta = self._stamp(detail.est_delivery_date, f"{pointer}/est_delivery_date") or eta
        return TrackingEvent(
            partner=self.partner,
            tracking_number=code,
            milestone=meaning.milestone,
            occurred=occurred,
            exception_category=meaning.category,
            reason=meaning.reason,
            raw_code=raw_code,
            raw_text=detail.message or detail.description or "",
            place=_place(detail.tracking_location),
            carrier=tracker.carrier or "",
            signed_by=(tracker.signed_by or "") if meaning.milestone == "delivered" else "",
            eta=eta,
        )

    def _eta(self, tracker: wire.Tracker, pointer: str) -> Stamp | None:
        if tracker.est_delivery_date:
            return self._stamp(tracker.est_delivery_date, f"{pointer}/est_delivery_date")
        local = tracker.carrier_detail
        if local is None or not local.est_delivery_date_local:
            return None
        text = local.est_delivery_date_local
        if local.est_delivery_time_local:
            text = f"{text}T{local.est_delivery_time_local}"
        return self._stamp(text, f"{pointer}/carrier_detail/est_delivery_date_local")

    def _stamp(self, text: str, pointer: str) -> Stamp | None:
        try:
            return stamp(text)
        except (InvalidInstant, OverflowError) as problem:
            self.problems.append(_problem(pointer, str(problem)))
            return None


def _place(location: wire.Location | None) -> Address:
    if location is None:
        return _NOWHERE
    city, state = location.city or "", location.state or ""
    postcode, country = location.zip or "", location.country or ""
    if not (city or state or postcode or country):
        return _NOWHERE
    return Address(city=city, region=state, postcode=postcode, country=country)
