"""How Sendcloud says no: errors in the form of JSON:API, with few codes; the status says most."""

import msgspec

from crossdock.connectors.sendcloud import wire
from crossdock.transports.rest import Refusals, Row, Trouble

_CARRIER = "The carrier did not take this shipment. Read its reason; correct the order or choose another option."


class _OneError(msgspec.Struct, frozen=True):
    """The older form, which the returns still use."""

    code: str | int = ""
    message: str = ""


class _Older(msgspec.Struct, frozen=True):
    error: _OneError


def _failure(body: bytes) -> tuple[str, str]:
    """Code and texts of an error answer; proxies in front of Sendcloud answer with other bodies than JSON."""
    try:
        errors = msgspec.json.decode(body, type=wire.Errors).errors
        texts = (f"{each.detail} {each.source.get('pointer') or ''}".strip() for each in errors)
        return (errors[0].code if errors else ""), "; ".join(texts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        error = msgspec.json.decode(body, type=_Older).error
        return str(error.code), error.message
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")


REFUSALS = Refusals(
    partner="Sendcloud",
    failure=_failure,
    by_code={
        "parcel_announcement_error": Row("park", _CARRIER),
        "authentication_failed": Row("reauthenticate", "Sendcloud refuses our keys: put valid ones in place."),
    },
)
"""By the ``code`` of Sendcloud's OpenAPI document of shipments, else by status."""


def is_status(trouble: Trouble, status: int) -> bool:
    """Whether a verdict came from a refusal with this HTTP status."""
    return trouble.why.engineer.startswith(f"HTTP {status} ")
