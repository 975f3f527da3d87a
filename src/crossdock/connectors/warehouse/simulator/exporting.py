"""Events of the simulated warehouse as the CSV files of the dialect: one row per line, lot, package or day."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Json = dict[str, Any]
COLUMNS = (
    "event", "occurred_at", "reference", "revision", "number", "document", "line", "sku", "quantity", "unit", "lot",
    "expires", "package", "sscc", "weight_kg", "length_cm", "width_cm", "height_cm",
    "tracking_number", "carrier", "remainder", "reason", "code", "text",
    "stage", "received", "announced", "damaged", "final", "warehouse", "location", "expected", "on_hand", "available",
    "reserved", "blocked", "owner", "day", "unit_id",
)  # fmt: skip


def written(events: Iterable[Json]) -> bytes:
    """The file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for event in events:
        data = event["data"]
        head = {name: value for name, value in data.items() if not isinstance(value, list)}
        for row in _rows(data):
            writer.writerow({"event": event["type"], "occurred_at": event["timestamp"], **head, **row})
    return out.getvalue().encode()


def _rows(data: Json) -> Iterator[Json]:
    if "lines" in data:
        tracked = data.get("packages", [])
        for at, line in enumerate(data["lines"]):
            package = tracked[min(at, len(tracked) - 1)] if tracked else {}
            told = {"package": package.get("id", "")} | {
                name: package.get(name, "") for name in ("tracking_number", "carrier")
            }
            yield from (told | row for row in _lots(line))
    elif "packages" in data:
        for package in data["packages"]:
            head = {"package": package["id"], "sscc": package.get("sscc", ""), "weight_kg": package["weight"]["value"]}
            sizes = {f"{name}_cm": package[name]["value"] for name in ("length", "width", "height") if name in package}
            yield from (head | sizes | content for content in package.get("contents") or [{}])
    else:
        yield {}


def _lots(line: Json) -> Sequence[Json]:
    if not line.get("lots"):
        return [line]
    return [
        {**line, "lot": lot["lot"], "quantity": lot["quantity"], "expires": lot.get("expires", "")}
        for lot in line["lots"]
    ]
