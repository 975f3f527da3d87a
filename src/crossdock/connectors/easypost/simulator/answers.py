"""The shapes of EasyPost's answers, as its documents publish them (see tests/connectors/easypost/published)."""

import base64
from typing import Any

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse

Json = dict[str, Any]


def second(now: int) -> str:
    """A time as the API writes it: whole seconds and a Z (``now`` in epoch microseconds)."""
    return f"{rfc3339(now)[:19]}Z"


def answer(status: int, body: Any, request_id: str, location: str = "") -> HttpResponse:
    """A JSON answer with the headers of the real API."""
    headers = {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "private, no-cache, no-store",
        "x-ep-request-uuid": request_id,
        "x-backend": "easypost",
    }
    if location:
        headers["location"] = location
    return HttpResponse(status, headers, msgspec.json.encode(body))


def error(code: str, message: str, errors: list[Any] | None = None) -> Json:
    """The body of an error answer."""
    return {"error": {"code": code, "message": message, "errors": errors or []}}


def address(given: Json, object_id: str, mode: str, now: int) -> Json:
    """An Address object."""
    texts = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone", "email")
    moment = second(now).replace("Z", "+00:00")
    return {
        "id": object_id,
        "object": "Address",
        "created_at": moment,
        "updated_at": moment,
        **{name: given.get(name) for name in texts},
        "mode": mode,
        "carrier_facility": None,
        "residential": None,
        "federal_tax_id": None,
        "state_tax_id": None,
        "verifications": {},
    }


def parcel(given: Json, object_id: str, mode: str, now: int) -> Json:
    """A Parcel object; inches and ounces as floats."""
    names = ("length", "width", "height")
    sizes = {name: float(given[name]) if given.get(name) is not None else None for name in names}
    return {
        "id": object_id,
        "object": "Parcel",
        "created_at": second(now),
        "updated_at": second(now),
        **sizes,
        "predefined_package": given.get("predefined_package"),
        "weight": float(given["weight"]),
        "mode": mode,
    }


def customs_info(given: Json, ids: tuple[str, list[str]], mode: str, now: int) -> Json:
    """A CustomsInfo object; ``ids`` are its own and those of its items."""
    names = ("contents_explanation", "contents_type", "customs_certify", "customs_signer", "eel_pfc")
    items = [
        {
            "id": item_id,
            "object": "CustomsItem",
            "created_at": second(now),
            "updated_at": second(now),
            **{name: item.get(name) for name in ("description", "hs_tariff_number", "origin_country", "quantity")},
            "value": str(item.get("value")),
            "weight": float(item.get("weight") or 0),
            "code": item.get("code"),
            "mode": mode,
            "manufacturer": None,
            "currency": item.get("currency"),
            "eccn": None,
            "printed_commodity_identifier": None,
        }
        for item, item_id in zip(given.get("customs_items") or [], ids[1], strict=True)
    ]
    return {
        "id": ids[0],
        "object": "CustomsInfo",
        "created_at": second(now),
        "updated_at": second(now),
        **{name: given.get(name) for name in names},
        "non_delivery_option": given.get("non_delivery_option", "return"),
        "restriction_comments": given.get("restriction_comments"),
        "restriction_type": given.get("restriction_type", "none"),
        "mode": mode,
        "declaration": None,
        "customs_items": items,
    }


def rate(object_id: str, shipment_id: str, offer: tuple[str, str, str, int], cents: int, mode: str, now: int) -> Json:
    """A Rate object; ``offer`` is carrier, service, carrier account and days, the price in US cents."""
    carrier, service, account, days = offer
    return {
        "id": object_id,
        "object": "Rate",
        "created_at": second(now),
        "updated_at": second(now),
        "mode": mode,
        "service": service,
        "carrier": carrier,
        "rate": f"{cents / 100:.2f}",
        "currency": "USD",
        "retail_rate": f"{cents * 3 // 2 / 100:.2f}",
        "retail_currency": "USD",
        "list_rate": f"{cents * 6 // 5 / 100:.2f}",
        "list_currency": "USD",
        "billing_type": "easypost",
        "delivery_days": days,
        "delivery_date": None,
        "delivery_date_guaranteed": False,
        "est_delivery_days": days,
        "shipment_id": shipment_id,
        "carrier_account_id": account,
    }


def shipment(given: Json, parts: Json, object_id: str, mode: str, now: int) -> Json:
    """A Shipment object as it is when just created; ``parts`` are its addresses, parcel, customs, rates, messages."""
    return {
        "id": object_id,
        "created_at": second(now),
        "is_return": bool(given.get("is_return", False)),
        "messages": parts["messages"],
        "mode": mode,
        "options": {
            "currency": "USD",
            "payment": {"type": "SENDER"},
            "date_advance": 0,
            **(given.get("options") or {}),
        },
        "reference": given.get("reference"),
        "status": "unknown",
        "tracking_code": None,
        "updated_at": second(now),
        "batch_id": None,
        "batch_status": None,
        "batch_message": None,
        "customs_info": parts["customs_info"],
        "from_address": parts["from_address"],
        "insurance": None,
        "order_id": None,
        "parcel": parts["parcel"],
        "postage_label": None,
        "rates": parts["rates"],
        "refund_status": None,
        "scan_form": None,
        "selected_rate": None,
        "tracker": None,
        "to_address": parts["to_address"],
        "usps_zone": 5,
        "return_address": parts["from_address"],
        "buyer_address": parts["to_address"],
        "forms": [],
        "fees": [],
        "object": "Shipment",
    }


