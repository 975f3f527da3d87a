"""Every page of the tower, asked for one after the other; of orders, each time another one."""

import argparse
import math
import re
from collections.abc import Sequence
from time import perf_counter

from benchmarks.local.messages import tracking_number
from benchmarks.local.worlds import order
from benchmarks.pages.serving import Served
from crossdock.tower.registered import SCREENS


async def paths(served: Served, arguments: argparse.Namespace) -> dict[str, list[str]]:
    """The addresses of every kind of page: each screen's own, what its lists lead to, orders all over the store."""
    numbers = [(n * 7919) % arguments.orders for n in range(arguments.times)]
    found = {screen.place.name: [screen.place.path] for screen in SCREENS}
    found |= {
        "Search: whole tracking number": [f"/search?q={tracking_number(n)}" for n in numbers],
        "Search: beginning of a number": [f"/search?q=SO{n:06d}"[:-1] for n in numbers],
        "Search: a typing mistake": [f"/search?q=S0{n:06d}" for n in numbers],
        "Search: nobody has it": [f"/search?q=zz{n}" for n in numbers],
        "Order": [f"/orders/{order(n).id}" for n in numbers],
        "Exceptions of a kind": ["/exceptions?kind=proof.missing"],
        "Exceptions that are late": ["/exceptions?late=1"],
        "All exceptions, a dry run": ["/exceptions/act?deed=resolve&kind=proof.missing"],
        "Messages, all": ["/messages?show=all"],
        "Numbers of every page": ["/palette?q=SO0000"],
    }
    for name, path in (
        ("Exception", "/exceptions"),
        ("Message", "/messages?show=all"),
        ("Stopped message", "/messages"),
    ):
        if rows := await _rows(served, path):
            found[name] = rows
    return found


async def _rows(served: Served, path: str) -> list[str]:
    """Where the rows of a list lead."""
    async with served.session.get(path) as answer:
        text = await answer.text()
    tags = re.findall(r"<a\b[^>]*data-row[^>]*>", text)
    links = [re.search(r'href="([^"]+)"', tag) for tag in tags]
    return [each.group(1).replace("&amp;", "&") for each in links if each]


async def asked(served: Served, addresses: Sequence[str], times: int) -> list[float]:
    """Milliseconds of ``times`` answers, of the addresses in turn; the first warms up. Raises `RuntimeError` for an
    answer that is not a page.
    """
    found = []
    for turn in range(times + 1):
        path = addresses[turn % len(addresses)]
        began = perf_counter()
        async with served.session.get(path) as answer:
            body = await answer.read()
        took = (perf_counter() - began) * 1000
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path}: {answer.status}")
        if turn:
            found.append(took)
    return found


def percentile(times: Sequence[float], share: float) -> float:
    """The time that ``share`` of them do not exceed, in milliseconds."""
    ordered = sorted(times)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 2)
