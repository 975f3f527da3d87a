"""The carrier's words that an aggregator passes on say more than its status, and never the opposite."""

import pytest

from crossdock.tracking.codes import Meaning
from crossdock.tracking.refining import refined


@pytest.mark.req("C6", "E3")
@pytest.mark.parametrize(
    ("general", "texts", "expected"),
    [
        (Meaning("in_transit"), ("", "Departed from Facility"), ("departed_facility", "none", "")),
        (Meaning("in_transit"), ("", "Held by customs"), ("customs_processing", "customs", "customs_hold")),
        (Meaning("in_transit"), ("", "Delivered"), ("in_transit", "none", "")),
        (Meaning("arrived_at_facility"), ("Arrived at Post Office",), ("arrived_at_destination_facility", "none", "")),
        (Meaning("arrived_at_facility"), ("Departed",), ("arrived_at_facility", "none", "")),
        (
            Meaning("exception", "other", "unspecified"),
            ("Recipient was not available", "Delivery exception"),
            ("delivery_attempted", "recipient", "recipient_absent"),
        ),
        (
            Meaning("return_initiated", "return", "undeliverable"),
            ("Delivered, To Original Sender",),
            ("returned", "return", "undeliverable"),
        ),
        (Meaning("delivered"), ("Delivered, In/At Mailbox",), ("delivered", "none", "")),
        (Meaning("info_received"), ("Picked up",), ("info_received", "none", "")),
    ],
)
def test_words_refine_a_status(general: Meaning, texts: tuple[str, ...], expected: tuple[str, str, str]) -> None:
    told = refined(general, *texts)
    assert (told.milestone, told.category, told.reason) == expected
