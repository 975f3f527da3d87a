"""How Shippo says no: plain bodies without codes, so the status decides; and transactions that came to nothing."""

from collections.abc import Callable, Sequence

import msgspec

from crossdock.connectors.shippo import wire
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Retry
from crossdock.ports.wire import HttpCaller
from crossdock.transports.rest import Refusals, RestClient, Row

_FORM = "Shippo does not accept our request; it will not be sent again as it is. Correct the data it names."
_CREDENTIAL = "Shippo refuses our API token: put a valid token of the right mode in place."
_MONEY = "The Shippo account has no valid payment method or too high a balance: put it right there, then retry."
_CARRIER = "The carrier refused to sell this label. Read its reason; correct the order or choose another service."
_TIMEOUT = "carrier_timeout"
"""The code of a message that says the carrier did not answer (docs.goshippo.com, transactions)."""

_BY_STATUS = {
    **dict.fromkeys((400, 405, 413, 415, 422), Row("refuse", _FORM)),
    **dict.fromkeys((401, 403), Row("reauthenticate", _CREDENTIAL)),
    402: Row("park", _MONEY),
}


def _failure(body: bytes) -> tuple[str, str]:
    """No code; ``detail`` where there is one, else the fields and what is said of them."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    if isinstance(said, dict) and isinstance(said.get("detail"), str):
        return "", said["detail"]
    return "", msgspec.json.encode(said).decode()


REFUSALS = Refusals("Shippo", _failure, by_status=_BY_STATUS)


def client_of(http: HttpCaller, url: str, version: str, token: Callable[[], str]) -> RestClient:
    """One account's API. ``token`` gives the API token when it is needed (it may be rotated at any time)."""

    def headers() -> dict[str, str]:
        return {"Authorization": f"ShippoToken {token()}", "SHIPPO-API-VERSION": version}

    return RestClient(http, url, headers, REFUSALS)


def not_sold(transaction_id: str, messages: Sequence[wire.Message]) -> Park | Retry:
    """The verdict on a transaction that is an ERROR: nothing was sold."""
    why = f"transaction {transaction_id} is ERROR: {'; '.join(map(str, messages)) or 'without a reason'}"
    if any(each.code == _TIMEOUT for each in messages):
        return Retry(Explanation("The carrier did not answer Shippo; we try again.", why), ErrorClass.SERVER)
    return Park(Explanation(_CARRIER, why))
