"""Settings on a page: what is in force, where it was said, and what takes a restart."""

import pytest

from browser import scene
from crossdock.tower.sessions import Role
from tower.pages import entering


@pytest.fixture
async def furnished(tmp_path):
    made = await scene.empty(tmp_path)
    yield made
    await made.store.close()


def body_of(answer):
    return answer.text.split("<main", 1)[1].split("<dialog", 1)[0]


@pytest.mark.req("L2")
async def test_values_stand_with_their_places_and_secrets_with_their_references_only(furnished):
    page = body_of(await (await entering(furnished)).get("/settings"))
    for told in ("crossdock.yaml:2", "CROSSDOCK__STORE__URL", "secret://file/secrets/signing", "Takes a restart"):
        assert told in page
    assert "geheim" not in page
    assert 'id="partners"' in page
    assert 'href="#partners"' in page


@pytest.mark.req("L2")
async def test_the_address_narrows_it_without_scripts(furnished):
    client = await entering(furnished)
    page = body_of(await client.get("/settings?q=burst"))
    assert "throttle.burst" in page
    assert "signing_secret" not in page
    assert "Nothing speaks of this" in body_of(await client.get("/settings?q=zzz"))
    given = body_of(await client.get("/settings?given=1"))
    assert "throttle.burst" in given
    assert "throttle.concurrency" not in given
    hostile = (await client.get("/settings?q=onerror")).text
    assert "<img src=x" not in hostile
    assert "&lt;img src=x" in hostile


@pytest.mark.req("M1")
async def test_only_an_engineer_sees_them(furnished):
    for role in (Role.READER, Role.OPERATOR):
        client = await entering(furnished, role)
        assert (await client.get("/settings")).status_code == 403
        assert 'href="/settings"' not in (await client.get("/")).text


async def test_a_process_without_a_configuration_says_so(world):
    client = await world.entered()
    assert "No configuration is known here" in (await client.get("/settings")).text
