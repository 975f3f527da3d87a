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
