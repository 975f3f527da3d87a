"""Talks to EasyPost; one table from its codes and statuses to verdicts, and the check of its signatures."""

import base64
import hmac
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.mapping import plain, translation_of
from crossdock.model import beliefs
from crossdock.model.beliefs import Aspect, Statement
from crossdock.model.events import ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import epoch_us, stamp
from crossdock.model.journey import Journey, add, entry_of
from crossdock.ports.reconcile import Statements
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse, NoAnswer, NotSent

T = TypeVar("T")

Trouble = Retry | Reauthenticate | InDoubt | Park | Refuse

ALREADY_BOUGHT = "SHIPMENT.POSTAGE.EXISTS"
VOIDED = frozenset({"submitted", "refunded", "not_applicable"})
"""Refund states after which the label will not be charged (not_applicable: the carrier bills when it scans)."""

PAGE_SIZE = 100
TOLERANCE_SECONDS = 300
"""How far a v2 timestamp may be from our clock, either way."""

_PREFIX = "hmac-sha256-hex="
_COSTLY_SECONDS, _USUAL_SECONDS = 60.0, 40.0


class _Row(Struct, frozen=True):
    verdict: str
    operator: str


_CREDENTIAL = "EasyPost refuses our API key: put a valid key of the right mode in place."
_FORM = "EasyPost does not accept our request; it will not be sent again as it is. Correct the data it names."
_MONEY = "The EasyPost account has no money or no billing data: top it up, then retry."
_CARRIER = "The carrier refused to sell this label. Read its reason; correct the order or choose another service."
_SHIPPED = "The label cannot be voided: the carrier has the parcel. Ask the carrier to return it."
_ADDRESS = "EasyPost cannot verify an address of this order. Correct it, then retry."
_GONE = "EasyPost does not know this object: deleted, or of the other mode (test or production). Look it up there."
_STALE = "The rate chosen is no longer offered for this shipment. Ask for rates again."
_BUSY = "EasyPost asks us to slow down; we wait and go on by ourselves."
_DOWN = "EasyPost has trouble; we go on by ourselves."
_UNSURE = "It is not known whether EasyPost carried this out. Crossdock asks before it sends anything again."
_ODD = "EasyPost answered in an unexpected way. Read the engineer's text, then retry or discard."

_BY_CODE = {
    "APIKEY.INACTIVE": _Row("reauthenticate", _CREDENTIAL),
    "UNAUTHORIZED": _Row("reauthenticate", _CREDENTIAL),
    "PAYMENT_REQUIRED": _Row("park", _MONEY),
    "INSUFFICIENT_FUNDS": _Row("park", _MONEY),
    "RATE_LIMITED": _Row("throttled", _BUSY),
    ALREADY_BOUGHT: _Row("doubt", _UNSURE),
    "SHIPMENT.PURCHASE.IN_PROGRESS": _Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.NO_RESPONSE": _Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.TIMED_OUT": _Row("doubt", _UNSURE),
    "REFUND.NO_RESPONSE": _Row("doubt", _UNSURE),
    "SHIPMENT.POSTAGE.FAILURE": _Row("park", _CARRIER),
    "SHIPMENT.PURCHASE.FAILURE": _Row("park", _CARRIER),
    "SHIPMENT.MISSING_RATE": _Row("park", _STALE),
    "SHIPMENT.RATES.UNAVAILABLE": _Row("park", _CARRIER),
    "SHIPMENT.REFUND.UNAVAILABLE": _Row("park", _SHIPPED),
    "SHIPMENT.REFUND.FAILURE": _Row("park", _SHIPPED),
    "ADDRESS.VERIFY.FAILURE": _Row("park", _ADDRESS),
    "PARAMETER.REQUIRED": _Row("refuse", _FORM),
    "PARCEL.PARAMETERS.INVALID": _Row("refuse", _FORM),
    "SHIPMENT.INVALID": _Row("refuse", _FORM),
    "SHIPMENT.INVALID_PARAMS": _Row("refuse", _FORM),
    "SHIPMENT.OPTIONS.INVALID": _Row("refuse", _FORM),
}
"""By EasyPost's error code (docs.easypost.com/docs/errors and its list of codes); texts are never matched on."""

