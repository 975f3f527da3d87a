"""One live label per consignment, killed at every step and with every answer lost."""

from typing import ClassVar

import pytest

from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.simulator import SIMULATOR
from crossdock.connectors.ups.spec import SPEC
from crossdock.devkit.booking import BookingContract


@pytest.mark.req("C4", "C9")
class TestUpsBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"lookup_lag": "40", "recovery_lag": "20"}
    purchases = "/api/.*"

    def configure(self, host):
        secret = "secret://x/sim-key"
        return UpsConfig("A1B2C3", secret, secret, f"https://{host}", lookup_lag_seconds=60.0)
