"""Counted tries and one-time codes: one row each, moved by conditional statements so that no two count as one."""

import hmac

from sqlalchemy import Connection, bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from crossdock.storage.statements import upsert
from crossdock.storage.tables_knocks import KNOCK, PASS_CODE

_INSERT = insert(KNOCK)
_OVER = KNOCK.c.until <= bindparam("now")
_KNOCK = _INSERT.on_conflict_do_update(
    index_elements=["key"],
    set_={
        "tries": case((_OVER, 1), else_=KNOCK.c.tries + 1),
        "until": case((_OVER, _INSERT.excluded.until), else_=KNOCK.c.until),
    },
)
_KNOCKED = select(KNOCK.c.tries, KNOCK.c.until).where(KNOCK.c.key == bindparam("which"))
_FORGET = delete(KNOCK).where(_OVER)
_OPEN = upsert(PASS_CODE)
_MINE = PASS_CODE.c.key == bindparam("which")
_TRY = (
    update(PASS_CODE)
    .where(_MINE, PASS_CODE.c.until > bindparam("now"), PASS_CODE.c.tries < bindparam("most"))
    .values(tries=PASS_CODE.c.tries + 1)
)
_CODE = select(PASS_CODE.c.code).where(_MINE)
_SPEND = delete(PASS_CODE).where(_MINE)
_FORGET_CODES = delete(PASS_CODE).where(PASS_CODE.c.until <= bindparam("now"))


class SqlKnocks:
    """Tries and codes (`crossdock.ports.stores_knocks.Knocks`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def knock(self, key: str, now: int, window: int) -> tuple[int, int]:
        """Count one more try; how many there were in its window, and when that ends."""
        row = {"key": key, "tries": 1, "until": now + window, "now": now}
        self._connection.execute(_KNOCK, row)
        tries, until = self._connection.execute(_KNOCKED, {"which": key}).one()
        if tries == 1:  # a new window is the time to let go of old ones
            self._connection.execute(_FORGET, {"now": now})
        return tries, until

    def knocked(self, key: str, now: int) -> int:
        """How many tries there were in the window that is open now."""
        row = self._connection.execute(_KNOCKED, {"which": key}).first()
        return int(row[0]) if row is not None and row[1] > now else 0

    def open_code(self, key: str, code: str, until: int) -> None:
        """Expect the code until then."""
        self._connection.execute(_OPEN, {"key": key, "code": code, "until": until, "tries": 0})

    def try_code(self, key: str, code: str, now: int, most: int) -> bool:
        """Whether this is the code; once."""
        counted = self._connection.execute(_TRY, {"which": key, "now": now, "most": most}).rowcount
        self._connection.execute(_FORGET_CODES, {"now": now})
        kept = self._connection.execute(_CODE, {"which": key}).scalar_one_or_none() if counted else None
        if kept is None or not hmac.compare_digest(kept, code):
            return False
        return bool(self._connection.execute(_SPEND, {"which": key}).rowcount)
