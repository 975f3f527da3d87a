"""What the orders cost: attempts, calls, milliseconds, and what was found done already; from Crossdock's own store."""

from collections import Counter

import msgspec
from msgspec import Struct

from benchmarks.endpoint.ledger.driving import subject_of
from benchmarks.endpoint.ledger.journal import Called
from benchmarks.endpoint.ledger.run import Run
from crossdock.ports.stores_delivery import Attempt
from crossdock.storage.opening import open_store

_CALLS = msgspec.json.Decoder(list[Called])


class Effort(Struct, frozen=True):
    """``again`` are attempts after a kill or a failure, by verdict; ``dearest`` are calls by their whole time, as
    (name, how many, seconds).
    """

    orders: int
    commands: int
    attempts: int
    calls: int
    seconds_in_calls: float
    seconds_per_order: float
    verdicts: dict[str, int]
    again: dict[str, int]
    dearest: list[tuple[str, int, float]]


async def effort(run: Run) -> Effort:
    """Of all orders of a run."""
    store = open_store(run.store)
    subjects = [subject_of(plan.reference) for plan in run.plans]
    try:
        attempts: list[list[Attempt]] = []
        for start in range(0, len(subjects), 100):
            part = subjects[start : start + 100]
            attempts += await store.read(lambda tx, part=part: [tx.views.attempts_of(one) for one in part])  # type: ignore[misc]
    finally:
        await store.close()
    return _summed([each for each in attempts if each])


def _summed(orders: list[list[Attempt]]) -> Effort:
    verdicts: Counter[str] = Counter()
    again: Counter[str] = Counter()
    times: dict[str, list[float]] = {}
    spans: list[float] = []
    for attempts in orders:
        spans.append((max(each.finished_at for each in attempts) - min(each.started_at for each in attempts)) / 1e6)
        for each in attempts:
            verdicts[each.verdict] += 1
            again[each.verdict] += each.number > 1
            for call in _CALLS.decode(each.calls):
                times.setdefault(call.what, []).append(call.ms)
    dearest = sorted(times.items(), key=lambda item: -sum(item[1]))[:12]
    return Effort(
        orders=len(orders),
        commands=len({each.exchange_id for attempts in orders for each in attempts}),
        attempts=sum(map(len, orders)),
        calls=sum(map(len, times.values())),
        seconds_in_calls=round(sum(map(sum, times.values())) / 1000, 1),
        seconds_per_order=round(sum(spans) / max(len(spans), 1), 1),
        verdicts=dict(verdicts),
        again={verdict: count for verdict, count in again.items() if count},
        dearest=[(name, len(took), round(sum(took) / 1000, 1)) for name, took in dearest],
    )
