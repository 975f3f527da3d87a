"""GLS holds what every connector holds, and what every connector holds that buys labels."""

import json
from decimal import Decimal
from typing import ClassVar

import pytest

from crossdock.connectors.gls.config import GlsConfig, TariffRow
from crossdock.connectors.gls.simulator import SIMULATOR
from crossdock.connectors.gls.spec import SPEC
from crossdock.devkit.booking import BookingContract
from crossdock.devkit.conformance import ConnectorContract

TRACKED = {
    "UnitDetail": {
        "TrackID": "ZHO9AXAC",
        "ParcelNumber": "250872895110",
        "History": [
            {
                "Date": "2026-11-20T10:04:00",
                "LocationCode": "DE500",
                "Location": "Bonn",
                "Country": "DE",
                "StatusCode": "3.0",
                "Description": "Delivered",
            }
        ],
    }
}


@pytest.mark.req("C6", "M13", "M22")
class TestGls(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [json.dumps(TRACKED).encode()]}


@pytest.mark.req("C4", "K1", "K2")
class TestBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"lag": "20"}
    purchases = r".*/rs/(shipments(/cancel/.*)?|sporadiccollection)"

    def configure(self, host):
        tariff = (TariffRow("PARCEL", Decimal(30), Decimal("4.90")),)
        url = f"https://{host}/shipit-farm/v1/backend"
        return GlsConfig(url, "secret://x/USER", "secret://x/WORD", "276a45fkqM", tariff=tariff)
