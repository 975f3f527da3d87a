import pytest_asyncio

from partnerdesk.world import opened


@pytest_asyncio.fixture
async def world(tmp_path):
    made = await opened(tmp_path)
    yield made
    await made.hub.close()
    await made.store.close()
