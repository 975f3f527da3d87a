"""`crossdock flows`: every flow of the configuration in force, with what the store knows of it."""

import asyncio

import pytest

from crossdock import bootstrap
from crossdock.cli.opening import now
from storage.made import exchange, translated


@pytest.fixture
def spoken(config):
    async def work():
        installation, _ = bootstrap.load(config)
        store = bootstrap.open_store(installation)
        await store.migrate()
        at = now() - 600_000_000

        def messages(tx):
            for number, seconds in enumerate((1, 2, 7)):
                name = f"x{number:08d}"
                tx.exchanges.accept([exchange(name, channel="events", received_at=at)])
                tx.exchanges.settle([translated(name, "do:odoo:1")], at + seconds * 1_000_000)

        await store.run(messages)
        await store.close()

    asyncio.run(work())
    return config


@pytest.mark.req("J1")
def test_every_flow_has_a_class_an_objective_and_what_was_measured(crossdock, spoken):
    data = crossdock("flows", "--json", "-c", spoken)
    assert data.code == 0, data.err
    rows = {row["flow"]["name"]: row for row in data.json["flows"]}
    assert all(row["flow"]["target"]["seconds"] > 0 for row in rows.values())
    assert {"odoo/deliveries", "easypost/events", "easypost/label.buy.v1", "odoo/shipping.record.v1"} <= set(rows)
    label = rows["easypost/label.buy.v1"]
    assert (label["flow"]["source"], label["flow"]["system"], label["p50"]) == ("order_to_ship", "easypost", None)
    events = rows["easypost/events"]
    assert (events["flow"]["target"], events["messages"]) == ({"latency": "real_time", "seconds": 5.0}, 3)
    assert (events["p50"], events["p99"], events["met"]) == (2, 7, False)


@pytest.mark.req("J1")
def test_the_table_names_what_is_later_than_it_is_to_be(crossdock, spoken):
    answer = crossdock("flows", "-c", spoken)
    assert answer.code == 0
    assert "real time" in answer.out
    assert "near real time" in answer.out
    assert "later than they are to be: easypost/events" in answer.err
    assert "missed" not in crossdock("flows", "--hours", "0.1", "-c", spoken).out
