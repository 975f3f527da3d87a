"""Rows as a table for people, and as a file with versions beside the other results."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.endpoint.odoo.direct import Declined, Direct

RESULTS = Path(__file__).parents[2] / "results"
_COLUMNS = (
    ("what", "what", 10), ("tier", "tier", 6), ("way", "way", 10), ("per_second", "per s", 8),
    ("of_naive", "of naive", 9), ("of_bare", "of bare", 8), ("odoo_ms", "odoo ms", 8), ("database_ms", "db ms", 7),
    ("own_ms", "own ms", 7), ("cpu_of_naive", "cpu/naive", 9), ("cpu_of_bare", "cpu/bare", 8),
    ("p50", "p50 ms", 8), ("p99", "p99 ms", 8), ("notes", "notes", 0),
)  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """One line a row. ``odoo ms``, ``db ms`` and ``own ms`` are processor time for one event; ``cpu/naive`` is how
    many times less of it Odoo and its database need than with the naive way.
    """
    lines = ["  ".join(f"{title:<{width}}" for _, title, width in _COLUMNS)]
    for row in rows:
        cells = ["" if row.get(name) is None else str(row[name]) for name, _, _ in _COLUMNS]
        lines.append("  ".join(f"{cell:<{width}}" for cell, (_, _, width) in zip(cells, _COLUMNS, strict=True)))
    return "\n".join(line.rstrip() for line in lines)


def versions(odoo: Direct) -> dict[str, str]:
    """What it was measured with."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    names = ("msgspec", "sqlalchemy", "aiohttp", "uvloop")
    found = {"python": platform.python_version(), "cores": str(os.cpu_count()), "commit": commit.stdout.strip()}
    found |= {name: version(name) for name in names}
    return found | {"odoo": odoo.version, "dialect": odoo.dialect, "addon": _addon(odoo)}


def _addon(odoo: Direct) -> str:
    try:
        rows = odoo.find("ir.module.module", [("name", "=", "crossdock")], ["installed_version"])
    except Declined:
        return "unknown"
    return str(rows[0]["installed_version"] or "none") if rows else "none"


def save(serie: str, made_with: dict[str, str], rows: list[dict[str, Any]]) -> Path:
    """Write benchmarks/results/odoo-<serie>-<date>.json. Rows of the same day are kept where this run has none of
    that part and tier: tiers may live in databases of their own.
    """
    stamp = datetime.now(UTC).strftime("%Y-%m-%d")
    target = RESULTS / f"odoo-{serie}-{stamp}.json"
    new = {(row["what"], row["tier"]) for row in rows}
    kept = json.loads(target.read_text())["rows"] if target.exists() else []
    rows = [row for row in kept if (row["what"], row["tier"]) not in new] + [{**row, "with": made_with} for row in rows]
    target.write_text(json.dumps({"measured": stamp, "rows": rows}, indent=2) + "\n")
    return target
