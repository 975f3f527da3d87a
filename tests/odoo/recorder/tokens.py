"""Ids as names: ``@stock.picking:2`` is the second transfer of a flow, whatever its id in the database at hand."""

import json
import re
from typing import Any

from crossdock.connectors.odoo.client.dialects import JSON2, Account, Call, json2_request, jsonrpc_request

_TEXT_SET = re.compile(r"([a-z][a-z0-9_.]*)\(([\d, ]*)\)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?")
_NUMBER = re.compile(r"\d{4,}")
_ROWS = frozenset({"read", "search_read", "web_read", "web_save", "web_save_multi", "web_search_read"})
_IDS = frozenset({"create", "search", "load", "copy"})
_OF_METHOD = {"message_post": "mail.message", "activity_schedule": "mail.activity", "action_feedback": "mail.message"}
_OF_CONTEXT = {
    "button_validate_picking_ids": "stock.picking",
    "default_pick_ids": "stock.picking",
    "default_picking_ids": "stock.picking",
    "default_quant_ids": "stock.quant",
    "default_quant_to_fix_ids": "stock.quant",
    "default_order_id": "sale.order",
    "default_res_ids": "sale.order",
}
"""Which records the ids of an action's context are; other keys of it (language, zone, views) are left out."""
_KEPT_OF_ACTION = frozenset({"type", "res_model", "res_id", "target", "view_mode"})


class Ref(int):
    """A record's id that remembers which record of the flow it is."""

    model: str
    number: int

    def __new__(cls, value, model, number):
        made = super().__new__(cls, value)
        made.model, made.number = model, number
        return made

    @property
    def token(self):
        return f"@{self.model}:{self.number}"


class Tokens:
    """Numbers records in the order in which a flow meets them."""

    def __init__(self, relations, mark, person):
        """``relations(model)`` gives {field: (type, relation)}; ``mark`` is the word that makes a run's names unique;
        ``person`` is the name of the user who records.
        """
        self._person = person
        self._relations = relations
        self._mark = mark
        self._known = {}
        self._versions = {}

    def ref(self, model, value):
        numbers = self._known.setdefault(model, {})
        return Ref(value, model, numbers.setdefault(int(value), len(numbers) + 1))

    def answer(self, model, method, result):
        """The result with `Ref` for ids, as the scenario sees it."""
        if method == "action_put_in_pack":
            model, method = self._relations("stock.move.line")["result_package_id"][1], "create"
        model = _OF_METHOD.get(method, model)
        read = {
            **dict.fromkeys(_ROWS, self._rows),
            **dict.fromkeys((*_IDS, *_OF_METHOD), self._ids),
            "load": lambda of, found: {**found, "ids": self._ids(of, found["ids"])},
            "name_create": lambda of, found: [self.ref(of, found[0]), found[1]],
            "get_external_id": lambda of, found: {self.ref(of, int(key)): name for key, name in found.items()},
            "check_object_reference": lambda _of, found: [found[0], self.ref(found[0], found[1])],
        }
        if method in read:
            return read[method](model, result)
        if isinstance(result, dict) and str(result.get("type", "")).startswith("ir.actions"):
            return self._action(result)
        return self._ids(model, result) if isinstance(result, str) else result

    def _ids(self, model, value):
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return self.ref(model, value)
        if isinstance(value, str) and (found := _TEXT_SET.fullmatch(value.strip())):
            return TextSet(self.ref(found[1], int(part)) for part in found[2].replace(",", " ").split())
        return [self._ids(model, each) for each in value] if isinstance(value, list) else value

    def _rows(self, model, rows):
        if isinstance(rows, dict):
            return (
                {**rows, "records": self._rows(model, rows["records"])} if "records" in rows else self._row(model, rows)
            )
        return [self._row(model, row) for row in rows]

    def _row(self, model, row):
        relations = self._relations(model)
        return {name: self._value(model, row, name, value, relations) for name, value in row.items()}

    def _value(self, model, row, name, value, relations):
        if name == "id":
            return self.ref(model, value)
        if name == "write_date" and value:
            return self._version(model, row["id"], value)
        if name == "res_id" and value and isinstance(row.get("model") or row.get("res_model"), str):
            return self.ref(row.get("model") or row.get("res_model"), value)
        kind, relation = relations.get(name, ("", ""))
        return self._related(kind, relation, value) if value and relation else value

    def _related(self, kind, relation, value):
        if kind == "many2one":
            if isinstance(value, dict):
                return self._row(relation, value)
            return [self.ref(relation, value[0]), "<name>"] if isinstance(value, list) else self.ref(relation, value)
        return [self._row(relation, each) if isinstance(each, dict) else self.ref(relation, each) for each in value]

    def _version(self, model, row_id, value):
        """How often a record was seen changed, in place of when."""
        seen = self._versions.setdefault((model, row_id), [])
        if value not in seen:
            seen.append(value)
        return f"<version {seen.index(value) + 1}>"

    def _action(self, action):
        kept = {key: value for key, value in action.items() if key in _KEPT_OF_ACTION}
        if kept.get("res_id"):
            kept["res_id"] = self._ids(action["res_model"], kept["res_id"])
        context = action.get("context") or {}
        if isinstance(context, dict):
            kept["context"] = {
                key: self._context_value(key, value) for key, value in context.items() if self._kept(key)
            }
        return kept

    @staticmethod
    def _kept(key):
        return key in _OF_CONTEXT or key in {"active_id", "active_ids", "active_model"}

    def _context_value(self, key, value):
        model = _OF_CONTEXT.get(key)
        if model is None:
            return value
        if isinstance(value, list):
            return [
                self._context_value(key, each) if not _command(each) else [each[0], self.ref(model, each[1])]
                for each in value
            ]
        return self.ref(model, value) if value else value

    def scrubbed(self, value):
        """What goes into the file: tokens for ids, and nothing of this database, this day or these people."""
        if isinstance(value, Ref):
            return value.token
        if isinstance(value, TextSet):
            return f"{value.model}({', '.join(each.token for each in value)},)"
        if isinstance(value, dict):
            return {
                self.scrubbed(key): "<traceback>" if key == "debug" and each else self.scrubbed(each)
                for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.scrubbed(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text):
        text = text.replace(self._mark, "<mark>").replace(f"({self._person})", "(<user>)")
        text = _DATE.sub("<date>", _DATETIME.sub("<datetime>", text))
        return _NUMBER.sub("<number>", text)


class TextSet(list):
    """Records an Odoo up to 18 gives as text: ``stock.lot(5,)``."""

    @property
    def model(self):
        return self[0].model


def _command(value):
    return isinstance(value, list) and len(value) > 1 and isinstance(value[0], int) and not isinstance(value[0], Ref)


def plain(value):
    """Without `Ref`, ready for the wire."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return int(value) if isinstance(value, Ref) else value


def request_of(call: Call, account: Account, dialect: str, timeout: float = 180.0) -> Any:
    """The HTTP request the connector would send for a call."""
    build = json2_request if dialect == JSON2 else jsonrpc_request
    return build(account, call, timeout)


def shown(request) -> dict[str, Any]:
    """A request as the files keep it."""
    kept = {"content-type": "application/json"}
    if "authorization" in request.headers:
        kept |= {"Authorization": "bearer <key>", "X-Odoo-Database": "<db>"}
    path = "/" + request.url.split("/", 3)[3]
    return {"method": request.method, "path": path, "headers": kept, "body": json.loads(request.body)}
