"""A real SMTP server on loopback."""

import pytest

from mailing import opened


@pytest.fixture
async def post():
    """A `Post` on the default simulator."""
    async with opened() as found:
        yield found
