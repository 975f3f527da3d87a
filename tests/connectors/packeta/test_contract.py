"""Packeta holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.packeta.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""<response><status>ok</status><result><record>
<dateTime>2026-03-02T10:05:54</dateTime><statusCode>5</statusCode>
<codeText>ready for pickup</codeText>
<statusText>Ready</statusText><branchId>1</branchId></record></result></response>"""


class TestPacketa(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("", "2026-03-02T10:05:54", "available_for_pickup"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
