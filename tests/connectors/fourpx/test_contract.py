"""4PX holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.fourpx.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told, translated

ANSWER = b"""{"result": "1", "msg": "ok", "errors": [], "data": {"deliveryOrderNo": "4PX0001", "trackingList": [
 {"businessLinkCode": "FPX_C_SPLS", "occurDatetime": "2026-03-04 14:37:33", "occurLocation": "Shenzhen",
  "trackingContent": "Shipment picked up"},
 {"businessLinkCode": "FPX_X_Y", "occurDatetime": "2026-03-09 14:37:33", "occurLocation": "",
  "trackingContent": "Out for delivery"}]}}"""
REFUSAL = (
    b'{"result": "0", "msg": "failed", "errors": [{"errorCode": "0101", "errorMsg": "no such order"}], "data": null}'
)


class TestFourPx(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, b"{}"]}


@pytest.mark.req("C6", "E3")
def test_an_unknown_code_is_read_by_its_text_and_asked_about():
    assert told(SPEC, ANSWER) == [
        ("4PX0001", "2026-03-04T14:37:33", "picked_up"),
        ("4PX0001", "2026-03-09T14:37:33", "out_for_delivery"),
    ]
    assert translated(SPEC, ANSWER).unknown_codes == ("FPX_X_Y",)
    assert said(SPEC, REFUSAL) == {"0101 no such order": True}
