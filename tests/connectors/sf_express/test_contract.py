"""SF Express holds what every connector holds, and reads its own formats."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.sf_express.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

PUSHED = """{"Body": {"WaybillRoute": [
 {"mailno": "SF0001", "acceptAddress": "深圳市", "acceptTime": "2026-03-04 16:56:54", "remark": "已收件",
  "opCode": "50", "id": "1", "reasonName": ""},
 {"mailno": "SF0001", "acceptAddress": "北京市", "acceptTime": "2026-03-05 09:00:00", "remark": "派送不成功",
  "opCode": "70", "reasonName": "no one at home"}]}}""".encode()
ROUTES = {"mailNo": "SF0002", "routes": [{"acceptTime": "2026-03-05 09:00:00", "opCode": "80", "remark": "ok"}]}
INNER = json.dumps({"success": True, "msgData": {"routeResps": [ROUTES]}})
ANSWER = json.dumps({"apiErrorMsg": "", "apiResultCode": "A1000", "apiResultData": INNER}).encode()
XML = b"""<Response service="RouteService"><Head>OK</Head><Body><RouteResponse mailno="SF0003"><Route remark="x"
 accept_time="2026-03-05 09:00:00" accept_address="Hong Kong" opcode="44"/></RouteResponse></Body></Response>"""
REFUSAL = b'<Response service="RouteService"><Head>ERR</Head><ERROR code="4001">No such order</ERROR></Response>'


class TestSfExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [PUSHED, ANSWER, XML, REFUSAL, b"{}"]}


@pytest.mark.req("C6", "E3")
def test_pushes_answers_and_the_older_xml():
    assert told(SPEC, PUSHED) == [
        ("SF0001", "2026-03-04T16:56:54", "picked_up"),
        ("SF0001", "2026-03-05T09:00:00", "delivery_attempted recipient/recipient_absent"),
    ]
    assert told(SPEC, ANSWER) == [("SF0002", "2026-03-05T09:00:00", "delivered")]
    assert told(SPEC, XML) == [("SF0003", "2026-03-05T09:00:00", "out_for_delivery")]
    assert events(SPEC, XML)[0].place.city == "Hong Kong"
    assert said(SPEC, REFUSAL) == {"No such order": True}
