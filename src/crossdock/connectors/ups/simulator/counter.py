"""Pickups and address checks of the simulated account."""

from typing import Any

from crossdock.connectors.ups.simulator.answers import SUCCESS, Json, Refused
from crossdock.sim.ledger import Ledger

Answer = tuple[int, Json]


class Counter:
    """Everything that is no label; ``account`` is the only one taken (any when empty)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pickups: dict[str, Json] = {}

    def state(self) -> list[Json]:
        """Pickups that are still to come."""
        return list(self._pickups.values())

    def schedule(self, body: Json, now: int) -> Answer:
        """POST /api/pickupcreation/v2409/pickup."""
        given = body["PickupCreationRequest"]
        window = given["PickupDateInfo"]
        if window["CloseTime"] <= window["ReadyTime"]:
            raise Refused(400, "9510109", "Invalid close time or ready time")
        number = f"2929{len(self._ledger.of('pickup.scheduled')):06d}9R"
        reference = given["Request"]["TransactionReference"]["CustomerContext"]
        self._pickups[number] = {
            "PickupType": "01",
            "ServiceDate": window["PickupDate"],
            "PRN": number,
            "OnCallStatusCode": "002",
            "PickupStatusMessage": "Order successfully transmitted to UPS",
            "BillingCode": "01",
            "ReferenceNumber": given.get("ReferenceNumber", ""),
        }
        self._ledger.note(now, "pickup.scheduled", number, reference=reference)
        made: Json = {"Response": SUCCESS, "PRN": number, "RateStatus": {"Code": "01"}}
        if given["RatePickupIndicator"] == "Y":
            made["RateResult"] = {"RateType": "FD", "CurrencyCode": "USD", "GrandTotalOfAllCharge": "12.60"}
        return 200, {"PickupCreationResponse": made}

    def pending(self) -> Answer:
        """GET /api/shipments/v2409/pickup/oncall."""
        if not self._pickups:
            raise Refused(400, "9500513", "No pending pickups were found")
        found = {"Response": SUCCESS, "PendingStatus": list(self._pickups.values())}
        return 200, {"PickupPendingStatusResponse": found}

    def cancel(self, number: str, now: int) -> Answer:
        """DELETE /api/shipments/v2409/pickup/02."""
        if self._pickups.pop(number, None) is None:
            raise Refused(400, "9510117", "The pickup cannot be cancelled")
        self._ledger.note(now, "pickup.cancelled", number)
        return 200, {"PickupCancelResponse": {"Response": SUCCESS, "PickupType": "01"}}

    def address(self, body: Json) -> Answer:
        """POST /api/addressvalidation/v2/3: a house number is needed; "Ambiguous" in a line gives two candidates."""
        given: Json = body["XAVRequest"]["AddressKeyFormat"][0]
        lines: list[Any] = given.get("AddressLine") or []
        result: Json = {"Response": SUCCESS}
        if not lines or not str(lines[0])[:1].isdigit():
            return 200, {"XAVResponse": result | {"NoCandidatesIndicator": ""}}
        key = {**given, "AddressLine": [str(line).upper() for line in lines], "PostcodeExtendedLow": "0001"}
        for name in ("PoliticalDivision1", "PoliticalDivision2"):
            key[name] = str(given.get(name, "")).upper()
        candidate = {"AddressClassification": {"Code": "1", "Description": "Commercial"}, "AddressKeyFormat": key}
        if "AMBIGUOUS" in str(key["AddressLine"]):
            return 200, {"XAVResponse": result | {"AmbiguousAddressIndicator": "", "Candidate": [candidate] * 2}}
        return 200, {"XAVResponse": result | {"ValidAddressIndicator": "", "Candidate": [candidate]}}