_BY_STATUS = {
    400: _Row("refuse", _FORM),
    401: _Row("reauthenticate", _CREDENTIAL),
    402: _Row("park", _MONEY),
    403: _Row("reauthenticate", _CREDENTIAL),
    404: _Row("park", _GONE),
    405: _Row("refuse", _FORM),
    408: _Row("server", _DOWN),
    409: _Row("conflict", _UNSURE),
    413: _Row("refuse", _FORM),
    422: _Row("park", _ODD),
    429: _Row("throttled", _BUSY),
}


class EasyPostClient:
    """One account. ``key`` gives the API key when it is needed (it may be rotated at any time)."""

    def __init__(self, http: HttpCaller, url: str, key: Callable[[], str]) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key

    async def ask(
        self, method: str, path: str, shape: type[T], body: bytes = b"", *, costly: bool = False
    ) -> T | Trouble:
        """Call the API and read its answer as ``shape``, or the verdict its refusal stands for.

        ``costly`` calls are never known to be harmless when their answer is lost.
        """
        try:
            key = base64.b64encode(f"{self._key()}:".encode()).decode()
        except UnknownSecret as problem:
            return Reauthenticate(Explanation("The EasyPost API key is not in place: set it.", str(problem)))
        headers = {"Authorization": f"Basic {key}", "Accept": "application/json", "User-Agent": "crossdock"}
        if body:
            headers["Content-Type"] = "application/json"
        seconds = _COSTLY_SECONDS if costly else _USUAL_SECONDS
        response = await self._send(HttpRequest(method, f"{self._url}{path}", headers, body, seconds, not costly))
        if not isinstance(response, HttpResponse):
            return response
        return read(response, shape, costly=costly)

    async def download(self, url: str) -> HttpResponse | Trouble:
        """A label's file; asked for without our key, which is none of the file host's business."""
        response = await self._send(HttpRequest("GET", url, {"User-Agent": "crossdock"}, idempotent=True))
        if not isinstance(response, HttpResponse) or (response.status == 200 and response.body):
            return response
        engineer = f"GET {url.partition('?')[0]} answered HTTP {response.status} with {len(response.body)} bytes"
        if response.status in {403, 404, 410}:
            operator = (
                "The label file is no longer there (EasyPost removes it after a while). Void or reprint it there."
            )
            return Park(Explanation(operator, engineer))
        return Retry(Explanation("The label file is not to be had right now; we try again.", engineer))

    async def _send(self, request: HttpRequest) -> HttpResponse | Trouble:
        try:
            return await self._http.call(request)
        except NotSent as problem:
            operator = "EasyPost cannot be reached; we try again. Check the network and the allowed hosts if it lasts."
            return Retry(Explanation(operator, str(problem)), ErrorClass.UNREACHABLE)
        except NoAnswer as problem:
            if request.idempotent:
                return Retry(Explanation(_DOWN, str(problem)), ErrorClass.TIMEOUT)
            return InDoubt(Explanation(_UNSURE, str(problem)), ErrorClass.TIMEOUT)


