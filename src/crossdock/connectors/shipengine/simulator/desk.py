"""Pickups, manifests and address checks of the simulated account."""

from collections.abc import Callable

from crossdock.connectors.shipengine.simulator import answers
from crossdock.connectors.shipengine.simulator.answers import Json, Refused
from crossdock.connectors.shipengine.simulator.shop import Query, Route, Shop
from crossdock.model.instants import rfc3339
from crossdock.sim import labels
from crossdock.sim.ledger import Ledger

_PDF = "application/pdf"


class Desk:
    """What is done with labels that were bought."""

    def __init__(
        self, ledger: Ledger, fresh: Callable[[str], str], shop: Shop, keep: Callable[[str, str, bytes], str]
    ) -> None:
        self._ledger = ledger
        self._fresh = fresh
        self._shop = shop
        self._keep = keep
        self._pickups: dict[str, Json] = {}
        self._manifests: dict[str, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """What this part of the API answers."""
        return (
            ("POST", r"/pickups", self._schedule),
            ("GET", r"/pickups", self._list),
            ("GET", r"/pickups/([^/]+)", self._pickup),
            ("DELETE", r"/pickups/([^/]+)", self._cancel),
            ("POST", r"/manifests", self._close),
            ("GET", r"/manifests", self._sheets),
            ("POST", r"/addresses/validate", self._validate),
        )

    def state(self) -> Json:
        """Pickups and manifests."""
        return {"pickups": list(self._pickups.values()), "manifests": list(self._manifests.values())}

    def _of(self, body: Json) -> list[Json]:
        found = [self._shop.labels.get(each) for each in body["label_ids"]]
        if not found or any(each is None or each["voided"] for each in found):
            raise Refused(400, "invalid_identifier", "label_ids must name labels that are not voided.")
        return [each for each in found if each is not None]

    def _schedule(self, _names: object, body: Json, _query: object, now: int) -> Json:
        self._of(body)
        missing = [name for name in ("name", "email", "phone") if not body["contact_details"].get(name)]
        if missing:
            raise Refused(400, "field_value_required", f"contact_details must have {', '.join(missing)}.")
        pickup = {
            **body,
            "pickup_id": self._fresh("pickup").replace("se-", "pik_"),
            "created_at": rfc3339(now),
            "cancelled_at": None,
            "confirmation_number": f"PRG{len(self._pickups) + 1:09d}",
        }
        self._pickups[pickup["pickup_id"]] = pickup
        self._ledger.note(now, "pickup.scheduled", pickup["pickup_id"], labels=len(body["label_ids"]))
        return pickup

    def _list(self, _names: object, _body: object, query: Query, _now: int) -> Json:
        since = query.get("created_at_start", [""])[0]
        found = [each for each in reversed(self._pickups.values()) if each["created_at"] >= since]
        return answers.page("pickups", found, query)

    def _pickup(self, names: tuple[str, ...], _body: object, _query: object, _now: int) -> Json:
        if names[0] not in self._pickups:
            raise Refused(*answers.NOT_FOUND)
        return self._pickups[names[0]]

    def _cancel(self, names: tuple[str, ...], body: Json, query: Query, now: int) -> Json:
        pickup = self._pickup(names, body, query, now)
        if pickup["cancelled_at"]:
            raise Refused(400, "invalid_status", "The pickup is cancelled already.")
        pickup["cancelled_at"] = rfc3339(now)
        self._ledger.note(now, "pickup.cancelled", names[0])
        return {"request_id": "", "errors": [], "pickup_id": names[0]}

    def _close(self, _names: object, body: Json, _query: object, now: int) -> Json:
        found = self._of(body)
        if any(set(body["label_ids"]) & set(each["label_ids"]) for each in self._manifests.values()):
            raise Refused(400, "invalid_status", "A label is on a manifest already.")
        made = []
        for carrier in dict.fromkeys(each["carrier_id"] for each in found):
            chosen = [each for each in found if each["carrier_id"] == carrier]
            made.append(self._sheet(chosen, carrier, now))
        return {"manifests": made, "manifest_requests": [], "request_id": "", "errors": []}

    def _sheet(self, chosen: list[Json], carrier: str, now: int) -> Json:
        manifest_id = self._fresh("manifest")
        numbers = tuple(each["tracking_number"] for each in chosen)
        address = self._keep(f"{manifest_id}/manifest.pdf", _PDF, labels.label_file(_PDF, manifest_id, numbers))
        sheet = {
            "manifest_id": manifest_id,
            "form_id": manifest_id,
            "created_at": rfc3339(now),
            "ship_date": rfc3339(now),
            "shipments": len(chosen),
            "label_ids": [each["label_id"] for each in chosen],
            "carrier_id": carrier,
            "manifest_download": {"href": address},
        }
        self._manifests[manifest_id] = sheet
        self._ledger.note(now, "manifest.closed", manifest_id, shipments=len(chosen))
        return sheet

    def _sheets(self, _names: object, _body: object, query: Query, _now: int) -> Json:
        wanted = set(query.get("label_ids", []))
        found = [each for each in self._manifests.values() if not wanted or wanted & set(each["label_ids"])]
        return answers.page("manifests", found, query)

    def _validate(self, _names: object, body: Json, _query: object, _now: int) -> object:
        return [self._checked(each) for each in body["list"]]

    def _checked(self, place: Json) -> Json:
        """Nowhere is an error, Atlantis cannot be told, and everything else is written in capitals."""
        known = {"city_locality": "", **place}
        if known["city_locality"] == "Nowhere":
            message = {"code": "a1004", "message": "Address not found", "type": "error", "detail_code": None}
            return {"status": "error", "original_address": place, "matched_address": None, "messages": [message]}
        if known["city_locality"] == "Atlantis":
            return {"status": "unverified", "original_address": place, "matched_address": None, "messages": []}
        match = {name: text.upper() if isinstance(text, str) else text for name, text in place.items()}
        if match.get("postal_code") and match.get("country_code") == "US":
            match["postal_code"] = (
                f"{match['postal_code'][:5]}-0001" if known["city_locality"] == "Asheville" else match["postal_code"]
            )
        return {"status": "verified", "original_address": place, "matched_address": match, "messages": []}
