"""One business transaction is one trace at the collector, whole: a root, and nothing without its parent."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from crossdock.bootstrap import start_telemetry
from crossdock.model.identifiers import trace_id_of
from crossdock.transports.otlp import traces_url
from demo_road import DemoRoad


class Collector(ThreadingHTTPServer):
    """Takes spans where OTLP says they arrive, and nowhere else."""

    def __init__(self):
        self.spans = []
        super().__init__(("127.0.0.1", 0), Door)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found = self.path == "/v1/traces"
        if found:
            request = ExportTraceServiceRequest.FromString(body)
            scopes = (scope for resource in request.resource_spans for scope in resource.scope_spans)
            self.server.spans += [span for scope in scopes for span in scope.spans]
        self.send_response(200 if found else 404)
        self.end_headers()

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def collector():
    server = Collector()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.req("L20", "L1")
async def test_an_order_is_one_trace_with_a_root_and_no_orphans(collector):
    road = DemoRoad(spans=start_telemetry(collector.address))
    await road.run()
    await road.hub.close()  # sends what is still here: nothing has to wait for a batch to fill
    (row,) = (await road.hub.store.read(lambda tx: tx.views.shipments(limit=10)))[0]
    await road.hub.store.close()
    assert row.milestone == "delivered"
    assert {span.trace_id.hex() for span in collector.spans} == {trace_id_of(row.subject)}
    (root,) = [span for span in collector.spans if not span.parent_span_id]
    assert root.name == "delivery order"
    known = {span.span_id for span in collector.spans}
    assert len(known) == len(collector.spans)
    assert {span.parent_span_id for span in collector.spans} - {b""} <= known
    names = {span.name for span in collector.spans}
    assert {"receive fulfilment.requested.v1", "receive tracking.reported.v1"} <= names
    assert {"send shipping.record.v1", "send milestone.record.v1"} <= names
    partners = {each.value.string_value for span in collector.spans for each in span.attributes
                if each.key == "crossdock.partner"}  # fmt: skip
    assert partners == {"odoo", "easypost"}


@pytest.mark.req("L20")
@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
        ("https://otel.example/v1/traces", "https://otel.example/v1/traces"),
        ("https://otel.example/tenant/a", "https://otel.example/tenant/a/v1/traces"),
        ("https://otel.example/v1/traces?key=1", "https://otel.example/v1/traces?key=1"),
    ],
)
def test_a_collector_needs_no_path(endpoint, url):
    assert traces_url(endpoint) == url


async def test_without_a_collector_nothing_is_made():
    spans = start_telemetry("")
    assert spans._tracer is None
    road = DemoRoad(spans=spans)
    await road.run()
    await road.hub.close()
    await road.hub.store.close()
