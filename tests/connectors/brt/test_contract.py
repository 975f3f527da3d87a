"""BRT holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.brt.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{
"ttParcelIdResponse": {
"executionMessage": {
"code": 0,
"severity": "INFO"
},
"bolla": {
"dati_spedizione": {
"spedizione_id": "163000000017"
}
},
"lista_eventi": [
{
"evento": {
"data": "02.03.2026",
"descrizione": "CONSEGNATA",
"filiale": "MILANO (101)",
"id": "704",
"ora": "12.30"
}
},
{
"evento": {
"data": "",
"descrizione": "",
"filiale": "",
"id": "",
"ora": ""
}
}
]
}
}"""


class TestBrt(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("163000000017", "2026-03-02T12:30:00", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
