"""DHL Parcel Poland holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.dhl_poland.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told


def _answer(*items: str) -> bytes:
    return (
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>'
        "<getTrackAndTraceInfoResponse><getTrackAndTraceInfoResult><shipmentId>24000000017</shipmentId>"
        f"<receivedBy>NOWAK</receivedBy><events>{''.join(items)}</events></getTrackAndTraceInfoResult>"
        "</getTrackAndTraceInfoResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


def _item(status: str, words: str, when: str) -> str:
    return (
        f"<item><status>{status}</status><description>{words}</description><terminal>WAW</terminal>"
        f"<timestamp>{when}</timestamp></item>"
    )


TWO = _answer(
    _item("DOR", "Przesyłka doręczona do odbiorcy", "2026-03-04 10:40:31"),
    _item("X9", "Przesyłka przekazana kurierowi do doręczenia", "2026-03-04 07:40:31"),
)
EXAMPLE = _answer(_item("string", "string", "2026-03-04 07:40:31"))
FAULT = b"<Envelope><Body><Fault><faultcode>100</faultcode><faultstring>Nie</faultstring></Fault></Body></Envelope>"


class TestDhlPoland(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [TWO, EXAMPLE, FAULT]}


@pytest.mark.req("C6", "E3")
def test_codes_words_and_placeholders():
    assert told(SPEC, TWO) == [
        ("24000000017", "2026-03-04T10:40:31", "delivered"),
        ("24000000017", "2026-03-04T07:40:31", "out_for_delivery"),
    ]
    assert events(SPEC, TWO)[0].signed_by == "NOWAK"
    assert told(SPEC, EXAMPLE) == []
    assert list(said(SPEC, EXAMPLE).values()) == [False]
    assert said(SPEC, FAULT) == {"100 Nie": True}
