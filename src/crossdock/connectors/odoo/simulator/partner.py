"""The simulated Odoo as a product: options, control actions, state, and webhooks that only hint."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crossdock.connectors.odoo.simulator.database import Database
from crossdock.connectors.odoo.simulator.demo import confirm_orders, install_tier, seed
from crossdock.connectors.odoo.simulator.engine import method_of
from crossdock.connectors.odoo.simulator.faults import OdooFault
from crossdock.connectors.odoo.simulator.office_automation import posts
from crossdock.connectors.odoo.simulator.records import PICKING
from crossdock.connectors.odoo.simulator.server import Script, Server, Settings
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

_OPTIONS = (*Settings.__struct_fields__, "host", "webhook_url", "now")
_ACTIONS = "confirm_orders, create, write, call, fail_next"


class OdooSimulator:
    """One Odoo database with demo data. ``host`` is what it answers under; ``webhook_url`` is told of every change."""

    def __init__(self, settings: Settings, host: str, *, webhook_url: str = "", now: int = 0) -> None:
        """Seeded with customers and products as of ``now`` (epoch microseconds)."""
        self._settings = settings
        self._host = host
        self._webhook_url = webhook_url
        self._ledger = Ledger()
        self.database = Database(settings.major)
        self._server = Server(settings, self.database, self._ledger)
        # Odoo never tries a webhook again, so there are no delays.
        self._webhooks = WebhookQueue(lambda _webhook, _now: {"content-type": "application/json"}, ())
        self._number = 0
        somebody = self._server.call("res.company", [], {}, 1)
        seed(somebody, now, settings)
        install_tier(somebody, now, settings.tier)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where it answers."""
        return (self._host,)

    @property
    def ledger(self) -> Ledger:
        """``attachment.created``, ``tracking.written`` and ``note.posted``, by "model,id", committed ones only."""
        return self._ledger

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call: one transaction."""
        answer = self._server.answer(request, now)
        self._tell(now)
        return answer

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """Actions: ``confirm_orders`` {n, bad, parcels} · ``create`` {model, values} · ``write`` {model, ids, values} ·
        ``call`` {model, method, ids, arguments} · ``fail_next`` {model, method, name, message, times}.
        """
        try:
            result = self._act(action, arguments, now)
        except (KeyError, TypeError, ValueError, msgspec.ValidationError, OdooFault) as reason:
            raise UnknownAction(f"'{action}' cannot use these arguments: {reason!r}") from None
        self._tell(now)
        return result

    def state(self) -> object:
        """Per transfer: state, tracking reference, names of attachments, note bodies."""
        rows = self.database.rows
        return {
            row["name"]: {
                "id": row["id"],
                "state": row["state"],
                "sale": rows["sale.order"].get(row.get("sale_id") or 0, {}).get("name", ""),
                "tracking": row.get("carrier_tracking_ref") or "",
                "attachments": [
                    each["name"]
                    for each in rows["ir.attachment"].values()
                    if (each.get("res_model"), each.get("res_id")) == (PICKING, row["id"])
                ],
                "notes": [
                    each["body"]
                    for each in rows["mail.message"].values()
                    if (each.get("model"), each.get("res_id")) == (PICKING, row["id"])
                ],
            }
            for row in rows[PICKING].values()
        }

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """One hint per changed transfer, as an automation rule would send them."""
        return self._webhooks.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Odoo forgets a webhook whatever the answer."""
        self._webhooks.answered(webhook, status, now)

    def _act(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        match action:
            case "confirm_orders":
                bad = {int(key): str(value) for key, value in (arguments.get("bad") or {}).items()}
                parcels = {int(key): int(value) for key, value in (arguments.get("parcels") or {}).items()}
                call = self._server.call("sale.order", [], {}, 2)
                return confirm_orders(call, now, int(arguments["n"]), bad=bad, parcels=parcels)
            case "create":
                return self._call(arguments["model"], "create", [], {"vals_list": [arguments["values"]]}, now)
            case "write":
                return self._call(arguments["model"], "write", arguments["ids"], {"vals": arguments["values"]}, now)
            case "call":
                given = arguments.get("arguments") or {}
                return self._call(arguments["model"], arguments["method"], arguments.get("ids") or [], given, now)
            case "fail_next":
                self._server.scripts.append(msgspec.convert(dict(arguments), Script))
                return None
        raise UnknownAction(f"'{action}' is none of: {_ACTIONS}")

    def _call(self, model: str, method: str, ids: list[int], arguments: dict[str, Any], now: int) -> object:
        """Somebody works in Odoo directly: no sign-on, no scripted errors, nothing in the ledger."""
        call = self._server.call(model, list(ids), dict(arguments), 2, {"disable_cancel_warning": True})
        found = method_of(call.rules, self._settings.major, model, method)
        if found is None:
            raise KeyError(method)
        with self.database.transaction(now):
            return found.run(call)

    def _tell(self, now: int) -> None:
        for post in posts(self.database, self.database.changes):
            self._number += 1
            self._webhooks.put(OutgoingWebhook(f"odoo-{self._number}", post.url, post.body, now))
        self.database.changes = {}
        changed = sorted({row_id for model, row_id in self.database.touched if model == PICKING})
        self.database.touched = []
        if not self._webhook_url:
            return
        for row_id in changed:
            self._number += 1
            row = self.database.rows[PICKING].get(row_id, {})
            hint = {"_action": "Crossdock", "_id": row_id, "_model": PICKING, "id": row_id, "state": row.get("state")}
            body = msgspec.json.encode(hint)
            self._webhooks.put(OutgoingWebhook(f"odoo-{self._number}", self._webhook_url, body, now))


def build(options: Mapping[str, str]) -> OdooSimulator:
    """A simulated Odoo from text options: those of `Settings`, host, webhook_url, now (epoch microseconds of the demo
    data). Raises `ValueError` for others.
    """
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise ValueError(f"the simulated Odoo has no option {', '.join(unknown)}; it has {', '.join(_OPTIONS)}")
    given = {key: value for key, value in options.items() if key in Settings.__struct_fields__}
    settings = msgspec.convert(given, Settings, strict=False)
    host, url = options.get("host", "odoo.example"), options.get("webhook_url", "")
    return OdooSimulator(settings, host, webhook_url=url, now=int(options.get("now", "1767225600000000")))
