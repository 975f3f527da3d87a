"""Cainiao holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.cainiao.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"module": [
{
"mailNo": "LP00000000000017",
"detailList": [
{
"time": 1772433000000,
"timeStr": "2026-03-02 14:30:00",
"desc": "Delivered",
"standerdDesc": "Delivered",
"timeZone": "GMT+8",
"actionCode": "GTMS_SIGNED"
}
]
}
],
"success": true
}"""


class TestCainiao(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("LP00000000000017", "2026-03-02T14:30:00+08:00", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
