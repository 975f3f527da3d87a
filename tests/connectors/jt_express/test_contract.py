"""J&T Express holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.jt_express.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = """{
"code": "1",
"msg": "success",
"data": [
{
"billCode": "JT0000000017",
"details": [
{
"scanTime": "2026-03-02 14:30:00",
"desc": "x",
"scanType": "快件签收",
"scanNetworkCity": "Jakarta"
},
{
"scanTime": "2026-03-01 14:30:00",
"desc": "Parcel has been picked up",
"scanType": "Pickup"
}
]
}
]
}""".encode()


class TestJtExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("JT0000000017", "2026-03-02T14:30:00", "delivered"),
        ("JT0000000017", "2026-03-01T14:30:00", "picked_up"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
