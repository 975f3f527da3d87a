"""Austrian Post holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.postat.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

PAGE = b"""<!DOCTYPE html><html><body>Sendungsnummer: <b>RC000000017AT</b><h4>Sendungsverlauf:</h4><ul>
<li><em><b>Datum: 04.03.2026&nbsp;10:51:59</b></em><br>
 <b>Zugestellt; PLZ 5700</b></li>
<li><em><b>Datum: 02.03.2026&nbsp;15:04:00</b></em><br> <b>Postaufgabe im Ausland; PLZ DE</b></li>
</ul></body></html>"""
DATA = b"""{"data": {"einzelsendung": {"sendungsnummer": "1000000000017", "sendungsEvents": [
 {"timestamp": "2026-03-04T08:00:00+01:00", "text": "Sendung in Zustellung", "eventpostalcode": "5700",
  "eventcountry": "AT"}]}}}"""
EMPTY = b"<!DOCTYPE html><html><body>Wartung</body></html>"
VOID = b"<VoidShipmentResult><Success>true</Success></VoidShipmentResult>"


class TestPostAt(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [PAGE, DATA, EMPTY, VOID]}


@pytest.mark.req("C6", "E3")
def test_the_page_and_its_data():
    assert told(SPEC, PAGE) == [
        ("RC000000017AT", "2026-03-04T10:51:59", "delivered"),
        ("RC000000017AT", "2026-03-02T15:04:00", "picked_up"),
    ]
    assert (events(SPEC, PAGE)[0].place.postcode, events(SPEC, PAGE)[1].place.country) == ("5700", "DE")
    assert told(SPEC, DATA) == [("1000000000017", "2026-03-04T08:00:00+01:00", "out_for_delivery")]
    assert list(said(SPEC, EMPTY).values()) == [True]
    assert list(said(SPEC, VOID).values()) == [False]