def read(response: HttpResponse, shape: type[T], *, costly: bool) -> T | Trouble:
    """An answer as ``shape``, or the verdict it stands for."""
    if response.status not in {200, 201}:
        return verdict_of(response, costly=costly)
    try:
        return msgspec.json.decode(response.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        engineer = f"HTTP {response.status}, but the body is not the documented {shape.__name__}: {problem}"
        if costly:
            return InDoubt(Explanation(_UNSURE, engineer), ErrorClass.SERVER)
        return Park(Explanation(_ODD, engineer))


def verdict_of(response: HttpResponse, *, costly: bool) -> Trouble:
    """The verdict an answer other than 200 or 201 stands for: by its code, else by its status."""
    code, text = _failure(response.body)
    engineer = f"HTTP {response.status} {code}: {text}"[:2000]
    row = _BY_CODE.get(code) or _BY_STATUS.get(response.status)
    if row is None:
        row = _Row("server", _DOWN) if response.status >= 500 else _Row("park", _ODD)
    if response.status >= 500 and row.verdict != "doubt":
        # Whatever code a 5xx carries, a label may have been sold before it.
        row = _Row("server", _DOWN)
    match row.verdict:
        case "reauthenticate":
            return Reauthenticate(Explanation(row.operator, engineer))
        case "refuse":
            return Refuse(Explanation(row.operator, engineer))
        case "park":
            return Park(Explanation(row.operator, engineer))
        case "throttled":
            return Retry(Explanation(row.operator, engineer), ErrorClass.THROTTLED, retry_after(response))
    error_class = ErrorClass.CONFLICT if row.verdict in {"conflict", "doubt"} else ErrorClass.SERVER
    if costly:
        return InDoubt(Explanation(_UNSURE, engineer), error_class)
    return Retry(Explanation(_DOWN, engineer), error_class, retry_after(response))


def code_of(trouble: Trouble) -> str:
    """EasyPost's error code as the engineer's text names it; "" where there was none."""
    words = trouble.why.engineer.split(" ", 2)
    return words[2].partition(":")[0] if len(words) == 3 and words[0] == "HTTP" else ""


def _failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer; proxies in front of EasyPost answer with other bodies than JSON."""
    try:
        error = msgspec.json.decode(body, type=wire.ErrorAnswer).error
        details = bytes(error.errors).decode()
        return error.code, f"{plain(error.message)} {details if details not in ('', '[]', 'null') else ''}".strip()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")


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


def signature(secret: str, message: bytes) -> str:
    """``hmac-sha256-hex=`` and the HMAC of ``message``; the key is the NFKD form of the secret, as EasyPost's own
    libraries make it.
    """
    return f"{_PREFIX}{hmac.digest(_key(secret), message, 'sha256').hex()}"


@lru_cache(maxsize=16)
def _key(secret: str) -> bytes:
    return unicodedata.normalize("NFKD", secret).encode()


def is_signed(given: str, message: bytes, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets made the signature ``given``; every secret is tried, in constant time."""
    text = given.strip().encode(errors="replace")
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(signature(secret, message).encode(), text)
    return found


def is_fresh(timestamp: str, now: int) -> bool:
    """Whether an RFC 2822 time is within the tolerance of ``now`` (epoch microseconds)."""
    try:
        moment = parsedate_to_datetime(timestamp)
        if moment.tzinfo is None:
            # "-0000" means UTC without a claim about the place (RFC 2822 3.3).
            moment = moment.replace(tzinfo=UTC)
        said = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return False
    return abs(now / 1_000_000 - said) <= TOLERANCE_SECONDS


class _Standing(Struct, frozen=True, omit_defaults=True):
    """Where a walk through the account stands: the list, the last object seen, the start of the window."""

    what: Literal["shipments", "trackers"] = "shipments"
    before: str = ""
    start: str = ""


class Account:
    """What an account says of itself: its labels, then its trackers, newest first, a hundred a call."""

    def __init__(self, client: EasyPostClient, partner: str, mode: str, days: int) -> None:
        """``days`` back by creation: the lists know no other time."""
        self._client = client
        self._partner = partner
        self._mode = mode
        self._days = days

    async def page(self, cursor: str, now: int) -> Statements | Trouble:
        """The next page at ``now`` (epoch microseconds)."""
        at = msgspec.json.decode(cursor, type=_Standing) if cursor else _Standing(start=window(now, self._days))
        query = {"page_size": str(PAGE_SIZE), "start_datetime": at.start}
        if at.before:
            query["before_id"] = at.before
        listed = await self._listed(at.what, query)
        if not isinstance(listed, tuple):
            return listed
        told, last, more = listed
        following = _Standing(at.what, last, at.start) if more and last else _Standing("trackers", "", at.start)
        if at.what == "trackers" and following.before == "":
            return Statements(told)
        return Statements(told, msgspec.json.encode(following).decode(), more=True)

    async def about(self, kind: str, ids: Sequence[str]) -> list[Statement] | Trouble:
        """Labels by their shipments' ids, journeys by tracking code, one call each; what is not there is left out."""
        told: list[Statement] = []
        for each in ids:
            if kind == beliefs.LABEL:
                one = await self._client.ask("GET", f"/v2/shipments/{quote(each, safe='')}", wire.Shipment)
                listed = self._labels([one]) if isinstance(one, wire.Shipment) else one
            else:
                found = await self._listed("trackers", {"tracking_code": each})
                listed = found[0] if isinstance(found, tuple) else found
            if isinstance(listed, tuple):
                told += listed
            elif not isinstance(listed, Park):  # a 404 parks: EasyPost knows no such object
                return listed
        return told

    async def _listed(self, what: str, query: dict[str, str]) -> tuple[tuple[Statement, ...], str, bool] | Trouble:
        """Statements of one page, the id it ends with, and whether there are more."""
        path = f"/v2/{what}?{urlencode(query, safe=':')}"
        if what == "shipments":
            page = await self._client.ask("GET", path, wire.ShipmentPage)
            if not isinstance(page, wire.ShipmentPage):
                return page
            return self._labels(page.shipments), page.shipments[-1].id if page.shipments else "", page.has_more
        found = await self._client.ask("GET", path, wire.TrackerPage)
        if not isinstance(found, wire.TrackerPage):
            return found
        last = msgspec.json.decode(found.trackers[-1], type=wire.TrackerStub).id if found.trackers else ""
        journeys = [journey_of(bytes(raw), self._partner, self._mode) for raw in found.trackers]
        return tuple(each for each in journeys if each is not None), last, found.has_more

    def _labels(self, shipments: Sequence[wire.Shipment]) -> tuple[Statement, ...]:
        ours = [each for each in shipments if self._mode == "any" or each.mode in {None, self._mode}]
        return tuple(label_of(each, self._partner) for each in ours if each.is_bought)


def window(now: int, days: int) -> str:
    """The instant ``days`` before ``now`` (epoch microseconds) as the API takes it."""
    return (datetime.fromtimestamp(now / 1_000_000, UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def label_of(shipment: wire.Shipment, partner: str) -> Statement:
    """What a bought shipment says of its label. Crossdock names its own ``<delivery order>/<package>``."""
    live, code = shipment.refund_status not in VOIDED, shipment.tracking_code or ""
    order = (shipment.reference or "").rpartition("/")[0]
    return Statement(
        partner,
        beliefs.LABEL,
        shipment.id,
        subject=order if order.startswith("do:") else "",
        references=(Reference(ReferenceKind.BOOKING, shipment.id, partner), Reference(ReferenceKind.TRACKING, code)),
        aspects={
            beliefs.LIFE: beliefs.one("live" if live else "voided"),
            beliefs.TRACKING_NUMBER: beliefs.one(code),
        },
        at=epoch_us(stamp(shipment.updated_at or shipment.created_at)),
        live=live,
    )


def journey_of(tracker: bytes, partner: str, mode: str) -> Statement | None:
    """What a tracker says of its parcel, scan by scan as the mapping reads it; None where it names no parcel."""
    head = msgspec.json.decode(tracker, type=wire.Tracker)
    code = (head.tracking_code or "").strip()
    if not code or (mode != "any" and head.mode not in {None, mode}):
        return None
    journey, proved = Journey(entries=[]), False
    for fact in translation_of(tracker, partner, mode).facts:
        match fact.body:
            case TrackingReported(event):
                add(journey, entry_of(event, fact.key()))
            case ProofCaptured():
                proved = True
    aspects = {beliefs.SCANS: beliefs.of_journey(journey), beliefs.PROOF: Aspect(("present",)) if proved else Aspect()}
    at = epoch_us(stamp(head.updated_at)) if head.updated_at else 0
    return Statement(
        partner, beliefs.JOURNEY, code, references=(Reference(ReferenceKind.TRACKING, code),), aspects=aspects, at=at,
        live=False, source=tracker,
    )  # fmt: skip
