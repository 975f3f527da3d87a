"""Read models after a simulated history with crashes: what the log makes of them, and healed when spoilt."""

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest

from crossdock.backbone.rebuild import Busy
from crossdock.devkit.chaos.invariants import Finding, rebuilder
from crossdock.devkit.chaos.running import prepare, run_seed, workspace
from crossdock.devkit.chaos.scenarios import SCENARIOS
from crossdock.devkit.chaos.world import bury
from slowly import few

SPOILT = (
    "update state set state = x'7b7d' where subject = (select min(subject) from state)",
    "update state set phase = 'nonsense', milestone = 'delivered'",
    "update state set processes = replace(processes, '\"', '')",
    "delete from state where subject = (select max(subject) from state)",
    "delete from state",
    "delete from reference",
    "delete from timer",
    "insert into timer (subject, name, due_at) select min(subject), 'invented', 99 from event",
    "update timer set who = 'nobody' where subject = (select min(subject) from timer)",
    "delete from instance",
    "update instance set stage = 'limbo' where subject = (select max(subject) from instance)",
    "delete from business_exception",
    "insert into business_exception (subject, kind, pointer, cause) select min(subject), 'invented', '', '' from event",
    "insert into state (subject, state, processes) values ('do:odoo:nobody', x'7b7d', '{}')",
)


async def spoil_and_heal(chaos, store):
    """Every way of spoiling, found and healed to the same hash; nothing else is touched."""
    sound = await rebuilder(chaos, store).check()
    found = [Finding("sound", str(sound.differences))] if not sound.equal or sound.kept != sound.log else []
    with pytest.raises(Busy):
        await rebuilder(chaos, store).rebuild()
    await bury(chaos)
    await asyncio.sleep(60)
    draw = random.Random(chaos.seed)
    for words in draw.sample(SPOILT, len(SPOILT)):
        with sqlite3.connect(chaos.database) as connection:
            changed = connection.execute(words).rowcount
            commands = connection.execute("select * from command order by seq").fetchall()
            events = connection.execute("select count(*) from event").fetchone()
        if not changed:
            continue
        spoilt = await rebuilder(chaos, store).check()
        if spoilt.equal:
            found.append(Finding("spoilt and not found", words))
        healed = await rebuilder(chaos, store).rebuild()
        if (healed.kept, healed.log, healed.equal) != (sound.kept, sound.log, True):
            found.append(Finding("not healed", f"{words}: {healed}"))
        with sqlite3.connect(chaos.database) as connection:
            if commands != connection.execute("select * from command order by seq").fetchall():
                found.append(Finding("commands changed", words))
            if events != connection.execute("select count(*) from event").fetchone():
                found.append(Finding("events changed", words))
    return found


@pytest.mark.req("K17", "K2")
@pytest.mark.parametrize("name", few(sorted(SCENARIOS), 2))
def test_what_was_spoilt_is_found_and_healed_to_the_same_hash(name):
    with workspace() as folder:
        outcome = run_seed(SCENARIOS[name], 7, prepare(Path(folder)), spoil_and_heal)
    assert outcome.findings == ()
    assert outcome.steps > 100
