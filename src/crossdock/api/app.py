"""Builds the HTTP API."""

from functools import cache

import msgspec
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme

from crossdock.api import (
    audit,
    availability,
    choices,
    corrections,
    exceptions,
    exchanges,
    facts,
    flows,
    health,
    jobs,
    kpis,
    mappings,
    notices,
    oauth,
    orders,
    outboxes,
    pacing,
    processes,
    references,
    returning,
    settings,
    shipments,
    tracking,
)
from crossdock.api.context import Context
from crossdock.api.gates import guard, refuse_unknown
from crossdock.api.idempotency import Once
from crossdock.api.openapi import finished
from crossdock.api.problems import HANDLERS
from crossdock.api.provided import Here
from crossdock.bridges import asyncapi

ROUTES = (
    *shipments.ROUTES,
    *availability.ROUTES,
    *choices.ROUTES,
    *tracking.ROUTES,
    *orders.ROUTES,
    *jobs.ROUTES,
    *returning.ROUTES,
    *references.ROUTES,
    *processes.ROUTES,
    *pacing.ROUTES,
    *mappings.ROUTES,
    *exchanges.ROUTES,
    *corrections.ROUTES,
    *exceptions.ROUTES,
    *kpis.ROUTES,
    *facts.ROUTES,
    *audit.ROUTES,
    *settings.ROUTES,
    *flows.ROUTES,
    *outboxes.ROUTES,
    *notices.ROUTES,
    *oauth.ROUTES,
    *health.ROUTES,
)
_LARGEST_BODY = 1024 * 1024


@get("/openapi.json", include_in_schema=False)
async def openapi_document(context: Here) -> Response[bytes]:
    """The OpenAPI 3.1 document of this API."""
    return Response(document(context.version), media_type="application/json")


@get("/asyncapi.json", include_in_schema=False)
async def asyncapi_document(context: Here) -> Response[bytes]:
    """The AsyncAPI 3.0 document of what bridges and webhooks send."""
    return Response(asyncapi.document(context.version), media_type="application/json")


@cache
def document(version: str) -> bytes:
    """The OpenAPI document as it is served and checked in: sorted and indented.

    It comes from an application of its own, because Litestar serves viewers that load from elsewhere beside a schema.
    """
    described = Litestar(ROUTES, dependencies=_provided(None, None), openapi_config=_described(version))
    schema = finished(described.openapi_schema.to_schema())
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted")) + b"\n"


def build(context: Context, *, probes_only: bool = False) -> Litestar:
    """The API over ``context``; see `crossdock.api.server` for how it is mounted beside intake and tower.

    A process whose roles have no API answers ``probes_only``: /livez, /readyz and /metrics.
    """
    return Litestar(
        route_handlers=[*health.ROUTES]
        if probes_only
        else [*ROUTES, *notices.LINKS, openapi_document, asyncapi_document],
        dependencies=_provided(context, Once(context)),
        guards=[guard(context)],
        before_request=refuse_unknown,
        exception_handlers=HANDLERS,
        request_max_body_size=_LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _provided(context: Context | None, once: Once | None) -> dict[str, Provide]:
    return {
        "context": Provide(lambda: context, sync_to_thread=False),
        "once": Provide(lambda: once, sync_to_thread=False),
    }


def _described(version: str) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="An access token or an API key (`xd_…`).")
    basic = SecurityScheme(type="http", scheme="basic", description="Client id and secret, for tokens.")
    return OpenAPIConfig(
        title="Crossdock",
        version=version,
        description="Shipments, messages, events and exceptions of the logistics layer around Odoo.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(security_schemes={"bearer": bearer, "basic": basic}),
        use_handler_docstrings=True,
    )
