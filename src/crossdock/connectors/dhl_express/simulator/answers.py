"""The shapes of the MyDHL API's answers, as its specification publishes them."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from crossdock.model.instants import rfc3339
from crossdock.sim.restful import Json, Refused

_OFFERS = (
    ("P", "P", "EXPRESS WORLDWIDE", 4120, 2),
    ("T", "T", "EXPRESS 12:00", 5380, 1),
    ("8", "8", "EXPRESS EASY", 3890, 3),
)
_DOMESTIC = (("N", "R", "EXPRESS DOMESTIC", 1490, 1), ("1", "I", "EXPRESS DOMESTIC 12:00", 2110, 1))


def problem(status: int, code: str, text: str) -> Json:
    """An error answer."""
    if status == 401:
        return {"reasons": [{"msg": text}], "details": {"msgId": "Id-00000000"}}
    titles = {400: "Bad request", 404: "Not Found", 422: "Unprocessable Entity"}
    detail = f"{code}: {text}" if code else text
    return {"instance": "/expressapi", "detail": detail, "title": titles.get(status, "Error"), "status": str(status)}


def rates(weight: float, now: int, *, domestic: bool) -> Json:
    """The products between two places; cents a kilogram grow with the weight."""
    day = datetime.fromtimestamp(now // 1_000_000, UTC)
    return {"products": [_product(each, weight, day) for each in (_DOMESTIC if domestic else _OFFERS)], "warnings": []}


def _product(offer: tuple[str, str, str, int, int], weight: float, day: datetime) -> Json:
    code, local, name, cents, days = offer
    price = round(cents / 100 * (1 + weight / 10), 2)
    arrives = (day + timedelta(days=days)).strftime("%Y-%m-%dT23:59:00")
    return {
        "productName": name,
        "productCode": code,
        "localProductCode": local,
        "networkTypeCode": "TD",
        "isCustomerAgreement": False,
        "weight": {"volumetric": weight, "provided": weight, "unitOfMeasurement": "metric"},
        "totalPrice": [
            {"currencyType": "BILLC", "priceCurrency": "EUR", "price": price},
            {"currencyType": "BASEC", "priceCurrency": "USD", "price": round(price * 1.1, 2)},
        ],
        "deliveryCapabilities": {
            "deliveryTypeCode": "QDDC",
            "estimatedDeliveryDateAndTime": arrives,
            "destinationServiceAreaCode": "CGN",
            "totalTransitDays": days,
        },
        "pricingDate": day.strftime("%Y-%m-%d"),
    }


def check_shipment(body: Json) -> None:
    """Refuse what the real API refuses: missing parts, no telephone, goods to declare without a declaration."""
    missing = [name for name in ("plannedShippingDateAndTime", "productCode", "accounts") if not body.get(name)]
    ends = body["customerDetails"]
    for end in ("shipperDetails", "receiverDetails"):
        contact, place = ends[end]["contactInformation"], ends[end]["postalAddress"]
        missing += [f"{end}/{name}" for name in ("phone", "companyName", "fullName") if not contact.get(name)]
        missing += [f"{end}/{name}" for name in ("cityName", "countryCode", "addressLine1") if not place.get(name)]
    content = body["content"]
    missing += ["packages"] if not content["packages"] else []
    missing += ["dimensions" for each in content["packages"] if not each.get("dimensions") or each["weight"] <= 0]
    if content["isCustomsDeclarable"] and not content.get("exportDeclaration", {}).get("lineItems"):
        missing.append("exportDeclaration")
    long = [each for each in body.get("customerReferences", ()) if len(each["value"]) > 35]
    if missing or long:
        raise Refused(422, "8003", f"Multiple problems found: {', '.join(missing) or 'customerReferences'}")


def document(kind: str, image_format: str, data: bytes) -> Json:
    """A document of a booking."""
    return {"imageFormat": image_format, "content": base64.b64encode(data).decode(), "typeCode": kind}


def booked(number: str, documents: list[Json], base: str) -> Json:
    """The answer to a booking."""
    url = f"https://express.api.dhl.com{base}/shipments/{number}/tracking"
    charge = {"currencyType": "BILLC", "priceCurrency": "EUR", "price": 47.38}
    return {
        "url": f"https://express.api.dhl.com{base}/shipments",
        "shipmentTrackingNumber": number,
        "trackingUrl": url,
        "packages": [{"referenceNumber": 1, "trackingNumber": f"JD0146000{number}", "trackingUrl": url}],
        "documents": documents,
        "shipmentCharges": [charge],
    }


def event(code: str, text: str, signed_by: str, now: int) -> Json:
    """A checkpoint, local to its service area with its offset."""
    at = rfc3339(now)
    made: dict[str, Any] = {
        "date": at[:10],
        "time": at[11:19],
        "GMTOffset": "+00:00",
        "typeCode": code,
        "description": text,
        "serviceArea": [{"code": "LHR", "description": "London-UK"}],
    }
    return made | ({"signedBy": signed_by} if signed_by else {})


def tracked(shipment: Json) -> Json:
    """A shipment in a tracking answer."""
    return {
        "shipmentTrackingNumber": shipment["number"],
        "status": "Success",
        "shipmentTimestamp": shipment["at"],
        "productCode": shipment["product"],
        "shipperReferences": [{"value": shipment["reference"], "typeCode": "CU"}] if shipment["reference"] else [],
        "events": shipment["events"],
        "numberOfPieces": 1,
    }
