"""One trace per business transaction (OpenTelemetry): its id is derived from the subject, so a span made by any
worker, on any day, lands in the same tree. Without a configured exporter this costs nothing.
"""

from collections.abc import Callable
from contextvars import ContextVar
from hashlib import sha256

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, Tracer

from crossdock.model.events import Event, FulfilmentRequested, type_of
from crossdock.model.identifiers import trace_id_of
from crossdock.ports.stores_delivery import Attempt, Claimed

forced_ids: ContextVar[tuple[int, int] | None] = ContextVar("forced_ids", default=None)
"""(trace id, span id) the next span must have; read by the id generator that bootstrap gives them to."""

_FAILED = frozenset({"Retry", "InDoubt", "Park", "Broken", "Refuse", "Reauthenticate"})


class Spans:
    """Makes spans after the fact, from times that are already known."""

    def __init__(self, tracer: Tracer | None = None, close: Callable[[], object] = lambda: None) -> None:
        """``tracer`` is given where an exporter is configured; ``close`` sends what it still holds."""
        self._tracer = tracer
        self.close = close

    def event(self, event: Event) -> None:
        """The way of one event from receipt to the log; the first of an order also makes the tree's root."""
        if self._tracer is None:
            return
        if isinstance(event.body, FulfilmentRequested):
            _root(self._tracer, event)
        span = self._tracer.start_span(
            f"receive {type_of(event.body)}",
            context=trace.set_span_in_context(NonRecordingSpan(_root_of(event.subject))),
            kind=SpanKind.CONSUMER,
            start_time=event.received_at * 1000,
            attributes=_attributes(event.subject, event.source, event.exchange_id),
        )
        span.end(event.recorded_at * 1000)

    def attempt(self, claim: Claimed, attempt: Attempt) -> None:
        """One call to a partner."""
        if self._tracer is None:
            return
        span = self._tracer.start_span(
            f"send {claim.kind}",
            context=trace.set_span_in_context(NonRecordingSpan(_root_of(claim.subject))),
            kind=SpanKind.PRODUCER,
            start_time=attempt.started_at * 1000,
            attributes={
                **_attributes(claim.subject, claim.partner, claim.id),
                "crossdock.attempt": claim.attempt,
                "crossdock.verdict": attempt.verdict,
            },
        )
        if attempt.verdict in _FAILED:
            span.set_status(trace.Status(trace.StatusCode.ERROR, attempt.verdict))
        span.end(attempt.finished_at * 1000)


def _root(tracer: Tracer, event: Event) -> None:
    context = _root_of(event.subject)
    token = forced_ids.set((context.trace_id, context.span_id))
    try:
        span = tracer.start_span(
            "delivery order",
            context=trace.set_span_in_context(trace.INVALID_SPAN),
            start_time=event.received_at * 1000,
            attributes=_attributes(event.subject, event.source, event.exchange_id),
        )
        span.end(event.recorded_at * 1000)
    finally:
        forced_ids.reset(token)


def _root_of(subject: str) -> SpanContext:
    span_id = int.from_bytes(sha256(b"root:" + subject.encode()).digest()[:8], "big")
    return SpanContext(int(trace_id_of(subject), 16), span_id, is_remote=True, trace_flags=TraceFlags(1))


def _attributes(subject: str, partner: str, exchange_id: str) -> dict[str, str]:
    return {
        "messaging.system": "crossdock",
        "crossdock.subject": subject,
        "crossdock.partner": partner,
        "messaging.message.id": exchange_id,
    }
