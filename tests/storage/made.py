"""Small invented facts, commands and messages for the store's tests."""

from itertools import count

from crossdock.model.events import Fact, TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores import NewEvent, StateRow, Waiting
from crossdock.ports.stores_delivery import Attempt, NewCommand, Outcome
from crossdock.ports.stores_inbound import NewExchange, Settlement

NUMBERS = count(1)
AT = Stamp("2026-03-01T08:15:00+02:00")


def tracking(value, issuer="easypost"):
    return Reference("tracking_number", value, issuer)


def fact(number="1Z1", milestone="in_transit", **more):
    event = TrackingEvent("easypost", number, milestone, AT, raw_text=milestone)
    return Fact(TrackingReported(event), AT, lookups=(tracking(number),), **more)


def event(subject="do:odoo:1", key="", **more):
    key = key or f"key{next(NUMBERS)}"
    given = {"received_at": 5, "source": "easypost", "exchange_id": "x1", "trace_id": "t" * 32} | more
    return NewEvent(key, subject, given.pop("fact", None) or fact(), **given)


def waiting(number="1Z1", *more, key="", received_at=5, exchange_id="x1"):
    body = fact(number)
    lookups = (tracking(number), *more)
    held = Fact(body.body, body.occurred, lookups=lookups)
    return Waiting(key or f"w{number}", held, received_at, "easypost", exchange_id, "t" * 32)


def exchange(name="", **more):
    given = {"partner": "easypost", "channel": "hook", "body": b"{}", "received_at": 10, "trace_id": "t" * 32} | more
    return NewExchange(name or f"x{next(NUMBERS):08d}", **given)


def translated(name, subject="", status="translated", **more):
    return Settlement(name, status, subject, **more)


def command(name="", **more):
    name = name or f"c{next(NUMBERS):08d}"
    given = {
        "key": f"key-{name}",
        "partner": "odoo",
        "subject": "do:odoo:1",
        "kind": "note.record.v1",
        "body": b'{"text":"\x00"}',
        "priority": 50,
        "due_at": 0,
        "created_at": 1,
        "trace_id": "t" * 32,
        "cause": "k1",
    } | more
    return NewCommand(name, **given)


def outcome(claimed, status, due_at=0, verdict="Done", finished_at=20):
    attempt = Attempt(claimed.id, claimed.attempt, 15, finished_at, verdict, "do this", "because", b'[{"url":"x"}]')
    return Outcome(status, attempt, due_at)


def state(subject="do:odoo:1", updated_at=1, **summary):
    return StateRow(subject, b'{"a":1}', {"order_to_ship": b"\x00raw"}, updated_at, summary)
