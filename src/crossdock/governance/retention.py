"""How long everything is kept, by class of data, and what may go at a moment. Pure, but for the one step that takes
bytes: bodies, proofs and labels lose their bytes before their rows go.
"""

from collections.abc import Iterable

from msgspec import Struct, structs

from crossdock.ports.stores import Transaction
from crossdock.settings.nightly import RetentionSettings

_DAY = 86_400 * 1_000_000


class Retention(Struct, frozen=True):
    """Days that each class of data is kept; 0 keeps it for ever."""

    raw_days: int = 90
    proof_days: int = 90
    label_days: int = 400
    exchange_days: int = 400
    delivery_id_days: int = 90
    refused_days: int = 90
    ended_days: int = 1100


class Cutoffs(Struct, frozen=True):
    """What is older than these instants (epoch microseconds) goes; 0 means nothing does."""

    raw_before: int = 0
    proof_before: int = 0
    label_before: int = 0
    exchange_before: int = 0
    delivery_id_before: int = 0
    refused_before: int = 0
    ended_before: int = 0


class Purged(Struct, frozen=True):
    """What one step took away. ``locations`` are the files that held large documents, for the caller to delete after
    the commit; ``more`` says that a batch was full and another step is due.
    """

    bodies: int = 0
    proofs: int = 0
    labels: int = 0
    locations: tuple[str, ...] = ()
    more: bool = False


def configured(kept: RetentionSettings) -> Retention:
    """What the configuration says."""
    return Retention(
        kept.raw_bodies_days, kept.proof_days, kept.labels_days, kept.exchanges_days, kept.delivery_ids_days,
        kept.refused_days, kept.ended_days,
    )  # fmt: skip


def no_shorter(policy: Retention, redelivers_days: Iterable[int]) -> Retention:
    """``policy``, but numbers of deliveries are kept for as long as any partner may deliver again.

    >>> no_shorter(Retention(delivery_id_days=7), (3, 30)).delivery_id_days
    30
    """
    longest = max(redelivers_days, default=0)
    if not policy.delivery_id_days or policy.delivery_id_days >= longest:
        return policy
    return structs.replace(policy, delivery_id_days=longest)


def cutoffs(policy: Retention, now: int) -> Cutoffs:
    """The instants before which each class has to go."""
    before = {f"{name.removesuffix('_days')}_before": days for name, days in structs.asdict(policy).items()}
    return Cutoffs(**{name: now - days * _DAY if days else 0 for name, days in before.items()})


def purge(tx: Transaction, limits: Cutoffs, now: int, batch: int = 500) -> Purged:
    """Drop one batch of bytes whose time is up and write down that it was done."""
    bodies = tx.exchanges.purge(limits.raw_before, batch) if limits.raw_before else 0
    proofs = tx.blobs.expired("proof_of_delivery", limits.proof_before, batch) if limits.proof_before else []
    labels = tx.blobs.expired("label", limits.label_before, batch) if limits.label_before else []
    documents = [*proofs, *labels]
    tx.blobs.forget([blob.sha256 for blob in documents])
    if bodies or documents:
        detail = f"{bodies} raw bodies, {len(proofs)} proofs of delivery, {len(labels)} labels"
        tx.doors.audit(now, "retention", "bytes.purge", "", detail)
    return Purged(
        bodies=bodies,
        proofs=len(proofs),
        labels=len(labels),
        locations=tuple(blob.location for blob in documents if blob.location),
        more=max(bodies, len(proofs), len(labels)) >= batch,
    )
