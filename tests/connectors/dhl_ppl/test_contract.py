"""PPL holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.dhl_ppl.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

CPL = b"""[{"shipmentNumber": "40000000017", "trackAndTrace": {"events": [
 {"eventDate": "2026-03-04T10:00:00+01:00", "statusId": 450, "name": "x"}]}}]"""
MYAPI = b"""<r><MyApiPackageOut><PackNumber>40000000025</PackNumber><PackageStatuses><MyApiPackageOutStatus>
<StaID>464</StaID><StatusDate>2026-03-04T10:00:00</StatusDate></MyApiPackageOutStatus></PackageStatuses>
</MyApiPackageOut></r>"""
REFUSAL = b'{"title": "Unauthorized", "status": 401}'


class TestPpl(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [CPL, MYAPI, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_both_services():
    assert told(SPEC, CPL) == [("40000000017", "2026-03-04T10:00:00+01:00", "delivered")]
    assert told(SPEC, MYAPI) == [
        ("40000000025", "2026-03-04T10:00:00", "delivery_attempted refused/refused_by_recipient")
    ]
    assert said(SPEC, REFUSAL) == {"Unauthorized": True}
