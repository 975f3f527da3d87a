"""Yanwen holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.yanwen.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"code": 0,
"message": "success",
"result": [
{
"tracking_number": "UA000000017YP",
"waybill_number": "UA000000017YP",
"checkpoints": [
{
"time_stamp": "2026-03-02T14:30:00",
"time_zone": "+08:00",
"tracking_status": "PU10",
"message": "Yanwen Pickup scan",
"location": "YIWU"
}
]
}
]
}"""


class TestYanwen(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("UA000000017YP", "2026-03-02T14:30:00+08:00", "picked_up"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
