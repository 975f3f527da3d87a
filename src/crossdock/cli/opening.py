"""How commands reach the configuration and the store; they read the store directly and need no running server."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer

from crossdock import bootstrap
from crossdock.bootstrap import Installation
from crossdock.cli.output import fail_with_faults
from crossdock.ports.stores import Store, Transaction
from crossdock.transports import machine

T = TypeVar("T")

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT_CONFIG = Path("crossdock.yaml")


class MigratableStore(Store, Protocol):
    """What `bootstrap.open_store` gives: a store that knows its schema."""

    async def migrate(self) -> str:
        """Bring the schema up to date; the revision it is at then."""
        ...

    async def revision(self) -> str:
        """The revision of the schema, "" before the first migration."""
        ...


def installation(config: Path) -> Installation:
    """The configuration, or the end of the command with every fault of it."""
    found, faults = bootstrap.load(config)
    if found is None:
        fail_with_faults(faults)
    return found


def with_store(config: Path, work: Callable[[Installation, MigratableStore], Awaitable[T]]) -> T:
    """Open the configured store, do ``work``, close it."""
    found = installation(config)

    async def run() -> T:
        store = bootstrap.open_store(found)
        try:
            return await work(found, store)
        finally:
            await store.close()

    return asyncio.run(run())


def read(config: Path, step: Callable[[Transaction], T]) -> T:
    """One reading transaction."""

    async def work(_installation: Installation, store: Store) -> T:
        return await store.read(step)

    return with_store(config, work)


def write(config: Path, step: Callable[[Transaction], T], *, wakes: tuple[str, ...] = ()) -> T:
    """One writing transaction; ``wakes`` are the topics workers wait on."""

    async def work(_installation: Installation, store: Store) -> T:
        result = await store.run(step)
        for topic in wakes:
            store.wake(topic)
        return result

    return with_store(config, work)


def now() -> int:
    """The machine's time in epoch microseconds."""
    return machine.RealClock().now()


def agreed(tx: Transaction) -> int:
    """The time processes agree on: that of the store's server, or this machine's."""
    return machine.RealClock().agreed(tx.server_time)


def actor() -> str:
    """Who runs the command, as the audit names them."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"
