"""SEUR holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.seur.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"data": [
{
"shipmentCode": "0000000017",
"situations": [
{
"eventCode": "LL001",
"description": "ENTREGA EFECTUADA",
"situationDate": "2026-03-02T14:30:00"
},
{
"eventCode": "LI001",
"description": "EN REPARTO",
"situationDate": "2026-03-02T08:30:00"
}
]
}
]
}"""


class TestSeur(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("0000000017", "2026-03-02T14:30:00", "delivered"),
        ("0000000017", "2026-03-02T08:30:00", "out_for_delivery"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
