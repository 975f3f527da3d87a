"""What EasyPost says becomes canonical facts, exactly or not at all."""

import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.easypost.mapping.booking import shipment_request
from crossdock.connectors.easypost.mapping.tracking import meaning_of, translation_of
from crossdock.model.events import ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp
from crossdock.ports.connector import Translation

PUBLISHED = Path(__file__).parent / "published"
DELIVERED = json.loads((PUBLISHED / "event_tracker_updated_delivered.json").read_text())


def tracker(**changes):
    return json.loads(json.dumps(DELIVERED["request"]["body"]["result"])) | changes


def read(value, mode="any"):
    return translation_of(json.dumps(value).encode(), "easypost", mode)


def scan(status="in_transit", detail="in_transit", moment="2026-11-14T05:52:00Z", **changes):
    return {"status": status, "status_detail": detail, "datetime": moment, "message": "text"} | changes


@pytest.mark.req("E1", "E2", "F1")
def test_an_event_is_its_scans_and_the_proof():
    translation = translation_of(DELIVERED["raw_body"].encode(), "easypost")
    assert translation.problems == ()
    assert translation.unknown_codes == ()
    reports = [fact.body.event for fact in translation.facts if isinstance(fact.body, TrackingReported)]
    assert [report.milestone for report in reports] == [
        "info_received",
        "received_at_origin",
        "arrived_at_facility",
        "out_for_delivery",
        "delivered",
    ]
    last = reports[-1]
    assert last.occurred == Stamp("2026-11-15T18:44:00Z")
    assert last.eta == Stamp("2026-11-15T00:00:00Z")
    assert reports[0].eta is None
    assert (last.signed_by, last.carrier, last.raw_code) == ("O. BRANDT", "USPS", "delivered/arrived_at_destination")
    assert (last.place.city, last.place.region, last.place.country) == ("ASHEVILLE", "NC", "US")
    assert reports[0].signed_by == ""
    proof = translation.facts[-1]
    assert isinstance(proof.body, ProofCaptured)
    assert proof.body.proof.signed_by == "O. BRANDT"
    lookups = {fact.lookups for fact in translation.facts}
    assert lookups == {(Reference("tracking_number", "9400100000007704189999"),)}


@pytest.mark.req("E1", "E5")
def test_event_tracker_page_and_list_say_the_same():
    event = read(DELIVERED["request"]["body"]).facts
    assert read(tracker()).facts == event
    assert read({"trackers": [tracker()], "has_more": False}).facts == event
    assert read([tracker()]).facts == event


@pytest.mark.req("E3", "C6")
@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        ("pre_transit", "status_update", ("info_received", "none", "")),
        ("in_transit", "received_at_destination_facility", ("arrived_at_destination_facility", "none", "")),
        ("in_transit", "unknown", ("in_transit", "none", "")),
        ("in_transit", "weather_delay", ("delayed", "delay_external", "weather")),
        ("delivered", "arrived_at_destination", ("delivered", "none", "")),
        ("delivered", "damaged", ("delivered", "damage", "damaged")),
        ("failure", "refused", ("delivery_attempted", "refused", "refused_by_recipient")),
        ("failure", "lost", ("lost", "loss", "lost")),
        ("return_to_sender", "return", ("return_initiated", "return", "undeliverable")),
        ("error", "", ("exception", "data", "no_data")),
        ("unknown", "unknown", ("unknown", "none", "")),
    ],
)
def test_pairs_of_status_and_detail(status, detail, expected):
    meaning = meaning_of(status, detail)
    assert (meaning.milestone, meaning.category, meaning.reason) == expected
    assert meaning.known


@pytest.mark.req("C6", "E3")
def test_the_carriers_words_say_more_than_a_status_that_says_little():
    details = [
        scan("in_transit", "status_update", message="Inbound Out of Customs"),
        scan("in_transit", "status_update", message="Delivery exception", description="Recipient not available"),
        scan("failure", "status_update", message="Insufficient Address"),
        scan("in_transit", "status_update", message="Delivered, Front Door/Porch"),
        scan("return_to_sender", "return", message="Delivered, To Original Sender"),
        scan("pre_transit", "status_update", message="Shipping Label Created, USPS Awaiting Item"),
    ]
    told = [fact.body.event for fact in read(tracker(tracking_details=details)).facts]
    assert [(event.milestone, event.exception_category) for event in told] == [
        ("customs_cleared", "none"),
        ("delivery_attempted", "recipient"),
        ("exception", "address"),
        ("in_transit", "none"),
        ("returned", "return"),
        ("info_received", "none"),
    ]


@pytest.mark.req("C6")
def test_unknown_codes_are_kept_and_reported_never_guessed():
    translation = read(tracker(tracking_details=[scan("teleported", "beam"), scan("in_transit", "by_camel")]))
    assert [fact.body.event.milestone for fact in translation.facts] == ["unknown", "in_transit"]
    assert [fact.body.event.raw_code for fact in translation.facts] == ["teleported/beam", "in_transit/by_camel"]
    assert translation.unknown_codes == ("teleported/beam", "in_transit/by_camel")
    assert translation.problems == ()


@pytest.mark.req("E2")
def test_times_are_kept_as_said():
    details = [scan(moment="2026-11-14T05:52:00-06:00"), scan(moment="2026-11-14T05:52:00")]
    first, second = (fact.occurred for fact in read(tracker(tracking_details=details)).facts)
    assert first == Stamp("2026-11-14T05:52:00-06:00")
    assert second == Stamp("2026-11-14T05:52:00", tz_known=False)


