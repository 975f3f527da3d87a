"""Shippo leaves one label for every reference, whatever happens in between; both ways of asking for a label."""

from typing import ClassVar

import pytest

from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.simulator import SIMULATOR
from crossdock.connectors.shippo.spec import SPEC
from crossdock.devkit.booking import BookingContract


@pytest.mark.req("C2", "C3", "C4")
class TestShippoBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    purchases: ClassVar[str] = "/(transactions|refunds)"

    def configure(self, host):
        return ShippoConfig(url=f"https://{host}", api_token="secret://x/token")


@pytest.mark.req("C2", "C3", "C4", "C5")
class TestShippoBookingAsynchronously(TestShippoBooking):
    def configure(self, host):
        return ShippoConfig(url=f"https://{host}", api_token="secret://x/token", asynchronous=True)
