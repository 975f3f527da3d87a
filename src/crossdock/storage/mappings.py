"""What nobody has mapped yet, and what people ruled about it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upserting

from crossdock.ports.stores_mapping import Gap, Ruling
from crossdock.storage.statements import words
from crossdock.storage.tables_work import MAPPING_GAP, MAPPING_RULING

_LONGEST = 300
_NEW = upserting(MAPPING_GAP)
_NOTE = _NEW.on_conflict_do_update(
    index_elements=["partner", "kind", "name"],
    set_={
        "example": _NEW.excluded.example,
        "exchange_id": _NEW.excluded.exchange_id,
        "last_seen": _NEW.excluded.last_seen,
        "count": MAPPING_GAP.c.count + _NEW.excluded.count,
    },
)
_GAPS = select(MAPPING_GAP).order_by(
    MAPPING_GAP.c.count.desc(), MAPPING_GAP.c.partner, MAPPING_GAP.c.kind, MAPPING_GAP.c.name
)
_GAPS_OF = _GAPS.where(MAPPING_GAP.c.partner == bindparam("of"))
_RULE = insert(MAPPING_RULING)
_RULINGS = select(*(column for column in MAPPING_RULING.c if column.name != "seq")).order_by(MAPPING_RULING.c.seq)


class SqlMappings:
    """Gaps and rulings (`crossdock.ports.stores_mapping.Mappings`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def note(self, gaps: Sequence[Gap]) -> None:
        """Count gaps that were seen, in one order for all, so that no two workers wait for each other."""
        rows: dict[tuple[str, str, str], dict[str, object]] = {}
        for gap in gaps:
            name = words(gap.name)[:_LONGEST]
            seen = rows.get((gap.partner, gap.kind, name))
            count = gap.count + (int(str(seen["count"])) if seen else 0)
            rows[gap.partner, gap.kind, name] = {
                "partner": gap.partner, "kind": gap.kind, "name": name, "example": words(gap.example)[:_LONGEST],
                "exchange_id": gap.exchange_id, "first_seen": gap.first_seen, "last_seen": gap.last_seen,
                "count": count,
            }  # fmt: skip
        if rows:
            self._connection.execute(_NOTE, [rows[key] for key in sorted(rows)])

    def gaps(self, partner: str = "") -> list[Gap]:
        """All gaps ever seen, the most frequent first."""
        found = self._connection.execute(_GAPS_OF, {"of": partner}) if partner else self._connection.execute(_GAPS)
        return [Gap(**row) for row in found.mappings()]

    def rule(self, ruling: Ruling) -> None:
        """Add a ruling."""
        values = {name: getattr(ruling, name) for name in Ruling.__struct_fields__}
        self._connection.execute(_RULE, values | {"note": words(ruling.note), "name": words(ruling.name)[:_LONGEST]})

    def rulings(self) -> list[Ruling]:
        """All rulings, the oldest first."""
        return [Ruling(**row) for row in self._connection.execute(_RULINGS).mappings()]
