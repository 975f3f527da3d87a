"""Stamps.com holds what every connector holds, and reads its own format."""

from typing import Any, ClassVar

import pytest

from crossdock.connectors.stamps.mapping import read
from crossdock.connectors.stamps.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = b"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<TrackShipmentResponse xmlns="http://stamps.com/xml/namespace/2013/10/swsim/swsimv33">
<Authenticator>x</Authenticator><TrackingEvents>
<TrackingEvent><Timestamp>2026-02-19T10:32:00</Timestamp><Event>DELIVERED</Event>
<TrackingEventType>Delivered</TrackingEventType>
<City>FORT WAYNE</City><State>IN</State><Zip>46809</Zip><Country>US</Country><SignedBy>OSEI</SignedBy>
</TrackingEvent>
<TrackingEvent><Timestamp>2026-02-18T09:30:00</Timestamp><Event>NOTICE LEFT</Event>
<TrackingEventType>NoticeLeft</TrackingEventType>
<City>FORT WAYNE</City><State>IN</State><Zip>46809</Zip><Country>US</Country><SignedBy/></TrackingEvent>
<TrackingEvent><Timestamp>2026-02-15T16:58:00</Timestamp><Event>PROCESSED</Event>
<TrackingEventType>Enroute</TrackingEventType>
<City>INDIANAPOLIS</City><State>IN</State><Zip>46206</Zip><Country>US</Country><SignedBy/></TrackingEvent>
</TrackingEvents></TrackShipmentResponse></soap:Body></soap:Envelope>"""


class TestStamps(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-02-19T10:32:00"),
        ("delivery_attempted", "recipient", "2026-02-18T09:30:00"),
        ("in_transit", "none", "2026-02-15T16:58:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<s:Envelope xmlns:s="s"><s:Body><s:Fault><faultcode>s:Client</faultcode>
<faultstring>Invalid SOAP message</faultstring></s:Fault></s:Body></s:Envelope>""",
            "Invalid SOAP message",
        ),
        (b"""<s:Envelope xmlns:s="s"><s:Body><GetRatesResponse/></s:Body></s:Envelope>""", "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
