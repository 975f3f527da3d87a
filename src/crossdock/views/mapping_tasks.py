"""Codes, fields and reasons that nobody has mapped yet, as people see them: what was ruled, and what waits."""

from msgspec import Struct

from crossdock.backbone.drift import Standing, standing
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_mapping import Gap, Kind, Ruling


class Task(Struct, frozen=True):
    """A gap as people see it: ``state`` is open, proposed or settled."""

    partner: str
    kind: Kind
    name: str
    count: int
    example: str
    exchange_id: str
    state: str
    meaning: str


def mapping_tasks(tx: Transaction, partner: str = "") -> list[Task]:
    """All of a partner, or of all of them; the most frequent first."""
    held = standing(tx.mappings.rulings())
    return [_task(gap, held) for gap in tx.mappings.gaps(partner)]


def _task(gap: Gap, held: Standing) -> Task:
    name = (gap.partner, gap.kind, gap.name)
    waiting, holding = held.proposed.get(name), held.in_force.get(name)
    state = "proposed" if waiting else "settled" if holding else "open"
    ruling = waiting or holding
    meaning = "" if ruling is None else "/".join(part for part in meaning_of(ruling) if part)
    return Task(gap.partner, gap.kind, gap.name, gap.count, gap.example, gap.exchange_id, state, meaning)


def meaning_of(ruling: Ruling) -> tuple[str, str, str]:
    """What a ruling says a code means: milestone, what is wrong, why; "" where it says nothing of it."""
    return (ruling.milestone, "" if ruling.category == "none" else ruling.category, ruling.reason)
