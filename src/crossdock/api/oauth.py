"""Access tokens by OAuth 2 client credentials (RFC 6749 section 4.4) and the server's metadata (RFC 8414)."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body
from msgspec import Struct

from crossdock.api.provided import Here
from crossdock.governance.access import basic_credentials
from crossdock.ports.policy import ALL_SCOPES, Denied

_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


class TokenForm(Struct, frozen=True):
    """The form of a token request; credentials in HTTP Basic go before those of the form."""

    grant_type: Literal["client_credentials"]
    scope: str = ""
    client_id: str = ""
    client_secret: str = ""


class Token(Struct, frozen=True):
    """An access token."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenError(Struct, frozen=True):
    """An error as RFC 6749 section 5.2 wants it."""

    error: str
    error_description: str


class ServerMetadata(Struct, frozen=True):
    """Authorization server metadata."""

    issuer: str
    token_endpoint: str
    grant_types_supported: tuple[str, ...]
    token_endpoint_auth_methods_supported: tuple[str, ...]
    scopes_supported: tuple[str, ...]
    response_types_supported: tuple[str, ...]


def _refuse(status: int, error: str, description: str) -> Response[Any]:
    headers = dict(_NO_STORE)
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="crossdock"'
    return Response(TokenError(error, description), status_code=status, headers=headers)


def _on_unreadable(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    faults = error.extra if isinstance(error.extra, list) else []
    if any("enum" in str(fault.get("message")) for fault in faults):
        return _refuse(400, "unsupported_grant_type", "grant_type has to be client_credentials")
    if error.status_code in {400, 415, 422}:
        return _refuse(400, "invalid_request", "send a form with grant_type=client_credentials and your credentials")
    return _refuse(error.status_code, "invalid_request", error.detail)


_ERRORS = {
    400: ResponseSpec(TokenError, description="The request is not acceptable", generate_examples=False),
    401: ResponseSpec(TokenError, description="The client is not known", generate_examples=False),
}


@post(
    "/oauth/token",
    status_code=200,
    summary="Get an access token",
    tags=["Access"],
    exception_handlers={HTTPException: _on_unreadable},
    responses=_ERRORS,
    security=[{"basic": []}, {}],
)
async def issue_token(
    request: Request[Any, Any, Any],
    context: Here,
    data: Annotated[TokenForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Token]:
    """A token of 15 minutes for a client's id and secret."""
    basic = basic_credentials(request.headers.get("authorization", ""))
    client_id, client_secret = basic or (data.client_id, data.client_secret)
    try:
        token, life = await context.access.issue_token(client_id, client_secret, data.scope)
        scopes = (await context.access.authenticate(f"Bearer {token}")).scopes
    except Denied as denied:
        if denied.status == 403:
            return _refuse(400, "invalid_scope", str(denied))
        return _refuse(401, "invalid_client", str(denied))
    return Response(Token(token, "Bearer", life, " ".join(scopes)), headers=_NO_STORE)


@get("/.well-known/oauth-authorization-server", summary="Authorization server metadata", tags=["Access"])
async def metadata(context: Here) -> ServerMetadata:
    """Where tokens come from and what they can hold."""
    return ServerMetadata(
        issuer=context.issuer,
        token_endpoint=f"{context.issuer}/oauth/token",
        grant_types_supported=("client_credentials",),
        token_endpoint_auth_methods_supported=("client_secret_basic", "client_secret_post"),
        scopes_supported=ALL_SCOPES,
        response_types_supported=(),
    )


ROUTES = (issue_token, metadata)
