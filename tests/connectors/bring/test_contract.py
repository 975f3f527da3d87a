"""Bring holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.bring.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"consignmentSet": [
{
"consignmentId": "SHIPMENT1",
"packageSet": [
{
"packageNumber": "TESTPACKAGE1",
"eventSet": [
{
"description": "The shipment has been delivered",
"status": "DELIVERED",
"recipientSignature": {
"name": ""
},
"postalCode": "0150",
"city": "OSLO",
"countryCode": "NO",
"dateIso": "2026-03-02T10:05:54+01:00"
},
{
"description": "x",
"status": "HANDED_IN",
"dateIso": "2026-03-01T10:05:54+01:00",
"city": ""
}
]
}
]
}
]
}"""


class TestBring(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("TESTPACKAGE1", "2026-03-02T10:05:54+01:00", "delivered"),
        ("TESTPACKAGE1", "2026-03-01T10:05:54+01:00", "dropped_off"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
