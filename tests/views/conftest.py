import pytest_asyncio

from views.seeding import open_seeded


@pytest_asyncio.fixture
async def store(tmp_path):
    opened = await open_seeded(tmp_path)
    yield opened
    await opened.close()
