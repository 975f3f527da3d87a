"""Poste Italiane holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.poste_italiane.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"idTracciatura": "RA000000017IT",
"listaMovimenti": [
{
"dataOra": 1772433000000,
"statoLavorazione": "Consegnata",
"luogo": "ROMA",
"box": "5"
}
]
}"""


class TestPosteItaliane(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("RA000000017IT", "2026-03-02T06:30:00Z", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
