"""What a person tells by hand, written as a machine of theirs would: the warehouse dialect as JSON, scans as CSV."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.partnerdesk.context import Desk
from crossdock.views.partner_work import Job, WorkLine

ORDER_ACTIONS = ("acknowledge", "refuse", "picked", "packed", "shipped", "short")
_TYPES = {
    "acknowledge": "order.acknowledged", "refuse": "order.refused", "picked": "order.picked", "packed": "order.packed",
    "shipped": "order.shipped", "short": "order.short", "received": "inbound.received",
}  # fmt: skip
_LONGEST = 200


class Missing(ValueError):
    """Something was left out or cannot be meant; the text says what, to the person."""


def order_event(job: Job, form: Mapping[str, str], mark: str, now: int) -> bytes:
    """An event about an order or an announcement, as JSON. Raises `Missing`."""
    action = form.get("action", "")
    allowed = ("received",) if job.inbound else ORDER_ACTIONS
    if action not in allowed:
        raise Missing("choose what you want to tell")
    data = {"reference": job.reference, **_content(action, job, form, mark)}
    return msgspec.json.encode({"type": _TYPES[action], "timestamp": rfc3339(now), "data": data})


def stock_event(form: Mapping[str, str], mark: str, now: int) -> bytes:
    """Goods that were damaged where they lie, as JSON. Raises `Missing`."""
    sku, quantity = _text(form, "sku"), _number(form.get("quantity", ""))
    if not sku or quantity is None or quantity <= 0:
        raise Missing("say which item, and how many of it")
    line = {"sku": sku, "quantity": _plain(quantity), "unit": _text(form, "unit"), "reason": _text(form, "reason")}
    data = {"document": _text(form, "document") or _document(mark), "lines": [_given(line)]}
    return msgspec.json.encode({"type": "stock.damaged", "timestamp": rfc3339(now), "data": data})


def scan_file(desk: Desk, form: Mapping[str, str], now: int) -> bytes:
    """One scan, or the proof of a delivery by the name of who took it, as the carrier's own CSV. Raises `Missing`."""
    number, code = _text(form, "number"), form.get("code", "")
    if not number or code not in desk.codes:
        raise Missing("give the parcel's number, and choose what happened")
    values = {
        "number": number, "code": code, "text": code, "time": form.get("time", "") or rfc3339(now),
        "city": _text(form, "city"), "country": _text(form, "country").upper(), "signed_by": _text(form, "signed_by"),
    }  # fmt: skip
    used = [name for name in desk.columns if name in values]
    written = io.StringIO()
    rows = csv.writer(written, delimiter=desk.separator, lineterminator="\n")
    rows.writerow([desk.columns[name] for name in used])
    rows.writerow([values[name] for name in used])
    return written.getvalue().encode()


def work_file(jobs: list[Job]) -> bytes:
    """The list as CSV, one row for each line. Cells that a spreadsheet would compute are made texts."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(
        ["reference", "order", "stage", "due", "name", "address", "postcode", "city", "country", "line", "sku", "item",
         "quantity", "unit", "open"]
    )  # fmt: skip
    for job in jobs:
        to = job.to
        place = to.address if to else None
        where = [
            to.name if to else "", ", ".join(place.lines) if place else "", place.postcode if place else "",
            place.city if place else "", place.country if place else "",
        ]  # fmt: skip
        for line in job.lines or (WorkLine("", "", "", Decimal(0), "", Decimal(0)),):
            cells = [job.reference, job.name, job.stage, job.due, *where, line.id, line.sku, line.name]
            rows.writerow([*map(_inert, cells), _plain(line.quantity), _inert(line.unit), _plain(line.left)])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _content(action: str, job: Job, form: Mapping[str, str], mark: str) -> dict[str, Any]:
    if action == "acknowledge":
        number, planned = _text(form, "number"), form.get("planned", "")
        return _given({"revision": job.revision, "number": number, "planned_ship_at": planned})
    if action == "refuse":
        if not _text(form, "text"):
            raise Missing("say why you cannot take it")
        return {"revision": job.revision, "text": _text(form, "text")}
    if action == "packed":
        return {"packages": [_package(job, form)]}
    return {"document": _text(form, "document") or _document(mark), **_moved(action, job, form)}


def _moved(action: str, job: Job, form: Mapping[str, str]) -> dict[str, Any]:
    match action:
        case "short":
            reason = form.get("reason", "") or "out_of_stock"
            lines = [{**each, "reason": reason} for each in _lines(job, form)]
            return {"lines": lines, "remainder": _remainder(form)}
        case "received":
            return {"lines": _received(job, form), "final": form.get("final", "") == "yes"}
        case "shipped":
            return {"remainder": _remainder(form), **_shipped(job, form)}
    return {"lines": _lines(job, form)}


def _shipped(job: Job, form: Mapping[str, str]) -> dict[str, Any]:
    package = _text(form, "package") or "P1"
    number = _text(form, "tracking_number")
    if not number:
        raise Missing("give the tracking number it leaves under")
    left = _given({"id": package, "tracking_number": number, "carrier": _text(form, "carrier")})
    return {"lines": [{**each, "package": package} for each in _lines(job, form)], "packages": [left]}


def _package(job: Job, form: Mapping[str, str]) -> dict[str, Any]:
    weight = _number(form.get("weight", ""))
    if weight is None or weight <= 0:
        raise Missing("give the weight of the package in kilograms")
    contents = _lines(job, form)
    measured = {"value": _plain(weight), "unit": "KGM"}
    return {"id": _text(form, "package") or "P1", "weight": measured, "contents": contents}


def _lines(job: Job, form: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for index, line in enumerate(job.lines):
        quantity = _number(form.get(f"quantity-{index}", "") or "0")
        if quantity is None or quantity < 0:
            raise Missing(f"the quantity of {line.sku} is no number")
        if quantity:
            found.append({"line": line.id, "sku": line.sku, "quantity": _plain(quantity), "unit": line.unit})
    if not found:
        raise Missing("give the quantity of at least one line")
    return found


def _received(job: Job, form: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for index, line in enumerate(job.lines):
        came, damaged = (_number(form.get(f"{name}-{index}", "") or "0") for name in ("quantity", "damaged"))
        if came is None or damaged is None or came < 0 or damaged < 0 or damaged > came:
            raise Missing(f"of {line.sku} no more can be damaged than came")
        row = {"line": line.id, "sku": line.sku, "unit": line.unit, "announced": _plain(line.quantity)}
        found.append({**row, "received": _plain(came), "damaged": _plain(damaged)})
    if not found:
        raise Missing("nothing was announced that could be received")
    return found


def _remainder(form: Mapping[str, str]) -> str:
    return "cancel" if form.get("remainder", "") == "cancel" else "backorder"


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 9 else None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _text(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_LONGEST]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in {"", None}}


def _document(mark: str) -> str:
    return f"DESK-{mark[:12]}"


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
