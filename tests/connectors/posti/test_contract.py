"""Posti holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.posti.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = """{
"shipments": [
{
"trackingCode": "JJFI00000000000000017",
"events": [
{
"description": {
"en": "The item has been delivered",
"fi": "Lähetys on luovutettu"
},
"timestamp": "2026-03-02T10:05:54+02:00",
"locationName": "Helsinki",
"locationCode": "00100"
}
]
}
]
}""".encode()


class TestPosti(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("JJFI00000000000000017", "2026-03-02T10:05:54+02:00", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
