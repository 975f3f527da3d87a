import pytest_asyncio

from trackpage.world import opened


@pytest_asyncio.fixture
async def world(tmp_path):
    made = await opened(tmp_path)
    yield made
    await made.store.close()
