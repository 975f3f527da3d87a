"""python -m benchmarks.endpoint.flows: order_to_ship, delivery_to_invoice, return_to_refund, procure_to_receive and the
gates of credit and payment, run from a configuration on a real Odoo, against books kept apart.

Makes products, customers, sales and purchases of its own (XF-<tag>-...). Crossdock is a process of its own
(`crossdock serve`) with a simulated warehouse and carrier over HTTP; --kills kills it at random moments. Exit code 1
when any book differs from ours, something did not come, or a message waits for a person.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.endpoint.flows.audit import audit
from benchmarks.endpoint.flows.books import books
from benchmarks.endpoint.flows.driving import Driver
from benchmarks.endpoint.flows.house import House
from benchmarks.endpoint.flows.office import Office
from benchmarks.endpoint.flows.scenario import Scenario, scenario
from benchmarks.endpoint.flows.town import Town
from benchmarks.endpoint.ledger.audit import Audit
from benchmarks.endpoint.ledger.plain import Declined, Place, Plain
from benchmarks.endpoint.ledger.yard import terms

_LIVES = (6.0, 25.0)
"""Between these many seconds after it listens, Crossdock is killed."""
_QUIET = 5
"""So many looks in a row find nothing under way."""
_UNDER_WAY = ("received", "queued", "sending", "in_doubt")


class Result(Struct, frozen=True):
    """What a run came to. ``stuck`` are orders that did not end, ``parked`` messages that wait for a person."""

    tag: str
    serie: str
    seconds: float
    kills: list[tuple[float, int]]
    stuck: dict[str, str]
    parked: list[str]
    audit: Audit

    @property
    def passed(self) -> bool:
        """Whether everything is as it must be."""
        return not (self.stuck or self.parked or self.audit.differences)


def parser() -> argparse.ArgumentParser:
    """The options; address and keys may come from the environment, as tests/odoo takes them."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.endpoint.flows",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ("url", "db", "login", "key", "admin-login", "admin-key")
    for name in names:
        variable = f"CROSSDOCK_ODOO_{name.upper().replace('-', '_')}"
        made.add_argument(f"--{name}", default=os.environ.get(variable, ""), help=f"or {variable}")
    made.add_argument("--sales", type=int, default=20)
    made.add_argument("--purchases", type=int, default=5)
    made.add_argument("--kills", type=int, default=0, help="how often Crossdock is killed on the way")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--concurrency", type=int, default=6, help="orders that people work on at the same time")
    made.add_argument("--warehouse", default="WH", help="code of the warehouse in Odoo")
    made.add_argument("--folder", type=Path, required=True, help="a new folder for the installation")
    made.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    return made


async def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 when everything is as it must be."""
    given = parser().parse_args(arguments)
    run = scenario(os.urandom(2).hex(), given.seed, given.sales, given.purchases)
    try:
        given.folder.mkdir(parents=True)
        place = Place(given.url, given.db, given.login, given.key)
        people = Place(given.url, given.db, given.admin_login or given.login, given.admin_key or given.key)
        Plain(place)
        office = Office(people, run)
        await asyncio.to_thread(office.move_in, given.warehouse)
    except (OSError, Declined, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    result = await carried_out(run, place, office, given)
    if given.json:
        print(msgspec.json.encode(result).decode())
    else:
        shown(result)
    return 0 if result.passed else 1


async def carried_out(run: Scenario, place: Place, office: Office, given: argparse.Namespace) -> Result:
    """Everything of a run, from an empty folder to the comparison."""
    house = House(given.folder)
    town = Town(house.port, house.secret)
    began = time.monotonic()
    await town.open()
    try:
        house.furnish(place, town.ports, given.warehouse)
        await house.open()
        driver = Driver(house, office, town, given.concurrency)
        driving = asyncio.create_task(driver.drive(run.sales, run.purchases))
        await _killing(house, given.kills, random.Random(f"{run.tag}/kills"), driving)  # noqa: S311 - to reproduce
        await driving
        parked = await _quiet(house)
        known = terms(office.plain, [good.sku for good in run.goods])
        told = await asyncio.to_thread(audit, office.plain, run, books(run, known), known, (driver.seen, town))
        seconds = round(time.monotonic() - began, 1)
        return Result(run.tag, office.plain.serie, seconds, house.kills, driver.seen.stuck, parked, told)
    finally:
        await house.close()
        await town.close()


async def _killing(house: House, kills: int, chance: random.Random, driving: "asyncio.Task[None]") -> None:
    """Kill it so often, at moments nobody chose, while orders are under way."""
    for _ in range(kills):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(driving), chance.uniform(*_LIVES))
        if driving.done():
            return
        await house.kill()
        at, flying = house.kills[-1]
        print(f"killed after {at} s, {flying} commands under way", file=sys.stderr, flush=True)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await house.start()


async def _quiet(house: House) -> list[str]:
    """What waits for a person, once nothing else is under way."""
    still = 0
    while still < _QUIET:
        busy = [await house.ask(f"/v1/exchanges?status={status}&limit=1") for status in _UNDER_WAY]
        still = 0 if any(told["items"] for told in busy) else still + 1
        await asyncio.sleep(0.5)
    waiting = (await house.ask("/v1/parked?limit=200"))["items"]
    return [f"{each['shipment_id']} {each['kind']} {each['status']}: {each['operator']}" for each in waiting]


def shown(result: Result) -> None:
    """The result for people, on stdout."""
    told = result.audit
    print(
        f"Odoo {result.serie}, run {result.tag}: {result.seconds / 60:.1f} min, killed {len(result.kills)} times,",
        end=" ",
    )
    print(f"{sum(flying for _, flying in result.kills)} commands cut off")
    print(f"  {told.documents}")
    print(f"  {told.values} values compared, {len(told.differences)} differences")
    for name, why in result.stuck.items():
        print(f"STANDS STILL {name}: {why}")
    for each in result.parked:
        print(f"WAITS FOR A PERSON {each}")
    for one in told.differences:
        print(f"DIFFERENCE {one.subject} {one.what}: books {one.books}, Odoo {one.odoo}")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