def postage_label(object_id: str, options: Json, media_type: str, url: str, now: int) -> Json:
    """A PostageLabel object."""
    return {
        "object": "PostageLabel",
        "id": object_id,
        "created_at": second(now),
        "updated_at": second(now),
        "date_advance": 0,
        "integrated_form": "none",
        "label_date": second(now),
        "label_resolution": 300 if media_type == "image/png" else 200,
        "label_size": options.get("label_size", "4x6"),
        "label_type": "default",
        "label_file_type": media_type,
        "label_url": url,
        "label_pdf_url": url if media_type == "application/pdf" else None,
        "label_zpl_url": url if media_type == "application/zpl" else None,
        "label_epl2_url": url if media_type == "application/epl2" else None,
        "label_file": None,
    }


def fee(kind: str, amount: str) -> Json:
    """A Fee object; the amount has five decimals."""
    return {"object": "Fee", "type": kind, "amount": amount, "charged": True, "refunded": False}


def tracker(object_id: str, code: str, carrier: str, shipment_id: str | None, mode: str, now: int) -> Json:
    """A Tracker object that knows nothing yet."""
    token = base64.b64encode(f"v1:{object_id}".encode()).decode()
    return {
        "id": object_id,
        "object": "Tracker",
        "mode": mode,
        "tracking_code": code,
        "status": "unknown",
        "status_detail": "unknown",
        "created_at": second(now),
        "updated_at": second(now),
        "signed_by": None,
        "weight": None,
        "est_delivery_date": None,
        "shipment_id": shipment_id,
        "carrier": carrier,
        "tracking_details": [],
        "fees": [],
        "carrier_detail": None,
        "public_url": f"https://track.easypost.com/{token}",
    }


def carrier_detail(service: str, origin: Json, destination: Json) -> Json:
    """A CarrierDetail object between two locations."""
    return {
        "object": "CarrierDetail",
        "service": service,
        "container_type": None,
        "est_delivery_date_local": None,
        "est_delivery_time_local": None,
        "origin_location": f"{origin['city']} {origin['state']}, {origin['zip']}",
        "origin_tracking_location": origin,
        "destination_location": f"{destination['city']} {destination['state']}, {destination['zip']}",
        "destination_tracking_location": None,
        "guaranteed_delivery_date": None,
        "alternate_identifier": None,
        "initial_delivery_attempt": None,
    }


def location(given: Json | None) -> Json:
    """A TrackingLocation object, upper case as carriers write."""
    texts = {name: ((given or {}).get(name) or None) for name in ("city", "state", "country", "zip")}
    return {"object": "TrackingLocation", **{name: text.upper() if text else None for name, text in texts.items()}}


def webhook(object_id: str, given: Json, mode: str, now: int) -> Json:
    """A Webhook object; the secret is never given back."""
    return {
        "id": object_id,
        "object": "Webhook",
        "mode": mode,
        "url": given.get("url"),
        "created_at": second(now),
        "disabled_at": None,
        "custom_headers": given.get("custom_headers") or [],
    }


def event(object_id: str, description: str, user_id: str, mode: str, now: int) -> Json:
    """The head of an Event object."""
    moment = rfc3339(now)
    return {
        "description": description,
        "mode": mode,
        "previous_attributes": {},
        "created_at": moment,
        "pending_urls": [],
        "completed_urls": [],
        "updated_at": moment,
        "id": object_id,
        "user_id": user_id,
        "status": "pending",
        "object": "Event",
    }


def is_key(authorization: str, key: str) -> bool:
    """Whether a Basic or Bearer header carries the API key."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    return authorization in {f"Basic {basic}", f"Bearer {key}"}


def is_in_window(created_at: str, query: dict[str, list[str]]) -> bool:
    """Whether a creation time is inside ``start_datetime`` and ``end_datetime`` (texts of one form compare well)."""
    start, end = query.get("start_datetime", [""])[0], query.get("end_datetime", ["9"])[0]
    return start <= created_at <= end


def page(found: list[Json], query: dict[str, list[str]]) -> tuple[list[Json], bool]:
    """One page of ``found`` (newest first) after ``before_id``, and whether there are more; at most 100."""
    before = query.get("before_id", [""])[0]
    ids = [each["id"] for each in found]
    start = ids.index(before) + 1 if before in ids else 0
    size = max(1, min(100, int(query.get("page_size", ["20"])[0])))
    return found[start : start + size], len(found) > start + size


class Refused(Exception):
    """An error answer on its way out."""

    def __init__(self, status: int, code: str, message: str, errors: list[Any] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = error(code, message, errors)
