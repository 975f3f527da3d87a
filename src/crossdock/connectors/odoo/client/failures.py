"""The one table from what Odoo (or a proxy before it) answers to verdicts.

Errors are told apart by the exception's class name, never by its text: texts are translated and rebranded, and the
status alone does not tell a lost race (500, worth a retry) from an unknown field (500, never right).
Source: error names as JSON-2 and JSON-RPC send them, measured on Odoo 18 and 19.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Reauthenticate, Refuse, Retry, Verdict
from crossdock.ports.wire import HttpResponse

_LONGEST_TEXT = 500

CREDENTIAL = "Odoo refuses the API key: renew it (keys of ordinary users live 90 days) and put it into the secret."
RIGHTS = "The integration user may not do this in Odoo: give it the rights, then retry."
GONE = "The record no longer exists in Odoo: check the transfer, then discard or correct."
BUSINESS = "Odoo declines for a business reason: {text}"
OURS = "Odoo does not understand the message: report it with the engineer's text; a retry will not help."
CONFLICT = "Others were writing the same record in Odoo; nothing was written, it is tried again."
DATABASE = "Odoo cannot use its database now (or there is none of that name); nothing was written, it is tried again."
BUSY = "Odoo is not available at the moment; it is tried again."
WRONG_PLACE = "What answers is not this Odoo database: check url and database in the configuration."


class Failed(Exception):
    """A call that gave no result. ``verdict`` says what follows; ``name`` is Odoo's error class, without its module."""

    def __init__(self, verdict: Verdict, name: str = "") -> None:
        """Remember both."""
        super().__init__(name or type(verdict).__name__)
        self.verdict = verdict
        self.name = name


class Rule(Struct, frozen=True):
    """What follows from an error: a kind of verdict, the operator's text, and the class of retry schedule."""

    kind: type[Retry | Reauthenticate | Park | Refuse]
    operator: str
    error_class: ErrorClass = ErrorClass.SERVER


_CREDENTIAL = Rule(Reauthenticate, CREDENTIAL)
_BUSINESS = Rule(Park, BUSINESS)
_OURS = Rule(Refuse, OURS)
_CONFLICT = Rule(Retry, CONFLICT, ErrorClass.CONFLICT)

RULES: Mapping[str, Rule] = {
    "AccessDenied": _CREDENTIAL,
    "Unauthorized": _CREDENTIAL,
    "SessionExpiredException": _CREDENTIAL,
    "AccessError": Rule(Park, RIGHTS),
    "Forbidden": Rule(Park, RIGHTS),
    "MissingError": Rule(Park, GONE),
    "UserError": _BUSINESS,
    "ValidationError": _BUSINESS,
    "RedirectWarning": _BUSINESS,
    "IntegrityError": _BUSINESS,
    "UniqueViolation": _BUSINESS,
    "NotNullViolation": _BUSINESS,
    "ForeignKeyViolation": _BUSINESS,
    "CheckViolation": _BUSINESS,
    "ValueError": _OURS,
    "TypeError": _OURS,
    "KeyError": _OURS,
    "binascii.Error": _OURS,
    "AttributeError": _OURS,
    "NotFound": _OURS,
    "BadRequest": _OURS,
    "UnprocessableEntity": _OURS,
    "UnsupportedMediaType": _OURS,
    "MethodNotAllowed": _OURS,
    "LockError": _CONFLICT,
    "ConcurrencyError": _CONFLICT,
    "SerializationFailure": _CONFLICT,
    "LockNotAvailable": _CONFLICT,
    "DeadlockDetected": _CONFLICT,
    "OperationalError": Rule(Retry, DATABASE, ErrorClass.CONFLICT),
    "TooManyRequests": Rule(Retry, BUSY, ErrorClass.THROTTLED),
    "ServiceUnavailable": Rule(Retry, BUSY),
}
"""By class name without its module: Odoo moves classes between modules, never renames them. A name that says nothing
alone stands here with its module.
"""

_STATUSES: Mapping[int, Rule] = {
    400: _OURS,
    401: _CREDENTIAL,
    403: Rule(Park, RIGHTS),
    404: Rule(Park, WRONG_PLACE),
    405: _OURS,
    413: _OURS,
    415: _OURS,
    422: _OURS,
    429: Rule(Retry, BUSY, ErrorClass.THROTTLED),
    503: Rule(Retry, BUSY),
}
"""For answers that are no JSON error of Odoo: pages of a proxy, or of Odoo before it knows the database."""


class OdooError(Struct, frozen=True):
    """An error as Odoo words it. ``debug`` (a server traceback) is not read, so that it cannot leak."""

    name: str = ""
    message: str = ""


def failure_of(error: OdooError, status: int, what: str) -> Failed:
    """The failure of an error Odoo itself answered: its transaction was rolled back, nothing was written.

    An unknown name is retried; the schedule's end parks it.
    """
    name = error.name.rsplit(".", 1)[-1]
    text = " ".join(error.message.split())[:_LONGEST_TEXT]
    engineer = f"{what}: HTTP {status} {error.name}: {text}"
    return Failed(_verdict(RULES.get(error.name) or RULES.get(name, Rule(Retry, BUSY)), text, engineer, None), name)


def failure_of_page(response: HttpResponse, what: str, *, writes: bool) -> Failed:
    """The failure of an answer that is not Odoo's JSON: a proxy's page, a redirect, a cut body."""
    status = response.status
    engineer = f"{what}: HTTP {status} {response.headers.get('content-type', 'without content type')}, no JSON of Odoo"
    if status in _STATUSES:
        return Failed(_verdict(_STATUSES[status], "", engineer, _retry_after(response)))
    if 300 <= status < 400:
        target = response.headers.get("location", "")
        return Failed(Park(Explanation(WRONG_PLACE, f"{engineer}; redirect to {target} (no JSON-2 at this address?)")))
    if writes:
        # A proxy's 502 or 504, or a body cut short, says nothing about Odoo's transaction behind it.
        return Failed(InDoubt(Explanation(BUSY, engineer), ErrorClass.SERVER))
    if status >= 500:
        return Failed(Retry(Explanation(BUSY, engineer), ErrorClass.SERVER, _retry_after(response)))
    return Failed(Park(Explanation(WRONG_PLACE, engineer)))


def read_error(body: bytes) -> OdooError | None:
    """The error in a JSON body (bare in JSON-2, under error.data in JSON-RPC), or None."""
    try:
        document: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(document, dict):
        return None
    inner = document.get("error")
    if isinstance(inner, dict):
        data = inner.get("data")
        document = data if isinstance(data, dict) else inner
    name, message = document.get("name"), document.get("message")
    return OdooError(name, str(message)) if isinstance(name, str) and name else None


def _verdict(rule: Rule, text: str, engineer: str, after: float | None) -> Verdict:
    why = Explanation(rule.operator.format(text=text) if "{text}" in rule.operator else rule.operator, engineer)
    if rule.kind is Retry:
        return Retry(why, rule.error_class, after)
    return rule.kind(why)


def _retry_after(response: HttpResponse) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
