"""What is told about transfers, and whether Odoo has it exactly once afterwards."""

import re
from collections import Counter

from msgspec import Struct

from benchmarks.endpoint.odoo.direct import Direct
from benchmarks.endpoint.odoo.yard import PICKING, chunks
from crossdock.model.commands import RecordMilestone
from crossdock.model.identifiers import digest
from crossdock.model.instants import from_epoch_us

JOURNEY = (
    "info_received", "picked_up", "received_at_origin", "in_transit", "arrived_at_facility", "departed_facility",
    "arrived_at_destination_facility", "delivery_scheduled", "out_for_delivery", "delivered",
)  # fmt: skip
"""Milestones in their order; the last ones are told where fewer are told."""
STATUS_FIELDS = ("crossdock_milestone", "x_crossdock_milestone")
_NUMBER = re.compile(r"XB\w+-\d+-\d+")


class Told(Struct, frozen=True):
    """One event: ``token`` stands in its note and nowhere else."""

    picking: int
    token: str
    body: RecordMilestone

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return digest("benchmark", self.token)


def events(pickings: list[int], run: str, now: int, each: int = 1) -> list[Told]:
    """``each`` milestones of every transfer, in their order, one tracking number a transfer; ``now`` (epoch
    microseconds) is when they happened: within one second their rank says which is the newest. ``run`` tells rounds
    apart.
    """
    told = []
    for picking in pickings:
        for number, milestone in enumerate(JOURNEY[-each:]):
            told.append(event(picking, f"XB{run}-{picking}-{number}", milestone, now, run))
    return told


def event(picking: int, token: str, milestone: str, occurred: int, tracking: str) -> Told:
    """One event; its tracking number ends in ``tracking``."""
    text = f"{milestone.replace('_', ' ').capitalize()} {token}"
    body = RecordMilestone(
        str(picking), f"TR{picking}{tracking}", milestone, text, from_epoch_us(occurred), digest(token)[:16]
    )
    return Told(picking, token, body)


class Wrong(RuntimeError):
    """Odoo does not hold what was told, or holds it twice."""


def status_field(odoo: Direct) -> str:
    """The field that holds a transfer's milestone here; empty without addon and server action."""
    return next((name for name in STATUS_FIELDS if odoo.has(PICKING, name)), "")


def check(odoo: Direct, told: list[Told], run: str, status: str = "") -> None:
    """Every event in exactly one note of its transfer, every number in its reference, the last milestone in the field
    ``status`` (if any). Raises `Wrong`.
    """
    wrong = _notes(odoo, told, run) + _fields(odoo, told, status)
    if wrong:
        raise Wrong(f"{len(wrong)} differences: " + "; ".join(wrong[:5]))


def _notes(odoo: Direct, told: list[Told], run: str) -> list[str]:
    seen: Counter[tuple[int, str]] = Counter()
    for ids in chunks(sorted({each.picking for each in told}), 500):
        domain = [("model", "=", PICKING), ("res_id", "in", ids), ("body", "ilike", f"XB{run}-")]
        for row in odoo.find("mail.message", domain, ["res_id", "body"]):
            picking = row["res_id"] if isinstance(row["res_id"], int) else row["res_id"]["id"]
            seen.update((picking, token) for token in _NUMBER.findall(row["body"]))
    wanted = Counter((each.picking, each.token) for each in told)
    return [f"{what} noted {seen[what]} times" for what in {*wanted, *seen} if wanted[what] != seen[what]]


def _fields(odoo: Direct, told: list[Told], status: str) -> list[str]:
    last = {each.picking: each.body.milestone for each in told}
    numbers: dict[int, set[str]] = {}
    for each in told:
        numbers.setdefault(each.picking, set()).add(each.body.tracking_number)
    wrong = []
    names = ["carrier_tracking_ref", *([status] if status else [])]
    for ids in chunks(sorted(last), 500):
        for row in odoo.read(PICKING, ids, names):
            has = Counter(str(row["carrier_tracking_ref"] or "").split(","))
            if has != Counter(numbers[row["id"]]):
                wrong.append(f"transfer {row['id']} has {dict(has)}, not {numbers[row['id']]}")
            if status and row[status] != last[row["id"]]:
                wrong.append(f"transfer {row['id']} is {row[status]}, not {last[row['id']]}")
    return wrong
