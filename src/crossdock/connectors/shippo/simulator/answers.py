"""The shapes of Shippo's answers, as its documents publish them (see tests/connectors/shippo/published)."""

from typing import Any

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse

Json = dict[str, Any]
OWNER = "dock@example.com"


class Refused(Exception):
    """An error answer on its way out; Shippo's bodies hold texts without codes."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


NOT_FOUND = (404, {"detail": "Not found."})


def answer(status: int, body: Any) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, {"content-type": "application/json"}, msgspec.json.encode(body))


def head(object_id: str, now: int, *, test: bool) -> Json:
    """What every object begins with."""
    moment = rfc3339(now)
    return {
        "object_id": object_id,
        "object_created": moment,
        "object_updated": moment,
        "object_owner": OWNER,
        "test": test,
    }


def page(found: list[Json], query: dict[str, list[str]], path: str) -> Json:
    """One page of ``found`` (newest first): ``page`` from 1, ``results`` 5 unless asked for, at most 100."""
    size = max(1, min(100, int(query.get("results", ["5"])[0])))
    number = max(1, int(query.get("page", ["1"])[0]))
    start = (number - 1) * size
    following = (
        f"https://api.goshippo.com{path}?page={number + 1}&results={size}" if len(found) > start + size else None
    )
    return {"next": following, "previous": None, "results": found[start : start + size]}


def address(given: Json, object_id: str, now: int, *, test: bool, validation: Json | None = None) -> Json:
    """An Address object."""
    names = ("name", "company", "street_no", "street1", "street2", "street3", "city", "state", "zip", "country")
    texts = {name: given.get(name) or "" for name in (*names, "phone", "email")}
    return {
        **head(object_id, now, test=test),
        **texts,
        "is_complete": all(texts[name] for name in ("name", "street1", "city", "zip", "country")),
        "is_residential": given.get("is_residential"),
        "latitude": None,
        "longitude": None,
        "metadata": given.get("metadata", ""),
        "validation_results": validation or {},
    }


def parcel(given: Json, object_id: str, now: int, *, test: bool) -> Json:
    """A Parcel object; numbers are texts with four decimals."""
    sizes = {name: f"{float(given[name]):.4f}" for name in ("length", "width", "height", "weight")}
    units = {"distance_unit": given["distance_unit"], "mass_unit": given["mass_unit"]}
    return {
        **head(object_id, now, test=test),
        **sizes,
        **units,
        "object_state": "VALID",
        "template": None,
        "extra": given.get("extra") or {},
        "metadata": given.get("metadata", ""),
    }


def rate(
    object_id: str, shipment_id: str, offer: tuple[str, str, str, str, int], cents: int, now: int, *, test: bool
) -> Json:
    """A Rate object; ``offer`` is provider, service token and name, carrier account and days, the price in US cents."""
    provider, token, name, account, days = offer
    plain = head(object_id, now, test=test)
    del plain["object_updated"]
    return {
        **plain,
        "shipment": shipment_id,
        "attributes": [],
        "amount": f"{cents / 100:.2f}",
        "currency": "USD",
        "amount_local": f"{cents / 100:.2f}",
        "currency_local": "USD",
        "provider": provider,
        "provider_image_75": f"https://shippo-static.s3.amazonaws.com/providers/75/{provider}.png",
        "provider_image_200": f"https://shippo-static.s3.amazonaws.com/providers/200/{provider}.png",
        "servicelevel": {
            "name": name,
            "token": token,
            "terms": "",
            "extended_token": token,
            "parent_servicelevel": None,
        },
        "estimated_days": days,
        "arrives_by": None,
        "duration_terms": "",
        "included_insurance_price": None,
        "messages": [],
        "carrier_account": account,
        "zone": "5",
    }


def shipment(given: Json, parts: Json, object_id: str, now: int, *, test: bool) -> Json:
    """A Shipment object with its rates; ``parts`` are its addresses, parcels, customs, rates and messages."""
    return {
        **head(object_id, now, test=test),
        "status": "SUCCESS",
        "carrier_accounts": given.get("carrier_accounts") or [],
        "address_from": parts["address_from"],
        "address_to": parts["address_to"],
        "address_return": parts["address_from"],
        "parcels": parts["parcels"],
        "shipment_date": given.get("shipment_date") or rfc3339(now),
        "extra": given.get("extra") or {},
        "customs_declaration": parts["customs_declaration"],
        "metadata": given.get("metadata", ""),
        "rates": parts["rates"],
        "messages": parts["messages"],
    }


def transaction(given: Json, object_id: str, parcel_id: str, status: str, now: int, *, test: bool) -> Json:
    """A Transaction object without a label."""
    return {
        **head(object_id, now, test=test),
        "object_state": "VALID",
        "status": status,
        "rate": given["rate"],
        "parcel": parcel_id,
        "metadata": given.get("metadata", ""),
        "label_file_type": given.get("label_file_type") or "PDF_4x6",
        "label_url": "",
        "tracking_number": "",
        "tracking_status": "UNKNOWN",
        "tracking_url_provider": "",
        "eta": None,
        "commercial_invoice_url": None,
        "qr_code_url": None,
        "created_by": None,
        "messages": [],
    }


def refund(object_id: str, transaction_id: str, status: str, now: int, *, test: bool) -> Json:
    """A Refund object."""
    return {**head(object_id, now, test=test), "status": status, "transaction": transaction_id}


def pickup(given: Json, object_id: str, confirmation: str, now: int, *, test: bool) -> Json:
    """A Pickup object the carrier confirmed, or (without ``confirmation``) did not take."""
    moment = rfc3339(now)
    return {
        "object_id": object_id,
        "object_created": moment,
        "object_updated": moment,
        "carrier_account": given["carrier_account"],
        "location": given["location"],
        "transactions": given["transactions"],
        "requested_start_time": given["requested_start_time"],
        "requested_end_time": given["requested_end_time"],
        "confirmed_start_time": given["requested_start_time"] if confirmation else None,
        "confirmed_end_time": given["requested_end_time"] if confirmation else None,
        "cancel_by_time": given["requested_start_time"] if confirmation else None,
        "status": "CONFIRMED" if confirmation else "ERROR",
        "confirmation_code": confirmation,
        "timezone": "US/Central",
        "messages": [] if confirmation else ["The carrier cannot collect at this address."],
        "metadata": given.get("metadata", ""),
        "is_test": test,
    }


def manifest(given: Json, object_id: str, address_id: str, documents: list[str], now: int) -> Json:
    """A Manifest object that is made."""
    moment = rfc3339(now)
    return {
        "object_id": object_id,
        "object_created": moment,
        "object_updated": moment,
        "object_owner": OWNER,
        "carrier_account": given["carrier_account"],
        "shipment_date": given["shipment_date"],
        "address_from": address_id,
        "transactions": given["transactions"],
        "documents": documents,
        "status": "SUCCESS",
        "errors": [],
    }


def track(
    number: str, carrier: str, transaction_id: str | None, ends: tuple[Json, Json], metadata: str, *, test: bool
) -> Json:
    """A Track object that knows nothing yet."""
    return {
        "tracking_number": number,
        "carrier": carrier,
        "servicelevel": {"name": None, "token": None},
        "transaction": transaction_id,
        "address_from": location(ends[0]),
        "address_to": location(ends[1]),
        "eta": None,
        "original_eta": None,
        "metadata": metadata,
        "test": test,
        "tracking_status": None,
        "tracking_history": [],
        "messages": [],
    }


def location(given: Json) -> Json:
    """A TrackingStatusLocationBase object."""
    return {name: given.get(name) or "" for name in ("city", "state", "zip", "country")}
