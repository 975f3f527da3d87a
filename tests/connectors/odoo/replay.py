"""Recorded flows put to the simulator: ids of the recording become ids of the simulator as its answers give them."""

import json
import re
from pathlib import Path

from crossdock.connectors.odoo.simulator.partner import build
from crossdock.ports.wire import HttpRequest

FOLDER = Path(__file__).parent / "recorded"
FLOWS = sorted(FOLDER.glob("*/flows/*.json"))
START = 1_767_225_700_000_000
STEP = 1_100_000
"""Calls are a little more than a second apart, as in the recorded flow about write dates."""
MARK = "CDreplayed"
_TOKEN = re.compile(r"@([a-z][a-z0-9_.]*):(\d+)")
_ORDER_OF_TIME = "sorted by dates to the second, which differ from run to run; compared as a set"
_OWN_WORDS = "words for people, translated and rebranded; the client tells errors apart by name"
NOT_COMPARED = {
    "display names": "the name beside an id is for people, and the demo data differ",
    "error.message": _OWN_WORDS,
    "error.arguments": _OWN_WORDS,
    "error.context": "what the call's context was; the client does not read it",
    "error.debug": "a traceback",
    "error.message of the envelope": _OWN_WORDS,
    "messages of load": _OWN_WORDS,
    "action.context": "beyond the ids a wizard starts from: language, zone, views",
    "action.target": "how the browser opens it",
    "action.view_mode": "how the browser opens it",
    "picking_ids": _ORDER_OF_TIME,
    "invoice_ids": _ORDER_OF_TIME,
}
_SETS = frozenset({"picking_ids", "invoice_ids"})
_OF_BROWSER = frozenset({"target", "view_mode", "context"})


class Differs(AssertionError):
    """The simulator answered otherwise than the real one."""


