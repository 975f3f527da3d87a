"""python -m benchmarks.rivals: the same job by Crossdock and by others, in one run, in one table.

The job: a signed webhook comes in, is durable (or queued), is applied by a worker, and its effect is a row that another
connection of the database sees. Everybody has this machine to himself in turn; the sender runs on it too.

The rivals live outside the project, in an environment of their own:

    python3 -m venv RIVALS
    RIVALS/bin/pip install 'celery[redis]' packaging 'psycopg[binary]' uvicorn uvloop httptools
    npm install --prefix RIVALS node-red pg        and Debian's redis-server
    python -m benchmarks.rivals --python RIVALS/bin/python --node-modules RIVALS/node_modules
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database
from benchmarks.rivals.candidates import Candidate, CeleryRedis, Crossdock, NodeRed, Tools
from benchmarks.rivals.job import whole
from benchmarks.rivals.queue_job import Lab, QueueJob

_BASE = "Celery + Redis, default settings"


def candidates(arguments: argparse.Namespace) -> list[Callable[[], Candidate]]:
    """Whoever can be run here, in the order they run."""
    tools = Tools(arguments.python, str(Path(arguments.node_modules).resolve()) if arguments.node_modules else "")
    found: list[Callable[[], Candidate]] = [
        lambda: Crossdock("postgresql", sys.executable),
        lambda: Crossdock("sqlite", sys.executable),
    ]
    if tools.python:
        found += [lambda: CeleryRedis(tools, late=False), lambda: CeleryRedis(tools, late=True)]
    if tools.node_modules:
        found.append(lambda: NodeRed(tools))
    if arguments.odoo:
        found.append(lambda: QueueJob(Lab(arguments.odoo)))
    return [make for make in found if not arguments.only or any(word in make().name for word in arguments.only)]


def measured(makers: list[Callable[[], Candidate]], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """A row per candidate; ``--repeat`` takes turns, and the middle burst is kept."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for turn in range(arguments.repeat):
        for make in makers:
            candidate = make()
            print(f"… {candidate.name}, turn {turn + 1}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            with (
                fresh_database(candidate.store) as url,
                asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner,
            ):
                try:
                    row = runner.run(whole(candidate, url, arguments.scale))
                except (OSError, RuntimeError, ExceptionGroup) as problem:
                    print(f"{candidate.name} could not be measured: {problem!r}", file=sys.stderr, flush=True)
                    continue
            runs.setdefault(candidate.name, []).append(msgspec.to_builtins(row) | {"load": os.getloadavg()[0]})
    rows = []
    for turns in runs.values():
        turns.sort(key=lambda row: float(row["per_second"]))
        rows.append(turns[len(turns) // 2] | {"bursts": [round(turn["per_second"]) for turn in turns]})
    base = next((row["per_second"] for row in rows if row["who"] == _BASE), 0)
    return [row | {"times_celery": round(row["per_second"] / base, 1) if base else None} for row in rows]


def shown(rows: list[dict[str, Any]]) -> str:
    """The table, as Markdown."""
    head = (
        "| who | burst/s | times Celery | 150/s: p50 / p99 ms | 1,500/s: p50 / p99 ms | memory MB "
        "| worker killed: lost / twice |"
    )
    lines = [head, "|---|---|---|---|---|---|---|"]
    for row in rows:
        killed, slow = row["killed"], _pair(row["at_150"])
        fast = _pair(row["at_1500"]) if "at_1500" in row else "does not reach it"
        lines.append(
            f"| {row['who']} | {row['per_second']:,.0f} | {row['times_celery'] or '-'} | {slow} | {fast} "
            f"| {row['memory_mb']:.0f} | {killed['lost']} / {killed['doubled']} of {killed['sent']:,} |"
        )
    return "\n".join(lines)


def _pair(steady: dict[str, Any]) -> str:
    missing = "" if steady["seen"] == steady["sent"] else f" ({steady['sent'] - steady['seen']} never seen)"
    return f"{steady['p50']:,.0f} / {steady['p99']:,.0f}{missing}"


def _theirs(arguments: argparse.Namespace) -> dict[str, str]:
    """The rivals' versions."""
    found = {"redis": _said("redis-server", "--version")}
    if arguments.python:
        code = "from importlib.metadata import version as v; print(v('celery'), v('redis'), v('psycopg'))"
        found["celery redis-py psycopg"] = _said(arguments.python, "-c", code)
    if arguments.node_modules:
        package = json.loads((Path(arguments.node_modules) / "node-red" / "package.json").read_text())
        found |= {"node-red": package["version"], "node": _said("node", "--version")}
    return found


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return "not here"


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rivals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default="", help="interpreter of the rivals' environment")
    parser.add_argument("--node-modules", default="", help="folder node_modules with node-red and pg")
    parser.add_argument("--odoo", default="", help="PYTHON:CHECKOUT:QUEUE_JOB:HOST:PORT:ROLE of an Odoo 18")
    parser.add_argument("--only", nargs="*", help="words of the names to measure")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the messages")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--save", action="store_true")
    arguments = parser.parse_args()
    rows = measured(candidates(arguments), arguments)
    print(shown(rows))
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        document = {"measured": stamp, "with": versions(), "theirs": _theirs(arguments), "rows": rows}
        (RESULTS / f"rivals-{stamp}.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
