"""Calls to a partner's HTTP API: one road from its answers to verdicts, whatever the partner's words are."""

from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from crossdock.model.events import Fact
from crossdock.ports.connector import Command
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
)
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse, NoAnswer, NotSent

T = TypeVar("T")

Trouble = Retry | Reauthenticate | InDoubt | Park | Refuse
"""What a call can come to besides its answer."""

Outcome = Literal["reauthenticate", "refuse", "park", "throttled", "server", "conflict", "doubt"]
COSTLY_SECONDS, USUAL_SECONDS = 60.0, 40.0


class Row(Struct, frozen=True):
    """What a refusal comes to, and the operator's text. ``conflict`` and ``server`` may be tried again; ``doubt`` is
    a refusal after which a costly call may have been carried out all the same.
    """

    outcome: Outcome
    operator: str


_FORM = "{} does not accept our request as it is. Correct the data it names."
_CREDENTIALS = "{} refuses our credentials: put valid ones in place."
_GONE = "{} does not know this object. Look it up there, then retry or discard."
_ODD = "{} answered in an unexpected way. Read the engineer's text, then retry or discard."
_USUAL: dict[int, tuple[Outcome, str]] = {
    **dict.fromkeys((400, 405, 413, 415, 422), ("refuse", _FORM)),
    **dict.fromkeys((401, 403), ("reauthenticate", _CREDENTIALS)),
    **dict.fromkeys((404, 410), ("park", _GONE)),
    402: ("park", "The {} account has no money or no billing data: put it right, then retry."),
    408: ("server", "{} has trouble; we go on by ourselves."),
    409: ("conflict", "{} is busy with the same object; we go on by ourselves."),
    429: ("throttled", "{} asks us to slow down; we wait and go on by ourselves."),
}
"""What a status usually comes to (RFC 9110), where the partner says nothing finer."""


