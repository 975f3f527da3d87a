"""How EasyPost says no: one table from its codes to verdicts."""

import base64
from collections.abc import Callable

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.mapping.booking import plain
from crossdock.ports.wire import HttpCaller
from crossdock.transports.rest import Refusals, RestClient, Row

ALREADY_BOUGHT = "SHIPMENT.POSTAGE.EXISTS"
UNVERIFIED = "ADDRESS.VERIFY.FAILURE"

_CREDENTIAL = "EasyPost refuses our API key: put a valid key of the right mode in place."
_FORM = "EasyPost does not accept our request; it will not be sent again as it is. Correct the data it names."
_MONEY = "The EasyPost account has no money or no billing data: top it up, then retry."
_CARRIER = "The carrier refused to sell this label. Read its reason; correct the order or choose another service."
_SHIPPED = "The label cannot be voided: the carrier has the parcel. Ask the carrier to return it."
_ADDRESS = "EasyPost cannot verify an address of this order. Correct it, then retry."
_GONE = "EasyPost does not know this object: deleted, or of the other mode (test or production). Look it up there."
_STALE = "The rate chosen is no longer offered for this shipment. Ask for rates again."
_BUSY = "EasyPost asks us to slow down; we wait and go on by ourselves."
_UNSURE = "It is not known whether EasyPost carried this out. Crossdock asks before it sends anything again."
_ODD = "EasyPost answered in an unexpected way. Read the engineer's text, then retry or discard."

_BY_CODE = {
    "APIKEY.INACTIVE": Row("reauthenticate", _CREDENTIAL),
    "UNAUTHORIZED": Row("reauthenticate", _CREDENTIAL),
    "PAYMENT_REQUIRED": Row("park", _MONEY),
    "INSUFFICIENT_FUNDS": Row("park", _MONEY),
    "RATE_LIMITED": Row("throttled", _BUSY),
    ALREADY_BOUGHT: Row("doubt", _UNSURE),
    "SHIPMENT.PURCHASE.IN_PROGRESS": Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.NO_RESPONSE": Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.TIMED_OUT": Row("doubt", _UNSURE),
    "REFUND.NO_RESPONSE": Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.FAILURE": Row("park", _CARRIER),
    "SHIPMENT.PURCHASE.FAILURE": Row("park", _CARRIER),
    "SHIPMENT.MISSING_RATE": Row("park", _STALE),
    "SHIPMENT.RATES.UNAVAILABLE": Row("park", _CARRIER),
    "SHIPMENT.REFUND.UNAVAILABLE": Row("park", _SHIPPED),
    "SHIPMENT.REFUND.FAILURE": Row("park", _SHIPPED),
    UNVERIFIED: Row("park", _ADDRESS),
    "PARAMETER.REQUIRED": Row("refuse", _FORM),
    "PARCEL.PARAMETERS.INVALID": Row("refuse", _FORM),
    "SHIPMENT.INVALID": Row("refuse", _FORM),
    "SHIPMENT.INVALID_PARAMS": Row("refuse", _FORM),
    "SHIPMENT.OPTIONS.INVALID": Row("refuse", _FORM),
}
"""By EasyPost's error code (docs.easypost.com/docs/errors and its list of codes); texts are never matched on."""

_BY_STATUS = {
    **dict.fromkeys((400, 405, 413), Row("refuse", _FORM)),
    **dict.fromkeys((401, 403), Row("reauthenticate", _CREDENTIAL)),
    402: Row("park", _MONEY),
    404: Row("park", _GONE),
    422: Row("park", _ODD),
}


def _failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer; proxies in front of EasyPost answer with other bodies than JSON."""
    try:
        error = msgspec.json.decode(body, type=wire.ErrorAnswer).error
        details = bytes(error.errors).decode()
        return error.code, f"{plain(error.message)} {details if details not in ('', '[]', 'null') else ''}".strip()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")


REFUSALS = Refusals("EasyPost", _failure, _BY_CODE, _BY_STATUS)


def client_of(http: HttpCaller, url: str, key: Callable[[], str]) -> RestClient:
    """One account's API. ``key`` gives the API key when it is needed (it may be rotated at any time)."""

    def headers() -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(f'{key()}:'.encode()).decode()}"}

    return RestClient(http, url, headers, REFUSALS)
