"""What the demo promises, and the evidence it is judged by: the partners' own ledgers beside Crossdock's store."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from crossdock.ports.rows import Counts
from crossdock.ports.stores import Store, Transaction
from crossdock.sim.mischief import RoughRoad
from crossdock.sim.scenario import Scenario

Verdict = tuple[bool, str, str]


class Stored(Struct, frozen=True):
    """What Crossdock's own store says."""

    phases: Mapping[str, int]
    exceptions: Mapping[str, int]
    counts: Counts
    refused: int
    attempts: Mapping[str, int]
    scans: int
    spoken: int


class Evidence(Struct, frozen=True):
    """Everything the report looks at. ``labels`` are live labels by parcel; ``attachments``, ``references`` and
    ``notes`` are by picking name in Odoo.
    """

    stored: Stored
    labels: Mapping[str, list[str]]
    attachments: Mapping[str, int]
    references: Mapping[str, str]
    notes: Mapping[str, list[str]]
    proofs: int
    kills: int
    sent: int
    repeated: int
    altered: tuple[int, ...]

    @property
    def phases(self) -> Mapping[str, int]:
        """Orders by phase."""
        return self.stored.phases

    def is_quiet(self) -> bool:
        """Nothing is on its way any more."""
        counts = self.stored.counts
        return not (counts.received or counts.queued or counts.in_doubt)

    @classmethod
    async def gather(cls, store: Store, odoo: Any, carrier: RoughRoad, kills: int, now: int) -> "Evidence":
        """Look at all three."""
        stored = await store.read(_stored)
        picture: Any = odoo.state()
        labels: Any = carrier.control("live_labels", {}, now)
        return cls(
            stored=stored,
            labels=labels,
            attachments={name: len(row["attachments"]) - len(_proofs(row)) for name, row in picture.items()},
            references={name: row["tracking"] for name, row in picture.items()},
            notes={name: row["notes"] for name, row in picture.items()},
            proofs=sum(len(_proofs(row)) for row in picture.values()),
            kills=kills,
            sent=carrier.sent,
            repeated=carrier.repeated,
            altered=tuple(carrier.altered_answers),
        )


def _proofs(row: Mapping[str, Any]) -> list[str]:
    return [name for name in row["attachments"] if "-proof" in name]


def _stored(tx: Transaction) -> Stored:
    rows, _ = tx.views.shipments(limit=1000)
    open_rows, _ = tx.views.exceptions(limit=1000)
    attempts = Counter(attempt.verdict for row in rows for attempt in tx.views.attempts_of(row.subject))
    scans = [event for row in rows for event in tx.log.of_subject(row.subject) if event.source == "easypost"]
    tracked = [event for event in scans if type(event.body).__name__ == "TrackingReported"]
    spoken, _ = tx.views.exchanges(partner="easypost", direction="inbound", limit=1000)
    return Stored(
        phases=Counter(row.phase for row in rows),
        exceptions=Counter(row.kind for row in open_rows),
        counts=tx.views.counts(),
        refused=len(tx.views.refused("easypost")),
        attempts=attempts,
        scans=len(tracked),
        spoken=len(spoken),
    )


def verdicts(story: Scenario, evidence: Evidence) -> Iterator[Verdict]:
    """Each promise: whether it held, its text, and the figure behind it."""
    yield from _orders(story, evidence)
    yield from _labels(story, evidence)
    yield from _tracking(story, evidence)
    yield from _mishaps(story, evidence)


def _orders(story: Scenario, evidence: Evidence) -> Iterator[Verdict]:
    known = sum(evidence.phases.values())
    yield known == story.orders.count, "every confirmed order became one delivery order", f"{known}"
    wanted = {
        "address.incomplete": len(story.orders.without_postcode),
        "sku.unknown": len(story.orders.without_sku),
    }
    found = dict(evidence.stored.exceptions)
    text = ", ".join(f"{count} of {kind}" for kind, count in found.items())
    yield found == wanted, "the bad orders are business exceptions, and nothing else is", text


def _labels(story: Scenario, evidence: Evidence) -> Iterator[Verdict]:
    parcels = story.orders.parcel_count()
    doubled = [parcel for parcel, codes in evidence.labels.items() if len(codes) != 1]
    right = len(evidence.labels) == parcels and not doubled
    yield right, "the carrier's ledger shows one live label per parcel", f"{len(evidence.labels)} of {parcels}"
    attached = sum(evidence.attachments.values())
    yield attached == parcels, "every label is attached to its picking in Odoo, once", f"{attached}"
    written = {code for text in evidence.references.values() for code in text.split(",") if code}
    bought = {code for codes in evidence.labels.values() for code in codes}
    yield written == bought, "the pickings carry exactly the tracking numbers that were bought", f"{len(written)}"


def _tracking(story: Scenario, evidence: Evidence) -> Iterator[Verdict]:
    good = len(story.orders.good())
    delivered = evidence.phases.get("delivered", 0)
    yield delivered == good, "every good order is delivered", f"{delivered} of {good}"
    parcels = story.orders.parcel_count()
    yield evidence.proofs == parcels, "every proof of delivery is in Odoo, once", f"{evidence.proofs}"
    notes = [note for texts in evidence.notes.values() for note in texts]
    doubled = [note for note, count in Counter(notes).items() if count > 1]
    yield not doubled, "no note is in Odoo twice", f"{len(notes)} notes"
    refused = all(status == 401 for status in evidence.altered) and len(evidence.altered) == story.webhooks.tampered
    yield refused, "an altered webhook is refused with 401 and kept", f"{evidence.stored.refused} kept"
    text = f"{evidence.sent} sent, {evidence.repeated} of them twice, {evidence.stored.scans} distinct scans"
    yield evidence.repeated > 0 and evidence.stored.scans > 0, "repeated and shuffled webhooks change nothing", text


def _mishaps(story: Scenario, evidence: Evidence) -> Iterator[Verdict]:
    attempts = evidence.stored.attempts
    settled = attempts.get("AlreadyDone", 0)
    lost = not story.carrier.lost_answer or settled > 0
    yield lost, "a purchase whose answer was lost was found again by asking, not bought again", f"{settled} settled"
    trouble = attempts.get("InDoubt", 0) + attempts.get("Retry", 0)
    yield trouble > 0 or not story.carrier.unavailable_calls, "the carrier's outage was waited out", f"{trouble} tries"
    yield evidence.kills == 1 or not story.carrier.unavailable_calls, "Crossdock was killed and went on", ""
    counts = evidence.stored.counts
    left = f"{counts.received} unread, {counts.queued} queued, {counts.in_doubt} in doubt, {counts.parked} parked"
    quiet = evidence.is_quiet() and not counts.parked and not counts.waiting
    yield quiet, "nothing is lost, stuck or waiting", left
