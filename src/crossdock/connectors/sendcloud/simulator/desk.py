"""Returns and pickups of the simulated account."""

from collections.abc import Callable, Mapping
from typing import Any

from crossdock.connectors.sendcloud.simulator import answers
from crossdock.connectors.sendcloud.simulator.journeys import Journeys
from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.restful import Call, Json, Refused, Route, answer

_SIX = 6


class Desk:
    """What is not an outgoing shipment. A reference of a return may come twice: two returns are made of it."""

    def __init__(
        self, ledger: Ledger, digits: Callable[[int, str], str], journeys: Journeys, base: Callable[[], str]
    ) -> None:
        self._ledger = ledger
        self._digits = digits
        self._journeys = journeys
        self._base = base
        self._returns: dict[int, Json] = {}
        self._parcels: dict[int, str] = {}
        self._references: dict[int, str] = {}
        self._cancelled: set[int] = set()
        self._pickups: dict[int, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """What can be called, below the API's root."""
        return (
            ("POST", "/returns/announce-synchronously", self._announce),
            ("GET", "/returns", self._list),
            ("GET", r"/returns/(\d+)", self._return),
            ("PATCH", r"/returns/(\d+)/cancel", self._cancel),
            ("POST", "/pickups", self._schedule),
            ("GET", "/pickups", self._pickup_list),
            ("GET", r"/pickups/(\d+)", self._pickup),
        )

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers of returns that were not cancelled, by our reference."""
        live: dict[str, list[str]] = {}
        for number, shown in self._returns.items():
            if number not in self._cancelled:
                live.setdefault(self._references[number], []).append(shown["tracking_number"])
        return live

    def state(self) -> Json:
        """Returns and pickups."""
        return {"returns": list(self._returns.values()), "pickups": list(self._pickups.values())}

    def number_of(self, parcel_id: int) -> str:
        """The tracking number of a return's parcel, "" where it is none."""
        return self._parcels.get(parcel_id, "")

    def _announce(self, call: Call) -> HttpResponse:
        given = call.body
        if float(given["weight"]["value"]) <= 0 or not given["from_address"].get("country_code"):
            raise Refused(400, "invalid", "weight and from_address are required.")
        return_id, parcel_id = int(self._digits(_SIX, "return")), int(self._digits(9, "parcel"))
        number = f"3R{self._digits(13, 'number')}"
        self._returns[return_id] = answers.returned(given, number, parcel_id, self._base(), call.now)
        self._parcels[parcel_id] = number
        self._references[return_id] = str(given.get("external_reference") or return_id)
        ends = (given["from_address"], given["to_address"])
        self._journeys.begin(number, parcel_id, "postnl", ends, call.now)
        self._ledger.note(call.now, "label.bought", number, reference=self._references[return_id])
        return answer(201, {"return_id": return_id, "parcel_id": parcel_id, "multi_collo_ids": []})

    def _list(self, call: Call) -> HttpResponse:
        size, start = int(call.query.get("page_size", "40")), int(call.query.get("cursor", "0"))
        since = call.query.get("from_date", "").replace(" ", "T")
        found = [each for each in reversed(self._returns.values()) if each["created_at"] >= since]
        following = f"{self._base()}/returns?cursor={start + size}" if len(found) > start + size else None
        return answer(200, {"data": found[start : start + size], "next": following, "previous": None})

    def _find(self, call: Call) -> tuple[int, Json]:
        number = int(call.names[0])
        if number not in self._returns:
            raise Refused(404, "not_found", "Not found.")
        return number, self._returns[number]

    def _return(self, call: Call) -> HttpResponse:
        return answer(200, self._find(call)[1])

    def _cancel(self, call: Call) -> HttpResponse:
        number, shown = self._find(call)
        if number in self._cancelled or self._journeys.status(shown["tracking_number"]) != "ready-to-send":
            raise Refused(409, "", "Return is not cancellable.")
        self._cancelled.add(number)
        shown["is_cancellable"] = False
        shown["status_history"] = [answers.history("cancelled", "Cancelled", call.now), *shown["status_history"]]
        self._ledger.note(call.now, "label.voided", shown["tracking_number"], reference=self._references[number])
        return answer(202, {"message": "Cancellation requested successfully"})

    def _schedule(self, call: Call) -> HttpResponse:
        given = call.body
        if not given.get("carrier_code") or not given["time_slots"][0]["start_at"]:
            raise Refused(400, "required", "carrier_code and time_slots are required.")
        pickup_id = int(self._digits(_SIX, "pickup"))
        rest = {"tracking_number": "", "status": "ANNOUNCING", "created_at": rfc3339(call.now), "cancelled_at": None}
        self._pickups[pickup_id] = {**given, "id": pickup_id, **rest}
        self._ledger.note(call.now, "pickup.scheduled", str(pickup_id), reference=given.get("reference"))
        return answer(201, {"data": self._pickups[pickup_id]})

    def fail(self, given: Mapping[str, Any]) -> Json:
        """The carrier does not come."""
        pickup = self._pickups[int(given["id"])]
        pickup["status"] = "FAILED"
        return pickup

    def _pickup_list(self, call: Call) -> HttpResponse:
        size = max(1, int(call.query.get("page_size", "100")))
        kept = ("id", "time_slots", "carrier_code", "tracking_number", "status", "created_at", "cancelled_at")
        found = [{name: each[name] for name in kept} for each in reversed(self._pickups.values())]
        return answer(200, {"data": found[:size]})

    def _pickup(self, call: Call) -> HttpResponse:
        if int(call.names[0]) not in self._pickups:
            raise Refused(404, "not_found", "Not found.")
        return answer(200, {"data": self._pickups[int(call.names[0])]})
