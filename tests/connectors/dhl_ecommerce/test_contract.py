"""DHL eCommerce Americas holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.dhl_ecommerce.mapping import read
from crossdock.connectors.dhl_ecommerce.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

OLD = b"""<track><shipment><trackingnumber>1000000000000017</trackingnumber><signedby/>
<event><code>600</code><date>1/17/2026</date><time>12:26 PM ET</time><city>Bronx</city><state>NY</state>
<description>DELIVERED</description><postalcode>10454</postalcode><country>US</country></event>
<event><code>99</code><date>1/10/2026</date><time>7:34 PM EST</time><city/><state/>
<description>ELECTRONIC NOTIFICATION RECEIVED</description><postalcode/><country>US</country></event>
</shipment></track>"""

NEW = json.dumps(
    {
        "packages": [
            {
                "package": {"dhlPackageId": "1", "trackingId": "420000000028"},
                "events": [
                    {
                        "primaryEventId": 598,
                        "primaryEventDescription": "OUT FOR DELIVERY",
                        "date": "2026-03-02",
                        "time": "08:53:00",
                        "timeZone": "ET",
                        "location": "Dallas, TX, US",
                        "postalCode": "75261",
                        "country": "US",
                    },
                    {
                        "primaryEventId": 201,
                        "primaryEventDescription": "PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER",
                        "date": "2026-03-01",
                        "time": "10:39:00",
                        "timeZone": "PST",
                        "location": "Compton, CA, US",
                        "country": "US",
                    },
                ],
            }
        ]
    }
).encode()


class TestDhlEcommerce(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [OLD, NEW]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (OLD, NEW) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-01-17T12:26:00"),
        ("info_received", "none", "2026-01-10T19:34:00-05:00"),
        ("out_for_delivery", "none", "2026-03-02T08:53:00"),
        ("received_at_origin", "none", "2026-03-01T10:39:00-08:00"),
    ]


@pytest.mark.req("E3")
def test_a_zone_word_names_the_zone_beside_the_local_time() -> None:
    assert events_of(OLD)[0].occurred.zone == "America/New_York"


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<track><error><code>400</code><description>No results for your tracking number.</description>
</error></track>""",
            "400 No results",
        ),
        (b'{"title": "Unauthorized", "detail": "Token expired"}', "Unauthorized"),
        (b'{"packages": []}', "no package"),
        (b'{"products": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
