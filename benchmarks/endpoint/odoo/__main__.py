"""python -m benchmarks.endpoint.odoo: what Crossdock writes to an Odoo of yours, beside the naive way in the same run.

    speed        milestones on different transfers (tracking, status, one note): naive, bare bulk call, Crossdock
    ten          the same with ten events on each transfer
    latency      commands arriving at a steady rate: from event to visible in Odoo
    contention   4 workers on one PostgreSQL store and the same 50 transfers: nothing lost, nothing surfaced

It makes transfers of its own (origin XB-crossdock-benchmark) and writes to nothing else; --cleanup cancels them.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
from typing import Any

import uvicorn

from benchmarks.endpoint.odoo.contention import contention
from benchmarks.endpoint.odoo.direct import Direct, Place
from benchmarks.endpoint.odoo.latency import latency
from benchmarks.endpoint.odoo.results import save, table, versions
from benchmarks.endpoint.odoo.rounds import Setting, compare
from benchmarks.endpoint.odoo.usage import Meter
from benchmarks.endpoint.odoo.yard import cleanup, say, transfers
from crossdock.connectors.odoo.client.together.tiers import ACTION_MARK, MANUAL_EVENTS

PARTS = ("speed", "ten", "latency", "contention")
TIERS = ("stock", "action", "addon")


def parser() -> argparse.ArgumentParser:
    """The options; address and key may come from CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.endpoint.odoo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option, name in (("url", "URL"), ("database", "DB"), ("login", "LOGIN"), ("key", "KEY")):
        variable = f"CROSSDOCK_ODOO_{name}"
        made.add_argument(f"--{option}", default=os.environ.get(variable, ""), help=f"or {variable}")
    for option, name in (("admin-login", "ADMIN_LOGIN"), ("admin-key", "ADMIN_KEY")):
        variable = f"CROSSDOCK_ODOO_{name}"
        words = f"or {variable}; makes and cancels the transfers where the login may not"
        made.add_argument(f"--{option}", default=os.environ.get(variable, ""), help=words)
    made.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    made.add_argument("--tier", nargs="*", choices=TIERS, help="default: those this Odoo offers")
    made.add_argument("--rounds", type=int, default=6, help="of speed and ten; even, so that turns are fair")
    made.add_argument("--naive", type=int, default=100, help="events the naive way gets in a round")
    made.add_argument("--events", type=int, default=2000, help="events the other ways get in a round")
    made.add_argument("--ten-events", type=int, default=5000, help="the same for ten: ten on each transfer")
    made.add_argument("--concurrency", type=int, default=4, help="calls Crossdock may have under way")
    made.add_argument("--naive-dialect", choices=("jsonrpc", "json2"), default="jsonrpc", help="odoorpc's is jsonrpc")
    made.add_argument("--odoo-pid", type=int, default=0, help="Odoo's process on this machine, to state its CPU time")
    made.add_argument("--rate", type=float, default=100.0, help="events per second of latency")
    made.add_argument("--seconds", type=float, default=60.0, help="of latency")
    made.add_argument("--minutes", type=float, default=5.0, help="of contention")
    made.add_argument("--workers", type=int, default=4, help="processes of contention")
    made.add_argument("--json", action="store_true", help="rows as JSON instead of a table")
    made.add_argument("--save", action="store_true", help="keep the result under benchmarks/results")
    made.add_argument("--cleanup", action="store_true", help="cancel the transfers made for this, and stop")
    return made


def offered(odoo: Direct) -> list[str]:
    """The tiers this user may use here."""
    found = ["stock"]
    if odoo.has(MANUAL_EVENTS) and odoo.find(MANUAL_EVENTS, [("x_key", "=", ACTION_MARK)], ["id"]):
        found.append("action")
    if odoo.has("crossdock.event"):
        found.append("addon")
    return found


async def measure(
    given: argparse.Namespace, place: Place, pickings: list[int], tiers: list[str]
) -> list[dict[str, Any]]:
    """All rows."""
    found: list[dict[str, Any]] = []
    for tier in tiers:
        for name in given.only:
            say(f"{tier}: {name}")
            ten, meter = name == "ten", Meter(given.odoo_pid, place.database)
            many = given.ten_events if ten else given.events
            setting = Setting(
                place, tier, given.rounds, given.naive, many, 10 if ten else 1, given.concurrency, meter,
                given.naive_dialect, secrets.token_hex(2),
            )  # fmt: skip
            if name in {"speed", "ten"}:
                found += await compare(setting, pickings, name)
            elif name == "latency":
                found += await latency(setting, pickings, given.rate, given.seconds)
            else:
                found += await contention(setting, pickings, given.minutes, given.workers)
    return found


def main() -> None:
    """Measure and print."""
    given = parser().parse_args()
    place = Place(given.url, given.database, given.login, given.key)
    if not all((place.url, place.database, place.login, place.key)):
        sys.exit("Name the Odoo: --url, --database, --login and --key, or CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY.")
    odoo = Direct(place)
    admin = Place(place.url, place.database, given.admin_login, given.admin_key)
    maker = Direct(admin) if admin.key else odoo
    if given.cleanup:
        print(f"{cleanup(maker)} transfers cancelled")
        return
    there = offered(odoo)
    tiers = given.tier or there
    if missing := sorted(set(tiers) - set(there)):
        sys.exit(f"This Odoo does not offer {', '.join(missing)} to this user; it offers {', '.join(there)}.")
    pickings = transfers(maker, given.events)
    with asyncio.Runner(loop_factory=uvicorn.Config(None).get_loop_factory()) as runner:
        found = runner.run(measure(given, place, pickings, tiers))
    print(json.dumps(found, indent=2) if given.json else table(found))
    if given.save:
        say(f"saved {save(odoo.serie, versions(odoo), found)}")


if __name__ == "__main__":
    main()
