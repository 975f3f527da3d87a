"""What the carriers' desk looks at: a job, and what was booked with a carrier today."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.model import events as ev
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.desk import (
    RETURN,
    AnnounceReceipt,
    DeskRequested,
    ReceiveReturn,
    Redeliver,
    RefuseReturn,
    Relay,
    Return,
    ReturnGoods,
    Void,
    Wish,
)
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import ReferenceKind
from crossdock.model.shipment import BookedShipment, Document
from crossdock.ports.stores import Transaction
from crossdock.views.timeline import Story, story_of

_PAGE = 500
_OPEN = frozenset({"queued", "sending", "retry", "in_doubt"})
_STOPPED = frozenset({"parked", "refused"})


class DayLine(Struct, frozen=True):
    """One booked shipment: when (epoch microseconds), whose, and whether a manifest has it."""

    partner: str
    carrier: str
    service: str
    order: str
    package_id: str
    shipment_id: str
    tracking_number: str
    booked_at: int
    manifest_id: str = ""


class Job(Struct, frozen=True):
    """Something that was asked for and how far it is: ``state`` is working, done or attention (a person must look)."""

    id: str
    kind: str
    subject: str
    state: str
    asked_at: int
    text: str = ""
    documents: tuple[Document, ...] = ()
    tracking_numbers: tuple[str, ...] = ()


def end_of_day(tx: Transaction, since: int, until: int, partner: str = "") -> list[DayLine]:
    """What was booked in a span of time to leave here and not voided, oldest first; of one partner, or of all. Ways
    back are handed over by somebody else.
    """
    booked = {}
    for event in _events(tx, "shipment.booked.v1", since, until):
        body = event.body
        if isinstance(body, ev.ShipmentBooked):
            booking = body.booking
            if partner in {"", booking.partner} and not booking.package_id.endswith(RETURN):
                booked[booking.partner, booking.shipment_id] = (event, booking)
    for event in _events(tx, "shipment.voided.v1", since):
        if isinstance(event.body, ev.ShipmentVoided):
            booked.pop((event.body.partner, event.body.shipment_id), None)
    manifests = _manifests(tx, since)
    return [
        DayLine(
            each.partner, each.carrier, each.service, event.subject, each.package_id, each.shipment_id,
            each.tracking_number, event.recorded_at, manifests.get((each.partner, each.shipment_id), ""),
        )
        for event, each in booked.values()
    ]  # fmt: skip


def _manifests(tx: Transaction, since: int) -> dict[tuple[str, str], str]:
    bodies = [event.body for event in _events(tx, "manifest.closed.v1", since)]
    closed = [body for body in bodies if isinstance(body, ManifestClosed)]
    return {(body.partner, each.shipment_id): body.manifest_id for body in closed for each in body.shipments}


def pickups_since(tx: Transaction, since: int) -> list[PickupScheduled]:
    """The pickups that carriers took on from an instant on and that nobody cancelled, the newest first."""
    asked = [event.body for event in _events(tx, "pickup.scheduled.v1", since)]
    ended = [event.body for event in _events(tx, "pickup.cancelled.v1", since)]
    gone = {(body.partner, body.pickup_id) for body in ended if isinstance(body, PickupCancelled)}
    standing = [body for body in asked if isinstance(body, PickupScheduled)]
    return [each for each in reversed(standing) if (each.partner, each.pickup_id) not in gone]


def _events(tx: Transaction, tag: str, since: int, until: int = 0) -> list[ev.Event]:
    found: list[ev.Event] = []
    after = ""
    while True:
        page, after = tx.views.events(type_prefix=tag, after=after, limit=_PAGE, since=since, until=until)
        found += page
        if not after:
            return found


def shipments_of(lines: Sequence[DayLine]) -> tuple[BookedShipment, ...]:
    """The lines no manifest has yet, as a carrier is told of them."""
    return tuple(BookedShipment(each.shipment_id, each.tracking_number) for each in lines if not each.manifest_id)


def job_of(tx: Transaction, job_id: str) -> Job | None:
    """How far a request is; None where there is none of this id."""
    hits = [each for each in tx.views.search(job_id, 5) if each.kind == ReferenceKind.JOB and each.value == job_id]
    if not hits:
        return None
    subject = hits[0].subject
    events = tx.log.of_subject(subject)
    asked = [event for event in events if isinstance(event.body, DeskRequested) and event.body.id == job_id]
    story = story_of(tx, subject)
    if not asked:
        return None
    request = asked[0]
    body = request.body
    assert isinstance(body, DeskRequested)
    kind = str((body.wish.command if isinstance(body.wish, Relay) else body.wish).__struct_config__.tag)
    if story is None:
        return Job(job_id, kind, subject, "working", request.recorded_at, "nobody has taken it up yet")
    since = [event for event in events if event.recorded_at >= request.recorded_at]
    state, text = _standing(body, story, since)
    lines = [each for each in story.packages if _is_about(body.wish, each.id)]
    labels = tuple(each.label for each in lines if each.label)
    documents = labels + tuple(paper for each in lines for paper in each.papers) + _sheets(since)
    numbers = tuple(each.tracking_number for each in lines if each.tracking_number)
    return Job(job_id, kind, subject, state, request.recorded_at, text, documents, numbers)


def unanswerable(wish: Wish, state: FulfilmentState) -> str:
    """Why nothing could ever come of ``wish``, for people; "" where it can be asked for."""
    if not isinstance(wish, Return):
        return ""
    known = [package.id for package in state.parcels]
    if wish.package_id in known:
        return ""
    if wish.package_id.endswith(RETURN):
        first = wish.package_id.removesuffix(RETURN)
        return (
            f"'{wish.package_id}' is a way back itself. Ask for the way back of '{first}', or void this one and again."
        )
    if state.order is None:
        return ""  # it may be on its way
    return f"This order has no package '{wish.package_id}'; it has {', '.join(known) or 'none'}."


def _is_about(wish: Wish, package_id: str) -> bool:
    match wish:
        case Void(wanted):
            return package_id == wanted
        case Return(wanted):
            return package_id == f"{wanted}{RETURN}"
    return not package_id.endswith(RETURN)


def _sheets(events: Sequence[ev.Event]) -> tuple[Document, ...]:
    return tuple(each for event in events if isinstance(event.body, ManifestClosed) for each in event.body.documents)


def _standing(request: DeskRequested, story: Story, since: Sequence[ev.Event]) -> tuple[str, str]:
    """The state of a request and what to say of it."""
    if _is_done(request, story.state, since):
        return "done", next((said for event in since if (said := _answer(event.body))), "")
    outbound = [row for row in story.exchanges if row.direction == "outbound"]
    if any(row.status in _OPEN for row in outbound):
        doubtful = next((row for row in outbound if row.status == "in_doubt"), None)
        waiting = next((row.operator for row in outbound if row.status == "retry"), "")
        return "working", f"{doubtful.partner} is asked what became of it" if doubtful else waiting
    standing = [row.text for row in story.exceptions if not row.resolved_at]
    stopped = [row.operator for row in outbound if row.status in _STOPPED]
    return ("attention", (standing or stopped)[0]) if standing or stopped else ("working", "")


def _answer(body: ev.EventBody) -> str:
    """What a carrier said when it was asked at the desk."""
    match body:
        case AddressChecked(verdict=verdict, suggested=suggested, messages=messages):
            better = ", ".join(part for part in (*suggested.lines, suggested.postcode, suggested.city) if part)
            return "; ".join([verdict, *([f"it should be {better}"] if verdict == "corrected" else []), *messages])
        case PickupScheduled(pickup_id=pickup_id, confirmation=confirmation):
            return f"pickup {pickup_id}{f', confirmed as {confirmation}' if confirmation else ''}"
        case ManifestClosed(manifest_id=manifest_id):
            return f"manifest {manifest_id}"
    return ""


def _is_done(request: DeskRequested, state: FulfilmentState, since: Sequence[ev.Event]) -> bool:
    live = state.live_bookings()
    match request.wish:
        case Void(package_id, again):
            gone = any(_is_gone(each.body, package_id) for each in since)
            return gone and (not again or _labelled(state, package_id))
        case Return(package_id):
            return _labelled(state, f"{package_id}{RETURN}")
        case ReturnGoods() | RefuseReturn() | ReceiveReturn() | Redeliver() | AnnounceReceipt():
            return True  # it is a fact from here on; what follows from it is its process's
        case Relay():
            answers = (PickupScheduled, PickupCancelled, ManifestClosed, AddressChecked)
            return any(isinstance(each.body, answers) for each in since)
    wanted = [each.id for each in state.parcels]
    return bool(wanted) and all(each in live and _labelled(state, each) for each in wanted)


def _is_gone(body: ev.EventBody, package_id: str) -> bool:
    """Its label is void; or somebody says so of one that was only feared to exist."""
    if isinstance(body, ExceptionResolved):
        return (body.kind, body.pointer) == ("label.maybe_bought", f"/packages/{package_id}")
    return isinstance(body, ev.ShipmentVoided) and body.package_id == package_id


def _labelled(state: FulfilmentState, package_id: str) -> bool:
    booking = state.live_bookings().get(package_id)
    return booking is not None and booking.tracking_number in state.labels
