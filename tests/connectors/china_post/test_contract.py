"""China Post holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.china_post.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = """{
"traces": [
{
"acceptTime": "2026-03-02 14:30:00",
"acceptAddress": "广州市",
"remark": "已签收",
"mailNo": "EA000000017CN"
}
]
}""".encode()


class TestChinaPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("EA000000017CN", "2026-03-02T14:30:00", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
