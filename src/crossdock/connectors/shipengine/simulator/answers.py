"""The shapes of ShipEngine's answers, as its OpenAPI document publishes them."""

from typing import Any

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse

Json = dict[str, Any]


class Refused(Exception):
    """An error answer on its way out."""

    def __init__(self, status: int, code: str, message: str, source: str = "shipengine") -> None:
        super().__init__(code)
        self.status = status
        error = {"error_source": source, "error_type": "validation", "error_code": code, "message": message}
        self.body: Json = {"request_id": "c2b7c4f8-0000-4000-8000-000000000000", "errors": [error]}


NOT_FOUND = (404, "invalid_identifier", "There is no such object in this account.")


def answer(status: int, body: Any) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, {"content-type": "application/json; charset=utf-8"}, msgspec.json.encode(body))


def amount(cents: int) -> Json:
    """An amount of dollars as a JSON number."""
    return {"currency": "usd", "amount": msgspec.Raw(f"{cents // 100}.{cents % 100:02d}".encode())}


def rate(rate_id: str, offer: tuple[str, str, str, int], cents: int) -> Json:
    """A rate; ``offer`` is carrier account, carrier code, service and days."""
    carrier_id, carrier_code, service, days = offer
    return {
        "rate_id": rate_id,
        "rate_type": "shipment",
        "carrier_id": carrier_id,
        "shipping_amount": amount(cents),
        "insurance_amount": amount(0),
        "confirmation_amount": amount(0),
        "other_amount": amount(cents % 7),
        "tax_amount": None,
        "zone": 5,
        "package_type": "package",
        "delivery_days": days,
        "guaranteed_service": False,
        "estimated_delivery_date": None,
        "carrier_delivery_days": str(days),
        "ship_date": None,
        "negotiated_rate": False,
        "service_type": service.replace("_", " ").title(),
        "service_code": service,
        "trackable": True,
        "carrier_code": carrier_code,
        "carrier_nickname": carrier_code,
        "carrier_friendly_name": carrier_code.upper(),
        "validation_status": "valid",
        "warning_messages": [],
        "error_messages": [],
    }


def shipment(given: Json, shipment_id: str, now: int) -> Json:
    """A shipment that is pending."""
    return {
        **given,
        "shipment_id": shipment_id,
        "external_shipment_id": given.get("external_shipment_id"),
        "created_at": rfc3339(now),
        "modified_at": rfc3339(now),
        "shipment_status": "pending",
    }


def label(label_id: str, of: Json, offer: Json, number: str, files: Json, asked: Json, now: int) -> Json:
    """A label just made; ``offer`` is its rate, ``files`` its download links."""
    return {
        "label_id": label_id,
        "status": "completed",
        "shipment_id": of["shipment_id"],
        "external_shipment_id": of["external_shipment_id"],
        "ship_date": rfc3339(now),
        "created_at": rfc3339(now),
        "shipment_cost": {"currency": "usd", "amount": offer["shipping_amount"]["amount"]},
        "insurance_cost": amount(0),
        "tracking_number": number,
        "is_return_label": bool(of.get("is_return")),
        "is_international": of["ship_to"].get("country_code") != of["ship_from"].get("country_code"),
        "carrier_id": offer["carrier_id"],
        "carrier_code": offer["carrier_code"],
        "service_code": offer["service_code"],
        "package_code": "package",
        "voided": False,
        "voided_at": None,
        "label_format": asked["label_format"],
        "label_layout": asked.get("label_layout", "4x6"),
        "trackable": True,
        "tracking_status": "in_transit",
        "label_download": files,
        "packages": of.get("packages", []),
    }


def tracking(number: str, carrier: str) -> Json:
    """Tracking that knows nothing yet."""
    return {
        "tracking_number": number,
        "tracking_url": None,
        "status_code": "NY",
        "status_detail_code": None,
        "status_description": "Not Yet In System",
        "carrier_code": carrier,
        "carrier_status_code": None,
        "carrier_status_description": None,
        "ship_date": None,
        "estimated_delivery_date": None,
        "actual_delivery_date": None,
        "exception_description": None,
        "events": [],
    }


def event(step: tuple[str, str, str, str], place: Json, signer: str, now: int) -> Json:
    """A scan; ``step`` is status code, detail code, the carrier's code and its words. The wall clock there is UTC."""
    status, detail, code, said = step
    return {
        "occurred_at": rfc3339(now).replace(".000", ""),
        "carrier_occurred_at": rfc3339(now)[:19],
        "description": said,
        "city_locality": place.get("city_locality", ""),
        "state_province": place.get("state_province", ""),
        "postal_code": place.get("postal_code", ""),
        "country_code": place.get("country_code", ""),
        "company_name": "",
        "signer": signer,
        "event_code": code,
        "status_code": status,
        "status_detail_code": detail,
        "status_description": said,
        "carrier_status_code": code,
        "carrier_status_description": said,
        "carrier_detail_code": None,
        "latitude": None,
        "longitude": None,
    }


def page(name: str, found: list[Json], query: dict[str, list[str]]) -> Json:
    """One page of ``found``, newest first."""
    size = max(1, int(query.get("page_size", ["25"])[0]))
    number = max(1, int(query.get("page", ["1"])[0]))
    shown = found[(number - 1) * size : number * size]
    return {name: shown, "total": len(found), "page": number, "pages": max(1, -(-len(found) // size)), "links": {}}