@pytest.mark.req("E2")
def test_a_local_day_is_the_eta_where_there_is_no_instant():
    local = {"est_delivery_date_local": "2026-11-17", "est_delivery_time_local": None}
    (fact,) = read(tracker(est_delivery_date=None, carrier_detail=local, tracking_details=[scan()])).facts
    assert fact.body.event.eta == Stamp("2026-11-17", tz_known=False, precision="day")


@pytest.mark.req("K4", "M13")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"null", ""),
        (b"{}", ""),
        (b'{"tracking_code":7}', ""),
        (b'{"object":"Event","description":"tracker.updated"}', "/result"),
        (b'{"object":"Tracker","tracking_code":" "}', "/tracking_code"),
        (b'{"tracking_code":"1","tracking_details":[{"datetime":"soon"}]}', "/tracking_details/0/datetime"),
        (b'{"tracking_code":"1\\u0000"}', ""),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, ""),
        (b'[{"tracking_code":""}]', "/0/tracking_code"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_pointer(body, pointer):
    translation = translation_of(body, "easypost")
    assert [problem.pointer for problem in translation.problems] == [pointer]
    assert translation.facts == ()


def test_events_about_other_objects_hold_no_facts():
    for result in ({"id": "batch_1", "object": "Batch", "status": {"odd": 1}, "num_shipments": 3}, None):
        body = {"object": "Event", "description": "batch.created", "id": "evt_1", "result": result}
        assert read(body) == translation_of(b'{"trackers":[]}', "easypost")


@pytest.mark.req("M7")
def test_a_tracker_of_the_other_mode_is_kept_back():
    translation = read(tracker(), mode="test")
    assert translation.facts == ()
    assert [problem.pointer for problem in translation.problems] == ["/mode"]


@pytest.mark.req("C1", "D5")
def test_a_shipment_is_asked_for_in_ounces_and_inches_rounded_up(commands):
    from decimal import Decimal  # noqa: PLC0415 - next to its only use

    from crossdock.model.units import Measure  # noqa: PLC0415 - the same

    size = Measure(Decimal(20), "CMT")
    command = commands.rates(length=size, width=size, height=size)
    body = json.loads(shipment_request(command, "ZPL", "4x6", ("ca_1",)))["shipment"]
    assert body["parcel"] == {"weight": 53.0, "length": 7.9, "width": 7.9, "height": 7.9}
    assert body["reference"] == "do:odoo:16/P1"
    assert body["options"] == {"label_format": "ZPL", "label_size": "4x6"}
    assert body["carrier_accounts"] == ["ca_1"]
    assert body["from_address"]["street2"] == "Building C"
    assert json.loads(shipment_request(commands.rates(), "PDF", "", ()))["shipment"]["parcel"] == {"weight": 53.0}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["object", "description", "result", "trackers", "tracking_code", "tracking_details", "status"]
            )
            | st.sampled_from(["status_detail", "datetime", "tracking_location", "city", "carrier_detail", "mode"])
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
    assert isinstance(translation_of(body, "easypost"), Translation)


@pytest.mark.req("K4")
@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(tracker())), JSON, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(sorted(scan())), JSON | st.text(), max_size=3), max_size=3),
)
def test_translate_never_raises_on_odd_trackers(changes, details):
    for body in (tracker(**changes), tracker(tracking_details=[scan() | each for each in details])):
        found = read(body)
        assert found.facts or found.problems or not body.get("tracking_details"), "nothing is dropped without a word"


def golden():
    folder = os.environ.get("CROSSDOCK_SAMPLES")
    if not folder:
        return None
    base = Path(folder)
    base = base if (base / "GOLDEN.tsv").exists() else base / "carriers"
    rows = {}
    with (base / "GOLDEN.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["file"].startswith("easypost/"):
                rows.setdefault(base / row["file"], []).append(row)
    return rows


@pytest.mark.req("C6", "E3")
def test_golden_rows():
    rows = golden()
    if rows is None:
        pytest.skip("CROSSDOCK_SAMPLES does not name the folder of carrier samples")
    assert rows
    for path, expected in rows.items():
        translation = translation_of(path.read_bytes(), "easypost")
        reports = [fact.body.event for fact in translation.facts if isinstance(fact.body, TrackingReported)]
        assert [
            (each.occurred.at, each.occurred.tz_known, each.milestone, each.exception_category, each.reason)
            for each in reports
        ] == [
            (row["expected_ts"], row["tz_known"] == "yes", row["milestone"], row["exception_category"], row["reason"])
            for row in expected
        ]


def test_an_error_answer_is_read_and_says_that_there_is_nothing():
    body = b'{"error": {"code": "NOT_FOUND", "message": "no tracker", "errors": []}}'
    [problem] = translation_of(body, "easypost").problems
    assert problem.refused
    assert "NOT_FOUND" in problem.why.engineer


@pytest.mark.req("E1")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"object":"Tracker","tracking_code":"EZ1","status":"unknown","tracking_details":[]}', True),
        (b'{"object":"Event","description":"tracker.created","result":{"tracking_code":"EZ1"}}', True),
        (b'[{"tracking_code":"EZ1"}]', True),
        (b'{"trackers":[],"has_more":false}', False),
        (b'{"trackers":[{"tracking_code":"EZ1"}]}', False),
        (b'{"object":"Event","description":"batch.created","result":{"id":"batch_1","object":"Batch"}}', False),
    ],
)
def test_an_answer_without_events_says_so_to_who_gave_it_by_hand(body, said):
    told = translation_of(body, "easypost", by_hand=True)
    assert [("holds no events" in each.why.engineer, each.refused) for each in told.problems] == [(True, True)] * said
    assert translation_of(body, "easypost").problems == (), "from EasyPost it is no news"
