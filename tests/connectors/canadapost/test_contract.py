"""Canada Post holds what every connector holds, and reads its own format."""

from typing import Any, ClassVar

import pytest

from crossdock.connectors.canadapost.mapping import read
from crossdock.connectors.canadapost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

DETAIL = b"""<tracking-detail xmlns="http://www.canadapost.ca/ws/track"><pin>7000000000000017</pin>
<significant-events>
<occurrence><event-identifier>1496</event-identifier><event-date>2026-03-05</event-date>
<event-time>11:59:59</event-time>
<event-time-zone>EST</event-time-zone><event-description>Item successfully delivered</event-description>
<signatory-name/>
<event-site>GASPE</event-site><event-province>QC</event-province></occurrence>
<occurrence><event-identifier>20</event-identifier><event-date>2026-03-05</event-date>
<event-time>11:59:59</event-time>
<event-time-zone>EST</event-time-zone><event-description>Signature image recorded for Online viewing</event-description>
<signatory-name>OSEI</signatory-name><event-site>GASPE</event-site><event-province>QC</event-province></occurrence>
<occurrence><event-identifier>1407</event-identifier><event-date>2026-03-04</event-date>
<event-time>09:10:00</event-time>
<event-time-zone>EST</event-time-zone>
<event-description>Notice card left indicating where and when to pick up item</event-description>
<signatory-name/><event-site>GASPE</event-site><event-province>QC</event-province></occurrence>
<occurrence><event-identifier>4700</event-identifier><event-date>2026-03-02</event-date>
<event-time>09:10:00</event-time>
<event-time-zone>XYZ</event-time-zone><event-description>Item presented to customs for review</event-description>
<signatory-name/><event-site>MONTREAL</event-site><event-province>QC</event-province></occurrence>
</significant-events></tracking-detail>"""

SUMMARY = b"""<tracking-summary><pin-summary><pin>7000000000000028</pin>
<event-date-time>20260301:141505</event-date-time>
<event-description>Item out for delivery</event-description><event-type>OUT</event-type>
<event-location>OTTAWA</event-location>
</pin-summary></tracking-summary>"""

PAGE = b"""{"pin": "7000000000000039", "events": [{"cd": "1496", "descEn": "Delivered", "descFr": "Livr\u00e9",
 "datetime": {"date": "2026-03-05", "time": "11:26:48", "zoneOffset": "-05:00"},
 "locationAddr": {"city": "OTTAWA", "regionCd": "ON", "countryCd": "CA"}}]}"""


class TestCanadaPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [DETAIL, SUMMARY, PAGE]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at)
        for body in (DETAIL, SUMMARY, PAGE)
        for one in events_of(body)
    ]
    assert told == [
        ("delivered", "none", "2026-03-05T11:59:59-05:00"),
        ("pod_available", "none", "2026-03-05T11:59:59-05:00"),
        ("delivery_attempted", "recipient", "2026-03-04T09:10:00-05:00"),
        ("customs_processing", "customs", "2026-03-02T09:10:00"),
        ("out_for_delivery", "none", "2026-03-01T14:15:05"),
        ("delivered", "none", "2026-03-05T11:26:48-05:00"),
    ]


@pytest.mark.req("E3")
def test_the_signature_of_the_same_moment_names_who_signed() -> None:
    assert events_of(DETAIL)[0].signed_by == "OSEI"


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<messages><message><code>004</code><description>No Pin History</description></message>
</messages>""",
            "004 No Pin History",
        ),
        (b"""<price-quotes><price-quote/></price-quotes>""", "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
