"""Purolator holds what every connector holds, and reads its own format."""

from typing import Any, ClassVar

import pytest

from crossdock.connectors.purolator.mapping import read
from crossdock.connectors.purolator.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<TrackPackagesByPinResponse xmlns="http://purolator.com/pws/datatypes/v1"><ResponseInformation><Errors/>
</ResponseInformation>
<TrackingInformationList><TrackingInformation><PIN><Value>335000000017</Value></PIN><Scans>
<Scan><ScanType>Delivery</ScanType><PIN><Value>335000000017</Value></PIN><Depot><Name>HALIFAX, NS</Name></Depot>
<ScanDate>2026-03-04</ScanDate><ScanTime>101500</ScanTime><Description>Shipment delivered to</Description>
<Comment>RECEPTION</Comment></Scan>
<Scan><ScanType>Undeliverable</ScanType><PIN><Value>335000000017</Value></PIN><Depot><Name>HALIFAX, NS</Name>
</Depot>
<ScanDate>2026-03-03</ScanDate><ScanTime>091500</ScanTime>
<Description>Attempted Delivery - Customer Closed</Description>
<Comment/></Scan>
<Scan><ScanType>Other</ScanType><PIN><Value>335000000017</Value></PIN><Depot>
<Name>MONTREAL SORT CTR/CTR TRIE, PQ</Name></Depot>
<ScanDate>2026-03-02</ScanDate><ScanTime>235900</ScanTime><Description>Arrived at sort facility</Description>
<Comment/></Scan>
<Scan><ScanType>ProofOfPickUp</ScanType><PIN><Value>335000000017</Value></PIN><Depot><Name>MONTREAL, PQ</Name>
</Depot>
<ScanDate>2026-03-02</ScanDate><ScanTime>172300</ScanTime><Description>Picked up by Purolator at</Description>
<Comment/></Scan>
</Scans></TrackingInformation></TrackingInformationList></TrackPackagesByPinResponse></s:Body></s:Envelope>"""


class TestPurolator(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-04T10:15:00"),
        ("delivery_attempted", "recipient", "2026-03-03T09:15:00"),
        ("arrived_at_facility", "none", "2026-03-02T23:59:00"),
        ("picked_up", "none", "2026-03-02T17:23:00"),
    ]


@pytest.mark.req("E3")
def test_a_depot_names_its_province_in_todays_spelling() -> None:
    assert events_of(ANSWER)[2].place.region == "QC"


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<s:Envelope xmlns:s="s"><s:Body><TrackPackagesByPinResponse><ResponseInformation><Errors>
<Error><Code>1100</Code><Description>Invalid PIN</Description></Error></Errors></ResponseInformation>
</TrackPackagesByPinResponse></s:Body></s:Envelope>""",
            "1100 Invalid PIN",
        ),
        (
            b"""<s:Envelope xmlns:s="s"><s:Body><GetFullEstimateResponse/></s:Body>
</s:Envelope>""",
            "none of the shapes",
        ),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
