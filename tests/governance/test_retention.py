"""How long bytes are kept (F9)."""

import pytest

from crossdock.governance.retention import Retention, cutoffs, purge
from crossdock.ports.stores_delivery import Blob
from crossdock.views.timeline import story_of
from views.seeding import DELIVERED, LABEL, NOW

DAY = 86_400 * 1_000_000


def test_the_cutoff_is_days_before_now_and_zero_keeps_for_ever():
    limits = cutoffs(Retention(raw_days=90, proof_days=0, label_days=400), NOW)
    assert (limits.raw_before, limits.proof_before, limits.label_before) == (NOW - 90 * DAY, 0, NOW - 400 * DAY)


@pytest.mark.req("F9")
async def test_after_91_days_the_bytes_are_gone_and_the_facts_stay(store):
    proof = Blob("ab" * 32, "image/png", "proof_of_delivery", 3, NOW, b"png")
    await store.run(lambda tx: tx.blobs.put(proof))
    before = await store.read(lambda tx: story_of(tx, DELIVERED))
    exchange = before.entries[0].exchange_id
    later = NOW + 91 * DAY
    purged = await store.run(lambda tx: purge(tx, cutoffs(Retention(), later), later))
    assert purged.bodies > 0
    assert purged.proofs == 1
    detail = await store.read(lambda tx: tx.views.exchange(exchange))
    assert detail.body_gone
    assert (await store.read(lambda tx: tx.blobs.get(proof.sha256))).data == b""
    after = await store.read(lambda tx: story_of(tx, DELIVERED))
    assert len(after.entries) == len(before.entries)
    assert (await store.read(lambda tx: tx.blobs.get("5f" * 32))).data == LABEL
    again = await store.run(lambda tx: purge(tx, cutoffs(Retention(), later), later))
    assert (again.bodies, again.proofs) == (0, 0)


@pytest.mark.req("F9")
async def test_before_90_days_everything_stays(store):
    purged = await store.run(lambda tx: purge(tx, cutoffs(Retention(), NOW + 89 * DAY), NOW + 89 * DAY))
    assert (purged.bodies, purged.proofs, purged.more) == (0, 0, False)


@pytest.mark.req("M19")
async def test_labels_have_a_time_of_their_own(store):
    label = "5f" * 32
    before, after = NOW + 399 * DAY, NOW + 401 * DAY
    assert (await store.run(lambda tx: purge(tx, cutoffs(Retention(), before), before))).labels == 0
    assert (await store.run(lambda tx: purge(tx, cutoffs(Retention(label_days=0), after), after))).labels == 0
    assert (await store.run(lambda tx: purge(tx, cutoffs(Retention(), after), after))).labels == 1
    assert (await store.read(lambda tx: tx.blobs.get(label))).data == b""
    assert (await store.run(lambda tx: purge(tx, cutoffs(Retention(), after), after))).labels == 0
