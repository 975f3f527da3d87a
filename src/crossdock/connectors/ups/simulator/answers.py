"""The shapes of UPS's answers (developer.ups.com), with what a simulated account puts into them."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from crossdock.ports.wire import HttpResponse
from crossdock.sim import labels

Json = dict[str, Any]

SUCCESS: Json = {"ResponseStatus": {"Code": "1", "Description": "Success"}, "TransactionReference": ""}
SERVICES = {"03": (842, 3), "12": (1391, 3), "02": (1904, 2), "13": (4310, 1), "11": (1120, 4), "65": (5230, 4)}
"""Price in cents and business days by service."""

_DOMESTIC, _ABROAD = ("03", "12", "02", "13"), ("11", "65")
_OFFSET = timedelta(hours=-5)


class Refused(Exception):
    """An error answer on its way out."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.body: Json = {"response": {"errors": [{"code": code, "message": message}]}}


def answer(status: int, body: Any) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, {"content-type": "application/json"}, msgspec.json.encode(body))


def local(now: int) -> datetime:
    """The wall clock of the simulated places, five hours behind UTC, at ``now`` (epoch microseconds)."""
    return (datetime.fromtimestamp(now // 1_000_000, UTC) + _OFFSET).replace(tzinfo=None)


def tracking_number(account: str, service: str, number: int) -> str:
    """A number of the form 1Z, six characters of account, service, seven counting digits, and a check digit."""
    text = f"{account:0<6}"[:6].upper() + f"{service}{number % 10**7:07d}"
    digits = [int(each) if each.isdigit() else (ord(each) - 63) % 10 for each in text]
    total = sum(digits[0::2]) + 2 * sum(digits[1::2])
    return f"1Z{text}{-total % 10}"


def rates(shipment: Json, now: int) -> list[Json]:
    """Offers for a shipment; prices grow with the weight."""
    weight = float(shipment["Package"][0]["PackageWeight"]["Weight"])
    domestic = shipment["ShipFrom"]["Address"]["CountryCode"] == shipment["ShipTo"]["Address"]["CountryCode"]
    negotiated = "ShipmentRatingOptions" in shipment
    return [_offer(code, weight, now, negotiated=negotiated) for code in (_DOMESTIC if domestic else _ABROAD)]


def price(service: str, weight: float) -> int:
    """Cents."""
    return SERVICES[service][0] + round(weight * 35)


def _offer(service: str, weight: float, now: int, *, negotiated: bool) -> Json:
    cents, days = price(service, weight), SERVICES[service][1]
    arrival = local(now) + timedelta(days=days)
    estimated = {
        "Arrival": {"Date": f"{arrival:%Y%m%d}", "Time": "230000"},
        "BusinessDaysInTransit": str(days),
        "Pickup": {"Date": f"{local(now):%Y%m%d}", "Time": "170000"},
        "DayOfWeek": f"{arrival:%a}".upper(),
    }
    offer: Json = {
        "Service": {"Code": service, "Description": ""},
        "RatedShipmentAlert": [{"Code": "110971", "Description": "Your invoice may vary from the displayed rates"}],
        "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": f"{weight:.1f}"},
        "TotalCharges": amount(cents * 5 // 4),
        "TimeInTransit": {
            "PickupDate": f"{local(now):%Y%m%d}",
            "PackageBillType": "03",
            "ServiceSummary": {"Service": {"Description": ""}, "EstimatedArrival": estimated, "SaturdayDelivery": "0"},
        },
    }
    if negotiated:
        offer["NegotiatedRateCharges"] = {"TotalCharge": amount(cents)}
    return offer


def amount(cents: int) -> Json:
    """An amount in US dollars."""
    return {"CurrencyCode": "USD", "MonetaryValue": f"{cents / 100:.2f}"}


def label(code: str, number: str, lines: tuple[str, ...]) -> str:
    """A label in Base64."""
    if code == "GIF":
        data = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xfe"
        data += bytes([len(number)]) + number.encode() + b"\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    else:
        name = {"EPL": "EPL2", "SPL": "EPL2"}.get(code, code)
        data = labels.label_file(labels.MEDIA_TYPES[name], number, lines)
    return base64.b64encode(data).decode()


def shipped(held: Json, cents: int, *, abroad: bool) -> Json:
    """The ShipmentResults of a booking."""
    code = held["format"]
    results: Json = {
        "ShipmentCharges": {"TotalCharges": amount(cents * 5 // 4)},
        "NegotiatedRateCharges": {"TotalCharge": amount(cents)},
        "ShipmentIdentificationNumber": held["number"],
        "PackageResults": [
            {
                "TrackingNumber": held["number"],
                "ShippingLabel": {
                    "ImageFormat": {"Code": code, "Description": code},
                    "GraphicImage": label(code, held["number"], tuple(held["lines"])),
                },
            }
        ],
    }
    if abroad:
        image = {"ImageFormat": {"Code": "PDF"}, "GraphicImage": label("PDF", held["number"], ("Commercial invoice",))}
        results["Form"] = {"Code": "01", "Description": "All Requested International Forms", "Image": image}
    return {"ShipmentResponse": {"Response": SUCCESS, "ShipmentResults": results}}


def activity(step: tuple[str, str, str], place: Json, now: int) -> Json:
    """A scan; ``step`` is type, code and text."""
    moment = datetime.fromtimestamp(now // 1_000_000, UTC)
    kind, code, text = step
    address = {
        "city": place.get("City", ""),
        "stateProvince": place.get("StateProvinceCode", ""),
        "postalCode": place.get("PostalCode", ""),
        "countryCode": place.get("CountryCode", ""),
        "country": place.get("CountryCode", ""),
    }
    return {
        "location": {"address": address},
        "status": {"type": kind, "description": text, "code": code, "statusCode": ""},
        "date": f"{local(now):%Y%m%d}",
        "time": f"{local(now):%H%M%S}",
        "gmtDate": f"{moment:%Y%m%d}",
        "gmtTime": f"{moment:%H:%M:%S}",
        "gmtOffset": "-05:00",
    }


def tracked(inquiry: str, found: list[Json]) -> Json:
    """A Track answer with the packages found for an inquiry."""
    packages = [
        {
            "trackingNumber": each["number"],
            "activity": each["scans"],
            "currentStatus": each["scans"][0]["status"],
            "packageCount": 1,
            "referenceNumber": [{"type": "PACKAGE", "number": number} for number in each["references"]],
        }
        for each in found
    ]
    shipments = [{"inquiryNumber": inquiry, "package": [package]} for package in packages]
    return {"trackResponse": {"shipment": shipments}}


def alert(number: str, scan: Json) -> Json:
    """A Track Alert: one scan, flat."""
    place = scan["location"]["address"]
    status = scan["status"]
    return {
        "trackingNumber": number,
        "localActivityDate": scan["date"],
        "localActivityTime": scan["time"],
        "activityLocation": {name: place[name] for name in ("city", "stateProvince", "postalCode", "country")},
        "activityStatus": {
            "type": status["type"],
            "code": status["code"],
            "description": status["description"],
            "descriptionCode": "",
        },
        "scheduledDeliveryDate": "",
        "actualDeliveryDate": scan["date"] if status["type"] == "D" else "",
        "actualDeliveryTime": scan["time"] if status["type"] == "D" else "",
        "gmtActivityDate": scan["gmtDate"],
        "gmtActivityTime": scan["gmtTime"].replace(":", ""),
    }
