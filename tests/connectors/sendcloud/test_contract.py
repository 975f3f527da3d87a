"""Sendcloud holds what every connector holds, and what every connector holds that buys labels."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.connectors.sendcloud.simulator import SIMULATOR
from crossdock.connectors.sendcloud.spec import SPEC
from crossdock.devkit.booking import BookingContract
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.party import Address, Party

EVENT = {
    "event_at": "2026-11-22T09:15:30Z",
    "event_type": "carrier",
    "status_code": "at-sorting-centre",
    "status_description": "Sorted in Bremen",
    "sub_status_code": "none",
}
TRACKED = {
    "details": {"expected_delivery_date": "2026-11-25"},
    "events": [EVENT],
    "tracking_numbers": [{"carrier_code": "dpd", "tracking_number": "3S0000000000012"}],
}
CHANGED = {
    "action": "parcel_status_changed",
    "timestamp": 1795338930123,
    "carrier_status_change_timestamp": 1795338930000,
    "parcel": {"id": 7, "tracking_number": "3S0000000000012", "status": {"id": 92, "message": "Driver en route"}},
}
ONLY_PARKED = r"""\A.*; not done: \[\('label\.void\.v1', 'parked', .* returns are cancelled by their own id"\)\]\Z"""


@pytest.mark.req("C6", "M13", "M22")
class TestSendcloud(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"events": [json.dumps(CHANGED).encode()], "file": [json.dumps(TRACKED).encode()]}


@pytest.mark.req("C4", "K1", "K2")
class TestBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"keys": "pub:sec"}
    purchases = r"/api/v3/(shipments|returns|pickups).*"
    ship_from = Party("Dock 4", Address(("Havenkade 12",), "Breda", "", "4811 AA", "NL"), "Noorderlamp", "+31201234567")
    ship_to = Party("Odile Brandt", Address(("Lerchenweg 8",), "Bremen", "", "28195", "DE"))

    def configure(self, host):
        return SendcloudConfig("secret://x/pub", "secret://x/sec", url=f"https://{host}/api/v3")


@pytest.mark.req("C4")
class TestReturns(TestBooking):
    """Returns go by another API, which takes a reference as often as it is sent."""

    def _world(self, empty, seed, *deaths):
        from msgspec.structs import replace  # noqa: PLC0415 - only here

        world = super()._world(empty, seed, *deaths)
        for name, goods in world.consignments.items():
            world.consignments[name] = replace(goods, is_return=True)
        return world

    def test_an_order_called_off_while_it_is_booked_leaves_no_label(self):
        """Published lists show no id to cancel by: one whose answer was lost is parked, and that is seen."""
        self.disturbances = ((1.0, 0.0, 0.0),)  # every answer is lost: no seed has to draw that
        with pytest.raises(AssertionError, match=ONLY_PARKED):
            super().test_an_order_called_off_while_it_is_booked_leaves_no_label()
