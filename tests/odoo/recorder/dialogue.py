"""A conversation with a real Odoo that is written down call by call."""

import http.client
import json
import uuid
from urllib.parse import urlsplit

from tests.odoo.recorder.tokens import Tokens, plain, request_of, shown

from crossdock.connectors.odoo.client.dialects import JSON2, Account, Call, dialect_of, service_request, version_request


class Unexpected(Exception):
    """Odoo declined a call that the scenario needs."""


class Login:
    """One user of one database."""

    def __init__(self, url, database, login, key):
        self.url, self.database, self.login, self.key = url.rstrip("/"), database, login, key
        self.serie = self._result(version_request(self.url, 30))["server_serie"]
        self.dialect = dialect_of(self.serie)
        arguments = [database, login, key, {}]
        self.uid = self._result(service_request(self.url, "common", "authenticate", arguments, 30, idempotent=True))
        self._relations = {}

    def _result(self, request):
        return json.loads(self.send(request)[2])["result"]

    @property
    def major(self):
        return int(self.serie.split(".")[0].removeprefix("saas~"))

    def send(self, request):
        """(status, headers, bytes) of the answer."""
        parts = urlsplit(request.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=180)
        try:
            connection.request(request.method, parts.path, request.body, dict(request.headers))
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def call(self, call):
        """(status, headers, document) of a call."""
        account = Account(self.url, self.database, self.key, self.uid)
        status, headers, body = self.send(request_of(call, account, self.dialect))
        return status, headers, json.loads(body) if "json" in headers.get("content-type", "") else body.decode()[:300]

    def person(self):
        """The name of the user, to be taken out."""
        _, _, document = self.call(Call("res.users", "read", (self.uid,), {"fields": ["name"]}))
        return (document if self.dialect == JSON2 else document["result"])[0]["name"]

    def relations(self, model):
        """{field: (type, relation)} of a model, asked without being recorded."""
        if model not in self._relations:
            call = Call(model, "fields_get", arguments={"attributes": ["type", "relation"]})
            _, _, document = self.call(call)
            found = document if self.dialect == JSON2 else document.get("result", {})
            fields = found if isinstance(found, dict) and "debug" not in found else {}
            self._relations[model] = {
                name: (told.get("type"), told.get("relation", ""))
                for name, told in fields.items()
                if isinstance(told, dict)
            }
        return self._relations[model]


class Dialogue:
    """One flow: every call is carried out by the server and kept, scrubbed, as a step."""

    def __init__(self, login):
        self.login = login
        self.major = login.major
        self.mark = f"CD{uuid.uuid4().hex[:10]}"
        self.steps = []
        self._tokens = Tokens(login.relations, self.mark, login.person())

    def since19(self, name, before):
        """The name of something that was renamed in 19."""
        return name if self.major >= 19 else before

    def __call__(self, model, method, ids=None, *, context=None, note="", **named):
        """The result of a call that succeeds. Raises `Unexpected`."""
        result, error = self._step(model, method, ids, context, note, named)
        if error:
            raise Unexpected(f"{model}.{method}: {error.get('name')}: {error.get('message')}")
        return result

    def refused(self, model, method, ids=None, *, context=None, note="", **named):
        """The name of the error of a call that fails. Raises `Unexpected` when it does not."""
        result, error = self._step(model, method, ids, context, note, named)
        if not error:
            raise Unexpected(f"{model}.{method} answered {result!r}")
        return error["name"]

    def either(self, model, method, ids=None, *, context=None, note="", **named):
        """The result, or None where this server declines: versions differ, and both answers are worth keeping."""
        return self._step(model, method, ids, context, note, named)[0]

    def _step(self, model, method, ids, context, note, named):
        call = Call(model, method, None if ids is None else tuple(ids), named, context or {}, writes=True)
        sent = Call(model, method, None if ids is None else tuple(plain(ids)), plain(named), plain(context or {}))
        status, headers, document = self.login.call(sent)
        result, error = _told(document, status)
        tagged = None if error else self._tokens.answer(model, method, result)
        self._keep(call, note, status, headers, document, tagged, error)
        return tagged, error

    def _keep(self, call, note, status, headers, document, tagged, error):
        scrubbed = self._tokens.scrubbed
        ids = None if call.ids is None else tuple(scrubbed(list(call.ids)))
        masked = Call(call.model, call.method, ids, scrubbed(dict(call.arguments)), scrubbed(dict(call.context)))
        account = Account("http://odoo", "<db>", "<key>", "<uid>")
        body = scrubbed(document) if error else scrubbed(tagged)
        if self.login.dialect != JSON2 and not error:
            body = {"jsonrpc": "2.0", "id": 1, "result": body}
        kept = {name: headers[name] for name in ("content-type",) if name in headers}
        step = {"note": note} if note else {}
        step["request"] = shown(request_of(masked, account, self.login.dialect))
        step["response"] = {"status": status, "headers": kept, "body": body}
        self.steps.append(step)

    def document(self, name, note, recorded):
        """The whole flow as it is kept."""
        text = json.dumps(self.steps)
        if self.login.key in text or self.mark in text:
            raise Unexpected(f"{name}: a secret or a mark was not scrubbed")
        head = {"name": name, "serie": self.login.serie, "dialect": self.login.dialect, "recorded": recorded}
        return {**head, "note": note, "steps": self.steps}


def _told(document, status):
    """(result, error) of either dialect's answer."""
    if isinstance(document, dict) and "jsonrpc" in document:
        return document.get("result"), document.get("error", {}).get("data")
    if status >= 300:
        return None, document if isinstance(document, dict) else {"name": f"HTTP {status}"}
    return document, None
