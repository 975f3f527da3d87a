"""What every request passes before its route: a credential with the right scope, and no unknown query parameter."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.types import Guard
from litestar.typing import FieldDefinition

from crossdock.api.context import Context
from crossdock.api.problems import Fault, ProblemError
from crossdock.ports.policy import Client, Denied

_PROVIDED = {"request", "context", "once", "data", "headers", "state"}
_CLIENT = "crossdock_client"


def guard(context: Context) -> Guard:
    """Refuses whoever lacks the scope that the route names in ``opt``; routes without one are open."""

    async def check(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        scope = handler.opt.get("scope")
        if scope is None:
            return
        client = await context.access.authenticate(connection.headers.get("authorization", ""))
        if scope not in client.scopes:
            raise Denied(
                403, f"this needs the scope '{scope}'; the credential has: {' '.join(client.scopes) or 'none'}"
            )
        connection.scope["state"][_CLIENT] = client

    return check


def client_of(request: Request[Any, Any, Any]) -> Client:
    """Who the guard let in."""
    client: Client = request.scope["state"][_CLIENT]
    return client


def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """A misspelt filter must not silently return everything: unknown query parameters are 400."""
    handler = request.route_handler
    if not isinstance(handler, HTTPRouteHandler):
        return
    known = _query_fields(handler)
    unknown = sorted({name for name in request.query_params if name not in known})
    if unknown:
        takes = ", ".join(sorted(known)) or "none"
        faults = [Fault(f"unknown query parameter; this path takes: {takes}", parameter=name) for name in unknown]
        raise ProblemError(400, f"unknown query parameter {', '.join(unknown)}", *faults, kind="unknown-parameter")
    values = [value for name, value in request.query_params.multi_items() if _is_text(known[name])]
    if any("\x00" in text for text in (*values, *map(str, request.path_params.values()))):
        raise ProblemError(404, "nothing has a name with a NUL character in it")


def _is_text(field: FieldDefinition) -> bool:
    """Whether any words may stand there; a wrong number, day or word of a list is refused where it is read."""
    told = field.kwarg_definition
    if isinstance(told, ParameterKwarg) and (told.pattern or "format" in (told.schema_extra or {})):
        return False
    return field.is_subclass_of(str) or any(map(_is_text, field.inner_types))


def _query_fields(handler: HTTPRouteHandler) -> dict[str, FieldDefinition]:
    parameters = handler.parsed_fn_signature.parameters
    paths = "".join(handler.paths)
    given = {name: field.kwarg_definition for name, field in parameters.items()}
    named = {name: each if isinstance(each, ParameterKwarg) else ParameterKwarg() for name, each in given.items()}
    return {
        each.query or name: parameters[name]
        for name, each in named.items()
        if name not in _PROVIDED and f"{{{name}:" not in paths and not each.header
    }
