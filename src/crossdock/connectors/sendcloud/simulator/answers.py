"""The shapes of Sendcloud's answers, as its OpenAPI documents of API v3 publish them."""

from crossdock.model.instants import rfc3339
from crossdock.sim.restful import Json

OPTIONS = (
    ("postnl:standard/signature", "PostNL", "postnl", 24, 695, 40, False),
    ("postnl:small", "PostNL", "postnl", 48, 495, 0, False),
    ("dpd:classic", "DPD", "dpd", 48, 625, 55, False),
    ("ups:express", "UPS", "ups", 24, 1890, 130, True),
)
"""Code, carrier's name and code, lead time in hours, base price and price per started kilogram in euro cents, and
whether dangerous goods may go by it. The second has no price: it is of an own contract.
"""

UNPRICED = "postnl:small"


def option(row: tuple[str, str, str, int, int, int, bool], kilograms: int) -> Json:
    """A shipping option with its price."""
    code, name, carrier, hours, base, per_kilogram, dangerous = row
    cents = base + per_kilogram * kilograms
    total = {"value": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR"}
    part = {"type": "price_without_insurance", "label": "Label", "price": total}
    weights = {"min": {"value": "0.001", "unit": "kg"}, "max": {"value": "31.500", "unit": "kg"}}
    quote = {"weight": weights, "price": {"breakdown": [part], "total": total}, "lead_time": hours}
    return {
        "code": code,
        "name": f"{name} {code.partition(':')[2]}",
        "carrier": {"code": carrier, "name": name},
        "product": {"code": code.partition("/")[0], "name": name},
        "contract": {"id": 517, "carrier_code": carrier, "name": ""} if carrier == "postnl" else None,
        "functionalities": {"incoterm": "ddp" if carrier == "ups" else None, "dangerous_goods": dangerous},
        "quotes": None if code == UNPRICED else [quote],
    }


def parcel(given: Json, parcel_id: int, number: str, base: str, now: int) -> Json:
    """A parcel just announced."""
    return {
        **given,
        "id": parcel_id,
        "status": {"code": "READY_TO_SEND", "message": "Ready to send"},
        "documents": [{"type": "label", "size": "a6", "link": f"{base}/parcels/{parcel_id}/documents/label"}],
        "tracking_number": number,
        "tracking_url": None,
        "created_at": rfc3339(now),
        "updated_at": rfc3339(now),
        "announced_at": rfc3339(now),
    }


def shipment(given: Json, shipment_id: str, parcels: list[Json], carrier: tuple[str, str]) -> Json:
    """A shipment."""
    return {
        **given,
        "id": shipment_id,
        "external_reference_id": given.get("external_reference_id"),
        "parcels": parcels,
        "carrier": {"code": carrier[0], "name": carrier[1]},
        "errors": [],
    }


def returned(given: Json, number: str, parcel_id: int, base: str, now: int) -> Json:
    """A return as lists show it: without its id."""
    link = f"{base}/parcels/{parcel_id}/documents/label"
    return {
        "from_address": given["from_address"],
        "to_address": given["to_address"],
        "shipping_product": {"code": None},
        "shipping_option": {"code": given["ship_with"]["shipping_option_code"]},
        "weight": given["weight"],
        "order_number": given.get("order_number", ""),
        "tracking_number": number,
        "label_url": link,
        "label": {"label_printer": link, "normal_printer": [link]},
        "label_cost": {"value": 5.95, "currency": "EUR"},
        "is_cancellable": True,
        "created_at": rfc3339(now),
        "status_history": [history("ready-to-send", "Ready to send", now)],
    }


def history(status: str, said: str, now: int) -> Json:
    """A row of a return's history."""
    return {
        "carrier_update_timestamp": rfc3339(now),
        "parcel_status_history_id": "1",
        "parent_status": status,
        "carrier_code": "",
        "carrier_message": said,
    }
