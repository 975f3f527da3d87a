"""bpost holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.bpost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told, translated

XML = b"""<?xml version="1.0"?><itemTracking xmlns="http://schema.post.be/tracking/v1/"><itemCode>323200000017</itemCode>
<stateInfo><time>2026-03-04T07:11:18.923+01:00</time><stateCode>L00</stateCode>
<stateDescription>BoundToRound - out_for_distribution</stateDescription></stateInfo>
<stateInfo><time>2026-03-04T09:11:18+01:00</time><stateCode>U77</stateCode>
<stateDescription>DistributedNormally - mystery</stateDescription></stateInfo></itemTracking>"""
PAGE = b"""{"items": [{"itemCode": "323200000025", "events": [{"date": "2026-03-04", "time": "10:46",
 "key": {"EN": {"description": "Item out for delivery"}, "FR": {"description": "x"}}}]}]}"""
REFUSAL = b"""<systemException xmlns="http://schema.post.be/api/shm/common/v2/" xmlns:n="http://schema.post.be/e/">
<n:message>An unexpected  error</n:message></systemException>"""
NOTHING = b"<labels><label/></labels>"


class TestBpost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [XML, PAGE, REFUSAL, NOTHING]}


@pytest.mark.req("C6", "E3")
def test_states_and_words():
    assert told(SPEC, XML) == [
        ("323200000017", "2026-03-04T07:11:18+01:00", "out_for_delivery"),
        ("323200000017", "2026-03-04T09:11:18+01:00", "delivered"),
    ]
    assert translated(SPEC, XML).unknown_codes == ("U77",)
    assert told(SPEC, PAGE) == [("323200000025", "2026-03-04T10:46:00", "out_for_delivery")]
    assert said(SPEC, REFUSAL) == {"An unexpected error": True}
    assert list(said(SPEC, NOTHING).values()) == [False]
