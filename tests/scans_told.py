"""What a connector makes of a message, in the few words tests compare."""

from collections.abc import Mapping

from crossdock.devkit.specimen import specimen_connector
from crossdock.model.events import ProofCaptured, TrackingReported
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.connector import Received, Translation
from crossdock.ports.spec import ConnectorSpec


def translated(spec: ConnectorSpec, body: bytes, settings: object = None) -> Translation:
    """The whole translation of ``body``."""
    connector = specimen_connector(spec, spec.id, settings)
    return connector.translate(Received("file", body, {}, 1_767_225_600_000_000))


def events(spec: ConnectorSpec, body: bytes, settings: object = None) -> list[TrackingEvent]:
    """The scans, in the order they came."""
    facts = translated(spec, body, settings).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


def proofs(spec: ConnectorSpec, body: bytes) -> list[ProofOfDelivery]:
    """The proofs of delivery."""
    return [fact.body.proof for fact in translated(spec, body).facts if isinstance(fact.body, ProofCaptured)]


def told(spec: ConnectorSpec, body: bytes, settings: object = None) -> list[tuple[str, str, str]]:
    """Number, time and milestone (with category and reason, where there are any) of each scan."""
    return [(event.tracking_number, event.occurred.at, _words(event)) for event in events(spec, body, settings)]


def said(spec: ConnectorSpec, body: bytes) -> Mapping[str, bool]:
    """The engineer's texts of all problems, and whether each is the partner's own error."""
    return {each.why.engineer: each.refused for each in translated(spec, body).problems}


def _words(event: TrackingEvent) -> str:
    trouble = "/".join(each for each in (event.exception_category, event.reason) if each)
    return event.milestone if trouble == "none" else f"{event.milestone} {trouble}"
