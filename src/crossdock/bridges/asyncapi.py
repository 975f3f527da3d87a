"""The AsyncAPI 3.0 document of what leaves (https://www.asyncapi.com/docs/reference/specification/v3.0.0), generated
from the event types: every wire as a channel, every type as a message with the schema of its CloudEvent.
"""

from typing import Any, get_args

import msgspec

from crossdock.bridges.pinging import PING
from crossdock.model.events import EventBody

_REF = "#/components/schemas/{name}"
_BODIES: tuple[type[msgspec.Struct], ...] = get_args(EventBody)
_PARAMETERS = {
    "type": {"description": "The event's type without the prefix crossdock., such as tracking.reported.v1"},
    "subject": {"description": "The business document it is about, with signs the broker reserves as _"},
}
_CHANNELS: dict[str, dict[str, Any]] = {
    "nats": {
        "address": "crossdock.events.{type}.{subject}",
        "title": "NATS JetStream",
        "description": "Stream CROSSDOCK; the header Nats-Msg-Id is the event's id. Stream and prefix are configured.",
        "parameters": _PARAMETERS,
    },
    "kafka": {
        "address": "crossdock.events",
        "title": "Kafka",
        "description": "Key: the subject. Headers ce_id, ce_type and content-type. The topic is configured.",
    },
    "rabbitmq": {
        "address": "{type}",
        "title": "RabbitMQ",
        "description": "Routing key in the exchange crossdock.events; message-id is the event's id.",
        "parameters": {"type": _PARAMETERS["type"]},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": "crossdock.events", "type": "topic", "durable": True, "autoDelete": False},
            }
        },
    },
    "mqtt": {
        "address": "crossdock/events/{type}/{subject}",
        "title": "MQTT 5",
        "description": "QoS 1; the dots of the type are slashes. The user property id is the event's id.",
        "parameters": _PARAMETERS,
    },
    "webhook": {
        "address": None,
        "title": "Signed webhook",
        "description": "POST to the configured URL, signed as Standard Webhooks says; webhook-id is the event's id.",
    },
}


def document(version: str) -> bytes:
    """The document as it is served and checked in: sorted and indented."""
    refs, schemas = msgspec.json.schema_components(_BODIES, ref_template=_REF)
    tags = [str(body.__struct_config__.tag) for body in _BODIES]
    messages = {tag: _message(tag, body, ref) for tag, body, ref in zip(tags, _BODIES, refs, strict=True)}
    messages[PING] = _ping()
    found = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Crossdock events",
            "version": version,
            "description": "Canonical events out: CloudEvents 1.0 in structured mode, at least once, in the order of "
            "their subject. Deduplicate by id.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {name: channel | {"messages": _refs(messages)} for name, channel in _CHANNELS.items()},
        "operations": {
            f"send_{name}": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}} for name in _CHANNELS
        },
        "components": {"messages": messages, "schemas": {**_plain(schemas), "CloudEvent": _cloudevent()}},
    }
    return msgspec.json.format(msgspec.json.encode(found, order="sorted")) + b"\n"


def _plain(schema: Any) -> Any:
    """A schema without the discriminators of OpenAPI, which AsyncAPI does not know; the constant tags say the same."""
    if isinstance(schema, dict):
        tagged = isinstance(schema.get("discriminator"), dict)
        return {key: _plain(value) for key, value in schema.items() if not (tagged and key == "discriminator")}
    return [_plain(each) for each in schema] if isinstance(schema, list) else schema


def _refs(messages: dict[str, Any]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in messages}


def _message(tag: str, body: type[msgspec.Struct], data: dict[str, Any]) -> dict[str, Any]:
    """One type: the envelope with its type fixed, and the body as its data."""
    fixed = {"type": {"const": f"crossdock.{tag}"}, "data": data}
    return {
        "name": f"crossdock.{tag}",
        "title": body.__name__,
        "summary": " ".join((body.__doc__ or "").split()),
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [{"$ref": _REF.format(name="CloudEvent")}, {"type": "object", "properties": fixed}]},
    }


def _ping() -> dict[str, Any]:
    return {
        "name": f"crossdock.{PING}",
        "title": "Ping",
        "summary": "A test event that a person asked for; it is about no order.",
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [{"$ref": _REF.format(name="CloudEvent")}, {"properties": {"subject": {"const": "ping"}}}]
        },
    }


def _cloudevent() -> dict[str, Any]:
    """The envelope (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) with our extensions."""
    text = {"type": "string"}
    return {
        "title": "CloudEvent",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text | {"minLength": 1, "description": "The same whenever this event is sent: deduplicate by it"},
            "source": text | {"format": "uri-reference", "description": "The partner it came from, or /crossdock"},
            "type": text,
            "subject": text | {"description": "The business document it is about; order is kept per subject"},
            "time": text | {"format": "date-time", "description": "When it was written to the log"},
            "datacontenttype": text,
            "data": {"type": "object"},
            "occurred": text | {"description": "When it happened, as its source said; local time without an offset"},
            "sequence": text | {"description": "Partition and gap-free position in the log"},
            "traceparent": text | {"description": "W3C Trace Context, one trace for one business transaction"},
            "exchange": text | {"description": "The message it was read from: GET /v1/exchanges/{id}"},
            "quiet": {"type": "boolean", "description": "True for what was replayed or back-filled"},
        },
    }
