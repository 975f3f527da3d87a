"""Shipments of the simulated account: rates, bookings, cancellations, tracking and the parcels' journeys."""

import re
from collections.abc import Callable

from crossdock.connectors.fedex.simulator import answers
from crossdock.connectors.fedex.simulator.answers import Json, Refused
from crossdock.connectors.fedex.simulator.settings import SimulatorSettings
from crossdock.sim.ledger import Ledger

_LABELLED = ("OC", "Shipment information sent to FedEx")
_CANCELLED = ("CA", "Shipment cancelled by sender")
_JOURNEY = (
    ("PU", "Picked up"),
    ("AR", "Arrived at FedEx location"),
    ("DP", "Left FedEx origin facility"),
    ("IT", "In transit"),
    ("OD", "On FedEx vehicle for delivery"),
    ("DL", "Delivered"),
)
_IMAGES = frozenset({"PDF", "PNG", "ZPLII", "EPL2"})
_SECOND = 1_000_000


class Shelf:
    """All shipments; ``tell`` is called with every scan."""

    def __init__(self, settings: SimulatorSettings, ledger: Ledger, tell: Callable[[Json, int], None]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._tell = tell
        self._shipments: dict[str, Json] = {}

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers booked and not cancelled, by the consignment's reference."""
        live: dict[str, list[str]] = {}
        for each in self._shipments.values():
            if not each["cancelled"]:
                live.setdefault(each["consignment"], []).append(each["number"])
        return live

    def state(self) -> list[Json]:
        """All shipments."""
        return list(self._shipments.values())

    def ground(self, day: str) -> list[str]:
        """Numbers of the ground shipments of a day that are not cancelled."""
        wanted = [each for each in self._shipments.values() if each["day"] == day and not each["cancelled"]]
        return [each["number"] for each in wanted if each["service"] == "FEDEX_GROUND"]

    def rate(self, body: Json, now: int) -> Json:
        """POST /rate/v1/rates/quotes."""
        self._check_account(body["accountNumber"]["value"])
        shipment = body["requestedShipment"]
        ends = [shipment[end]["address"]["countryCode"] for end in ("shipper", "recipient")]
        weight = _weight(shipment)
        if "ZZ" in ends:
            raise Refused(400, "SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging combination.")
        if ends[0] != ends[1] and "customsClearanceDetail" not in shipment:
            raise Refused(400, "CUSTOMSCLEARANCEDETAIL.REQUIRED", "Customs clearance detail is required.")
        offered = answers.DOMESTIC if ends[0] == ends[1] else answers.ABROAD
        details = [answers.offer(service, weight, now) for service in offered]
        return {"rateReplyDetails": details, "quoteDate": f"{answers.local(now):%Y-%m-%d}", "encoded": False}

    def ship(self, body: Json, consignment: str, now: int) -> Json:
        """POST /ship/v1/shipments."""
        self._check_account(body["accountNumber"]["value"])
        shipment = body["requestedShipment"]
        service, image = shipment["serviceType"], shipment["labelSpecification"]["imageType"]
        if service not in answers.SERVICES:
            raise Refused(400, "SERVICETYPE.NOT.ALLOWED", "The service type is not allowed.")
        if image not in _IMAGES or body["labelResponseOptions"] != "LABEL":
            raise Refused(400, "IMAGETYPE.INVALID", "Invalid label image type.")
        _check_parties(shipment)
        references = _references(shipment)
        number = answers.tracking_number(len(self._shipments) + 1 + self._settings.seed * 10**6)
        place = shipment["recipients"][0]
        held = {
            "number": number,
            "consignment": consignment or references[0],
            "references": references,
            "service": service,
            "image": image,
            "day": shipment["shipDatestamp"],
            "lines": [place["contact"]["personName"], *place["address"].get("streetLines", [])],
            "from": shipment["shipper"]["address"],
            "to": place["address"],
            "is_return": "RETURN_SHIPMENT" in _special(shipment),
            "dangerous": shipment["requestedPackageLineItems"][0].get("packageSpecialServices", {}),
            "cancelled": False,
            "booked_at": now,
            "scans": [answers.scan(_LABELLED, shipment["shipper"]["address"], now)],
        }
        self._shipments[number] = held
        cents = answers.price(service, _weight(shipment))
        self._ledger.note(now, "label.bought", number, reference=held["consignment"], price=cents)
        self._tell(held, now)
        return answers.shipped(held, cents, abroad="ELECTRONIC_TRADE_DOCUMENTS" in _special(shipment))

    def _check_account(self, account: str) -> None:
        if self._settings.account not in {"", account}:
            raise Refused(403, "FORBIDDEN.ERROR", "We could not authorize your credentials.")

    def cancel(self, body: Json, now: int) -> Json:
        """PUT /ship/v1/shipments/cancel."""
        held = self._shipments.get(body["trackingNumber"])
        if held is None or held["cancelled"]:
            raise Refused(400, "SHIPMENT.TRACKINGNUMBER.NOTFOUND", "Tracking number cannot be found.")
        if len(held["scans"]) > 1:
            raise Refused(400, "TRACKINGNUMBER.ALREADY.TENDERED", "The shipment was tendered already.")
        held["cancelled"] = True
        held["scans"].insert(0, answers.scan(_CANCELLED, held["from"], now))
        self._ledger.note(now, "label.voided", held["number"], reference=held["consignment"])
        return {"cancelledShipment": True, "cancelledHistory": True, "successMessage": "Success"}

    def track(self, body: Json) -> Json:
        """POST /track/v1/trackingnumbers."""
        number = body["trackingInfo"][0]["trackingNumberInfo"]["trackingNumber"]
        if number not in self._shipments:
            return answers.not_found("TRACKINGNUMBER", number)
        return answers.tracked(number, [answers.track_result(self._shipments[number])])

    def track_reference(self, body: Json, now: int) -> Json:
        """POST /track/v1/referencenumbers."""
        asked = body["referencesInformation"]
        if not asked.get("accountNumber") and not asked.get("destinationPostalCode"):
            raise Refused(400, "TRACKING.REFERENCEDATA.INCOMPLETE", "Please enter an account number or destination.")
        lag = self._settings.lookup_lag * _SECOND
        found = [
            each
            for each in self._shipments.values()
            if asked["value"] in each["references"]
            and now - each["booked_at"] >= lag
            and asked["shipDateBegin"] <= each["day"] <= asked["shipDateEnd"]
        ]
        if not found:
            return answers.not_found("REFERENCENUMBER", asked["value"])
        if len(found) > 1 and self._settings.unique_only:
            error = {"code": "TRACKING.DATA.NOTUNIQUE", "message": "Several shipments match."}
            return answers.tracked(asked["value"], [{"error": error}])
        return answers.tracked(asked["value"], [answers.track_result(each) for each in found])

    def advance(self, number: str, now: int) -> Json:
        """The next scan of the ordinary journey. Raises `KeyError` for an unknown number."""
        held = self._shipments[number]
        step = _JOURNEY[min(len(held["scans"]) - 1, len(_JOURNEY) - 1)]
        place = held["to"] if step[0] in {"OD", "DL"} else held["from"]
        held["scans"].insert(0, answers.scan(step, place, now))
        self._ledger.note(now, "tracking.scanned", number, code=step[0])
        self._tell(held, now)
        return {"tracking_number": number, "code": step[0]}

    def finish(self, number: str, now: int) -> Json:
        """All scans up to the delivery. Raises `KeyError` for an unknown number."""
        while self._shipments[number]["scans"][0]["eventType"] != "DL":
            self.advance(number, now)
        return {"tracking_number": number, "scans": len(self._shipments[number]["scans"])}


def _weight(shipment: Json) -> float:
    weight = float(shipment["requestedPackageLineItems"][0]["weight"]["value"])
    if not weight > 0:
        raise Refused(400, "WEIGHT.INVALID", "Invalid weight.")
    return weight


def _special(shipment: Json) -> list[str]:
    return list(shipment.get("shipmentSpecialServices", {}).get("specialServiceTypes", []))


def _references(shipment: Json) -> list[str]:
    given = shipment["requestedPackageLineItems"][0]["customerReferences"]
    values = [str(each["value"]) for each in given if each["customerReferenceType"] == "CUSTOMER_REFERENCE"]
    if not values or any(len(value) > 30 for value in values):
        raise Refused(400, "CUSTOMERREFERENCE.VALUE.INVALID", "Invalid customer reference.")
    return values


def _check_parties(shipment: Json) -> None:
    """What FedEx refuses of shipper, recipient, customs and dangerous goods."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", shipment["shipDatestamp"]):
        raise Refused(400, "SHIPDATESTAMP.FORMAT.INVALID", "Invalid ship date.")
    for who in (shipment["shipper"], *shipment["recipients"]):
        if not who["contact"].get("phoneNumber"):
            raise Refused(400, "PHONENUMBER.EMPTY", "Please enter a valid phone number.")
        if not who["address"].get("countryCode") or not who["address"].get("city"):
            raise Refused(400, "ADDRESS.INVALID", "Invalid address.")
    countries = {who["address"]["countryCode"] for who in (shipment["shipper"], *shipment["recipients"])}
    if len(countries) > 1 and not shipment.get("customsClearanceDetail", {}).get("commodities"):
        raise Refused(400, "COMMODITIES.REQUIRED", "At least one commodity is required.")
    for each in shipment.get("customsClearanceDetail", {}).get("commodities", []):
        if not each.get("countryOfManufacture") or not each["customsValue"]["amount"] > 0:
            raise Refused(400, "COMMODITY.COUNTRYOFMANUFACTURE.INVALID", "Invalid commodity.")
    dangerous = shipment["requestedPackageLineItems"][0].get("packageSpecialServices", {}).get("dangerousGoodsDetail")
    if dangerous and "HAZARDOUS_MATERIALS" in dangerous["options"] and not dangerous.get("emergencyContactNumber"):
        raise Refused(400, "EMERGENCYCONTACT.REQUIRED", "An emergency contact number is required.")
