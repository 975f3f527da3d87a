"""`crossdock retention` on an installation whose server is stopped."""

import pytest

from cli.test_rebuild import on_store
from crossdock.ports.stores_inbound import NewExchange, RefusedBody, Settlement

LONG_AGO = 1_600_000_000_000_000


async def aged(_installation, store):
    """One message and one refused body of 2020, one message nobody has read."""

    def step(tx):
        for at in range(2):
            name = f"{LONG_AGO + at:014x}".ljust(26, "0")
            tx.exchanges.accept([NewExchange(name, "easypost", "events", b"{}", LONG_AGO + at, "0" * 32)])
        tx.exchanges.settle([Settlement(f"{LONG_AGO:014x}".ljust(26, "0"), "translated")], LONG_AGO)
        refused = RefusedBody("r1", "easypost", "events", 401, LONG_AGO, b"x", 1, "0" * 64, "do", "why")
        tx.exchanges.refuse([refused])

    await store.run(step)


async def audited(_installation, store):
    rows = await store.read(
        lambda tx: tx._connection.exec_driver_sql("SELECT actor, detail FROM audit WHERE action = 'retention.run'")
    )
    return [tuple(row) for row in rows]


@pytest.mark.req("M19")
def test_a_dry_run_counts_and_a_run_does_it_and_writes_it_down(crossdock, config):
    on_store(config, aged)
    for _ in range(2):
        would = crossdock("retention", "run", "--dry-run", "--json", "-c", config)
        assert (would.code, would.json["dry_run"], would.json["gone"]) == (0, True, {"exchanges": 1, "refused": 1})
    assert "would go" in crossdock("retention", "run", "--dry-run", "-c", config).out
    done = crossdock("retention", "run", "--json", "-c", config)
    assert (done.code, done.json["gone"]) == (0, {"bodies": 1, "exchanges": 1, "refused": 1})
    assert crossdock("retention", "run", "--json", "-c", config).json["gone"] == {}
    [(actor, detail)] = on_store(config, audited)
    assert actor.startswith("cli:")
    assert "1 exchanges" in detail


@pytest.mark.req("M19")
def test_the_days_in_force_are_shown(crossdock, config):
    shown = crossdock("retention", "show", "--json", "-c", config)
    assert (shown.code, shown.json["ended_days"], shown.json["delivery_id_days"]) == (0, 1100, 90)
    assert "1100" in crossdock("retention", "show", "-c", config).out
