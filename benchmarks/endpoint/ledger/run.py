"""What one run is: its folder, what is asked of it, and the scenario that follows. The key is never written down."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.endpoint.ledger.goods import Good, goods
from benchmarks.endpoint.ledger.plain import Place
from benchmarks.endpoint.ledger.scenario import Plan, plans
from benchmarks.endpoint.ledger.yard import Terms

KEY = "CROSSDOCK_LEDGER_KEY"
"""The variable the Crossdock process gets the API key by."""


class Asked(Struct, frozen=True):
    """What was asked for. ``tag`` makes a run's records its own; ``terms`` are how this Odoo taxes, once known."""

    url: str
    database: str
    login: str
    tag: str
    seed: int
    orders: int
    kills: int
    concurrency: int
    warehouse: str = "WH"
    terms: Terms | None = None


class Run(Struct, frozen=True):
    """A run with its folder."""

    folder: Path
    asked: Asked

    @property
    def store(self) -> str:
        """The URL of its store."""
        return f"sqlite:///{self.folder / 'crossdock.db'}"

    @property
    def goods(self) -> tuple[Good, ...]:
        """What it sells."""
        return goods(self.asked.tag, self.asked.seed)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """What is to happen."""
        return plans(self.asked.tag, self.asked.seed, self.goods, self.asked.orders)

    def place(self) -> Place:
        """Where and as whom; the key comes from the environment."""
        return Place(self.asked.url, self.asked.database, self.asked.login, os.environ[KEY])


def opened(folder: Path, asked: Asked) -> Run:
    """The run of ``folder``: begun, or gone on with, where the number of orders and kills may grow.

    Raises `ValueError` where the folder is a run on another Odoo, or of more orders: those under way would be
    forgotten.
    """
    found = read(folder)
    if found is not None:
        old = found.asked
        if (old.url, old.database) != (asked.url, asked.database):
            raise ValueError(f"{folder} is a run on {old.url} {old.database}: name another folder")
        if asked.orders < old.orders:
            raise ValueError(f"{folder} is a run of {old.orders} orders: ask for at least as many")
        asked = msgspec.structs.replace(asked, tag=old.tag, seed=old.seed, warehouse=old.warehouse, terms=old.terms)
    return saved(folder, asked)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder; made where it is not there. Raises `ValueError` where another drives the run in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"somebody is at work on {folder}: wait, or end that first") from None
        yield


def saved(folder: Path, asked: Asked) -> Run:
    """The run, written down."""
    whole = folder / "run.json.new"
    whole.write_bytes(msgspec.json.format(msgspec.json.encode(asked)))
    whole.replace(folder / "run.json")
    return Run(folder, asked)


def read(folder: Path) -> Run | None:
    """The run of ``folder``, None before it has begun."""
    path = folder / "run.json"
    return Run(folder, msgspec.json.decode(path.read_bytes(), type=Asked)) if path.exists() else None
