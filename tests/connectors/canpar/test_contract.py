"""Canpar holds what every connector holds, and reads its own format."""

from typing import Any, ClassVar

import pytest

from crossdock.connectors.canpar.mapping import read
from crossdock.connectors.canpar.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = b"""<soapenv:Envelope xmlns:soapenv="http://www.w3.org/2003/05/soap-envelope"><soapenv:Body>
<ns:trackByBarcodeResponse xmlns:ns="http://ws.canparaddons.canpar.com"><ns:return><error/>
<result><barcode>D000000000000000000017</barcode><delivered>true</delivered>
<events><address><city>SUDBURY</city><country>CA</country><postal_code>P3A6C8</postal_code>
<province>ON</province></address>
<code>DEL</code><code_description_en>DELIVERED</code_description_en><comment/>
<local_date_time>20260308 091442</local_date_time><time_shift>3</time_shift></events>
<events><address><city>SUDBURY</city><country>CA</country><province>ON</province></address>
<code>QQQ</code><code_description_en>CONSIGNEE CLOSED</code_description_en><comment/>
<local_date_time>20260307 160000</local_date_time></events>
<events><address><city>TORONTO</city><country>CA</country><province>ON</province></address>
<code>PIC</code><code_description_en>PICKUP FROM CUSTOMER/SHIPPER</code_description_en><comment/>
<local_date_time>20260306 145353</local_date_time></events>
</result></ns:return></ns:trackByBarcodeResponse></soapenv:Body></soapenv:Envelope>"""


class TestCanpar(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-08T09:14:42"),
        ("delivery_attempted", "recipient", "2026-03-07T16:00:00"),
        ("picked_up", "none", "2026-03-06T14:53:53"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"""<e:Envelope xmlns:e="e"><e:Body><trackByBarcodeResponse><return><error>Invalid barcode</error>
</return></trackByBarcodeResponse></e:Body></e:Envelope>""",
            "Invalid barcode",
        ),
        (
            b"""<e:Envelope xmlns:e="e"><e:Body><rateShipmentResponse/></e:Body>
</e:Envelope>""",
            "none of the shapes",
        ),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
