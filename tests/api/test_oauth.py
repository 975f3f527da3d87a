"""Tokens by client credentials, with the error bodies of RFC 6749 (M1)."""

import pytest

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def nobody(world):
    return world.client("")


async def test_a_token_opens_what_its_client_may(world, nobody):
    issued = world.issued["read"]
    form = {**GRANT, "client_id": issued.client.id, "client_secret": issued.secret}
    for given in ({"data": form}, {"data": GRANT, "auth": (issued.client.id, issued.secret)}):
        answer = await nobody.post("/oauth/token", **given)
        token = answer.json()
        assert (answer.status_code, token["token_type"], token["expires_in"], token["scope"]) == (
            200, "Bearer", 900, "read",
        )  # fmt: skip
        assert answer.headers["cache-control"] == "no-store"
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        assert (await nobody.get("/v1/shipments", headers=bearer)).status_code == 200
    world.clock.instant += 901 * 1_000_000
    assert (await nobody.get("/v1/shipments", headers=bearer)).status_code == 401


@pytest.mark.req("M1")
@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        (GRANT, 401, "invalid_client"),
        ({**GRANT, "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({**GRANT, "scope": "admin"}, 400, "invalid_scope"),
    ],
)
async def test_refusals(world, nobody, form, status, error):
    issued = world.issued["read"]
    auth = (issued.client.id, issued.secret) if error == "invalid_scope" else None
    answer = await nobody.post("/oauth/token", data=form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/json"
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("body", [b"{", b"\xff=\xfe", b"grant_type=client_credentials&grant_type=x", b"a" * 70_000])
async def test_what_is_no_form_is_an_invalid_request(nobody, body):
    for media_type in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"):
        answer = await nobody.post("/oauth/token", content=body, headers={"content-type": media_type})
        assert answer.status_code in {400, 413}
        assert answer.json()["error"] == "invalid_request"


async def test_metadata(nobody):
    answer = (await nobody.get("/.well-known/oauth-authorization-server")).json()
    assert answer["token_endpoint"] == "http://crossdock.test/oauth/token"
    assert answer["issuer"] == "http://crossdock.test"
