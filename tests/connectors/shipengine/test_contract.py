"""ShipEngine holds what every connector holds, and what every connector holds that buys labels."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.shipengine.config import ShipEngineConfig
from crossdock.connectors.shipengine.simulator import SIMULATOR
from crossdock.connectors.shipengine.spec import SPEC
from crossdock.devkit.booking import BookingContract
from crossdock.devkit.conformance import ConnectorContract

TRACKED = {
    "tracking_number": "9400100000000000000012",
    "status_code": "IT",
    "carrier_code": "stamps_com",
    "estimated_delivery_date": "2026-11-25T00:00:00Z",
    "events": [
        {
            "occurred_at": "2026-11-22T09:15:30Z",
            "carrier_occurred_at": "2026-11-22T03:15:30",
            "description": "Departed from hub",
            "city_locality": "Duluth",
            "state_province": "MN",
            "postal_code": "55802",
            "country_code": "US",
            "status_code": "IT",
            "status_detail_code": "HUB_SCAN_OUT",
        }
    ],
}


@pytest.mark.req("C6", "M13", "M22")
class TestShipEngine(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {
        "events": [json.dumps({"resource_url": "", "resource_type": "API_TRACK", "data": TRACKED}).encode()],
        "file": [json.dumps(TRACKED).encode(), json.dumps([TRACKED]).encode()],
    }


@pytest.mark.req("C4", "K1", "K2")
class TestBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    purchases = r"/v1/(labels|pickups|manifests).*"

    def configure(self, host):
        return ShipEngineConfig(
            api_key="secret://x/TEST_1", carrier_ids=("se-660215", "se-660217"), url=f"https://{host}/v1"
        )


@pytest.mark.req("C4")
class TestBookingWhereASecondLabelIsSold(TestBooking):
    """ShipEngine's documents do not say that it refuses one."""

    options: ClassVar = {"sells_twice": "true"}
