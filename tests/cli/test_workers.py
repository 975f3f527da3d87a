"""`crossdock workers` and what `crossdock doctor` says of the processes that share a store."""

import asyncio

import pytest

from crossdock import bootstrap
from crossdock.ports.leases import Role
from crossdock.transports import machine


@pytest.fixture
def two_processes(config, crossdock):
    """One that lives and one that fell silent a minute ago."""
    assert crossdock("migrate", "--config", config).code == 0
    installation, _ = bootstrap.load(config)
    now = machine.RealClock().now()

    def step(tx):
        tx.leases.claim("lives", now, now + 600_000_000, 64)
        tx.leases.present("lives", [Role.WORKER, Role.INTAKE], now, now + 600_000_000)
        tx.leases.present("silent", [Role.SCHEDULER], now, now - 60_000_000)

    async def write():
        store = bootstrap.open_store(installation)
        await store.run(step)
        await store.close()

    asyncio.run(write())
    return config


@pytest.mark.req("K13", "N5")
def test_workers_shows_who_lives_who_fell_silent_and_how_long_work_waits(two_processes, crossdock):
    answer = crossdock("workers", "--config", two_processes)
    assert answer.code == 0
    lives, silent = answer.out.splitlines()[1:3]
    assert "intake, worker" in lives
    assert "64" in lives
    assert lives.rstrip().endswith("alive")
    assert "silent for 6" in silent
    assert "received 0 (0 s), undecided 0 (0 s)" in answer.err
    asked = crossdock("workers", "--config", two_processes, "--json").json
    assert [each["owner"] for each in asked["processes"]] == ["lives", "silent"]
    assert asked["age_seconds"] == {"received": 0.0, "undecided": 0.0, "queued": 0.0, "due": 0.0}


@pytest.mark.req("K13")
def test_doctor_warns_of_a_role_that_is_nobodys(two_processes, crossdock):
    findings = crossdock("doctor", "--config", two_processes, "--json").json["findings"]
    [found] = [each for each in findings if each["subject"] == "processes"]
    assert (found["status"], found["text"]) == ("warn", "1 alive, nobody is scheduler, tower")
