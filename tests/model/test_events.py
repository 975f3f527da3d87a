"""Events: what is written is what is read, and the envelope is CloudEvents 1.0."""

import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import SUBJECT, bodies, scans

from crossdock.model import events as ev
from crossdock.model.identifiers import Reference, partition_of, trace_id_of
from crossdock.model.instants import Stamp

_TYPE = re.compile(r"[a-z_]+\.[a-z_]+\.v\d+")


def _event(body) -> ev.Event:
    fact = ev.Fact(body, Stamp("2026-03-01T08:15:00+02:00"), subject=SUBJECT)
    return ev.Event(
        key=fact.key(),
        subject=SUBJECT,
        partition=partition_of(SUBJECT),
        position=7,
        body=body,
        occurred=fact.occurred,
        received_at=1_772_345_701_000_000,
        recorded_at=1_772_345_702_000_000,
        source="easypost",
        exchange_id="01K",
        trace_id=trace_id_of(SUBJECT),
    )


@given(bodies)
@pytest.mark.req("E2", "M12")
def test_what_the_log_keeps_is_what_it_gives_back(body):
    assert ev.decode_body(ev.encode_body(body)) == body


@given(bodies)
def test_the_type_is_versioned_and_stands_in_the_body(body):
    assert _TYPE.fullmatch(ev.type_of(body))
    assert json.loads(ev.encode_body(body))["type"] == ev.type_of(body)


def test_every_body_has_a_type_of_its_own():
    tags = [body.__struct_config__.tag for body in ev.EventBody.__args__]
    assert len(set(tags)) == len(tags)


def test_what_is_no_event_is_refused():
    with pytest.raises(msgspec.DecodeError):
        ev.decode_body(b'{"type":"tracking.reported.v99"}')


@given(bodies)
@pytest.mark.req("E2", "L1")
def test_the_envelope_is_cloudevents(body):
    envelope = _event(body).cloudevent()
    assert {"specversion", "id", "source", "type"} <= set(envelope)
    assert envelope["specversion"] == "1.0"
    assert str(envelope["type"]).startswith("crossdock.")
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in envelope)
    # Context attributes are of simple types; only data may be an object.
    assert all(isinstance(value, str | int | bool) for name, value in envelope.items() if name != "data")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", str(envelope["traceparent"]))
    assert envelope["time"] == "2026-03-01T06:15:02.000Z"
    assert envelope["occurred"] == "2026-03-01T08:15:00+02:00"
    json.dumps(envelope)


def test_sequences_sort_as_text():
    first, second = (_event(ev.DeadlinePassed("quote", 1)).cloudevent()["sequence"] for _ in range(2))
    assert first == second
    assert str(first) < f"{partition_of(SUBJECT)}.{10**11:012d}"


@given(scans, st.text(max_size=4))
@pytest.mark.req("E5", "E6")
def test_a_fact_found_by_reference_is_known_again_before_and_after_it_is_bound(scan, subject):
    fact = ev.Fact(ev.TrackingReported(scan), scan.occurred, lookups=(Reference("tracking_number", "EZ1"),))
    assert fact.key() == fact.key(subject)


@given(scans)
@pytest.mark.req("E5")
def test_content_decides_what_was_seen_before(scan):
    body = ev.TrackingReported(scan)
    same = ev.TrackingReported(msgspec.structs.replace(scan, carrier="another word", signed_by="somebody"))
    other = ev.TrackingReported(msgspec.structs.replace(scan, tracking_number="EZ9"))
    fact, again, different = (ev.Fact(each, scan.occurred, subject=SUBJECT) for each in (body, same, other))
    assert fact.key() == again.key() != different.key()
