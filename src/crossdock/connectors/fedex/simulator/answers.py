"""The shapes of FedEx's answers (developer.fedex.com), with what a simulated account puts into them."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from crossdock.ports.wire import HttpResponse
from crossdock.sim import labels

Json = dict[str, Any]

SERVICES = {
    "FEDEX_GROUND": ("FedEx Ground", 912, "THREE"),
    "FEDEX_2_DAY": ("FedEx 2Day", 2140, "TWO"),
    "PRIORITY_OVERNIGHT": ("FedEx Priority Overnight", 4875, "ONE"),
    "FEDEX_INTERNATIONAL_PRIORITY": ("FedEx International Priority", 6120, "FOUR"),
    "INTERNATIONAL_ECONOMY": ("FedEx International Economy", 5215, "FIVE"),
}
"""Name, price in cents and business days by service."""

DOMESTIC = ("FEDEX_GROUND", "FEDEX_2_DAY", "PRIORITY_OVERNIGHT")
ABROAD = ("FEDEX_INTERNATIONAL_PRIORITY", "INTERNATIONAL_ECONOMY")
_DAYS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_ZONE = timezone(timedelta(hours=-6))
_MEDIA = {"PDF": "application/pdf", "PNG": "image/png", "ZPLII": "application/zpl", "EPL2": "application/epl2"}


class Refused(Exception):
    """An error answer on its way out."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message

    def body(self, transaction: str) -> Json:
        """The error answer."""
        return {"transactionId": transaction, "errors": [{"code": self.code, "message": self.message}]}


def answer(status: int, body: Any) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, {"content-type": "application/json"}, msgspec.json.encode(body))


def local(now: int) -> datetime:
    """The wall clock of the simulated places, six hours behind UTC, at ``now`` (epoch microseconds)."""
    return datetime.fromtimestamp(now // 1_000_000, UTC).astimezone(_ZONE)


def tracking_number(number: int) -> str:
    """A number of twelve digits, the last one its check digit (weights 1, 3, 7 from the right, modulo 11)."""
    text = f"79{number % 10**9:09d}"
    total = sum(int(digit) * (1, 3, 7)[place % 3] for place, digit in enumerate(reversed(text)))
    return f"{text}{total % 11 % 10}"


def price(service: str, weight: float) -> int:
    """Cents."""
    return SERVICES[service][1] + round(weight * 31)


def offer(service: str, weight: float, now: int) -> Json:
    """A rateReplyDetail with the account's price and the published one."""
    name, _, days = SERVICES[service]
    cents = price(service, weight)
    arrival = (local(now) + timedelta(days=_DAYS[days])).replace(hour=20, minute=0, second=0, tzinfo=None)
    return {
        "serviceType": service,
        "serviceName": name,
        "packagingType": "YOUR_PACKAGING",
        "ratedShipmentDetails": [_charge("LIST", cents * 5 // 4), _charge("ACCOUNT", cents)],
        "commit": {"dateDetail": {"dayOfWeek": f"{arrival:%a}".upper(), "dayFormat": arrival.isoformat()}},
        "operationalDetail": {"transitTime": f"{days}_DAY{'S' if days != 'ONE' else ''}", "serviceCode": "92"},
    }


def _charge(kind: str, cents: int) -> Json:
    return {"rateType": kind, "ratedWeightMethod": "ACTUAL", "totalNetCharge": cents / 100, "currency": "USD"}


def document(image: str, number: str, lines: tuple[str, ...], kind: str = "LABEL") -> Json:
    """A packageDocument."""
    data = labels.label_file(_MEDIA[image], number, lines)
    return {
        "contentType": kind,
        "docType": image,
        "copiesToPrint": 1,
        "encodedLabel": base64.b64encode(data).decode(),
    }


def shipped(held: Json, cents: int, *, abroad: bool) -> Json:
    """The output of a booking."""
    number = held["number"]
    piece = {
        "masterTrackingNumber": number,
        "trackingNumber": number,
        "packageSequenceNumber": 1,
        "packageDocuments": [document(held["image"], number, tuple(held["lines"]))],
        "netRateAmount": cents / 100,
        "currency": "USD",
    }
    details = [{"rateType": "PAYOR_ACCOUNT_PACKAGE", "totalNetCharge": cents / 100, "currency": "USD"}]
    shipment: Json = {
        "masterTrackingNumber": number,
        "serviceType": held["service"],
        "shipDatestamp": held["day"],
        "pieceResponses": [piece],
        "completedShipmentDetail": {"shipmentRating": {"shipmentRateDetails": details}},
        "alerts": [],
    }
    if abroad:
        invoice = document("PDF", number, ("Commercial invoice",), "COMMERCIAL_INVOICE")
        shipment["shipmentDocuments"] = [invoice]
    return {"transactionShipments": [shipment], "alerts": []}


def scan(step: tuple[str, str], place: Json, now: int) -> Json:
    """A scanEvent; ``step`` is code and text."""
    location = {
        "city": place.get("city", ""),
        "stateOrProvinceCode": place.get("stateOrProvinceCode", ""),
        "postalCode": place.get("postalCode", ""),
        "countryCode": place.get("countryCode", ""),
    }
    return {
        "date": local(now).isoformat(),
        "eventType": step[0],
        "eventDescription": step[1],
        "exceptionCode": "",
        "exceptionDescription": "",
        "scanLocation": location,
        "derivedStatusCode": step[0],
        "derivedStatus": step[1],
    }


def track_result(held: Json) -> Json:
    """A trackResult of one package."""
    newest = held["scans"][0]
    return {
        "trackingNumberInfo": {"trackingNumber": held["number"], "carrierCode": "FDXE"},
        "additionalTrackingInfo": {
            "packageIdentifiers": [{"type": "CUSTOMER_REFERENCE", "values": held["references"]}],
            "hasAssociatedShipments": False,
        },
        "latestStatusDetail": {
            "code": newest["eventType"],
            "derivedCode": newest["eventType"],
            "description": newest["eventDescription"],
            "scanLocation": newest["scanLocation"],
        },
        "dateAndTimes": [{"type": "SHIP", "dateTime": held["scans"][-1]["date"]}],
        "scanEvents": held["scans"],
    }


def tracked(inquiry: str, results: list[Json]) -> Json:
    """The output of a tracking call."""
    return {"completeTrackResults": [{"trackingNumber": inquiry, "trackResults": results}]}


def not_found(kind: str, inquiry: str) -> Json:
    """What FedEx answers where it knows nothing: a success around an error."""
    code = f"TRACKING.{kind}.NOTFOUND"
    error = {"code": code, "message": "It cannot be found. Please correct it and try again."}
    return tracked(inquiry, [{"trackingNumberInfo": {"trackingNumber": ""}, "error": error}])
