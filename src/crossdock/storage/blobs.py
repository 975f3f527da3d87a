"""Labels and proofs by their SHA-256."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, or_, select, update

from crossdock.ports.stores_delivery import Blob
from crossdock.storage.bodies import Bodies
from crossdock.storage.statements import among, change_in, rows_in, upsert
from crossdock.storage.tables_exchange import BLOB

_GET = select(
    BLOB.c.sha256, BLOB.c.media_type, BLOB.c.kind, BLOB.c.size, BLOB.c.created_at, BLOB.c.data, BLOB.c.location
).where(BLOB.c.sha256 == bindparam("which"))
_HAS_BYTES = or_(BLOB.c.data.is_not(None), BLOB.c.location != "")
_PRESENT = select(BLOB.c.sha256).where(BLOB.c.sha256 == bindparam("which"), _HAS_BYTES)
_PUT = upsert(BLOB)
_EXPIRED = (
    select(BLOB.c.sha256, BLOB.c.media_type, BLOB.c.kind, BLOB.c.size, BLOB.c.created_at, BLOB.c.location)
    .where(BLOB.c.kind == bindparam("of"), BLOB.c.created_at < bindparam("before"), _HAS_BYTES)
    .order_by(BLOB.c.created_at)
    .limit(bindparam("most"))
)
_LOCATIONS = select(BLOB.c.location).where(among(BLOB.c.sha256), BLOB.c.location != "")
_FORGET = update(BLOB).where(among(BLOB.c.sha256)).values(data=None, location="")


class SqlBlobs:
    """Documents by content (`crossdock.ports.stores_delivery.Blobs`)."""

    def __init__(self, connection: Connection, bodies: Bodies) -> None:
        """Large documents go to ``bodies``."""
        self._connection = connection
        self._bodies = bodies

    def get(self, sha256: str) -> Blob | None:
        """The row, with its bytes wherever they are kept; empty ones when they are gone."""
        row = self._connection.execute(_GET, {"which": sha256}).first()
        if row is None:
            return None
        digest, media_type, kind, size, created_at, data, location = row
        if data is None and location:
            data = self._bodies.read(location)
        return Blob(digest, media_type, kind, size, created_at, bytes(data or b""), self._where(location))

    def put(self, blob: Blob) -> None:
        """Keep it unless it is there; bytes that were forgotten come back with a new date."""
        if self._connection.execute(_PRESENT, {"which": blob.sha256}).first() is not None:
            return
        filed = self._bodies.takes(len(blob.data))
        self._connection.execute(_PUT, {
            "sha256": blob.sha256, "media_type": blob.media_type, "kind": blob.kind, "size": blob.size,
            "created_at": blob.created_at, "data": None if filed else blob.data,
            "location": self._bodies.write("documents", blob.sha256, blob.data) if filed else "",
        })  # fmt: skip

    def expired(self, kind: str, before: int, limit: int) -> list[Blob]:
        """Rows that have bytes older than ``before``, without loading them."""
        rows = self._connection.execute(_EXPIRED, {"of": kind, "before": before, "most": limit})
        return [Blob(*row[:5], location=self._where(row[5])) for row in rows]

    def forget(self, sha256s: Sequence[str]) -> None:
        """Drop the bytes, keep the row; files go once the transaction has committed."""
        for row in rows_in(self._connection, _LOCATIONS, sha256s):
            self._bodies.drop(row[0])
        change_in(self._connection, _FORGET, sha256s)

    def _where(self, location: str) -> str:
        return str(self._bodies.path(location)) if location else ""
