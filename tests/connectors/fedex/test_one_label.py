"""One live label per consignment, killed at every step and with every answer lost."""

from typing import ClassVar

import pytest

from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.simulator import SIMULATOR
from crossdock.connectors.fedex.spec import SPEC
from crossdock.devkit.booking import BookingContract


@pytest.mark.req("C4", "C9")
class TestFedexBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"lookup_lag": "40"}
    purchases = "/(ship|pickup|track|rate)/.*"

    def configure(self, host):
        secret = "secret://x/sim-key"
        return FedexConfig("740561073", secret, secret, f"https://{host}", lookup_lag_seconds=60.0)
