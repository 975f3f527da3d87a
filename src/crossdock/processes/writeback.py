"""What the system of record is told of packages on their way: milestones and proofs, each once."""

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.desk import RETURN
from crossdock.model.identifiers import digest
from crossdock.model.milestones import MILESTONES
from crossdock.model.order import DeliveryOrder
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.process import Order
from crossdock.processes.promises import judged
from crossdock.processes.shipping_work import Work


def tracked(work: Work) -> None:
    """A scan: move the phase, and write the milestone once where it is wanted."""
    body, order = work.event.body, work.order
    if not isinstance(body, ev.TrackingReported) or order is None:
        return
    scan = body.event
    follow(work, order)
    _judge(work, scan.tracking_number)
    _collect(work, scan.tracking_number, scan)
    _mapped(work, scan)
    once = f"{scan.tracking_number}/{scan.milestone}"
    if scan.milestone not in work.policy.milestones or once in work.progress.noted:
        return
    work.progress.noted.append(once)
    back = any(
        each.tracking_number == scan.tracking_number and each.package_id.endswith(RETURN)
        for each in work.state.bookings.values()
    )
    name = f"{'Way back: ' if back else ''}{MILESTONES[scan.milestone].name}"
    place = ", ".join(part for part in (scan.place.city, scan.place.country) if part)
    detail = f": {scan.raw_text}" if scan.raw_text and scan.exception_category != "none" else ""
    text = f"{name}{detail} - {scan.carrier or scan.partner} {scan.tracking_number}{f', {place}' if place else ''}"
    marker = digest(order.id, once)[:16]
    record = cmd.RecordMilestone(order.external_id, scan.tracking_number, scan.milestone, text, scan.occurred, marker)
    work.orders.append(Order(f"milestone/{once}", order.partner, record))


def _mapped(work: Work, scan: TrackingEvent) -> None:
    """A code no mapping knows is somebody's to settle; it is over once the message was read again with its meaning."""
    pointer = f"/{scan.partner}/{scan.raw_code}"
    if scan.milestone == "unknown" and scan.raw_code:
        text = (
            f"{scan.partner} used the code '{scan.raw_code}' ({scan.raw_text}), which no mapping knows. "
            "Settle it (crossdock mapping review), then read its messages again (crossdock replay)."
        )
        work.raise_exception("mapping.unknown_code", text, pointer, scan.partner)
    else:
        work.resolve(lambda each: each.kind == "mapping.unknown_code" and each.pointer == pointer)


def _collect(work: Work, number: str, scan: TrackingEvent) -> None:
    """The driver came and did not get the goods: somebody has to call; it is over once the goods move."""
    if scan.milestone == "pickup_attempted":
        text = f"The carrier came for {number} and did not get it. Put it out and ask for another pickup."
        work.raise_exception("pickup.failed", text, f"/shipments/{number}", scan.carrier or scan.partner)
    elif work.state.journeys[number].standing.moved:
        work.resolve(lambda each: each.kind == "pickup.failed" and each.pointer == f"/shipments/{number}")


def _judge(work: Work, number: str) -> None:
    """Say once of a delivered package whether its promise was kept."""
    promised, once = work.progress.promised, f"{number}/judged"
    live = work.state.live_bookings().values()
    package = next((each.package_id for each in live if each.tracking_number == number), "")
    if package not in promised or once in work.progress.noted:
        return
    verdict = judged(promised[package], number, work.state.journeys[number])
    if verdict is not None:
        work.progress.noted.append(once)
        work.events.append(verdict)


def follow(work: Work, order: DeliveryOrder) -> None:
    """Move the phase with the packages: shipped when one moves, delivered when all are."""
    live = work.state.live_bookings()
    standings = [
        work.state.journeys[live[package.id].tracking_number].standing
        for package in order.packages
        if package.id in live and live[package.id].tracking_number in work.state.journeys
    ]
    progress = work.progress
    if progress.phase in {"cancelled", "delivered"}:
        return
    lacking = progress.phase in {"rating", "booking", "attention"} and work.lacks_label
    if standings and len(standings) == len(order.packages) and all(each.milestone == "delivered" for each in standings):
        progress.phase, progress.settling = "delivered", False
    elif any(each.moved for each in standings) and not lacking:
        progress.phase, progress.settling = "shipped", False


def proved(work: Work) -> None:
    """Write the proof of delivery."""
    body, order = work.event.body, work.order
    if not isinstance(body, ev.ProofCaptured) or order is None:
        return
    proof = body.proof
    place = ", ".join(part for part in (proof.place.city, proof.place.country) if part)
    text = f"Proof of delivery {proof.tracking_number}: signed by {proof.signed_by or 'nobody named'}"
    marker = digest(order.id, "proof", proof.tracking_number, proof.signed_by)[:16]
    record = cmd.RecordProof(
        order.external_id,
        proof.tracking_number,
        f"{text}{f', {place}' if place else ''}",
        proof.occurred,
        marker,
        proof.signed_by,
        proof.document,
    )
    work.orders.append(Order(f"proof/{proof.tracking_number}", order.partner, record))


def accompanied(work: Work) -> None:
    """Papers that go with a package: attach them to its order."""
    body, order = work.event.body, work.order
    if not isinstance(body, ev.DocumentReceived) or order is None or work.progress.phase == "cancelled":
        return
    number, paper = body.tracking_number, body.document
    marker = digest(order.id, paper.kind, number, paper.sha256)[:16]
    record = cmd.RecordDocument(order.external_id, number, paper, marker)
    work.orders.append(Order(f"document/{number}/{paper.kind}", order.partner, record))


def written(work: Work) -> None:
    """The system of record takes writes again."""
    work.resolve(lambda each: each.kind == "record.failed")
