"""Machine clients: static API keys and OAuth 2 client-credentials tokens over one table of clients.

A key is ``xd_<client id>_<secret>``. The secret is 256 random bits, so SHA-256 is enough to store it: a slow password
hash guards guessable words only. Tokens are JWTs (HS256, RFC 9068 claims) of 15 minutes, and a revoked client's tokens
end with it, because every use looks at the client's row (read again after 30 seconds at most).
"""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Struct, structs

from crossdock.ports.clock import Clock
from crossdock.ports.policy import ALL_SCOPES, Client, Denied
from crossdock.ports.secrets import Secrets
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_doors import ApiClient

AUDIENCE = "crossdock"
TOKEN_LIFE = 15 * 60
"""Seconds an access token is good for."""

_REMEMBER = 30 * 1_000_000
_MOST_REMEMBERED = 1024
_SHORTEST_SIGNING_SECRET = 32
_KEY_PARTS = 3


class UnknownClient(LookupError):
    """No client has this id."""


class Issued(Struct, frozen=True):
    """A client with its secret, which is told this once and never again."""

    client: ApiClient
    secret: str

    @property
    def key(self) -> str:
        """The static API key: ``Authorization: Bearer xd_…``."""
        return f"xd_{self.client.id}_{self.secret}"


def create_client(tx: Transaction, name: str, scopes: tuple[str, ...], actor: str, now: int) -> Issued:
    """Add a client and give its one-time secret. Raises `ValueError` for a scope there is not."""
    unknown = sorted(set(scopes) - set(ALL_SCOPES))
    if unknown or not scopes:
        wrong = f"unknown scope {', '.join(unknown)}" if unknown else "no scope given"
        raise ValueError(f"{wrong}; there are {', '.join(ALL_SCOPES)}")
    secret = _fresh_secret()
    client = ApiClient(_fresh_id(), name, _hash(secret), tuple(scopes), created_at=now)
    tx.doors.save_client(client)
    tx.doors.audit(now, actor, "client.create", client.id, f"{name}: {' '.join(scopes)}")
    return Issued(client, secret)


def rotate(tx: Transaction, client_id: str, actor: str, now: int) -> Issued:
    """Replace a client's secret; the old one ends at once. Raises `UnknownClient`."""
    secret = _fresh_secret()
    client = structs.replace(_row(tx, client_id), secret_hash=_hash(secret))
    tx.doors.save_client(client)
    tx.doors.audit(now, actor, "client.rotate", client.id, client.name)
    return Issued(client, secret)


def revoke(tx: Transaction, client_id: str, actor: str, now: int) -> ApiClient:
    """End a client: its keys and tokens stop working within a minute everywhere. Raises `UnknownClient`."""
    client = _row(tx, client_id)
    if not client.revoked_at:
        client = structs.replace(client, revoked_at=now)
        tx.doors.save_client(client)
        tx.doors.audit(now, actor, "client.revoke", client.id, client.name)
    return client


class ClientAccess:
    """`ports.policy.Access` over the store's clients. Raises `ValueError` when the signing secret is too short."""

    def __init__(self, store: Store, clock: Clock, secrets: Secrets, signing_reference: str, issuer: str) -> None:
        """``signing_reference`` is a ``secret://`` reference; ``issuer`` the base address written into tokens."""
        signing = secrets.reveal(signing_reference)
        if len(signing) < _SHORTEST_SIGNING_SECRET:
            raise ValueError(f"the signing secret behind {signing_reference} is shorter than 32 characters")
        self._store = store
        self._clock = clock
        self._key = OctKey.import_key(signing)
        self._issuer = issuer
        self._rows: dict[str, tuple[int, ApiClient]] = {}

    async def authenticate(self, authorization: str) -> Client:
        """The client behind an ``Authorization`` header (Bearer token or API key). Raises `Denied`."""
        scheme, _, credential = authorization.partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise Denied(401, "send 'Authorization: Bearer' with an access token or an API key")
        if credential.startswith("xd_"):
            return await self._by_key(credential)
        return await self._by_token(credential)

    async def issue_token(self, client_id: str, client_secret: str, scope: str) -> tuple[str, int]:
        """An access token by OAuth 2 client credentials, and its life in seconds. Raises `Denied`.

        ``scope`` is space-separated; empty means all the client has. A scope beyond them is 403.
        """
        client = await self._verified(client_id, client_secret)
        wanted = tuple(dict.fromkeys(scope.split())) or client.scopes
        beyond = [each for each in wanted if each not in client.scopes]
        if beyond:
            raise Denied(403, f"this client does not have the scope {' '.join(beyond)}")
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": client.id,
            "client_id": client.id,
            "iat": now // 1_000_000,
            "exp": now // 1_000_000 + TOKEN_LIFE,
            "jti": randomness.token_hex(16),
            "scope": " ".join(wanted),
        }
        token = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, self._key)
        await self._store.run(lambda tx: tx.doors.audit(now, client.id, "token.issue", client.id, " ".join(wanted)))
        return token, TOKEN_LIFE

    async def _by_key(self, key: str) -> Client:
        parts = key.split("_", 2)
        if len(parts) != _KEY_PARTS:
            raise Denied(401, "this is not an API key")
        row = await self._verified(parts[1], parts[2])
        return Client(row.id, row.name, row.scopes)

    async def _by_token(self, token: str) -> Client:
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(
                now=self._clock.now() // 1_000_000,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": AUDIENCE},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, RecursionError, binascii.Error):
            raise Denied(401, "the access token is invalid or has expired; get a new one at /oauth/token") from None
        row = await self._client(str(claims["sub"]))
        if row is None:
            raise Denied(401, "the client of this access token has been revoked")
        # A client that lost a scope loses it in tokens issued before, too.
        granted = [each for each in str(claims.get("scope", "")).split() if each in row.scopes]
        return Client(row.id, row.name, tuple(granted))

    async def _verified(self, client_id: str, secret: str) -> ApiClient:
        row = await self._client(client_id)
        stored = row.secret_hash if row else _hash("")
        same = hmac.compare_digest(stored, _hash(secret))
        if row is None or not same:
            # Another process may have rotated the secret since this row was read.
            row = await self._client(client_id, fresh=True) if row else None
            if row is None or not hmac.compare_digest(row.secret_hash, _hash(secret)):
                raise Denied(401, "the client is unknown, revoked, or its secret is wrong")
        return row

    async def _client(self, client_id: str, *, fresh: bool = False) -> ApiClient | None:
        now = self._clock.now()
        until, row = self._rows.get(client_id, (0, None))
        if row is None or until <= now or fresh:
            row = await self._store.read(lambda tx: tx.doors.client(client_id))
            if row is None:  # never remembered: ids that do not exist are as many as an attacker likes
                return None
            if len(self._rows) >= _MOST_REMEMBERED:
                self._rows.clear()
            self._rows[client_id] = (now + _REMEMBER, row)
        return None if row.revoked_at else row


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """Client id and secret out of an HTTP Basic header, or nothing when it is not one."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, separator, secret = text.partition(":")
    return (client_id, secret) if separator else None


def _row(tx: Transaction, client_id: str) -> ApiClient:
    row = tx.doors.client(client_id)
    if row is None:
        raise UnknownClient(f"there is no client '{client_id}'")
    return row


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _fresh_secret() -> str:
    return randomness.token_urlsafe(32)


def _fresh_id() -> str:
    # Secrets come from the operating system, not from the Ids port: a seeded scheduler must not be able to guess them.
    return randomness.token_hex(6)
