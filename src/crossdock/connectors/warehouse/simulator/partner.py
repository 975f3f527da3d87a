"""The simulated warehouse: its API, its floor, and what its people can be made to do."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crossdock.connectors.warehouse.simulator.exporting import written
from crossdock.connectors.warehouse.simulator.floor import Floor
from crossdock.connectors.warehouse.simulator.settings import SimulatorSettings
from crossdock.connectors.warehouse.simulator.shelves import Json, Shelves
from crossdock.connectors.warehouse.simulator.telling import Telling
from crossdock.ports.wire import HttpResponse
from crossdock.sim.restful import Action, Call, Refused, RestfulAccount, Route, answer
from crossdock.sim.webhooks import OutgoingWebhook

_MOST = 200


class WarehouseSimulator(RestfulAccount):
    """Implements `crossdock.sim.simulator.Simulator` for a warehouse that speaks the dialect."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._telling = Telling(settings)
        super().__init__((settings.api_host,), settings.seed, self._telling.queue)
        self._shelves = Shelves(settings.on_hand(), settings.plenty, settings.unit)
        self._floor = Floor(settings, self._shelves, self._telling, self._ledger, self.digits)
        self._answers: dict[str, HttpResponse] = {}
        self._inbound: dict[str, Json] = {}
        self._exported = 0

    # ---- the API

    def routes(self) -> tuple[Route, ...]:
        """What can be called."""
        return (
            ("POST", r"/v1/orders", self._once(self._release)),
            ("POST", r"/v1/orders/([^/]+)/amendments", self._once(self._amend)),
            ("POST", r"/v1/orders/([^/]+)/cancellation", self._once(self._cancel)),
            ("GET", r"/v1/orders/([^/]+)", self._get),
            ("POST", r"/v1/inbound", self._once(self._announce)),
            ("GET", r"/v1/inbound/([^/]+)", self._get_inbound),
            ("GET", r"/v1/stock", self._stock),
            ("GET", r"/v1/events", self._events),
        )

    def authenticate(self, call: Call, path: str) -> None:  # noqa: ARG002 - every path needs it
        """Raise `Refused` without the token."""
        token = self._settings.token
        if token and call.headers.get("authorization") != f"Bearer {token}":
            raise Refused(401, "unauthorized", "the token is not valid")

    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """An error in the dialect's form."""
        return answer(status, {"code": code, "text": text})

    def live_labels(self) -> dict[str, list[str]]:
        """A warehouse sells none."""
        return {}

    def state(self) -> object:
        """Orders, receipts and stock."""
        orders = {reference: self._floor.answer(reference) for reference in self._floor.orders}
        return {"orders": orders, "inbound": self._inbound, "stock": self._shelves.lines([])}

    def _once(self, do: Any) -> Any:
        """The same answer to the same Idempotency-Key; a repetition is noted, and does nothing."""

        def answered(call: Call) -> HttpResponse:
            key = call.headers.get("idempotency-key", "")
            if key and key in self._answers:
                self._ledger.note(call.now, "request.repeated", key)
                return self._answers[key]
            given: HttpResponse = do(call)
            if key:
                self._answers[key] = given
            return given

        return answered

    def _release(self, call: Call) -> HttpResponse:
        return answer(201, self._floor.release(call.body, call.now))

    def _amend(self, call: Call) -> HttpResponse:
        return answer(200, self._floor.amend(call.names[0], call.body, call.now))

    def _cancel(self, call: Call) -> HttpResponse:
        return answer(200, self._floor.cancel(call.names[0], call.now))

    def _get(self, call: Call) -> HttpResponse:
        return answer(200, self._floor.answer(call.names[0]))

    def _announce(self, call: Call) -> HttpResponse:
        reference = call.body["reference"]
        if reference not in self._inbound:
            self._inbound[reference] = {**call.body, "number": f"ASN{self.digits(6, 'asn')}"}
            self._ledger.note(call.now, "inbound.announced", reference, lines=len(call.body["lines"]))
        return answer(201, {"reference": reference, "number": self._inbound[reference]["number"]})

    def _get_inbound(self, call: Call) -> HttpResponse:
        if call.names[0] not in self._inbound:
            raise Refused(404, "unknown_reference", f"there is no announcement {call.names[0]}")
        return answer(200, {"reference": call.names[0], "number": self._inbound[call.names[0]]["number"]})

    def _stock(self, call: Call) -> HttpResponse:
        lines = self._shelves.lines([call.query["sku"]] if "sku" in call.query else [])
        start = int(call.query.get("after") or 0)
        limit = min(_MOST, int(call.query.get("limit") or _MOST))
        page = lines[start : start + limit]
        events = [self._telling.event("stock.level", {"lines": page}, call.now)] if page else []
        return answer(200, {"events": events, "next": str(start + limit) if len(lines) > start + limit else ""})

    def _events(self, call: Call) -> HttpResponse:
        start, limit = int(call.query.get("after") or 0), min(_MOST, int(call.query.get("limit") or _MOST))
        page = self._telling.told[start : start + limit]
        return answer(200, {"events": page, "next": str(start + len(page)) if page else ""})

    # ---- what its people can be made to do

    def actions(self) -> dict[str, Action]:
        """Control actions; see the how-to."""
        return {
            **self._floor.actions(),
            "damage": self._damage,
            "count": self._stocktake,
            "adjust": self._adjust,
            "receive": self._receive,
            "level": self._level,
            "storage": self._storage,
            "export": self._export,
        }

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """What is due, once everybody on the floor did what their pace asks of them."""
        self._floor.work(now)
        return super().take_webhooks(now)

    def _damage(self, given: Mapping[str, Any], now: int) -> object:
        quantity = Decimal(str(given["quantity"]))
        self._shelves.of(given["sku"]).blocked += quantity
        line = {"sku": given["sku"], "quantity": str(quantity), "reason": given.get("reason", "damaged")}
        return self._stock_event("stock.damaged", "DMG", line, given, now)

    def _adjust(self, given: Mapping[str, Any], now: int) -> object:
        quantity = Decimal(str(given["quantity"]))
        self._shelves.of(given["sku"]).on_hand += quantity
        line = {"sku": given["sku"], "quantity": str(quantity), "reason": given.get("reason", "")}
        return self._stock_event("stock.adjusted", "ADJ", line, given, now)

    def _stocktake(self, given: Mapping[str, Any], now: int) -> object:
        shelf, quantity = self._shelves.of(given["sku"]), Decimal(str(given["quantity"]))
        line = {"sku": given["sku"], "quantity": str(quantity), "expected": str(given.get("expected", shelf.on_hand))}
        shelf.on_hand = quantity
        return self._stock_event("stock.counted", "CNT", line, given, now)

    def _stock_event(self, kind: str, prefix: str, line: Json, given: Mapping[str, Any], now: int) -> object:
        line |= {name: given[name] for name in ("lot", "location") if name in given} | self._unit()
        document = f"{prefix}{self.digits(6, prefix)}"
        self._ledger.note(now, kind, document, sku=line["sku"], quantity=line["quantity"])
        return self._telling.tell(kind, {"document": document, "lines": [line]}, now)

    def _unit(self) -> Json:
        return {"unit": self._settings.unit} if self._settings.unit else {}

    def _receive(self, given: Mapping[str, Any], now: int) -> object:
        """What was announced arrives, but for what ``received`` and ``damaged`` say by SKU."""
        announced = self._inbound[given["reference"]]
        received, damaged = given.get("received", {}), given.get("damaged", {})
        lines = []
        for line in announced["lines"]:
            sku = line["sku"]
            came = Decimal(str(received.get(sku, line["quantity"])))
            broken = Decimal(str(damaged.get(sku, 0)))
            shelf = self._shelves.of(sku)
            shelf.on_hand, shelf.blocked = shelf.on_hand + came, shelf.blocked + broken
            told = {"sku": sku, "received": str(came), "announced": line["quantity"], "damaged": str(broken)}
            lines.append(told | {name: line[name] for name in ("unit", "line") if name in line})
        document = f"GR{self.digits(6, 'gr')}"
        self._ledger.note(now, "inbound.received", given["reference"], document=document)
        told = {"reference": given["reference"], "document": document, "lines": lines}
        return self._telling.tell("inbound.received", told, now)

    def _level(self, given: Mapping[str, Any], now: int) -> object:
        lines = self._shelves.lines(list(given.get("skus", [])))
        return self._telling.tell("stock.level", {"lines": lines}, now)

    def _storage(self, given: Mapping[str, Any], now: int) -> object:
        """``pallets`` were stored on ``day`` for ``owner``."""
        owner = given.get("owner", self._settings.owner)
        pallets = [f"PAL{number:05d}" for number in range(1, int(given.get("pallets", 1)) + 1)]
        lines = [{"day": given["day"], "owner": owner, "unit_id": pallet, "unit": "PX"} for pallet in pallets]
        self._ledger.note(now, "storage.accrued", given["day"], pallets=len(pallets))
        return self._telling.tell("storage.accrued", {"lines": lines}, now)

    def _export(self, given: Mapping[str, Any], now: int) -> object:
        """A CSV file of all events since the last export (``again`` the same once more), uploaded where ``files_url``
        says.
        """
        start = 0 if given.get("again") else self._exported
        events: Sequence[Json] = self._telling.told[start:]
        if not given.get("again"):
            self._exported = len(self._telling.told)
        body = written(events)
        self._telling.upload(body, now)
        self._ledger.note(now, "file.exported", str(len(events)), bytes=len(body))
        return {"rows": body.decode()}
