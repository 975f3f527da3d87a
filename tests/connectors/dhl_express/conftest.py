"""A DHL Express connector on an in-process simulator."""

import pytest

from consignments import DirectWorld
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.simulator import SIMULATOR
from crossdock.connectors.dhl_express.spec import SPEC


def build(options=None, **config):
    settings = {"account_number": "123456789", "username": "secret://env/USER", "password": "secret://env/WORD"}
    secrets = {"USER": "apiKey", "WORD": "s3cret"}
    sim = {"username": "apiKey", "password": "s3cret"} | (options or {})
    return DirectWorld(SPEC, SIMULATOR, DhlExpressConfig(**(settings | config)), secrets, **sim)


@pytest.fixture
def make_world():
    return build


@pytest.fixture
def world():
    return build()
