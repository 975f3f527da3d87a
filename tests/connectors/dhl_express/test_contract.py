"""DHL Express holds what every connector holds."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.dhl_express.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract

TRACKED = {
    "shipments": [
        {
            "shipmentTrackingNumber": "7097261695",
            "status": "Success",
            "shipmentTimestamp": "2026-11-18T11:06:40",
            "productCode": "P",
            "events": [
                {
                    "date": "2026-11-19",
                    "time": "18:22:00",
                    "GMTOffset": "+01:00",
                    "typeCode": "PU",
                    "description": "Shipment picked up",
                    "serviceArea": [{"code": "CGN", "description": "Cologne-DE"}],
                }
            ],
        }
    ]
}


@pytest.mark.req("C6", "M13", "M22")
class TestDhlExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [json.dumps(TRACKED).encode()]}
