"""Swiss Post holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.swiss_post.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""[
{
"shipmentNumber": "990000000000000017",
"eventCode": "PARCEL.*.88.40",
"timestamp": "2026-03-02T10:05:54+01:00",
"city": "Bern",
"zip": "3000",
"country": "CH",
"description": "Delivered"
},
{
"shipmentNumber": "990000000000000017",
"eventCode": "PARCEL.*.88.819",
"timestamp": "2026-03-02T07:05:54+01:00",
"city": "Bern",
"zip": "3000",
"description": ""
}
]"""


class TestSwissPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("990000000000000017", "2026-03-02T10:05:54+01:00", "delivered"),
        ("990000000000000017", "2026-03-02T07:05:54+01:00", "out_for_delivery"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
