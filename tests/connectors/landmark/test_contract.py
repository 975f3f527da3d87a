"""Landmark Global holds what every connector holds, and reads its own format."""

from typing import Any, ClassVar

import pytest

from crossdock.connectors.landmark.mapping import read
from crossdock.connectors.landmark.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = b"""<TrackResponse><Result><Success>true</Success><ShipmentDetails>
<EndDeliveryCarrier>Canada Post</EndDeliveryCarrier></ShipmentDetails>
<Packages><Package><TrackingNumber>LTN000000017</TrackingNumber><Events>
<Event><Status>Item successfully delivered</Status><DateTime>03/27/2026 02:05 PM</DateTime>
<Location>Quebec City, QC, CA</Location><EventCode>500</EventCode></Event>
<Event><Status>Parcel received at service centre</Status><DateTime>03/26/2026 12:05 AM</DateTime>
<Location>Quebec City, QC, CA</Location><EventCode>275</EventCode></Event>
<Event><Status>Transmitted customs information</Status><DateTime>2026-03-25 09:18:45</DateTime>
<Location>Romulus, MI</Location><EventCode>125</EventCode></Event>
</Events></Package><Package><TrackingNumber>LTN000000028</TrackingNumber><Events>
<Event><Status>Delivery failed</Status><DateTime>03/27/2026 06:00 PM</DateTime>
<Location>Rotterdam, NL</Location><EventCode>900</EventCode></Event>
</Events></Package></Packages></Result></TrackResponse>"""


class TestLandmark(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-27T14:05:00"),
        ("arrived_at_facility", "none", "2026-03-26T00:05:00"),
        ("customs_processing", "customs", "2026-03-25T09:18:45"),
        ("exception", "return", "2026-03-27T18:00:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<TrackResponse><Result><Success>false</Success></Result><Errors><Error>
<ErrorCode>Login</ErrorCode><ErrorMessage>The password is invalid.</ErrorMessage></Error></Errors>
</TrackResponse>""",
            "Login The password",
        ),
        (b"""<ShipResponse/>""", "no TrackResponse"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
