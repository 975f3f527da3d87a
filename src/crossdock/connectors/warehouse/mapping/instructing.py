"""What we ask of a warehouse in its words: JSON bodies, and CSV files of one row a line; pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.connectors.warehouse.mapping.catalogue import Catalogue
from crossdock.model.identifiers import digest
from crossdock.model.party import Party
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import AmendOrder, AnnounceInbound, CancelOrder, ReleaseOrder

FILE_COLUMNS = (
    "action", "reference", "revision", "order", "sales_order", "customer_order", "customer", "name", "company",
    "address", "city", "region", "postcode", "country", "phone", "email", "service_level", "deliver_by", "purpose",
    "purchase_order", "supplier", "expected_at", "line", "sku", "item", "quantity", "unit", "lot", "package",
    "instructions",
)  # fmt: skip
"""The columns of files we write."""

Instruction = ReleaseOrder | AmendOrder | CancelOrder | AnnounceInbound
_ACTIONS = {ReleaseOrder: "release", AmendOrder: "amend", CancelOrder: "cancel", AnnounceInbound: "announce"}
Json = dict[str, Any]


def order_of(body: ReleaseOrder | AmendOrder, catalogue: Catalogue) -> Json:
    """The order as a warehouse is told it. Raises `UomMismatch`."""
    order = body.order
    told = {
        "reference": body.reference,
        "revision": body.revision,
        "order": order.name,
        "sales_order": order.sales_order,
        "customer_order": order.customer_order,
        "customer": catalogue.customer(order.ship_to.reference),
        "ship_to": _party(order.ship_to),
        "service_level": order.service_level,
        "deliver_by": order.deliver_by.at if order.deliver_by else "",
        "instructions": body.instructions or order.note,
        "lines": [
            _line(line.id, line.item.sku, line.item.name, line.quantity, line.unit, line.lots, catalogue)
            for line in order.lines
        ],
    }
    return {name: value for name, value in told.items() if value != ""}


def announcement_of(body: AnnounceInbound, catalogue: Catalogue) -> Json:
    """The announcement as a warehouse is told it. Raises `UomMismatch`."""
    told = {
        "reference": body.reference,
        "transfer": body.name,
        "purpose": body.purpose,
        "purchase_order": body.purchase_order,
        "supplier": body.supplier.name if body.supplier else "",
        "expected_at": body.expected.at if body.expected else "",
        "lines": [_announced(line, catalogue) for line in body.lines],
    }
    return {name: value for name, value in told.items() if value != ""}


def _announced(line: MovedLine, catalogue: Catalogue) -> Json:
    lots = [lot.lot for lot in line.lots]
    told = _line(line.line_id, line.item.sku, line.item.name, line.quantity, line.unit, lots, catalogue)
    return told | ({"package": line.package} if line.package else {})


def _line(
    number: str, sku: str, name: str, quantity: Decimal, unit: str, lots: Sequence[str], catalogue: Catalogue
) -> Json:
    theirs, many, their_unit = catalogue.instructed(sku, quantity, unit)
    told = {"line": number, "sku": theirs, "name": name, "quantity": f"{many:f}", "unit": their_unit}
    return {name: value for name, value in told.items() if value} | ({"lots": [*lots]} if lots else {})


def _party(party: Party) -> Json:
    place = party.address
    told = {
        "name": party.name, "company": party.company, "lines": [*place.lines], "city": place.city,
        "region": place.region, "postcode": place.postcode, "country": place.country,
        "phone": party.phone, "email": party.email,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def encoded(told: Json) -> bytes:
    """The bytes of a body."""
    return msgspec.json.encode(told)


def file_of(body: Instruction, catalogue: Catalogue) -> tuple[str, bytes]:
    """The name and the bytes of the file that says it; the same instruction has the same name. Raises `UomMismatch`."""
    action = _ACTIONS[type(body)]
    revision = getattr(body, "revision", 1)
    if isinstance(body, CancelOrder):
        rows: list[Json] = [{"reference": body.reference, "instructions": body.reason}]
    elif isinstance(body, AnnounceInbound):
        rows = [*_flat(announcement_of(body, catalogue))]
    else:
        rows = [*_flat(order_of(body, catalogue))]
    written = io.StringIO()
    writer = csv.DictWriter(written, FILE_COLUMNS, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({"action": action, "revision": revision, **row} for row in rows)
    return f"{action}_{_file_name(body.reference)}_{revision}.csv", written.getvalue().encode()


def _file_name(reference: str) -> str:
    """Letters, digits, ``-`` and ``_``; a reference that had others is told apart by its digest."""
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "_" for each in reference)[:100]
    return safe if safe == reference else f"{safe}_{digest(reference)[:8]}"


def _flat(told: Json) -> Iterable[Json]:
    """One row per line, what holds for all of them repeated."""
    ship_to = told.get("ship_to", {})
    head = {name: value for name, value in told.items() if name not in {"lines", "ship_to"}}
    head |= {name: value for name, value in ship_to.items() if name != "lines"}
    head["address"] = ", ".join(ship_to.get("lines", ()))
    for line in told["lines"]:
        goods = {name: line.get(name, "") for name in ("line", "sku", "quantity", "unit", "package")}
        yield head | goods | {"item": line.get("name", ""), "lot": "+".join(line.get("lots", ()))}
