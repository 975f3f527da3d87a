"""A USPS connector on an in-process simulator."""

import pytest

from consignments import DirectWorld
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.simulator import SIMULATOR
from crossdock.connectors.usps.spec import SPEC


def build(options=None, **config):
    settings = {
        "client_id": "secret://env/ID",
        "client_secret": "secret://env/WORD",
        "crid": "57258161",
        "mid": "904142190",
        "account_number": "1000413179",
        "webhook_secrets": ("secret://env/OLD", "secret://env/HOOK"),
    }
    secrets = {"ID": "app", "WORD": "s3cret", "OLD": "older", "HOOK": "hook-s3cret"}
    sim = {"client_id": "app", "client_secret": "s3cret", "webhook_secret": "hook-s3cret"} | (options or {})
    return DirectWorld(SPEC, SIMULATOR, UspsConfig(**(settings | config)), secrets, **sim)


@pytest.fixture
def make_world():
    return build


@pytest.fixture
def world():
    return build()
