"""Pickups, batches and manifests of the simulated account."""

import copy
from collections.abc import Callable

from crossdock.connectors.easypost.simulator import answers, papers
from crossdock.connectors.easypost.simulator.answers import Json, Refused
from crossdock.connectors.easypost.simulator.settings import SimulatorSettings
from crossdock.connectors.easypost.simulator.tracking import Route
from crossdock.sim.ledger import Ledger

_OFFERS = {
    "USPS": (("NextDay", "0.00"),),
    "UPSDAP": (("Same-day Pickup", "9.70"), ("Future-day Pickup", "7.45")),
}
_NOT_FOUND = (404, "NOT_FOUND", "The requested resource could not be found.")
_MOST_PICKUPS = 100

Find = Callable[[str], Json]
Keep = Callable[[str, bytes, int], str]


class Collections:
    """Everything around pickups and manifests; ``find`` gives a shipment, ``keep`` puts a PDF on the file host."""

    def __init__(
        self, settings: SimulatorSettings, ledger: Ledger, fresh: Callable[[str], str], find: Find, keep: Keep
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._fresh = fresh
        self._find = find
        self._keep = keep
        self._pickups: dict[str, Json] = {}
        self._batches: dict[str, list[Json]] = {}
        self._forms: dict[str, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """Method, path pattern and function of each call."""
        return (
            ("POST", r"/v2/pickups", self._open),
            ("GET", r"/v2/pickups", self._list),
            ("GET", r"/v2/pickups/([^/]+)", self._get),
            ("POST", r"/v2/pickups/([^/]+)/buy", self._buy),
            ("POST", r"/v2/pickups/([^/]+)/cancel", self._cancel),
            ("POST", r"/v2/batches", self._batch),
            ("POST", r"/v2/scan_forms", self._close),
            ("GET", r"/v2/scan_forms/([^/]+)", self._form),
        )

    def state(self) -> Json:
        """Pickups and manifests."""
        return {"pickups": list(self._pickups.values()), "scan_forms": list(self._forms.values())}

    def _open(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        given = body["pickup"]
        if given["min_datetime"] >= given["max_datetime"]:
            raise Refused(422, "PICKUP.INVALID", "max_datetime must be later than min_datetime.")
        shipments = self._shipments(given)
        pickup_id, mode = self._fresh("pickup"), self._settings.mode
        carriers = list(dict.fromkeys(each["selected_rate"]["carrier"] for each in shipments))
        rates = [
            papers.pickup_rate(self._fresh("pickuprate"), pickup_id, (carrier, *offer), mode, now)
            for carrier in carriers
            for offer in _OFFERS.get(carrier, ())
        ]
        parts = {
            "address": answers.address(given["address"], self._fresh("adr"), mode, now),
            "shipment": copy.deepcopy(shipments[0]) if "shipment" in given else None,
            "pickup_rates": rates,
            "messages": [] if rates else [_no_offer(carrier) for carrier in carriers],
        }
        self._pickups[pickup_id] = papers.pickup(given, parts, pickup_id, mode, now)
        self._ledger.note(now, "pickup.created", pickup_id, reference=given.get("reference"))
        return 201, copy.deepcopy(self._pickups[pickup_id]), f"/api/v2/pickups/{pickup_id}"

    def _shipments(self, given: Json) -> list[Json]:
        if "batch" in given:
            found = self._batches.get(given["batch"]["id"])
            if found is None:
                raise Refused(*_NOT_FOUND)
        else:
            found = [self._find(given["shipment"]["id"])]
        if any(each["selected_rate"] is None for each in found):
            raise Refused(422, "SHIPMENT.POSTAGE.REQUIRED", "Only shipments with postage can be picked up.")
        return found

    def _list(self, _names: object, _body: Json, query: dict[str, list[str]], _now: int) -> tuple[int, Json, str]:
        found = [each for each in reversed(self._pickups.values()) if answers.is_in_window(each["created_at"], query)]
        page, has_more = answers.page(found, query)
        return 200, {"pickups": page[:_MOST_PICKUPS], "has_more": has_more}, ""

    def _get(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        return 200, self._pickup(names[0]), ""

    def _pickup(self, name: str) -> Json:
        if name not in self._pickups:
            raise Refused(*_NOT_FOUND)
        return self._pickups[name]

    def _buy(self, names: tuple[str, ...], body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        pickup = self._pickup(names[0])
        wanted = (body.get("carrier"), body.get("service"))
        if wanted not in {(each["carrier"], each["service"]) for each in pickup["pickup_rates"]}:
            raise Refused(422, "PICKUP.RATE.UNAVAILABLE", "No pickup rate matches carrier and service.")
        if pickup["status"] != "unknown":
            raise Refused(422, "PICKUP.INVALID", "This pickup has been bought before.")
        pickup |= {
            "status": "scheduled",
            "confirmation": f"CP{self._fresh('c')[-10:]}",
            "updated_at": answers.second(now),
        }
        self._ledger.note(now, "pickup.scheduled", pickup["id"], reference=pickup["reference"], carrier=wanted[0])
        return 200, copy.deepcopy(pickup), ""

    def _cancel(self, names: tuple[str, ...], _body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        pickup = self._pickup(names[0])
        if pickup["status"] != "scheduled":
            raise Refused(422, "PICKUP.INVALID", "Only a scheduled pickup can be cancelled.")
        pickup |= {"status": "canceled", "updated_at": answers.second(now)}
        self._ledger.note(now, "pickup.cancelled", pickup["id"], reference=pickup["reference"])
        return 200, copy.deepcopy(pickup), ""

    def _batch(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        shipments = [self._find(each["id"]) for each in body["batch"]["shipments"]]
        if any(each["batch_id"] for each in shipments):
            raise Refused(422, "BATCH.SHIPMENTS.INVALID", "A shipment is in another batch.")
        batch_id = self._fresh("batch")
        self._batches[batch_id] = shipments
        for each in shipments:
            each["batch_id"] = batch_id
        return 201, papers.batch(batch_id, shipments, self._settings.mode, now), f"/api/v2/batches/{batch_id}"

    def _close(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        shipments = [self._find(each["id"]) for each in body["shipments"]]
        self._check(shipments)
        form_id = self._fresh("sf")
        lines = (f"SCAN FORM {form_id[-8:]}", *(each["tracking_code"] for each in shipments))
        url = self._keep(form_id[-20:], "\n".join(lines).encode(), now)
        form = papers.scan_form(form_id, shipments, url, now)
        self._forms[form_id] = form
        for each in shipments:
            each["scan_form"] = copy.deepcopy(form)
        self._ledger.note(now, "manifest.closed", form_id, shipments=len(shipments))
        return 201, copy.deepcopy(form), f"/api/v2/scan_forms/{form_id}"

    def _check(self, shipments: list[Json]) -> None:
        """What is published of the conditions (docs.easypost.com/docs/scan-form)."""
        if not shipments or any(each["selected_rate"] is None for each in shipments):
            raise Refused(422, "SCAN_FORM.INVALID", "Every shipment needs postage.")
        if any(each["refund_status"] for each in shipments):
            raise Refused(422, "SCAN_FORM.INVALID", "Refunded shipments cannot be added.")
        if any(each["scan_form"] for each in shipments):
            raise Refused(422, "SCAN_FORM.INVALID", "A shipment is on another form already.")
        if len({each["selected_rate"]["carrier_account_id"] for each in shipments}) > 1:
            raise Refused(422, "SCAN_FORM.INVALID", "All shipments must belong to one carrier account.")

    def _form(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        if names[0] not in self._forms:
            raise Refused(*_NOT_FOUND)
        return 200, self._forms[names[0]], ""


def _no_offer(carrier: str) -> Json:
    return {"carrier": carrier, "type": "rate_error", "message": f"{carrier} does not offer scheduled pickups."}
