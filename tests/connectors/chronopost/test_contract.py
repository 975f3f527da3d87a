"""Chronopost holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.chronopost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told


def _answer(inner: str) -> bytes:
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<ns1:trackSkybillV2Response xmlns:ns1="x"><return>{inner}</return></ns1:trackSkybillV2Response>'
        "</soap:Body></soap:Envelope>"
    ).encode()


TWO = _answer(
    "<errorCode>0</errorCode><listEventInfoComp><events><code>TA</code><eventDate>2026-03-04T07:12:05+01:00</eventDate>"
    "<eventLabel>Shipment in delivery</eventLabel><officeLabel>ARRAS</officeLabel><zipCode>62000</zipCode></events>"
    "<events><code>QQ</code><eventDate>2026-03-04T09:00:00+01:00</eventDate>"
    "<eventLabel>Destinataire absent, avis de passage déposé</eventLabel></events>"
    "<events><code>D</code><eventDate>2026-03-05T09:00:00+01:00</eventDate><eventLabel>Delivered</eventLabel>"
    "<infoCompList><name>Consignee's name</name><value>SAMPLE</value></infoCompList></events>"
    "<skybillNumber>XY000000017FR</skybillNumber></listEventInfoComp>"
)
REFUSAL = _answer("<errorCode>3</errorCode><errorMessage>invalid number</errorMessage>")
EMPTY = _answer("<errorCode>0</errorCode>")


class TestChronopost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [TWO, REFUSAL, EMPTY]}


@pytest.mark.req("C6", "E3")
def test_codes_and_labels():
    assert told(SPEC, TWO) == [
        ("XY000000017FR", "2026-03-04T07:12:05+01:00", "out_for_delivery"),
        ("XY000000017FR", "2026-03-04T09:00:00+01:00", "delivery_attempted recipient/recipient_absent"),
        ("XY000000017FR", "2026-03-05T09:00:00+01:00", "delivered"),
    ]
    assert events(SPEC, TWO)[2].signed_by == "SAMPLE"
    assert said(SPEC, REFUSAL) == {"3 invalid number": True}
    assert said(SPEC, EMPTY) == {"the answer holds no events": True}