class Replay:
    """One recorded flow against a simulated Odoo of its version."""

    def __init__(self, path):
        self.flow = json.loads(Path(path).read_text())
        options = {"serie": self.flow["serie"], "database": "replay", "now": str(START)}
        self.simulator = build(options)
        self._ids = {}
        self._now = START
        self._record = ""
        self._versions = {}

    def run(self):
        """Every step in turn. Raises `Differs`."""
        for number, step in enumerate(self.flow["steps"]):
            request = self._request(step["request"])
            self._now += STEP
            answer = self.simulator.handle(request, self._now)
            body = json.loads(answer.body)
            where = f"step {number} {_called(step['request'])}"
            _same(step["response"]["status"], answer.status, f"{where}: {str(body)[:600]}")
            self._compare(step["response"]["body"], body, where)

    def _request(self, given):
        settings = {"<mark>": MARK, "<key>": "0123456789abcdef0123456789abcdef01234567", "<db>": "replay"}
        settings |= {"<date>": "2026-01-01", "<datetime>": "2026-01-01 00:00:00"}
        body = self._filled(given["body"], settings)
        headers = {key: self._filled(value, settings) for key, value in given["headers"].items()}
        return HttpRequest("POST", f"http://odoo.example{given['path']}", headers, json.dumps(body).encode())

    def _filled(self, value, settings):
        if isinstance(value, dict):
            return {key: self._filled(each, settings) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, settings) for each in value]
        if not isinstance(value, str):
            return value
        if value == "<uid>":
            return 7
        if found := _TOKEN.fullmatch(value):
            return self._known(found[0])
        for word, text in settings.items():
            value = value.replace(word, text)
        return value

    def _known(self, token):
        if token not in self._ids:
            raise Differs(f"{token} is asked for before any answer named it")
        return self._ids[token]

    def _compare(self, real, simulated, where):
        if isinstance(real, dict) and "jsonrpc" in real:
            if "error" in real:
                _same(real["error"]["data"]["name"], simulated.get("error", {}).get("data", {}).get("name"), where)
                return
            if "error" in simulated:
                raise Differs(f"{where}: {simulated['error']['data']['name']}: {simulated['error']['data']['message']}")
            real, simulated = real["result"], simulated["result"]
        if isinstance(real, dict) and "debug" in real:
            _same(real["name"], simulated.get("name"), where)
            _same(set(real), set(simulated), where)
            return
        self._value(real, simulated, where)

    def _value(self, real, simulated, where, name=""):
        if isinstance(real, str) and _TOKEN.search(real):
            self._reference(real, simulated, where)
        elif isinstance(real, dict):
            self._object(real, simulated, where)
        elif isinstance(real, list):
            self._list(real, simulated, where, name)
        elif isinstance(real, str):
            self._text(real, simulated, where, name)
        else:
            _same(real, simulated, where)

    def _reference(self, real, simulated, where):
        tokens = _TOKEN.findall(real)
        if isinstance(simulated, str):
            ids = [int(part) for part in re.findall(r"\d+", simulated.split("(")[-1])]
            _same(real.split("(")[0], simulated.split("(")[0], where)
            _same(len(tokens), len(ids), where)
        else:
            ids = [simulated]
        for (model, number), value in zip(tokens, ids, strict=True):
            self._bind(f"@{model}:{number}", value, where)

    def _bind(self, token, value, where):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Differs(f"{where}: {token} expected, not {value!r}")
        model = token.split(":")[0]
        for other, known in self._ids.items():
            if other != token and known == value and other.split(":")[0] == model:
                raise Differs(f"{where}: {token} expected, not {other} (id {value})")
        _same(self._ids.setdefault(token, value), value, f"{where}: {token}")

    def _object(self, real, simulated, where):
        if not isinstance(simulated, dict):
            raise Differs(f"{where}: an object expected, not {simulated!r}")
        if str(real.get("type", "")).startswith("ir.actions"):
            self._action(real, simulated, where)
            return
        if "messages" in real and "ids" in real:
            self._value(real["ids"], simulated["ids"], f"{where}.ids")
            _same(
                [each["field"] for each in real["messages"]], [each["field"] for each in simulated["messages"]], where
            )
            return
        if any(_TOKEN.fullmatch(key) for key in real):
            real = {str(self._known(key)): value for key, value in real.items()}
        _same(set(real), set(simulated), where)
        self._record = str(real.get("id", ""))
        for key, value in real.items():
            self._value(value, simulated[key], f"{where}.{key}", key)

    def _action(self, real, simulated, where):
        for key in set(real) - _OF_BROWSER:
            self._value(real[key], simulated.get(key), f"{where}.{key}")
        for key, value in (real.get("context") or {}).items():
            self._value(value, simulated.get("context", {}).get(key), f"{where}.context.{key}")

    def _list(self, real, simulated, where, name):
        if not isinstance(simulated, list):
            raise Differs(f"{where}: a list expected, not {simulated!r}")
        if len(real) == 2 and real[1] == "<name>":
            self._value(real[0], simulated[0], where)
            return
        if name in _SETS:
            known = [each for each in real if each in self._ids]
            simulated = [self._ids[each] for each in known] + [
                each for each in sorted(simulated) if each not in {self._ids[token] for token in known}
            ]
            real = known + sorted((each for each in real if each not in known), key=_number)
        if len(real) != len(simulated):
            raise Differs(f"{where}: {len(real)} expected, not {len(simulated)}: {simulated!r}")
        for index, (one, other) in enumerate(zip(real, simulated, strict=True)):
            self._value(one, other, f"{where}[{index}]", name)

    def _text(self, real, simulated, where, name):
        if real.startswith("<version"):
            _same(real, self._version(simulated), where)
            return
        if not isinstance(simulated, str):
            raise Differs(f"{where}: {real!r} expected, not {simulated!r}")
        _same(real, _scrubbed(simulated), where)

    def _version(self, value):
        """How often the record at hand was seen changed."""
        seen = self._versions.setdefault(self._record, [])
        if value not in seen:
            seen.append(value)
        return f"<version {seen.index(value) + 1}>"


def _number(token):
    return int(token.split(":")[1])


def _scrubbed(text):
    text = text.replace(MARK, "<mark>").replace("(Crossdock)", "(<user>)")
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?", "<datetime>", text)
    return re.sub(r"\d{4,}", "<number>", re.sub(r"\d{4}-\d\d-\d\d", "<date>", text))


def _same(real, simulated, where):
    if real != simulated or isinstance(real, bool) != isinstance(simulated, bool):
        raise Differs(f"{where}: {real!r} expected, not {simulated!r}")


def _called(request):
    body = request["body"]
    if "params" in body:
        return ".".join(body["params"]["args"][3:5])
    return request["path"].removeprefix("/json/2/").replace("/", ".")