class Refusals(Struct, frozen=True):
    """How one partner says no. ``partner`` is its name for people; ``failure`` reads (code, text) out of an error body
    and never raises; ``by_code`` holds before ``by_status``, which holds before the usual meaning of a status.
    """

    partner: str
    failure: Callable[[bytes], tuple[str, str]]
    by_code: Mapping[str, Row] = {}
    by_status: Mapping[int, Row] = {}

    def row(self, status: int, code: str) -> Row:
        """The row of a refusal. Whatever code a 5xx carries, a costly call may have been carried out before it."""
        row = self.by_code.get(code) or self.by_status.get(status)
        if status >= 500 and (row is None or row.outcome != "doubt"):
            return Row("server", f"{self.partner} has trouble; we go on by ourselves.")
        return row or self._usual(status)

    def _usual(self, status: int) -> Row:
        outcome, text = _USUAL.get(status, ("park", _ODD))
        return Row(outcome, text.format(self.partner))

    def read(self, response: HttpResponse, shape: type[T], *, costly: bool) -> T | Trouble:
        """An answer as ``shape``, or the verdict it stands for: a refusal, or a body that is not the documented one."""
        if not 200 <= response.status < 300:
            return self.verdict(response, costly=costly)
        try:
            return msgspec.json.decode(response.body or b"null", type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            engineer = f"HTTP {response.status}, but the body is not the documented {_name(shape)}: {problem}"
        if costly:
            return InDoubt(Explanation(self.unsure, engineer), ErrorClass.SERVER)
        return Park(Explanation(f"{self.partner} answered in an unexpected way. Ask an engineer.", engineer))

    def verdict(self, response: HttpResponse, *, costly: bool) -> Trouble:
        """The verdict a refusal stands for."""
        code, text = self.failure(response.body)
        why = Explanation("", f"HTTP {response.status} {code}: {text}"[:2000])
        row = self.row(response.status, code)
        why = Explanation(row.operator, why.engineer)
        match row.outcome:
            case "reauthenticate":
                return Reauthenticate(why)
            case "refuse":
                return Refuse(why)
            case "park":
                return Park(why)
            case "throttled":
                return Retry(why, ErrorClass.THROTTLED, retry_after(response))
        error_class = ErrorClass.CONFLICT if row.outcome in {"conflict", "doubt"} else ErrorClass.SERVER
        if costly:
            return InDoubt(Explanation(self.unsure, why.engineer), error_class)
        return Retry(why, error_class, retry_after(response))

    @property
    def unsure(self) -> str:
        """The operator's text where nobody knows whether a costly call was carried out."""
        return (
            f"It is not known whether {self.partner} carried this out. Crossdock asks before it sends anything again."
        )


class RestClient:
    """Calls one account's API. ``headers`` gives the credentials when they are needed (they may be rotated at any time)
    and may raise `UnknownSecret`.
    """

    def __init__(
        self, http: HttpCaller, url: str, headers: Callable[[], Mapping[str, str]], refusals: Refusals
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = headers
        self.refusals = refusals

    async def ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        body: bytes = b"",
        *,
        costly: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> T | Trouble:
        """Call the API and read its JSON answer as ``shape``, or the verdict its refusal stands for. ``costly`` calls
        are never known to be harmless when their answer is lost; ``more`` are further headers.
        """
        response = await self.call(method, path, body, costly=costly, more=more)
        if not isinstance(response, HttpResponse):
            return response
        return self.refusals.read(response, shape, costly=costly)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        costly: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> HttpResponse | Trouble:
        """The successful (2xx) answer of a call, or a verdict."""
        try:
            headers = {"Accept": "application/json", "User-Agent": "crossdock", **self._headers(), **(more or {})}
        except UnknownSecret as problem:
            operator = f"The credentials of {self.refusals.partner} are not in place: set them."
            return Reauthenticate(Explanation(operator, str(problem)))
        if body:
            headers.setdefault("Content-Type", "application/json")
        seconds = COSTLY_SECONDS if costly else USUAL_SECONDS
        response = await self.send(HttpRequest(method, f"{self._url}{path}", headers, body, seconds, not costly))
        if isinstance(response, HttpResponse) and not 200 <= response.status < 300:
            return self.refusals.verdict(response, costly=costly)
        return response

    async def send(self, request: HttpRequest) -> HttpResponse | Trouble:
        """Any answer at all, or the verdict its absence stands for."""
        name = self.refusals.partner
        try:
            return await self._http.call(request)
        except NotSent as problem:
            operator = f"{name} cannot be reached; we try again. Check the network and the allowed hosts if it lasts."
            return Retry(Explanation(operator, str(problem)), ErrorClass.UNREACHABLE)
        except NoAnswer as problem:
            if request.idempotent:
                return Retry(
                    Explanation(f"{name} has trouble; we go on by ourselves.", str(problem)), ErrorClass.TIMEOUT
                )
            return InDoubt(Explanation(self.refusals.unsure, str(problem)), ErrorClass.TIMEOUT)

    async def download(self, url: str, *, hosts: Sequence[str] = ()) -> HttpResponse | Trouble:
        """A document's file; asked for without our credentials, which are none of a file host's business. ``hosts`` are
        those files may lie on (exact names or ``*.suffix``); any where none are named.
        """
        host = (urlsplit(url).hostname or "").lower()
        if hosts and not _is_among(host, hosts):
            owner = self.refusals.partner
            operator = f"The file lies on a host that is not allowed. If it is {owner}'s, add it to label_hosts."
            return Park(Explanation(operator, f"host '{host}' is not among {', '.join(hosts)}"))
        response = await self.send(HttpRequest("GET", url, {"User-Agent": "crossdock"}, idempotent=True))
        if not isinstance(response, HttpResponse) or (response.status == 200 and response.body):
            return response
        engineer = f"GET {url.partition('?')[0]} answered HTTP {response.status} with {len(response.body)} bytes"
        if response.status in {403, 404, 410}:
            operator = f"The file is no longer at {self.refusals.partner}. Reprint it there, or void the label."
            return Park(Explanation(operator, engineer))
        return Retry(Explanation("The file is not to be had right now; we try again.", engineer))


def retry_after(response: HttpResponse) -> float | None:
    """Seconds the partner asks us to wait (RFC 9110 10.2.3), as a number or until a date; None when it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment, said = parsedate_to_datetime(text), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (moment - said).total_seconds())
    except (ValueError, TypeError):
        return None


def code_of(trouble: Trouble) -> str:
    """The partner's error code as the engineer's text names it; "" where there was none."""
    words = trouble.why.engineer.split(" ", 2)
    return words[2].partition(":")[0] if len(words) == 3 and words[0] == "HTTP" else ""


def told(partner: str, made: type[Done | AlreadyDone], fact: Callable[[], Fact]) -> Done | AlreadyDone | Park:
    """The verdict that what was asked for is done; a person looks where ``partner``'s answer cannot be read exactly."""
    try:
        return made((fact(),))
    except ValueError as problem:
        operator = f"{partner} carried it out, but its answer cannot be read exactly. Look it up there."
        return Park(Explanation(operator, str(problem)))


def still_in_doubt(trouble: Trouble) -> InDoubt | Park:
    """What ``trouble`` comes to while a doubt is being settled: nothing that keeps us from asking may end the doubt,
    except that the partner knows no such thing.
    """
    if isinstance(trouble, Park | Refuse):
        return Park(trouble.why)
    return InDoubt(trouble.why, ErrorClass.CREDENTIAL if isinstance(trouble, Reauthenticate) else trouble.error_class)


def doubt_goes_on(trouble: Trouble) -> InDoubt:
    """The same where no refusal of the look-up ends the doubt: one may come from any gateway on the way."""
    if isinstance(trouble, Retry | InDoubt):
        return InDoubt(trouble.why, trouble.error_class)
    return InDoubt(trouble.why, ErrorClass.CREDENTIAL if isinstance(trouble, Reauthenticate) else ErrorClass.SERVER)


def not_ours(partner: str, command: Command) -> Refuse:
    """The verdict on a command that the connector of ``partner`` does not declare."""
    operator = f"{partner} cannot do this; the rule that asked for it is wrong."
    return Refuse(Explanation(operator, f"no command {type(command.body).__name__}"))


def no_feed(partner: str, feed: str) -> Refuse:
    """The verdict on a feed that ``partner`` does not have."""
    return Refuse(Explanation("This feed does not exist.", f"{partner} has no feed '{feed}'"))


def expected(answer: T | Trouble) -> T:
    """The answer a connector's check asked for. Raises `PermissionError` where the credentials were refused,
    `ConnectionError` for any other trouble.
    """
    if not isinstance(answer, Retry | Reauthenticate | InDoubt | Park | Refuse):
        return answer
    error = PermissionError if isinstance(answer, Reauthenticate) else ConnectionError
    raise error(f"{answer.why.operator} ({answer.why.engineer})")


def _is_among(host: str, allowed: Sequence[str]) -> bool:
    names = [entry.lower() for entry in allowed]
    return host in names or any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in names)


def _name(shape: object) -> str:
    return getattr(shape, "__name__", str(shape))
