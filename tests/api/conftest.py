import pytest_asyncio

from api.doors import opened


@pytest_asyncio.fixture
async def world(tmp_path):
    made = await opened(tmp_path)
    yield made
    await made.store.close()


@pytest_asyncio.fixture
async def reader(world):
    async with world.client("read") as client:
        yield client


@pytest_asyncio.fixture
async def everybody(world):
    async with world.client("all") as client:
        yield client
