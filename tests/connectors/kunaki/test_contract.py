"""Kunaki holds what every connector holds; its answers are never events."""

import pytest

from crossdock.connectors.kunaki.mapping import read
from crossdock.connectors.kunaki.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.tracking.reading import reading_of


class TestKunaki(ConnectorContract):
    spec = SPEC


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"<HTML><BODY><Response><ErrorCode>100</ErrorCode><ErrorText>Invalid XML</ErrorText></Response>",
            "Invalid XML",
        ),
        (
            b"<Response><ErrorCode>0</ErrorCode><OrderStatus>Shipped</OrderStatus></Response>",
            "'Shipped' without a time",
        ),
        (
            b"<HTML><BODY><Response><ErrorCode>0</ErrorCode><ErrorText>success</ErrorText></Response>",
            "no tracking events",
        ),
    ],
)
def test_a_status_without_a_time_is_no_event(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in translation.problems[0].why.engineer
