"""Who gets in: API keys and tokens (M1)."""

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from crossdock.governance.access import (
    AUDIENCE,
    ClientAccess,
    UnknownClient,
    basic_credentials,
    create_client,
    revoke,
    rotate,
)
from crossdock.ports.policy import Denied

SECOND = 1_000_000


async def made(store, clock, *scopes):
    return await store.run(lambda tx: create_client(tx, "test", scopes or ("read",), "me", clock.now()))


async def denied(access, authorization):
    with pytest.raises(Denied) as refusal:
        await access.authenticate(authorization)
    return refusal.value.status


@pytest.mark.req("M1")
async def test_a_key_lets_its_client_in(store, clock, access):
    issued = await made(store, clock, "read", "write")
    client = await access.authenticate(f"Bearer {issued.key}")
    assert (client.id, client.scopes) == (issued.client.id, ("read", "write"))


@pytest.mark.req("M1")
async def test_only_a_hash_of_the_secret_is_kept(store, clock):
    issued = await made(store, clock)
    row = await store.read(lambda tx: tx.doors.client(issued.client.id))
    assert issued.secret not in repr(row)
    assert len(row.secret_hash) == 64


@pytest.mark.req("M1")
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic eHg6eHg=", "Bearer xd_", "Bearer xd_a", "Bearer xd_nobody_secret", "Bearer a.b.c",
     "Bearer ..", "Bearer " + "x" * 5000, "Bearer xd__"],
)  # fmt: skip
async def test_anything_else_is_401(access, authorization):
    assert await denied(access, authorization) == 401


@pytest.mark.req("M1")
async def test_a_revoked_client_is_out_within_a_minute(store, clock, access):
    issued = await made(store, clock)
    token, _ = await access.issue_token(issued.client.id, issued.secret, "")
    await access.authenticate(f"Bearer {issued.key}")
    await store.run(lambda tx: revoke(tx, issued.client.id, "me", clock.now()))
    clock.instant += 60 * SECOND
    assert await denied(access, f"Bearer {issued.key}") == 401
    assert await denied(access, f"Bearer {token}") == 401


@pytest.mark.req("M1")
async def test_rotation_ends_the_old_secret_and_starts_the_new_one_at_once(store, clock, access):
    old = await made(store, clock)
    await access.authenticate(f"Bearer {old.key}")
    new = await store.run(lambda tx: rotate(tx, old.client.id, "me", clock.now()))
    await access.authenticate(f"Bearer {new.key}")
    assert await denied(access, f"Bearer {old.key}") == 401


@pytest.mark.req("M1")
async def test_a_token_carries_what_was_asked_for_and_no_more(store, clock, access):
    issued = await made(store, clock, "read", "write")
    token, life = await access.issue_token(issued.client.id, issued.secret, "read")
    assert life == 900
    assert (await access.authenticate(f"Bearer {token}")).scopes == ("read",)
    with pytest.raises(Denied) as refusal:
        await access.issue_token(issued.client.id, issued.secret, "admin")
    assert refusal.value.status == 403


@pytest.mark.req("M1")
async def test_expired_foreign_and_forged_tokens_are_401(store, clock, access, words):
    issued = await made(store, clock)
    token, _ = await access.issue_token(issued.client.id, issued.secret, "")
    key = OctKey.import_key(words.reveal("secret://env/SIGNING"))
    claims = jwt.decode(token, key, algorithms=["HS256"]).claims
    assert claims["aud"] == AUDIENCE
    assert claims["exp"] - claims["iat"] == 900

    def signed(changes, secret=key, alg="HS256"):
        return jwt.encode({"alg": alg}, {**claims, **changes}, secret, algorithms=[alg])

    assert (await access.authenticate(f"Bearer {signed({})}")).id == issued.client.id
    for changes in ({"aud": "other"}, {"iss": "http://elsewhere"}, {"exp": claims["iat"] - 1}, {"sub": "nobody"}):
        assert await denied(access, f"Bearer {signed(changes)}") == 401
    assert (
        await denied(access, f"Bearer {signed({}, OctKey.import_key('another secret of enough characters, too'))}")
        == 401
    )
    assert await denied(access, f"Bearer {signed({}, key, 'HS512')}") == 401
    clock.instant += 901 * SECOND
    assert await denied(access, f"Bearer {token}") == 401


@pytest.mark.req("M9")
def test_every_action_is_audited():
    said = []

    class Doors:
        def __init__(self):
            self.rows = {}

        def client(self, client_id):
            return self.rows.get(client_id)

        def save_client(self, client):
            self.rows[client.id] = client

        def audit(self, _at, actor, action, target, _detail):
            said.append((actor, action, target))

    class Tx:
        doors = Doors()

    issued = create_client(Tx, "test", ("read",), "me", 1)
    rotate(Tx, issued.client.id, "me", 2)
    revoke(Tx, issued.client.id, "me", 3)
    assert [action for _, action, _ in said] == ["client.create", "client.rotate", "client.revoke"]
    with pytest.raises(UnknownClient):
        rotate(Tx, "nobody", "me", 4)


@pytest.mark.parametrize("scopes", [(), ("everything",)])
async def test_a_scope_there_is_not_is_refused(store, clock, scopes):
    with pytest.raises(ValueError, match="scope"):
        await store.run(lambda tx: create_client(tx, "test", scopes, "me", clock.now()))


def test_a_short_signing_secret_stops_the_start(store, clock, words):
    with pytest.raises(ValueError, match="shorter than 32"):
        ClientAccess(store, clock, words, "secret://env/SHORT", "http://localhost")


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic !", "Basic eHg=", "Basic /w=="])
def test_what_is_no_basic_header_gives_nothing(header):
    assert basic_credentials(header) is None
