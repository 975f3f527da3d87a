"""`python -m benchmarks.normalising`: payloads per second and core of every carrier's mapping, beside karrio 2026.1.

Workload: every tracking message of a golden set ($CROSSDOCK_SAMPLES/carriers), translated from bytes to facts by the
connector as the engine calls it (`Connector.translate`). Each message is timed in turns with karrio's parser on the
same message where karrio finds events in it; rounds are interleaved in one run, the median of the rounds counts.
karrio is installed by `benchmarks/normalising/karrio.txt` into an environment of its own; without it only our side is
measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct, field

from benchmarks.normalising.rival import Rival
from crossdock.catalog import UnknownPlugin, connectors
from crossdock.devkit.golden import files_of
from crossdock.devkit.specimen import specimen_connector
from crossdock.model.events import TrackingReported
from crossdock.ports.connector import Connector, Received

RESULTS = Path(__file__).parents[1] / "results"
_NOW = 1_767_225_600_000_000


class Measured(Struct):
    """One message: its rates per round, and the events found in it."""

    partner: str
    file: str
    bytes: int
    events: int
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    their_events: int = -1
    problem: str = ""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and save where asked."""
    given = _parser().parse_args(arguments)
    measured = _opened(Path(given.samples) / "carriers")
    rival = Rival(given.karrio) if given.karrio else None
    for _ in range(given.rounds):
        for each, connector, body in measured:
            each.ours.append(_timed(connector, body, given.seconds))
            if rival is not None:
                rival.measure(each, Path(given.samples) / "carriers" / each.file, given.seconds)
    rows = [each for each, _, _ in measured]
    report = _report(rows, rival)
    _print(report)
    if given.save:
        name = f"normalising-{datetime.now(UTC):%Y-%m-%d}.json"
        (RESULTS / name).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        print(f"saved as benchmarks/results/{name}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, help="folder that holds carriers/GOLDEN.tsv ($CROSSDOCK_SAMPLES)")
    parser.add_argument("--karrio", default="", help="python of an environment with karrio.txt installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.15, help="for each message, side and round")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/normalising-DATE.json")
    return parser


def _opened(folder: Path) -> list[tuple[Measured, Connector, bytes]]:
    found = []
    for partner, file, path in files_of(folder):
        try:
            connector = specimen_connector(connectors().get(partner), partner)
        except UnknownPlugin:
            print(f"no connector for {partner}", file=sys.stderr)
            continue
        body = path.read_bytes()
        facts = connector.translate(Received("file", body, {}, _NOW)).facts
        events = sum(isinstance(fact.body, TrackingReported) for fact in facts)
        found.append((Measured(partner, file, len(body), events), connector, body))
    return found


def _timed(connector: Connector, body: bytes, seconds: float) -> float:
    """Translations per second over about ``seconds``."""
    message = Received("file", body, {}, _NOW)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        connector.translate(message)
        count += 1
    return count / (time.perf_counter() - began)


def _report(rows: list[Measured], rival: Rival | None) -> dict[str, object]:
    by_partner: dict[str, list[Measured]] = defaultdict(list)
    for row in rows:
        by_partner[row.partner].append(row)
    ours = [statistics.median(row.ours) for row in rows]
    both = [row for row in rows if row.their_events > 0]
    partners = {name: _partner(group) for name, group in sorted(by_partner.items())}
    return {
        "workload": "every tracking message of the golden set, from bytes to facts, one core, one process",
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "python": sys.version.split()[0],
        "crossdock": version("crossdock"),
        "karrio": rival.version if rival else "",
        "messages": len(rows),
        "median_per_second": round(statistics.median(ours)),
        "slowest_carrier_per_second": min(each["ours"] for each in partners.values()),
        "messages_with_both": len(both),
        "median_ratio": round(statistics.median(_ratio(row) for row in both), 1) if both else None,
        "partners": partners,
    }


def _ratio(row: Measured) -> float:
    return statistics.median(row.ours) / statistics.median(row.theirs)


def _partner(group: list[Measured]) -> dict[str, float]:
    """Harmonic means: what a stream of these messages in turn would reach."""
    found = {
        "messages": len(group),
        "events": sum(row.events for row in group),
        "ours": round(statistics.harmonic_mean([statistics.median(row.ours) for row in group])),
    }
    both = [row for row in group if row.their_events > 0]
    if both:
        theirs = statistics.harmonic_mean([statistics.median(row.theirs) for row in both])
        ours = statistics.harmonic_mean([statistics.median(row.ours) for row in both])
        found |= {"karrio": round(theirs), "ratio": round(ours / theirs, 1)}
    return found


def _print(report: dict[str, object]) -> None:
    partners = report["partners"]
    assert isinstance(partners, dict)
    print(f"{'carrier':24}{'messages':>9}{'events':>8}{'ours/s':>9}{'karrio/s':>10}{'ratio':>8}")
    for name, each in partners.items():
        told = f"{each.get('karrio', '-'):>10}{each.get('ratio', '-'):>8}"
        print(f"{name:24}{each['messages']:>9}{each['events']:>8}{each['ours']:>9}{told}")
    print(f"median {report['median_per_second']}/s, slowest carrier {report['slowest_carrier_per_second']}/s, ", end="")
    print(f"{report['median_ratio']} times karrio {report['karrio']} over {report['messages_with_both']} messages")


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as failed:
        raise SystemExit(str(failed)) from None
