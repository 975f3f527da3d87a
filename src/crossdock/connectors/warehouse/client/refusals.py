"""How a warehouse says no for technical reasons: one table from the dialect's codes to verdicts. What it decides about
an order (refused, too late) is an answer with a status, never an error.
"""

from collections.abc import Callable

import msgspec

from crossdock.connectors.warehouse import wire
from crossdock.ports.wire import HttpCaller
from crossdock.transports.rest import Refusals, RestClient, Row

UNKNOWN_REFERENCE = "unknown_reference"
NEWER_REVISION = "newer_revision"
ALREADY_THERE = "already_exists"

_FORM = "{} does not accept our message as it is. Correct the data it names."
_SKU = "{} does not know an item of this order. Put it into its master data or into the items table, then retry."
_SITE = "{} does not work for this warehouse or owner. Correct the configuration, then retry."
_GONE = "{} does not know this order. Look it up there, then release it again or discard this."
_OTHER = "{} holds another order under the same reference. Release it under a new one."
_BUSY = "{} is busy with the same order; we go on by ourselves."
_WAIT = "{} asks us to slow down; we wait and go on by ourselves."

_BY_CODE = {
    "invalid": ("refuse", _FORM),
    "unknown_sku": ("park", _SKU),
    "unknown_site": ("park", _SITE),
    UNKNOWN_REFERENCE: ("park", _GONE),
    "other_content": ("park", _OTHER),
    "in_progress": ("conflict", _BUSY),
    "rate_limited": ("throttled", _WAIT),
}


def refusals_of(title: str) -> Refusals:
    """The table, in the name of one warehouse."""
    return Refusals(
        title,
        _failure,
        by_code={code: Row(outcome, text.format(title)) for code, (outcome, text) in _BY_CODE.items()},  # type: ignore[arg-type]
    )


def _failure(body: bytes) -> tuple[str, str]:
    try:
        said = msgspec.json.decode(body, type=wire.ErrorAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    return said.code, said.text


def client_of(http: HttpCaller, url: str, title: str, token: Callable[[], str]) -> RestClient:
    """One warehouse's API. ``token`` gives the bearer token when it is needed, "" where there is none."""

    def headers() -> dict[str, str]:
        value = token()
        return {"Authorization": f"Bearer {value}"} if value else {}

    return RestClient(http, url, headers, refusals_of(title))
