"""What came of a day: every figure with its reason, what nothing explains, and what happened when."""

from collections import Counter

from msgspec import Struct

from crossdock.devkit.chaos.invariants import Finding, findings
from crossdock.devkit.chaos.noted import Fault
from crossdock.devkit.chaos.world import policy_of
from crossdock.devkit.peakday import commands, exceptions, lateness, messages, partners
from crossdock.devkit.peakday.evidence import Evidence, collected, handled
from crossdock.devkit.peakday.figures import Book, Figure, Unexplained
from crossdock.devkit.peakday.lateness import Late
from crossdock.devkit.peakday.staging import Day, Sample
from crossdock.ports.stores import Store


class Report(Struct, frozen=True):
    """One day. ``begin`` is the hour of the profile it began with, ``ended`` when the day's last parcel had arrived
    (virtual seconds); ``findings`` are broken promises of the simulation, ``story`` the day line by line.
    """

    seed: int
    hours: int
    begin: int
    orders: int
    ended: float
    figures: tuple[Figure, ...]
    late: tuple[Late, ...]
    unexplained: tuple[Unexplained, ...]
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]
    counted: dict[str, int]
    samples: tuple[Sample, ...]
    confirmed: tuple[float, ...]
    fingerprint: str
    story: tuple[str, ...]

    @property
    def is_explained(self) -> bool:
        """Whether all promises hold and nothing is left to ask."""
        return not self.unexplained and not self.findings


async def judged(day: Day, store: Store) -> Report:
    """The report of a day that is at rest."""
    found = await findings(day.chaos, store)
    book, late = explained(day, await collected(day, store))
    for each in found:
        day.chaos.tell(f"BROKEN {each.promise}: {each.text}")
    for one in book.unexplained:
        day.chaos.tell(f"UNEXPLAINED {one.figure}: {one.text}")
    chaos = day.chaos
    return Report(
        seed=chaos.seed,
        hours=day.options.hours,
        begin=day.plan.begin,
        orders=len(day.orders),
        ended=day.ended,
        figures=tuple(book.figures),
        late=tuple(late),
        unexplained=tuple(book.unexplained),
        findings=tuple(found),
        faults=tuple(sorted(chaos.faults.all, key=lambda each: each.since)),
        counted=dict(Counter(each.kind for each in chaos.faults.all)),
        samples=tuple(day.samples),
        confirmed=tuple(order.at for order in day.orders),
        fingerprint=chaos.fingerprint(),
        story=tuple(chaos.story),
    )


def explained(day: Day, evidence: Evidence) -> tuple[Book, list[Late]]:
    """All rules over the evidence. Pure: the same evidence gives the same book."""
    book, policy = Book(), policy_of(day.chaos)
    orders = handled(day, evidence, policy.level_of)
    messages.explain(day, evidence, book)
    commands.explain(day, evidence, book)
    late = lateness.explain(day, evidence, orders, policy, book)
    lateness.queues(day, evidence, book)
    exceptions.explain(day, evidence, book)
    partners.explain(day, evidence, orders, book)
    return book, late
