import pytest
import pytest_asyncio

from crossdock.governance.access import ClientAccess
from views.seeding import FixedClock, open_seeded

SIGNING = "a signing secret of more than thirty-two characters"


class Words:
    def reveal(self, reference):
        return SIGNING if reference == "secret://env/SIGNING" else "short"


@pytest_asyncio.fixture
async def store(tmp_path):
    opened = await open_seeded(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def words():
    return Words()


@pytest.fixture
def access(store, clock, words):
    return ClientAccess(store, clock, words, "secret://env/SIGNING", "http://localhost")
