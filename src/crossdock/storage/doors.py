"""What the doors need: machine clients, answers kept for idempotency, an audit of actions."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select

from crossdock.ports.stores_doors import ApiClient, Audited, AuditRow, KeptAnswer
from crossdock.storage.audit import audited
from crossdock.storage.statements import insert_new, upsert, words
from crossdock.storage.tables_work import API_CLIENT, AUDIT, KEPT_ANSWER

_ENCODE = msgspec.json.Encoder().encode
_SCOPES: msgspec.json.Decoder[tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...])

_CLIENTS = select(API_CLIENT).order_by(API_CLIENT.c.created_at, API_CLIENT.c.id)
_CLIENT = select(API_CLIENT).where(API_CLIENT.c.id == bindparam("which"))
_SAVE = upsert(API_CLIENT)
_ANSWER = select(KEPT_ANSWER.c.request_hash, KEPT_ANSWER.c.status, KEPT_ANSWER.c.body).where(
    KEPT_ANSWER.c.client_id == bindparam("of"), KEPT_ANSWER.c.key == bindparam("which")
)
_KEEP = insert_new(KEPT_ANSWER)
_AUDIT = insert(AUDIT)
_ENTRY = select(AUDIT).where(AUDIT.c.seq == bindparam("which"))


class SqlDoors:
    """What the API and the tower need (`crossdock.ports.stores_doors.Doors`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def client(self, client_id: str) -> ApiClient | None:
        """A client by id."""
        row = self._connection.execute(_CLIENT, {"which": words(client_id)}).first()
        return _client(row) if row is not None else None

    def clients(self) -> list[ApiClient]:
        """All clients, revoked ones too."""
        return [_client(row) for row in self._connection.execute(_CLIENTS)]

    def save_client(self, client: ApiClient) -> None:
        """Insert or replace."""
        row = msgspec.structs.asdict(client) | {"scopes": _ENCODE(client.scopes).decode()}
        self._connection.execute(_SAVE, row)

    def answer(self, client_id: str, key: str) -> KeptAnswer | None:
        """The answer kept for a client's Idempotency-Key."""
        row = self._connection.execute(_ANSWER, {"of": client_id, "which": words(key)}).first()
        return KeptAnswer(row[0], row[1], bytes(row[2])) if row is not None else None

    def keep_answer(self, client_id: str, key: str, answer: KeptAnswer, now: int) -> bool:
        """Keep it; False when the key is taken."""
        row = msgspec.structs.asdict(answer) | {"client_id": client_id, "key": words(key), "created_at": now}
        return bool(self._connection.execute(_KEEP, row).rowcount)

    def audit(self, at: int, actor: str, action: str, target: str, detail: str) -> None:
        """Write down what somebody did."""
        texts = {"actor": actor, "action": action, "target": target, "detail": detail}
        self._connection.execute(_AUDIT, {"at": at, **{name: words(text) for name, text in texts.items()}})

    def audited(self, chosen: Audited, *, after: str = "", limit: int = 50) -> tuple[list[AuditRow], str]:
        """Entries, newest first."""
        return audited(self._connection, chosen, after, limit)

    def audit_entry(self, seq: int) -> AuditRow | None:
        """One entry."""
        row = self._connection.execute(_ENTRY, {"which": seq}).first()
        return AuditRow(*row) if row is not None else None


def _client(row: Sequence[Any]) -> ApiClient:
    client_id, name, secret_hash, scopes, created_at, revoked_at = row
    return ApiClient(client_id, name, secret_hash, _SCOPES.decode(scopes), created_at, revoked_at)
