"""TNT holds what every connector holds, and reads its own format."""

from typing import ClassVar

from crossdock.connectors.tnt.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract

ANSWER = b"""<?xml version="1.0" encoding="utf-8"?>
<TrackResponse><Consignment access="public"><ConsignmentNumber>900000017</ConsignmentNumber>
<Signatory><![CDATA[M. Osei]]></Signatory>
<StatusData><StatusCode>OK</StatusCode>
<StatusDescription><![CDATA[Shipment Delivered In Good Condition.]]></StatusDescription>
<LocalEventDate format="YYYYMMDD">20260302</LocalEventDate><LocalEventTime format="HHMM">0905</LocalEventTime>
<Depot>LIL</Depot><DepotName><![CDATA[Lille]]></DepotName></StatusData>
</Consignment></TrackResponse>"""


class TestTnt(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}
