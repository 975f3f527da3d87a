"""The AsyncAPI document: checked in, current, complete, and true of the events that leave."""

import json
from pathlib import Path
from typing import get_args

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings

from crossdock import __version__
from crossdock.backbone.outbox import envelope
from crossdock.bridges.asyncapi import document
from crossdock.bridges.pinging import ping_of
from crossdock.model.events import Event, EventBody
from crossdock.model.instants import Stamp
from model.invented import bodies

CHECKED_IN = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.json"
DOCUMENT = json.loads(document(__version__))
STAMP = Stamp("2026-03-01T08:00:00+01:00")


def schema_of(name):
    """The schema of one message with everything it refers to."""
    message = DOCUMENT["components"]["messages"][name]
    return jsonschema_rs.Draft202012Validator({**message["payload"], "components": DOCUMENT["components"]})


@pytest.mark.req("E9", "I1")
def test_the_checked_in_document_is_the_generated_one():
    assert CHECKED_IN.read_bytes() == document(__version__), (
        "event types changed: write crossdock.bridges.asyncapi.document(crossdock.__version__) to asyncapi.json"
    )


def test_every_event_type_is_a_message_of_every_channel():
    tags = {str(body.__struct_config__.tag) for body in get_args(EventBody)} | {"ping.v1"}
    assert set(DOCUMENT["components"]["messages"]) == tags
    assert [name for name, channel in DOCUMENT["channels"].items() if set(channel["messages"]) != tags] == []
    assert {each["channel"]["$ref"].rpartition("/")[2] for each in DOCUMENT["operations"].values()} == set(
        DOCUMENT["channels"]
    )


def test_every_reference_leads_somewhere():
    def references(value):
        if isinstance(value, dict):
            found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return found + [each for inner in value.values() for each in references(inner)]
        return [each for inner in value for each in references(inner)] if isinstance(value, list) else []

    found = set(references(DOCUMENT))
    assert len(found) > 50
    for each in found:
        place = DOCUMENT
        for step in each.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.req("E9")
@settings(max_examples=300, deadline=None)
@given(bodies)
def test_what_leaves_is_what_the_document_says(body):
    event = Event("k" * 32, "do:odoo:1", 1, 1, body, STAMP, 1, 1, "odoo", "x", "t" * 32, quiet=True)
    message = envelope(event, 1)
    assert schema_of(message.type).is_valid(msgspec.json.decode(message.body))


def test_the_ping_is_described_and_a_wrong_event_is_not():
    ping = msgspec.json.decode(ping_of("p1", 1).body)
    assert schema_of("ping.v1").is_valid(ping)
    assert not schema_of("tracking.reported.v1").is_valid(ping)
