"""The part of a transaction that the doors stand on: machine clients, idempotent answers, the audit."""

from typing import Protocol

from msgspec import Struct


class ApiClient(Struct, frozen=True):
    """A machine client. ``secret_hash`` is the SHA-256 (hex) of a 256-bit random secret."""

    id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    created_at: int
    revoked_at: int = 0


class KeptAnswer(Struct, frozen=True):
    """An API answer kept under its Idempotency-Key."""

    request_hash: str
    status: int
    body: bytes


class AuditRow(Struct, frozen=True):
    """One entry of the audit: ``at`` in epoch microseconds, ``actor`` with the door they came through, ``detail`` the
    reason or what else was written down.
    """

    seq: int
    at: int
    actor: str
    action: str
    target: str
    detail: str


class Audited(Struct, frozen=True):
    """Which entries of the audit: every word that is given has to fit. ``action`` is a whole name (``desk.void``) or
    a family (``desk``); ``text`` stands in actor, target or detail, in any case of letters; ``since`` and ``until``
    (before it) are epoch microseconds.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    text: str = ""
    since: int = 0
    until: int = 0


class Doors(Protocol):
    """What the doors need: clients, idempotent answers, sessions of the tower, and an audit of actions."""

    def client(self, client_id: str) -> ApiClient | None:
        """A client by id."""
        ...

    def clients(self) -> list[ApiClient]:
        """All clients, revoked ones too."""
        ...

    def save_client(self, client: ApiClient) -> None:
        """Insert or replace."""
        ...

    def answer(self, client_id: str, key: str) -> KeptAnswer | None:
        """The answer kept for a client's Idempotency-Key."""
        ...

    def keep_answer(self, client_id: str, key: str, answer: KeptAnswer, now: int) -> bool:
        """Keep it; False when the key is taken."""
        ...

    def audit(self, at: int, actor: str, action: str, target: str, detail: str) -> None:
        """Write down what somebody did."""
        ...

    def audited(self, chosen: Audited, *, after: str = "", limit: int = 50) -> tuple[list[AuditRow], str]:
        """Entries of the audit, newest first, and the cursor of the next page ("" at the end).

        One call looks at a bounded number of entries: where few of them fit, a page may be short or empty and still
        have a cursor. Raises `ValueError` for a cursor that is none.
        """
        ...

    def audit_entry(self, seq: int) -> AuditRow | None:
        """One entry of the audit."""
        ...
