"""Delivery slots: a counter per slot that a conditional update moves, and a row for each order that has one."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from crossdock.model.windows import Candidate, Slot
from crossdock.ports.stores_slots import SlotUse
from crossdock.storage.statements import among, insert_new, rows_in, upsert
from crossdock.storage.tables_work import SLOT, SLOT_TAKEN

_HERE = (SLOT.c.area == bindparam("in_area"), SLOT.c.day == bindparam("on_day"), SLOT.c.name == bindparam("called"))
_OPEN = insert_new(SLOT)
_TAKE = update(SLOT).where(*_HERE, SLOT.c.taken < bindparam("most")).values(taken=SLOT.c.taken + 1)
_GIVE = update(SLOT).where(*_HERE, SLOT.c.taken > 0).values(taken=SLOT.c.taken - 1)
_KEEP = upsert(SLOT_TAKEN)
_COLUMNS = (SLOT_TAKEN.c.area, SLOT_TAKEN.c.day, SLOT_TAKEN.c.name, SLOT_TAKEN.c.opens, SLOT_TAKEN.c.closes)
_OF = select(*_COLUMNS).where(SLOT_TAKEN.c.subject == bindparam("which"))
_FORGET = delete(SLOT_TAKEN).where(SLOT_TAKEN.c.subject == bindparam("which"))
_USED = (
    select(SLOT.c.area, SLOT.c.day, SLOT.c.name, SLOT.c.taken)
    .where(among(SLOT.c.area), SLOT.c.day >= bindparam("since"))
    .order_by(SLOT.c.area, SLOT.c.day, SLOT.c.name)
)


class SqlSlots:
    """Delivery slots (`crossdock.ports.stores_slots.Slots`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def take(self, subject: str, candidates: Sequence[Candidate]) -> Slot | None:
        """Give ``subject`` the first of ``candidates`` that has room; None where none has. What it had is given back.
        Orders that come at the same time wait for each other at a slot's row, so that none is filled over.
        """
        self.release(subject)
        for each in candidates:
            slot = each.slot
            self._connection.execute(_OPEN, {"area": slot.area, "day": slot.day, "name": slot.name, "taken": 0})
            if self._connection.execute(_TAKE, {**_names(slot), "most": each.capacity}).rowcount:
                self._connection.execute(_KEEP, {"subject": subject, **_row(slot)})
                return slot
        return None

    def of(self, subject: str) -> Slot | None:
        """The slot a subject has."""
        row = self._connection.execute(_OF, {"which": subject}).first()
        return Slot(*row) if row is not None else None

    def release(self, subject: str) -> bool:
        """Give back what a subject has; whether it had any."""
        slot = self.of(subject)
        if slot is None or not self._connection.execute(_FORGET, {"which": subject}).rowcount:
            return False
        self._connection.execute(_GIVE, _names(slot))
        return True

    def used(self, areas: Iterable[str], since: str) -> list[SlotUse]:
        """How full the slots of ``areas`` are from the day ``since`` (YYYY-MM-DD) on, in order; not empty ones."""
        return sorted(SlotUse(*row) for row in rows_in(self._connection, _USED, areas, since=since) if row[3])


def _names(slot: Slot) -> dict[str, str]:
    return {"in_area": slot.area, "on_day": slot.day, "called": slot.name}


def _row(slot: Slot) -> dict[str, str]:
    return {"area": slot.area, "day": slot.day, "name": slot.name, "opens": slot.opens, "closes": slot.closes}
