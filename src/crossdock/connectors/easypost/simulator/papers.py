"""The shapes of pickups, batches, manifests and checked addresses, as EasyPost's documents publish them."""

from typing import Any

from crossdock.connectors.easypost.simulator.answers import Json, second


def pickup(given: Json, parts: Json, object_id: str, mode: str, now: int) -> Json:
    """A Pickup object before one of its rates is bought; ``parts`` are its address, shipment, rates and messages."""
    return {
        "id": object_id,
        "object": "Pickup",
        "created_at": second(now),
        "updated_at": second(now),
        "mode": mode,
        "status": "unknown",
        "reference": given.get("reference"),
        "min_datetime": given["min_datetime"],
        "max_datetime": given["max_datetime"],
        "is_account_address": bool(given.get("is_account_address", False)),
        "instructions": given.get("instructions"),
        "messages": parts["messages"],
        "confirmation": None,
        "address": parts["address"],
        "carrier_accounts": [],
        "pickup_rates": parts["pickup_rates"],
        "shipment": parts["shipment"],
    }


def pickup_rate(object_id: str, pickup_id: str, offer: tuple[str, str, str], mode: str, now: int) -> Json:
    """A PickupRate object; ``offer`` is carrier, service and price."""
    carrier, service, price = offer
    return {
        "id": object_id,
        "object": "PickupRate",
        "created_at": second(now),
        "updated_at": second(now),
        "mode": mode,
        "service": service,
        "carrier": carrier,
        "rate": price,
        "currency": "USD",
        "pickup_id": pickup_id,
    }


def batch(object_id: str, shipments: list[Json], mode: str, now: int) -> Json:
    """A Batch object that has just been asked for."""
    return {
        "id": object_id,
        "object": "Batch",
        "created_at": second(now),
        "updated_at": second(now),
        "mode": mode,
        "state": "creating",
        "num_shipments": len(shipments),
        "reference": None,
        "label_url": None,
        "scan_form": None,
        "shipments": [],
        "status": {"created": 0, "queued_for_purchase": 0, "creation_failed": 0, "postage_purchased": len(shipments)},
        "pickup": None,
    }


def scan_form(object_id: str, shipments: list[Json], url: str, now: int) -> Json:
    """A ScanForm object whose sheet can be printed."""
    return {
        "id": object_id,
        "object": "ScanForm",
        "created_at": second(now),
        "updated_at": second(now),
        "tracking_codes": [each["tracking_code"] for each in shipments],
        "address": shipments[0]["from_address"],
        "status": "created",
        "message": None,
        "form_url": url,
        "form_file_type": "application/pdf",
        "batch_id": None,
        "confirmation": None,
    }


def verifications(*, success: bool, errors: list[Any]) -> Json:
    """The Verifications object of an address that was checked."""
    found = {"success": success, "errors": errors, "details": {"latitude": None, "longitude": None}}
    return {"delivery": found, "zip4": {"success": success, "errors": errors, "details": None}}
