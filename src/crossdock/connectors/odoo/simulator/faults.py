"""Errors of the simulated Odoo, in the words of the real one, and how each version sends them."""

from typing import Any

import msgspec

from crossdock.ports.wire import HttpResponse

JSON_TYPE = {"content-type": "application/json; charset=utf-8"}
HTML_TYPE = {"content-type": "text/html; charset=utf-8"}
_STATUS = {
    "werkzeug.exceptions.Unauthorized": 401,
    "werkzeug.exceptions.NotFound": 404,
    "werkzeug.exceptions.BadRequest": 400,
    "werkzeug.exceptions.UnprocessableEntity": 422,
    "odoo.exceptions.AccessDenied": 403,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.MissingError": 404,
    "odoo.exceptions.LockError": 409,
    "odoo.exceptions.UserError": 422,
    "odoo.exceptions.ValidationError": 422,
}
TEXTS = {
    "psycopg2.errors.SerializationFailure": "could not serialize access due to concurrent update\n",
    "psycopg2.errors.LockNotAvailable": "could not obtain lock on row in relation\n",
    "psycopg2.errors.DeadlockDetected": "deadlock detected\n",
    "psycopg2.OperationalError": "server closed the connection unexpectedly\n",
    "odoo.exceptions.AccessDenied": "Access Denied",
    "odoo.exceptions.UserError": "You cannot do that.",
    "odoo.exceptions.LockError": "Cannot grab a lock on records",
}
"""What a scripted error says when the script does not say it itself."""


class OdooFault(Exception):
    """An exception inside the simulated Odoo: rolls the call's transaction back. ``name`` is its full class name."""

    def __init__(self, name: str, message: str = "") -> None:
        """Remember both; the text is the usual one where none is given."""
        self.name = name
        self.message = message or TEXTS.get(name, name)
        super().__init__(self.message)


class RolledBack(Exception):
    """Nothing of the call is kept, and yet ``answer`` is its result, not an error."""

    def __init__(self, answer: Any) -> None:
        """Remember the answer."""
        self.answer = answer
        super().__init__("rolled back")


def invalid(message: str) -> OdooFault:
    """What a wrong field, operator or value raises."""
    return OdooFault("builtins.ValueError", message)


def missing(model: str, record: int, uid: int) -> OdooFault:
    """What writing to a deleted record raises."""
    text = f"Record does not exist or has been deleted.\n(Record: {model}({record},), User: {uid})"
    return OdooFault("odoo.exceptions.MissingError", text)


def json2_error(fault: OdooFault) -> HttpResponse:
    """The error with its HTTP status, as JSON-2 sends it."""
    status = _STATUS.get(fault.name, 500)
    headers = dict(JSON_TYPE)
    if status == 401:
        headers["www-authenticate"] = "Bearer "
    return HttpResponse(status, headers, msgspec.json.encode(_body(fault, status)))


def jsonrpc_error(fault: OdooFault, call_id: Any, major: int) -> HttpResponse:
    """The error in an envelope of status 200; its code is 200 up to Odoo 18 and 0 since."""
    error = {"code": 0 if major >= 19 else 200, "message": "Odoo Server Error", "data": _body(fault, 0)}
    return HttpResponse(200, JSON_TYPE, msgspec.json.encode({"jsonrpc": "2.0", "id": call_id, "error": error}))


def page(status: int, title: str, text: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """An HTML answer, as everything before the database is known gets it."""
    body = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n"
    return HttpResponse(status, {**HTML_TYPE, **(headers or {})}, body.encode())


def _body(fault: OdooFault, status: int) -> dict[str, Any]:
    arguments: list[Any] = [fault.message]
    if status and fault.name.startswith("werkzeug."):
        arguments.append(status)
    return {
        "name": fault.name,
        "message": fault.message,
        "arguments": arguments,
        "context": {},
        "debug": f"Traceback (most recent call last):\n  simulated\n{fault.name}: {fault.message}",
    }
