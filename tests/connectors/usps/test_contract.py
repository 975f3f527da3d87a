"""USPS holds what every connector holds, and what every connector holds that buys labels."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.simulator import SIMULATOR
from crossdock.connectors.usps.spec import SPEC
from crossdock.devkit.booking import BookingContract
from crossdock.devkit.conformance import ConnectorContract

TRACKED = {
    "trackingNumber": "9279421813737923183162",
    "trackingEvents": [
        {
            "eventType": "Arrived at USPS Regional Facility",
            "eventCode": "10",
            "eventTimestamp": "2026-11-19T08:15:00",
            "eventCity": "ASHEVILLE",
            "eventState": "NC",
            "eventZIP": "28801",
        }
    ],
}


@pytest.mark.req("C6", "M13", "M22")
class TestUsps(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [json.dumps(TRACKED).encode()]}


@pytest.mark.req("C4", "K1", "K2")
class TestBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"lag": "20", "reprints": "9"}
    purchases = r"/(labels|international-labels|pickup|scan-forms)/.*"

    def configure(self, host):
        return UspsConfig("secret://x/ID", "secret://x/WORD", "1", "2", "3", url=f"https://{host}")
