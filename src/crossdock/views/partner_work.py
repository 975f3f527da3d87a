"""What a partner's people may see and tell: orders released and goods announced to it, its parcels, its own messages.

Whose something is follows from what we gave out: a release or an announcement under the partner's name, a booking
with it, a carrier of its name, the warehouses it stands for. Everything else is not there, whether it exists or not.
"""

from collections.abc import Collection
from decimal import Decimal

import msgspec
from msgspec import Struct, structs

from crossdock.model.events import Fact
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import Reference
from crossdock.model.party import Party
from crossdock.model.warehouse import AnnounceInbound
from crossdock.model.warehouse_state import progress
from crossdock.ports.rows import ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.views.customers import state_of

_RELEASES = frozenset({"warehouse_order.release.v1", "warehouse_order.amend.v1", "inbound.announce.v1"})
_OPEN = ("released", "acknowledged", "pick_started", "picked", "packed")
_MOST = 400
_PAGE = 100


class Owner(Struct, frozen=True):
    """A partner as far as it owns something: its id, its warehouses' codes, and the carriers it is known as."""

    partner: str
    sites: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()


class WorkLine(Struct, frozen=True):
    """One line: what was asked for and what is left of it, in the line's unit."""

    id: str
    sku: str
    name: str
    quantity: Decimal
    unit: str
    left: Decimal


class Job(Struct, frozen=True):
    """An order released, or goods announced. ``stage`` is how far it is (inbound: announced or received); ``to`` is
    whom an order goes to.
    """

    subject: str
    reference: str
    inbound: bool
    name: str
    stage: str
    revision: int
    due: str
    lines: tuple[WorkLine, ...]
    to: Party | None = None
    note: str = ""
    cancelled: bool = False

    @property
    def open(self) -> bool:
        """Whether anything is left to do."""
        if self.inbound:
            return self.stage == "announced"
        return not self.cancelled and (self.stage in _OPEN or any(line.left > 0 for line in self.lines))


def jobs_of(tx: Transaction, partner: str, *, open_only: bool = True) -> list[Job]:
    """What was given to a warehouse, newest first; of the last few hundred instructions."""
    found: list[Job] = []
    for subject in _subjects(tx, partner):
        state = state_of(tx, subject)
        found += _jobs(subject, state, partner) if state else []
    return [job for job in found if job.open or not open_only]


def job_of(tx: Transaction, partner: str, subject: str, reference: str) -> Job | None:
    """One of this partner's; None where it is nobody's or another's."""
    state = state_of(tx, subject)
    jobs = _jobs(subject, state, partner) if state else []
    found = next((job for job in jobs if job.reference == reference), None)
    return structs.replace(found, lines=_announced(tx, partner, found)) if found and found.inbound else found


def messages_of(tx: Transaction, partner: str, limit: int = 30) -> list[ExchangeRow]:
    """What a partner told us, newest first, by whatever road."""
    rows, _ = tx.views.exchanges(partner=partner, direction="inbound", limit=limit)
    return rows


def theirs(tx: Transaction, owner: Owner, fact: Fact) -> bool:
    """Whether a partner may say this: it is of something it was given."""
    if fact.subject:
        return any(fact.subject.endswith(f"@{site}") for site in owner.sites)
    known = tx.references.lookup(fact.lookups)
    subjects = {subject for found in known.values() for subject in found}
    return bool(subjects) and all(_of_partner(tx, owner, subject, fact.lookups) for subject in subjects)


def _of_partner(tx: Transaction, owner: Owner, subject: str, names: Collection[Reference]) -> bool:
    if any(name.issuer == owner.partner for name in names):
        return True
    state = state_of(tx, subject)
    values = {name.value for name in names}
    booked = [each for each in state.bookings.values() if each.tracking_number in values] if state else []
    return any(each.partner == owner.partner or each.carrier.casefold() in owner.carriers for each in booked)


def _subjects(tx: Transaction, partner: str) -> list[str]:
    found: dict[str, None] = {}
    after, seen = "", 0
    while seen < _MOST:
        rows, after = tx.views.exchanges(partner=partner, direction="outbound", after=after, limit=_PAGE)
        found |= dict.fromkeys(row.subject for row in rows if row.kind in _RELEASES and row.subject)
        seen += len(rows)
        if not after:
            break
    return list(found)


def _jobs(subject: str, state: FulfilmentState, partner: str) -> list[Job]:
    orders = [_order(subject, state, key) for key, each in state.warehouse.items() if each.partner == partner]
    announced = [_inbound(subject, state, key) for key, each in state.inbound.items() if each.partner == partner]
    return [job for job in (*orders, *announced) if job is not None]


def _announced(tx: Transaction, partner: str, job: Job) -> tuple[WorkLine, ...]:
    """What was announced stands in the instruction alone."""
    rows, _ = tx.views.exchanges(subject=job.subject, partner=partner, direction="outbound", limit=_PAGE)
    for row in rows:
        detail = tx.views.exchange(row.id) if row.kind == "inbound.announce.v1" else None
        said = msgspec.json.decode(detail.body, type=AnnounceInbound) if detail and not detail.body_gone else None
        if said is not None and said.reference == job.reference:
            return tuple(
                WorkLine(each.line_id, each.item.sku, each.item.name, each.quantity, each.unit, each.quantity)
                for each in said.lines
            )
    return ()


def _order(subject: str, state: FulfilmentState, key: str) -> Job | None:
    release, order = state.warehouse[key], state.order
    if order is None or not release.released:
        return None
    lines = tuple(
        WorkLine(each.line.id, each.line.item.sku, each.line.item.name, each.line.quantity, each.line.unit, each.open)
        for each in progress(order, {key: release})
    )
    over = release.cancelled or state.cancelled
    due = order.deliver_by.at[:10] if order.deliver_by else ""
    return Job(
        subject, release.reference, False, order.name, release.stage, release.released, due, lines, order.ship_to,
        order.note, over,
    )  # fmt: skip


def _inbound(subject: str, state: FulfilmentState, key: str) -> Job | None:
    announced = state.inbound[key]
    if not announced.announced:
        return None
    stage = "received" if announced.complete else "announced"
    return Job(subject, announced.reference, True, announced.number or announced.reference, stage, 1, "", ())
