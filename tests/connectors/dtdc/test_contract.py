"""DTDC holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.dtdc.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"statusCode": 200,
"statusFlag": true,
"status": "SUCCESS",
"trackHeader": {
"strShipmentNo": "V00000017"
},
"trackDetails": [
{
"strCode": "DLV",
"strAction": "Delivered",
"strOrigin": "MUMBAI",
"strActionDate": "02032026",
"strActionTime": "1430",
"sTrRemarks": ""
},
{
"strCode": "NONDLV",
"strAction": "Not Delivered",
"strOrigin": "MUMBAI",
"strActionDate": "01032026",
"strActionTime": "0930",
"sTrRemarks": "Consignee not available"
}
]
}"""


class TestDtdc(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("V00000017", "2026-03-02T14:30:00", "delivered"),
        ("V00000017", "2026-03-01T09:30:00", "delivery_attempted recipient/recipient_absent"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
