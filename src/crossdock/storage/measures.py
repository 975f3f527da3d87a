"""What is measured of parcels and of orders at warehouses (`crossdock.ports.stores_kpis.Measures`)."""

from collections.abc import Iterable, Sequence

from msgspec import structs
from sqlalchemy import Connection, delete, select

from crossdock.model.measures import Handover, Parcel
from crossdock.storage.statements import ForMany, among, change_in, rows_in, upsert
from crossdock.storage.tables_kpis import HANDOVER, PARCEL

_SAVE_PARCELS, _SAVE_HANDOVERS = ForMany(upsert(PARCEL)), ForMany(upsert(HANDOVER))
_PARCELS = (
    select(*(PARCEL.c[name] for name in Parcel.__struct_fields__))
    .where(among(PARCEL.c.subject))
    .order_by(PARCEL.c.subject, PARCEL.c.number)
)
_HANDOVERS = (
    select(*(HANDOVER.c[name] for name in Handover.__struct_fields__))
    .where(among(HANDOVER.c.subject))
    .order_by(HANDOVER.c.subject, HANDOVER.c.reference)
)
_DROPS = (delete(PARCEL).where(among(PARCEL.c.subject)), delete(HANDOVER).where(among(HANDOVER.c.subject)))


class SqlMeasures:
    """Parcels and handovers, one row each."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def parcels(self, subjects: Iterable[str]) -> list[Parcel]:
        """Those of these subjects, in the order of their keys."""
        return [Parcel(*row) for row in rows_in(self._connection, _PARCELS, subjects)]

    def handovers(self, subjects: Iterable[str]) -> list[Handover]:
        """Those of these subjects, in the order of their keys."""
        return [Handover(*row) for row in rows_in(self._connection, _HANDOVERS, subjects)]

    def save(self, parcels: Sequence[Parcel], handovers: Sequence[Handover]) -> None:
        """Insert or replace; in the order of their keys, as all workers do."""
        if parcels:
            rows = sorted(parcels, key=lambda each: (each.subject, each.number))
            _SAVE_PARCELS.run(self._connection, list(map(structs.asdict, rows)))
        if handovers:
            at = sorted(handovers, key=lambda each: (each.subject, each.reference))
            _SAVE_HANDOVERS.run(self._connection, list(map(structs.asdict, at)))

    def drop(self, subjects: Sequence[str]) -> None:
        """Forget those of these subjects."""
        for statement in _DROPS:
            change_in(self._connection, statement, subjects)
