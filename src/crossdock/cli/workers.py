"""`crossdock workers`: which processes run on this store, what each does, and what waits for them."""

import time

import typer
from msgspec import Struct

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, agreed, read
from crossdock.cli.output import AsJson, as_json, note, table
from crossdock.ports.leases import Member, Role
from crossdock.ports.rows import Queues
from crossdock.ports.stores import Transaction

_SECOND = 1_000_000


class Census(Struct, frozen=True):
    """Everybody, and the seconds that the oldest of each stage waits."""

    at: int
    processes: list[Member]
    depth: dict[str, int]
    age_seconds: dict[str, float]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("workers")(workers)


def workers(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show the processes that share this store: roles, since when, partitions held; and how long work waits."""
    census = read(config, lambda tx: take(tx, agreed(tx)))
    if json:
        as_json(census)
        return
    rows = [(each.owner, ", ".join(each.roles), _ago(each.since), *_held(each), _state(each, census.at))
            for each in census.processes]  # fmt: skip
    table(rows, "process", "roles", "since", "partitions", "feeds", "")
    waits = [f"{stage} {census.depth[stage]} ({age:.0f} s)" for stage, age in census.age_seconds.items()]
    note(f"waiting: {', '.join(waits)}")


def take(tx: Transaction, now: int) -> Census:
    """Count them at ``now`` (epoch microseconds)."""
    queues: Queues = tx.views.queues(now)
    ages = {stage: round((now - oldest) / _SECOND, 1) if oldest else 0.0 for stage, oldest in queues.oldest.items()}
    return Census(now, tx.leases.members(now), queues.depth, ages)


def _held(member: Member) -> tuple[int, int]:
    return member.held.get(Role.WORKER, 0), member.held.get(Role.SCHEDULER, 0)


def _state(member: Member, moment: int) -> str:
    silent = (moment - member.until) // _SECOND
    return "alive" if silent <= 0 else f"silent for {silent} s"


def _ago(since: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(since / _SECOND))
