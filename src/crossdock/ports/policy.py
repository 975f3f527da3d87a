"""Rules that governance supplies from outside: what the doors ask before they let somebody do something."""

from typing import Protocol

from msgspec import Struct


class Scope:
    """What a client may do; ``orders`` is what a shop or portal needs: place orders and see how they are."""

    READ = "read"
    WRITE = "write"
    INTAKE = "intake"
    ORDERS = "orders"
    ADMIN = "admin"


ALL_SCOPES = (Scope.READ, Scope.WRITE, Scope.INTAKE, Scope.ORDERS, Scope.ADMIN)


class Client(Struct, frozen=True):
    """Somebody who proved who they are, and their scopes."""

    id: str
    name: str
    scopes: tuple[str, ...]


class Denied(PermissionError):
    """No valid credential, or not this scope. ``status`` is 401 or 403; the text may be shown to the caller."""

    def __init__(self, status: int, text: str) -> None:
        """Remember the HTTP status beside the text."""
        super().__init__(text)
        self.status = status


class Access(Protocol):
    """Authenticates callers of the API."""

    async def authenticate(self, authorization: str) -> Client:
        """The client behind an ``Authorization`` header (Bearer token or API key). Raises `Denied`."""
        ...

    async def issue_token(self, client_id: str, client_secret: str, scope: str) -> tuple[str, int]:
        """An access token by OAuth 2 client credentials, and its life in seconds. Raises `Denied`."""
        ...
