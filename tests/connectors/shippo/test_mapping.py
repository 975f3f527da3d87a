"""What Shippo says becomes canonical facts, exactly or not at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.shippo.mapping.tracking import meaning_of, translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp
from crossdock.ports.connector import Translation

PUBLISHED = Path(__file__).parent / "published"
WEBHOOK = json.loads((PUBLISHED / "webhook_track_updated.json").read_text())["response"]["body"]


def track(**changes):
    return json.loads(json.dumps(WEBHOOK["data"])) | changes


def read(value, mode="any"):
    return translation_of(json.dumps(value).encode(), "shippo", mode)


def scan(status="TRANSIT", code="package_arrived", when="2026-11-22T03:12:00Z", **changes):
    substatus = {"code": code, "text": "Text of the code", "action_required": False} if code else None
    return {"status": status, "substatus": substatus, "status_details": "text", "status_date": when} | changes


@pytest.mark.req("E1", "E2", "F1")
def test_a_webhook_is_its_scans():
    translation = read(WEBHOOK)
    assert translation.problems == ()
    assert translation.unknown_codes == ()
    reports = [fact.body.event for fact in translation.facts if isinstance(fact.body, TrackingReported)]
    assert [report.milestone for report in reports] == [
        "info_received",
        "picked_up",
        "arrived_at_facility",
        "out_for_delivery",
        "delivered",
    ]
    last = reports[-1]
    assert last.occurred.at == "2026-11-22T18:41:00Z"
    assert last.eta.at == "2026-11-23T00:00:00Z"
    assert reports[0].eta is None
    assert (last.carrier, last.raw_code) == ("usps", "DELIVERED/delivered")
    assert last.raw_text == "The package was left at the front door."
    assert (last.place.city, last.place.region, last.place.postcode, last.place.country) == (
        "Asheville", "NC", "28801", "US",
    )  # fmt: skip
    assert {fact.lookups for fact in translation.facts} == {(Reference("tracking_number", "9205590164917312751089"),)}


@pytest.mark.req("E1", "E5")
def test_webhook_track_and_list_say_the_same():
    event = read(WEBHOOK).facts
    assert read(track()).facts == event
    assert read([track()]).facts == event


@pytest.mark.req("E1")
def test_a_track_without_history_is_its_latest_status():
    (fact,) = read(track(tracking_history=[], tracking_status=scan("TRANSIT", "out_for_delivery"))).facts
    assert fact.body.event.milestone == "out_for_delivery"
    assert read(track(tracking_history=[], tracking_status=None)) == Translation()
    placeholder = {"status": "UNKNOWN", "status_details": "", "status_date": None}
    assert read(track(tracking_history=[placeholder])) == Translation()


@pytest.mark.req("E3", "C6")
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("PRE_TRANSIT", "information_received", ("info_received", "none", "")),
        ("TRANSIT", "", ("in_transit", "none", "")),
        ("TRANSIT", "other", ("in_transit", "none", "")),
        ("TRANSIT", "delayed", ("delayed", "delay_carrier", "")),
        ("TRANSIT", "address_issue", ("exception", "address", "address_bad")),
        ("TRANSIT", "pickup_available", ("available_for_pickup", "none", "")),
        ("TRANSIT", "notice_left", ("delivery_attempted", "recipient", "recipient_absent")),
        ("DELIVERED", "delivered", ("delivered", "none", "")),
        ("DELIVERED", "package_arrived", ("delivered", "none", "")),
        ("DELIVERED", "package_damaged", ("delivered", "damage", "damaged")),
        ("RETURNED", "return_to_sender", ("return_initiated", "return", "undeliverable")),
        ("RETURNED", "package_departed", ("return_initiated", "return", "undeliverable")),
        ("RETURNED", "package_unclaimed", ("return_initiated", "recipient", "recipient_unclaimed")),
        ("FAILURE", "package_lost", ("lost", "loss", "lost")),
        ("FAILURE", "package_disposed", ("destroyed", "loss", "")),
        ("FAILURE", "", ("exception", "other", "unspecified")),
        ("UNKNOWN", "", ("unknown", "none", "")),
    ],
)
def test_pairs_of_status_and_substatus(status, code, expected):
    meaning = meaning_of(status, code)
    assert (meaning.milestone, meaning.category, meaning.reason) == expected
    assert meaning.known


@pytest.mark.req("C6", "C8")
def test_unknown_codes_are_kept_and_reported_never_guessed():
    history = [scan("TELEPORTED", ""), scan("TRANSIT", "by_camel", "2026-11-22T04:00:00Z")]
    translation = read(track(tracking_history=history))
    assert [fact.body.event.milestone for fact in translation.facts] == ["unknown", "in_transit"]
    assert translation.unknown_codes == ("TELEPORTED", "TRANSIT/by_camel")
    assert translation.problems == ()


@pytest.mark.req("C8")
def test_a_field_never_seen_is_noticed():
    assert read(WEBHOOK).new_fields == ()
    assert read(track()).new_fields == ()
    (found,) = read(track(carbon_grams=12)).new_fields
    assert (found.pointer, found.example) == ("/carbon_grams", "12")


@pytest.mark.req("E2")
def test_times_are_kept_as_said():
    history = [scan(when="2026-11-22T03:12:07-06:00"), scan(when="2026-11-22T03:12:07", code="delayed")]
    first, second = (fact.occurred for fact in read(track(tracking_history=history, address_to=None)).facts)
    assert first == Stamp("2026-11-22T03:12:07-06:00")
    assert (second.at, second.tz_known) == ("2026-11-22T03:12:07", False)


SOON = b'{"tracking_number":"1","tracking_history":[{"status":"TRANSIT","status_date":"soon"}]}'
NAMELESS = b'{"tracking_history":[{"status":"TRANSIT","status_date":"2026-11-22T03:12:07Z"}]}'


@pytest.mark.req("K4", "M13")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"null", ""),
        (b"{}", ""),
        (b'{"event":"track_updated"}', "/data"),
        (b'{"event":"track_deleted","data":{}}', "/event"),
        (SOON, "/tracking_history/0/status_date"),
        (NAMELESS, "/tracking_number"),
        (b'{"tracking_number":"1\\u0000"}', ""),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, ""),
        (b'[{"tracking_number":"1"}]', "/0"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_pointer(body, pointer):
    translation = translation_of(body, "shippo")
    assert [problem.pointer for problem in translation.problems] == [pointer]
    assert translation.facts == ()


@pytest.mark.req("E1")
@pytest.mark.parametrize("event", ["transaction_created", "transaction_updated", "batch_created", "batch_purchased"])
def test_events_about_labels_and_batches_hold_no_facts(event):
    assert read({"event": event, "test": True, "data": {"odd": [1]}}) == Translation()


@pytest.mark.req("M7")
def test_a_parcel_of_the_other_mode_is_kept_back():
    for value in (WEBHOOK, track()):
        translation = read(value, mode="live")
        assert translation.facts == ()
        assert [problem.pointer for problem in translation.problems] == ["/data/test" if "event" in value else "/test"]
        assert read(value, mode="test").facts
    unsaid = track()
    del unsaid["test"]
    assert read(WEBHOOK | {"data": unsaid}, mode="live").facts == (), "the webhook says it too"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["event", "data", "test", "tracking_number", "tracking_history", "tracking_status"])
            | st.sampled_from(["status", "substatus", "code", "status_date", "location", "eta", "city"])
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@pytest.mark.req("K4")
@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_translate_never_raises(body):
    assert isinstance(translation_of(body, "shippo"), Translation)


@pytest.mark.req("K4")
@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(track())), JSON, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(sorted(scan())), JSON | st.text(), max_size=3), max_size=3),
)
def test_translate_never_raises_on_odd_tracks(changes, history):
    for body in (track(**changes), track(tracking_history=[scan() | each for each in history])):
        assert isinstance(read(body), Translation)


@pytest.mark.req("E1")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"tracking_number":"SHIPPO1","tracking_status":null,"tracking_history":[]}', True),
        (b'{"event":"track_updated","data":{"tracking_number":"SHIPPO1","tracking_history":[]}}', True),
        (b'{"event":"transaction_created","data":{"object_id":"1"}}', False),
    ],
)
def test_an_answer_without_events_says_so_to_who_gave_it_by_hand(body, said):
    told = translation_of(body, "shippo", by_hand=True)
    assert [("holds no events" in each.why.engineer, each.refused) for each in told.problems] == [(True, True)] * said
    assert translation_of(body, "shippo").problems == (), "from Shippo it is no news"
