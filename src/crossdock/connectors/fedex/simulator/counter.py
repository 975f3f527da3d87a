"""Pickups, the end of day and address checks of the simulated account."""

import base64
from collections.abc import Callable

from crossdock.connectors.fedex.simulator.answers import Json, Refused
from crossdock.sim.ledger import Ledger


class Counter:
    """Everything that is no label; ``ground`` gives the numbers of a day's ground shipments."""

    def __init__(self, ledger: Ledger, ground: Callable[[str], list[str]]) -> None:
        self._ledger = ledger
        self._ground = ground
        self._pickups: dict[str, Json] = {}
        self._closed: dict[str, list[str]] = {}

    def state(self) -> Json:
        """Pickups, and the days that were closed."""
        return {"pickups": list(self._pickups.values()), "closed": self._closed}

    def schedule(self, body: Json, now: int) -> Json:
        """POST /pickup/v1/pickups."""
        origin = body["originDetail"]
        day, opens = origin["readyDateTimestamp"].split("T")
        if not origin["pickupLocation"]["contact"].get("phoneNumber"):
            raise Refused(400, "PHONENUMBER.EMPTY", "Please enter a valid phone number.")
        if origin["customerCloseTime"] <= opens.removesuffix("Z"):
            raise Refused(400, "PICKUP.CLOSETIME.INVALID", "The close time must be after the ready time.")
        code = f"NQAA{len(self._ledger.of('pickup.scheduled')) + 97}"
        self._pickups[code] = {"code": code, "day": day, "carrier": body["carrierCode"], "cancelled": False}
        self._ledger.note(now, "pickup.scheduled", code, remarks=body.get("remarks", ""))
        return {"pickupConfirmationCode": code, "location": "NQAA", "message": "Courier on the way"}

    def cancel(self, body: Json, now: int) -> Json:
        """PUT /pickup/v1/pickups/cancel."""
        code = body["pickupConfirmationCode"]
        held = self._pickups.get(code)
        if held is None or (held["day"], held["carrier"]) != (body["scheduledDate"], body["carrierCode"]):
            raise Refused(400, "PICKUP.CONFIRMATIONCODE.INVALID", "The pickup cannot be found.")
        if held["cancelled"]:
            raise Refused(400, "PICKUP.ALREADY.CANCELLED", "The pickup was cancelled already.")
        held["cancelled"] = True
        self._ledger.note(now, "pickup.cancelled", code)
        return {"pickupConfirmationCode": code, "cancelConfirmationMessage": "Requested pickup has been cancelled"}

    def close(self, body: Json, now: int) -> Json:
        """PUT /ship/v1/endofday/."""
        day = body["closeDate"]
        done = [number for numbers in self._closed.values() for number in numbers]
        numbers = [number for number in self._ground(day) if number not in done]
        if not numbers:
            raise Refused(400, "ENDOFDAY.NO.SHIPMENTS", "There are no shipments to close.")
        self._closed.setdefault(day, []).extend(numbers)
        self._ledger.note(now, "manifest.closed", day, shipments=len(numbers))
        return self._manifest(day)

    def reprint(self, body: Json) -> Json:
        """POST /ship/v1/endofday/."""
        if body["closeDate"] not in self._closed:
            raise Refused(404, "GROUND.CLOSE.NOTFOUND", "No closed shipments were found.")
        return self._manifest(body["closeDate"])

    def _manifest(self, day: str) -> Json:
        sheet = "\n".join([f"FedEx Ground manifest {day}", *self._closed[day]]).encode()
        part = {"documentPartSequenceNumber": 1, "image": base64.b64encode(sheet).decode()}
        made = {"type": "MANIFEST", "shippingDocumentDisposition": "CONFIRMED", "copiesToPrint": 1, "parts": [part]}
        return {"closeDocuments": [made], "alerts": []}

    def address(self, body: Json) -> Json:
        """POST /address/v1/addresses/resolve: a house number is needed; "Rural" in a line is a guess."""
        resolved = []
        for each in body["addressesToValidate"]:
            given = each["address"]
            lines = [str(line).upper() for line in given.get("streetLines", [])]
            exists = bool(lines) and any(letter.isdigit() for letter in lines[0])
            guess = "RURAL" in " ".join(lines)
            attributes = {"Matched": str(exists and not guess).lower(), "Resolved": str(exists or guess).lower()}
            resolved.append(
                {
                    "streetLinesToken": lines,
                    "city": str(given.get("city", "")).upper(),
                    "stateOrProvinceCode": given.get("stateOrProvinceCode", ""),
                    "postalCode": f"{given.get('postalCode', '')}-0001",
                    "countryCode": given["countryCode"],
                    "classification": "BUSINESS",
                    "attributes": attributes,
                    "customerMessages": [] if exists else [{"code": "STANDARDIZED.ADDRESS.NOTFOUND", "message": "-"}],
                }
            )
        return {"resolvedAddresses": resolved, "alerts": []}
