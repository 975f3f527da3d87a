"""A person says whose a name is: it is bound to the order, what waited for it is set free, and it is audited, in one
step of a transaction.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.unmatched_charges import KIND, subject_of
from crossdock.model.events import Event, Fact
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.freight import FreightCharged, ReferenceLinked
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import Transaction, Waiting

LINKABLE = (
    ReferenceKind.TRACKING,
    ReferenceKind.BOOKING,
    ReferenceKind.CONSIGNMENT,
    ReferenceKind.SSCC,
    ReferenceKind.CHARGE,
)
"""Kinds of names that a person may give an order: those of what was sent. The others are given by their systems."""


_NO_GOODS = ("charge:", "desk:", "feed:", "outbox:", "worker:")
"""Begins of subjects that are told of, and are no goods."""


class Unlinkable(Exception):
    """This name cannot be linked to this order; the text says why, to whoever asks."""


class NoSuchOrder(Unlinkable):
    """There is no order of this name here."""


class Linking(Struct, frozen=True):
    """Who wants which name to belong to which subject, and why."""

    reference: Reference
    subject: str
    actor: str
    reason: str


def check(tx: Transaction, reference: Reference, subject: str) -> None:
    """Raises `Unlinkable` where the name must not be bound to this subject."""
    if reference.kind not in LINKABLE or not reference.value:
        kinds = ", ".join(each.replace("_", " ") for each in LINKABLE)
        raise Unlinkable(f"Only names of what was sent are linked by hand: {kinds}.")
    if reference.issuer and reference.kind == ReferenceKind.TRACKING:
        raise Unlinkable("A tracking number is linked without an issuer: it is the same whoever says it.")
    if not reference.issuer and reference.kind == ReferenceKind.CHARGE:
        raise Unlinkable("An invoice line is linked with its issuer: say whose invoice it is.")
    if subject.startswith(_NO_GOODS):
        raise NoSuchOrder(f"'{subject}' is no order: nothing that was sent can be its own.")
    if not tx.log.spoken_of([subject]):
        if tx.log.ended([subject]):
            raise Unlinkable("This order ended long ago: what is said of it changes nothing any more.")
        raise NoSuchOrder(f"Nobody here knows '{subject}'.")
    if owners := tx.references.lookup([reference]).get(reference, []):
        whose = "this order" if owners == [subject] else ", ".join(owners)
        raise Unlinkable(f"'{reference.value}' belongs to {whose} already.")


def link(tx: Transaction, asked: Linking, now: int) -> list[Event]:
    """Bind the name, and give the events of what waited for it, which are the subject's from now on; exceptions that
    stood about that are over. Raises `Unlinkable`.
    """
    tx.references.lock([asked.reference])
    check(tx, asked.reference, asked.subject)
    said = ReferenceLinked(
        asked.reference.kind, asked.reference.value, asked.actor, asked.reason, asked.reference.issuer
    )  # fmt: skip
    linked = Fact(said, from_epoch_us(now), subject=asked.subject, binds=(asked.reference,))
    over = list(_over(tx, tx.references.held([asked.reference]), asked, now))
    origin = Origin("", "", now, trace_id_of(asked.subject))
    appended = place(tx, [(origin, [linked, *over])], now).appended
    told = f"{asked.reference.kind} {asked.reference.value}: {asked.reason}"
    tx.doors.audit(now, asked.actor, "reference.link", asked.subject, told)
    return [each for each in appended if each.subject == asked.subject and not isinstance(each.body, ReferenceLinked)]


def _over(tx: Transaction, freed: Sequence[Waiting], asked: Linking, now: int) -> Iterator[Fact]:
    charges = [each for each in freed if isinstance(each.fact.body, FreightCharged)]
    cases = tx.exceptions.of_subjects(map(subject_of, charges)) if charges else []
    for case in cases:
        if case.kind == KIND and not case.resolved_at:
            told = f"linked to {asked.subject}: {asked.reason}"
            body = ExceptionResolved(KIND, case.pointer, case.cause, asked.actor, told)
            yield Fact(body, from_epoch_us(now), subject=case.subject)
