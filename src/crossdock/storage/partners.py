"""What workers share about partners: breaker, throttle, pause, and how far each feed was read."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from crossdock.ports.stores_delivery import BreakerMove, Health
from crossdock.storage.statements import among, insert_new, rows_in, upsert, words
from crossdock.storage.tables_work import BREAKER_MOVE, FEED_CURSOR, PARTNER_HEALTH

_ENCODE = msgspec.json.Encoder().encode
_DECODER: msgspec.json.Decoder[Health] = msgspec.json.Decoder(Health)
_FRESH = _ENCODE(Health()).decode()

_HEALTH = select(PARTNER_HEALTH.c.health).where(PARTNER_HEALTH.c.partner == bindparam("of"))
_LOCK_HEALTH = _HEALTH.with_for_update()
_HEALTHS = (
    select(PARTNER_HEALTH.c.partner, PARTNER_HEALTH.c.health)
    .where(among(PARTNER_HEALTH.c.partner))
    .order_by(PARTNER_HEALTH.c.partner)
)
_LOCK_HEALTHS = _HEALTHS.with_for_update(of=PARTNER_HEALTH)
_FIRST_HEALTH = insert_new(PARTNER_HEALTH)
_SAVE_HEALTH = upsert(PARTNER_HEALTH)
_NOTE = insert(BREAKER_MOVE)
_MOVES = (
    select(BREAKER_MOVE.c.partner, BREAKER_MOVE.c.at, BREAKER_MOVE.c.state, BREAKER_MOVE.c.why)
    .order_by(BREAKER_MOVE.c.seq.desc())
    .limit(bindparam("most"))
)
_MOVES_OF = _MOVES.where(BREAKER_MOVE.c.partner == bindparam("of"))
_CURSOR = select(FEED_CURSOR.c.cursor, FEED_CURSOR.c.moved_at).where(
    FEED_CURSOR.c.partner == bindparam("of"), FEED_CURSOR.c.feed == bindparam("which")
)
_MOVE = (
    update(FEED_CURSOR)
    .where(
        FEED_CURSOR.c.partner == bindparam("of"),
        FEED_CURSOR.c.feed == bindparam("which"),
        FEED_CURSOR.c.cursor == bindparam("old"),
    )
    .values(cursor=bindparam("new"), moved_at=bindparam("now"))
)
_FIRST_MOVE = insert_new(FEED_CURSOR)


class SqlPartners:
    """Health and feed cursors (`crossdock.ports.stores_delivery.Partners`)."""

    def __init__(self, connection: Connection, *, writing: bool) -> None:
        """Only a transaction that is ``writing`` may lock."""
        self._connection = connection
        self._writing = writing

    def health(self, partner: str) -> Health:
        """The row, locked until the transaction ends; a fresh one where there is none."""
        statement = _LOCK_HEALTH if self._writing else _HEALTH
        found = self._connection.execute(statement, {"of": partner}).scalar()
        if found is None and self._writing and self._connection.dialect.name == "postgresql":
            # a row that is not there cannot be locked, and two workers would start with a full bucket each
            self._connection.execute(_FIRST_HEALTH, {"partner": partner, "health": _FRESH})
            found = self._connection.execute(statement, {"of": partner}).scalar()
        return _DECODER.decode(found) if found is not None else Health()

    def healths(self, partners: Iterable[str]) -> dict[str, Health]:
        """The rows of several, by name; locked in one order by all."""
        names = sorted(set(partners))
        statement = _LOCK_HEALTHS if self._writing else _HEALTHS
        found = {row.partner: _DECODER.decode(row.health) for row in rows_in(self._connection, statement, names)}
        if len(found) < len(names):  # the first time: in the same order, with those that are not there yet
            return {name: self.health(name) for name in names}
        return {name: found[name] for name in names}

    def save_health(self, partner: str, health: Health) -> None:
        """Replace it."""
        self._connection.execute(_SAVE_HEALTH, {"partner": partner, "health": _ENCODE(health).decode()})

    def note_breaker(self, move: BreakerMove) -> None:
        """Write a breaker's move down."""
        row = {"partner": move.partner, "at": move.at, "state": move.state, "why": words(move.why)}
        self._connection.execute(_NOTE, row)

    def breaker_moves(self, partner: str = "", limit: int = 100) -> list[BreakerMove]:
        """Moves, newest first."""
        if partner:
            rows = self._connection.execute(_MOVES_OF, {"of": partner, "most": limit})
        else:
            rows = self._connection.execute(_MOVES, {"most": limit})
        return [BreakerMove(*row) for row in rows]

    def cursor(self, partner: str, feed: str) -> tuple[str, int]:
        """A feed's cursor and when it was last moved ("" and 0 at first)."""
        row = self._connection.execute(_CURSOR, {"of": partner, "which": feed}).first()
        return (row[0], row[1]) if row is not None else ("", 0)

    def move_cursor(self, partner: str, feed: str, old: str, new: str, now: int) -> bool:
        """Conditional move; False when somebody else moved it."""
        row = {"of": partner, "which": feed, "old": old, "new": new, "now": now}
        if self._connection.execute(_MOVE, row).rowcount:
            return True
        if old:
            return False
        first = {"partner": partner, "feed": feed, "cursor": new, "moved_at": now}
        return bool(self._connection.execute(_FIRST_MOVE, first).rowcount)
