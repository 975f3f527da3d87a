"""python -m benchmarks.endpoint.ledger: orders through every step on a real Odoo, against books kept apart.

Makes products, customers and orders of its own (XL-<tag>-...). Run again with the same folder, it goes on where it
was; with more --orders or --kills it goes further. Exit code 1 when Odoo's books and ours differ anywhere, or a
command waits for a person.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.endpoint.ledger.audit import Audit, audit
from benchmarks.endpoint.ledger.effort import Effort, effort
from benchmarks.endpoint.ledger.plain import Declined, Plain
from benchmarks.endpoint.ledger.run import KEY, Asked, Run, alone, opened, saved
from benchmarks.endpoint.ledger.supervisor import Supervisor, retry_parked
from benchmarks.endpoint.ledger.yard import terms

_DIFFERENCES_SHOWN = 200


def parser() -> argparse.ArgumentParser:
    """The options; address and key may come from CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.endpoint.ledger",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option, name in (("url", "URL"), ("database", "DB"), ("login", "LOGIN"), ("key", "KEY")):
        variable = f"CROSSDOCK_ODOO_{name}"
        made.add_argument(f"--{option}", default=os.environ.get(variable, ""), help=f"or {variable}")
    made.add_argument("--orders", type=int, default=1000)
    made.add_argument("--kills", type=int, default=0, help="how often Crossdock is killed on the way")
    made.add_argument("--folder", type=Path, required=True, help="where the run lives; the same again goes on")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--concurrency", type=int, default=3, help="orders worked on at the same time")
    made.add_argument("--retry", action="store_true", help="put what is parked back into its lane first")
    made.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    return made


def audited(run: Run) -> tuple[Run, Audit]:
    """Odoo read directly and compared; how it taxes is read once, the first time."""
    plain = Plain(run.place())
    if run.asked.terms is None:
        run = saved(
            run.folder, msgspec.structs.replace(run.asked, terms=terms(plain, [good.sku for good in run.goods]))
        )
    assert run.asked.terms is not None
    return run, audit(plain, run.asked.tag, run.goods, run.plans, run.asked.terms)


def shown(run: Run, seconds: float, kills: int, found: Audit, cost: Effort) -> None:
    """The result for people, on stdout."""
    asked = run.asked
    print(f"{asked.orders} orders on {asked.url} {asked.database} (tag {asked.tag}, seed {asked.seed})")
    print(f"  Crossdock at work {seconds / 60:.1f} min, killed {kills} times")
    print(f"  {cost.commands} commands in {cost.attempts} attempts {cost.verdicts}, again: {cost.again}")
    per = max(cost.orders, 1)
    print(f"  per order: {cost.calls / per:.1f} calls, {cost.seconds_in_calls / per:.2f} s in them,", end=" ")
    print(f"{cost.seconds_per_order} s from first to last")
    for name, count, took in cost.dearest:
        print(f"    {name}: {count} calls, {took} s")
    print(f"  {found.documents}")
    print(f"  {found.values} values compared, {len(found.differences)} differences")
    for each in found.differences[:_DIFFERENCES_SHOWN]:
        print(f"DIFFERENCE {each.subject} {each.what}: books {each.books}, Odoo {each.odoo}")


async def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 when the books agree and nothing waits for a person."""
    given = parser().parse_args(arguments)
    os.environ[KEY] = given.key
    asked = Asked(
        given.url, given.database, given.login, os.urandom(2).hex(), given.seed, given.orders, given.kills,
        given.concurrency,
    )  # fmt: skip
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(alone(given.folder))
            run = opened(given.folder, asked)
            Plain(run.place())
        except (ValueError, Declined, OSError) as problem:
            print(problem, file=sys.stderr)
            return 2
        return await reported(run, retry=given.retry, machine=given.json)


async def reported(run: Run, *, retry: bool, machine: bool) -> int:
    """Drive every order to its end, audit, say what came of it."""
    if retry:
        print(f"{await retry_parked(run)} commands go on", file=sys.stderr)
    supervisor = Supervisor(run)
    failures = await supervisor.supervise()
    for subject, why in failures.items():
        print(f"STANDS STILL {subject}: {why}", file=sys.stderr)
    run, found = await asyncio.to_thread(audited, run)
    cost, diary = await effort(run), supervisor.diary
    if machine:
        result = {"asked": run.asked, "diary": diary, "failures": failures, "audit": found, "effort": cost}
        print(msgspec.json.encode(result).decode())
    else:
        shown(run, diary.seconds, len(diary.kills), found, cost)
    return 1 if found.differences or failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
