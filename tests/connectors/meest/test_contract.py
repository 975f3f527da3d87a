"""Meest holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.meest.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = """<?xml version="1.0" encoding="UTF-8"?><return><api>API-1C</api><result_table>
<items><ShipmentNumberSender>001-0000001</ShipmentNumberSender><DateTimeAction>2026-03-25 15:05: 53</DateTimeAction>
<Country>УКРАЇНА</Country><City>Львів</City><StatusCode>606</StatusCode>
<ActionMessages_UA>Прийом</ActionMessages_UA>
<ActionMessages_EN> Accepted by the branch </ActionMessages_EN></items>
<items><ShipmentNumberSender>001-0000001</ShipmentNumberSender><DateTimeAction>2026-03-26 08: 00: 01</DateTimeAction>
<Country/><City/><StatusCode>9999</StatusCode><ActionMessages_EN>Out for delivery</ActionMessages_EN></items>
</result_table><errors><code>000</code><name/></errors></return>""".encode()
JSON = b"""{"status": "OK", "info": {}, "result": [{"parcelNumber": "CV0001", "eventDateTime": "2026-03-25 15:05:53",
 "eventCode": "1622", "eventDescr": {"descrUA": "x", "descrEN": "Delivered"},
 "eventCityDescr": {"descrEN": "Warszawa"}, "eventCountryDescr": {"descrEN": "Poland"}}]}"""
REFUSAL = b"<return><result_table/><errors><code>100</code><name>Connection Error</name></errors></return>"


class TestMeest(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, JSON, REFUSAL, b"<other/>", b'{"result": []}']}


@pytest.mark.req("C6", "E3")
def test_clocks_with_blanks_and_texts_in_three_languages():
    assert told(SPEC, ANSWER) == [
        ("001-0000001", "2026-03-25T15:05:53", "received_at_origin"),
        ("001-0000001", "2026-03-26T08:00:01", "out_for_delivery"),
    ]
    assert [(each.occurred.zone, each.raw_text) for each in events(SPEC, ANSWER)] == [
        ("Europe/Kyiv", "Accepted by the branch"),
        ("", "Out for delivery"),
    ]


@pytest.mark.req("C6", "E3")
def test_the_json_api_and_errors():
    assert told(SPEC, JSON) == [("CV0001", "2026-03-25T15:05:53", "delivered")]
    assert said(SPEC, REFUSAL) == {"100 Connection Error": True}
