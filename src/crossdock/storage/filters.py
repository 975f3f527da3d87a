"""Filters that people keep under a name."""

from sqlalchemy import Connection, bindparam, delete, or_, select

from crossdock.ports.stores_filters import SavedFilter
from crossdock.storage.statements import upsert, words
from crossdock.storage.tables_filters import SAVED_FILTER

_SAVE = upsert(SAVED_FILTER)
_ONE = select(SAVED_FILTER).where(SAVED_FILTER.c.id == bindparam("which"))
_SEEN = (
    select(SAVED_FILTER)
    .where(or_(SAVED_FILTER.c.owner == bindparam("whose"), SAVED_FILTER.c.shared.is_(True)))
    .order_by(SAVED_FILTER.c.name, SAVED_FILTER.c.id)
    .limit(bindparam("most"))
)
_SEEN_AT = _SEEN.where(SAVED_FILTER.c.place == bindparam("where"))
_FORGET = delete(SAVED_FILTER).where(SAVED_FILTER.c.id == bindparam("which"))


class SqlFilters:
    """Kept filters (`crossdock.ports.stores_filters.Filters`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def save(self, kept: SavedFilter) -> None:
        """Keep it, in place of one of the same id."""
        row = {name: getattr(kept, name) for name in SavedFilter.__struct_fields__}
        self._connection.execute(_SAVE, row | {"name": words(kept.name), "query": words(kept.query)})

    def get(self, filter_id: str) -> SavedFilter | None:
        """One."""
        row = self._connection.execute(_ONE, {"which": filter_id}).mappings().first()
        return SavedFilter(**row) if row else None

    def seen_by(self, owner: str, place: str = "", limit: int = 50) -> list[SavedFilter]:
        """An owner's own and the shared ones."""
        asked = {"whose": owner, "most": limit, **({"where": place} if place else {})}
        rows = self._connection.execute(_SEEN_AT if place else _SEEN, asked).mappings()
        return [SavedFilter(**row) for row in rows]

    def forget(self, filter_id: str) -> bool:
        """Whether it was there."""
        return bool(self._connection.execute(_FORGET, {"which": filter_id}).rowcount)
