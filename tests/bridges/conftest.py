"""Brokers of these tests, one process each."""

import importlib.util

import pytest
import pytest_asyncio

from bridges.brokers import KINDS

LIBRARIES = {"nats": "nats", "rabbitmq": "aio_pika", "kafka": "aiokafka", "mqtt": "aiomqtt"}


@pytest_asyncio.fixture(params=sorted(KINDS))
async def broker(request, tmp_path):
    library = LIBRARIES[request.param]
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"the client library {library} is not installed: pip install 'crossdock[{request.param}]'")
    made = KINDS[request.param](tmp_path / request.param)
    try:
        await made.start()
        yield made
    finally:
        made.close()
