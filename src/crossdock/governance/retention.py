"""How long bytes are kept. Rows, facts and hashes stay; bodies, proofs and labels lose their bytes when time is up."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from crossdock.ports.stores import Store, Transaction

_DAY = 86_400 * 1_000_000


class Retention(Struct, frozen=True):
    """Days that each class of bytes is kept; 0 keeps it for ever."""

    raw_days: int = 90
    proof_days: int = 90
    label_days: int = 400


class Cutoffs(Struct, frozen=True):
    """What is older than these instants (epoch microseconds) loses its bytes; 0 means nothing does."""

    raw_before: int
    proof_before: int
    label_before: int


class Purged(Struct, frozen=True):
    """What one step took away. ``locations`` are the files that held large documents, for the caller to delete after
    the commit; ``more`` says that a batch was full and another step is due.
    """

    bodies: int = 0
    proofs: int = 0
    labels: int = 0
    locations: tuple[str, ...] = ()
    more: bool = False


def cutoffs(policy: Retention, now: int) -> Cutoffs:
    """The instants before which bytes have to go."""
    return Cutoffs(
        raw_before=now - policy.raw_days * _DAY if policy.raw_days else 0,
        proof_before=now - policy.proof_days * _DAY if policy.proof_days else 0,
        label_before=now - policy.label_days * _DAY if policy.label_days else 0,
    )


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


async def retain(store: Store, keep: Retention, now: int) -> None:
    """Let go of bytes whose time is up, batch by batch."""
    limits = cutoffs(keep, now)
    while True:
        purged = await store.run(lambda tx: purge(tx, limits, now))
        await asyncio.to_thread(_remove, purged.locations)
        if not purged.more:
            return


def _remove(locations: Sequence[str]) -> None:
    for location in locations:
        Path(location).unlink(missing_ok=True)
