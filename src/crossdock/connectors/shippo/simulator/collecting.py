"""Pickups and manifests of the simulated account. There is no way to look at a pickup: the real API has none."""

import copy
from collections.abc import Callable

from crossdock.connectors.shippo.simulator import answers, rating
from crossdock.connectors.shippo.simulator.answers import NOT_FOUND, Json, Refused
from crossdock.connectors.shippo.simulator.tracks import Route
from crossdock.sim.ledger import Ledger

Find = Callable[[str], Json]
Keep = Callable[[str, tuple[str, ...]], str]


class Collections:
    """Everything around pickups and manifests; ``find`` gives a transaction, ``rates`` holds all rates by id, ``keep``
    puts a PDF on the file host.
    """

    def __init__(
        self, ledger: Ledger, fresh: Callable[[str], str], find: Find, rates: dict[str, Json], keep: Keep, *, test: bool
    ) -> None:
        self._ledger = ledger
        self._fresh = fresh
        self._find = find
        self._rates = rates
        self._keep = keep
        self._test = test
        self._pickups: list[Json] = []
        self._manifests: dict[str, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """Method, path pattern and function of each call."""
        return (
            ("POST", r"/pickups", self._schedule),
            ("POST", r"/manifests", self._close),
            ("GET", r"/manifests", self._list),
            ("GET", r"/manifests/([^/]+)", self._get),
        )

    def state(self) -> Json:
        """Pickups and manifests."""
        return {"pickups": self._pickups, "manifests": list(self._manifests.values())}

    def _schedule(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        sold = self._sold(body)
        if body["requested_start_time"] >= body["requested_end_time"]:
            raise Refused(400, {"requested_end_time": ["This must be after requested_start_time."]})
        if not body["location"].get("building_location_type"):
            raise Refused(400, {"location": {"building_location_type": ["This field is required."]}})
        takes = all(self._rates[each["rate"]]["provider"] in rating.PICKED_UP_BY for each in sold)
        confirmation = f"WTC{self._fresh('code')[-8:].upper()}" if takes else ""
        pickup = answers.pickup(body, self._fresh("pickup"), confirmation, now, test=self._test)
        self._pickups.append(pickup)
        if takes:
            self._ledger.note(now, "pickup.scheduled", pickup["object_id"], reference=pickup["metadata"])
        return 201, copy.deepcopy(pickup)

    def _sold(self, body: Json) -> list[Json]:
        """The transactions a call names: sold, not refunded, and by the carrier account it names."""
        sold = [self._find(name) for name in body["transactions"]]
        if not sold or any(each["status"] != "SUCCESS" for each in sold):
            raise Refused(400, {"transactions": ["All transactions must be successful."]})
        if any(self._rates[each["rate"]]["carrier_account"] != body["carrier_account"] for each in sold):
            raise Refused(400, {"carrier_account": ["All transactions must be of this carrier account."]})
        return sold

    def _close(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        sold = self._sold(body)
        taken = {name for each in self._manifests.values() for name in each["transactions"]}
        if taken & set(body["transactions"]):
            raise Refused(400, {"transactions": ["A transaction is on another manifest already."]})
        object_id = self._fresh("manifest")
        lines = tuple(each["tracking_number"] for each in sold)
        url = self._keep(f"manifest-{object_id}", lines)
        manifest = answers.manifest(body, object_id, self._fresh("address"), [url], now)
        self._manifests[object_id] = manifest
        self._ledger.note(now, "manifest.closed", object_id, shipments=len(sold))
        return 201, copy.deepcopy(manifest)

    def _list(self, _names: object, _body: Json, query: dict[str, list[str]], _now: int) -> tuple[int, Json]:
        return 200, answers.page(list(reversed(self._manifests.values())), query, "/manifests/")

    def _get(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json]:
        if names[0] not in self._manifests:
            raise Refused(*NOT_FOUND)
        return 200, self._manifests[names[0]]
