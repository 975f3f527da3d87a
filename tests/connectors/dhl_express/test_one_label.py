"""One live label per consignment, whatever dies, is lost, comes late or is clicked twice."""

from typing import ClassVar

import pytest

from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.simulator import SIMULATOR
from crossdock.connectors.dhl_express.spec import SPEC
from crossdock.devkit.booking import BookingContract


@pytest.mark.req("C4", "K1", "K2")
class TestBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    purchases = r".*/(shipments|pickups)"

    def configure(self, host):
        url = f"https://{host}/mydhlapi"
        return DhlExpressConfig("123456789", "secret://x/USER", "secret://x/WORD", url=url, lookup_lag_seconds=60)


@pytest.mark.req("C4")
class TestBookingThatIsNotFoundAtOnce(TestBooking):
    """A look-up that lags behind the bookings, within what is configured."""

    options: ClassVar = {"lag": "45"}
