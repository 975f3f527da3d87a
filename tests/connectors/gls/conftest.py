"""A GLS connector on an in-process simulator."""

from decimal import Decimal

import pytest

from consignments import DirectWorld
from crossdock.connectors.gls.config import GlsConfig, TariffRow
from crossdock.connectors.gls.simulator import SIMULATOR
from crossdock.connectors.gls.spec import SPEC

TARIFF = (
    TariffRow("PARCEL", Decimal(5), Decimal("4.90"), ("DE",), days=1),
    TariffRow("PARCEL", Decimal("31.5"), Decimal("8.90"), ("DE",), days=1),
    TariffRow("PARCEL", Decimal("31.5"), Decimal("14.50")),
    TariffRow("PARCEL+service_flexdelivery", Decimal("31.5"), Decimal("9.40"), ("DE", "FR")),
    TariffRow("EXPRESS", Decimal("31.5"), Decimal("19.00")),
)


def build(options=None, **config):
    settings = {
        "url": "https://api.gls-group.net/shipit-farm/v1/backend",
        "username": "secret://env/USER",
        "password": "secret://env/WORD",
        "contact_id": "276a45fkqM",
        "tariff": TARIFF,
    }
    sim = {"username": "shipit", "password": "s3cret"} | (options or {})
    return DirectWorld(SPEC, SIMULATOR, GlsConfig(**(settings | config)), {"USER": "shipit", "WORD": "s3cret"}, **sim)


@pytest.fixture
def make_world():
    return build


@pytest.fixture
def world():
    return build()
