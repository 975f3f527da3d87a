"""How ShipEngine says no: its error codes and what each comes to; texts are never matched on."""

import msgspec

from crossdock.connectors.shipengine import wire
from crossdock.transports.rest import Refusals, Row

_FORM = Row("refuse", "ShipEngine does not accept our request as it is. Correct the data it names.")
_KEY = Row("reauthenticate", "ShipEngine refuses our API key: put a valid one in place.")
_ACCOUNT = Row("park", "The ShipEngine account may not do this: see its plan, terms and funds, then retry.")
_CARRIER = Row("park", "The carrier refused. Read its reason; correct the order, the carrier account, or the service.")
_ADDRESS = Row("park", "ShipEngine cannot verify an address of this order. Correct it, then retry.")
_TAKEN = Row("doubt", "ShipEngine has this already. Crossdock looks it up before it sends anything again.")
_BUSY = Row("throttled", "ShipEngine asks us to slow down; we wait and go on by ourselves.")

TAKEN = frozenset({"identifier_conflict", "invalid_status"})
"""Codes of a shipment or label that was made before."""

_ROWS = {
    _KEY: "unauthorized forbidden",
    _BUSY: "rate_limit_exceeded",
    _TAKEN: "identifier_conflict invalid_status",
    _ADDRESS: "invalid_address verification_failure",
    _ACCOUNT: (
        "insufficient_funds auto_fund_not_supported funding_source_error funding_source_missing_configuration"
        " funding_source_registration_in_progress invalid_billing_plan subscription_inactive terms_not_accepted"
        " trial_expired meter_failure"
    ),
    _CARRIER: (
        "unspecified unknown carrier_conflict carrier_disconnected carrier_not_connected carrier_not_supported"
        " confirmation_not_supported insurance_failure no_rates_returned return_label_not_supported"
        " service_not_determined tracking_not_supported"
    ),
    _FORM: (
        "customs_items_required field_conflict field_value_required identifiers_must_match invalid_field_value"
        " invalid_identifier invalid_object invalid_string_length request_body_required"
    ),
}
"""By ``error_code`` of ShipEngine's OpenAPI document (schema error_code)."""


def _failure(body: bytes) -> tuple[str, str]:
    """Code and texts of an error answer; proxies in front of ShipEngine answer with other bodies than JSON."""
    try:
        errors = msgspec.json.decode(body, type=wire.ErrorAnswer).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    code = errors[0].error_code if errors else ""
    return code, "; ".join(f"{each.message} ({each.error_source})" for each in errors)


REFUSALS = Refusals(
    partner="ShipEngine",
    failure=_failure,
    by_code={code: row for row, codes in _ROWS.items() for code in codes.split()},
)
