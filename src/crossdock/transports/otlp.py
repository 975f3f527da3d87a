"""Spans to a collector, by OTLP over HTTP."""

from contextvars import ContextVar
from urllib.parse import urlsplit, urlunsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

_PATH = "/v1/traces"

ForcedIds = ContextVar[tuple[int, int] | None]


class OneTreePerSubject(RandomIdGenerator):
    """Gives a span the (trace id, span id) that were forced for it, so that every worker finds the same root."""

    def __init__(self, forced: ForcedIds) -> None:
        """Ids are random where ``forced`` holds none."""
        self._forced = forced

    def generate_trace_id(self) -> int:
        """The forced trace id, or a random one."""
        forced = self._forced.get()
        return forced[0] if forced else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """The forced span id, or a random one."""
        forced = self._forced.get()
        return forced[1] if forced else super().generate_span_id()


def traces_url(endpoint: str) -> str:
    """Where spans go: a collector's address gets the path that OTLP prescribes unless it has one of its own."""
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(_PATH) else path + _PATH))


def exporting(endpoint: str) -> SpanProcessor:
    """Sends spans in batches to the collector at ``endpoint``."""
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=traces_url(endpoint)))


def provider(processor: SpanProcessor, version: str, forced: ForcedIds) -> TracerProvider:
    """Makes tracers whose spans go to ``processor``; its ``shutdown`` sends what is still here."""
    resource = Resource.create({"service.name": "crossdock", "service.version": version})
    made = TracerProvider(resource=resource, id_generator=OneTreePerSubject(forced), shutdown_on_exit=False)
    made.add_span_processor(processor)
    return made
