"""The order door from the command line: one order, whoever places it how often."""

import asyncio
import json

import pytest

from cli.ordered import reduce
from cli.running import with_sections
from crossdock import bootstrap

ORDER = {
    "channel": "shop", "reference": "R-1001", "currency": "EUR",
    "customer": {
        "name": "Ada", "address": {"lines": ["Korenmarkt 1"], "city": "Gent", "postcode": "9000", "country": "BE"},
    },
    "lines": [{"sku": "DESK-1", "quantity": 2, "price": "199.00"}],
}  # fmt: skip
DOOR = """\
delivery_windows:
  areas:
    ghent: {countries: [BE], postcodes: ["90*"], slots: {any: {opens: "00:00", closes: "24:00", capacity: 2}}}
"""


@pytest.fixture
def door(config, crossdock):
    text = config.read_text()
    assert "\nprocesses:\n" in text
    intake = '\nprocesses:\n  order_intake: {erp: odoo, known_skus: ["DESK-*"]}\n'
    config.write_text(text.replace("\nprocesses:\n", intake))
    with_sections(config, DOOR)
    assert crossdock("migrate", "-c", config).code == 0
    return config


def file(door, **changes):
    path = door.parent / f"order-{len(list(door.parent.glob('order-*')))}.json"
    path.write_text(json.dumps({**ORDER, **changes}))
    return path


def decided(config):
    async def work():
        installation, faults = bootstrap.load(config)
        assert installation, faults
        store = bootstrap.open_store(installation)
        await reduce(store, installation)
        await store.close()

    asyncio.run(work())


@pytest.mark.req("A2")
def test_an_order_is_placed_once_and_shown_with_how_far_it_is(door, crossdock):
    order = file(door)
    assert crossdock("orders", "place", order, "--dry-run", "-c", door).json["would_be_new"] is True
    assert crossdock("orders", "list", "-c", door, "--json").json == []
    first = crossdock("orders", "place", order, "-c", door, "--json").json
    again = crossdock("orders", "place", order, "-c", door, "--json").json
    assert (first["new"], again["new"], first["order"]) == (True, False, "co:shop:R-1001")
    decided(door)
    [shown] = crossdock("orders", "show", "shop/R-1001", "-c", door, "--json").json
    assert (shown["state"], shown["revision"], shown["problems"]) == ("entering", 1, [])
    assert "co:shop:R-1001" in crossdock("process", "show", "R-1001", "-c", door).out
    listed = crossdock("orders", "list", "-c", door).out
    assert "shop/R-1001" in listed
    other = crossdock("orders", "place", file(door, note="quick"), "-c", door)
    assert (other.code, "another content (/note)" in other.err) == (3, True)
    assert "would_be_refused" in crossdock("orders", "place", file(door, note="x"), "--dry-run", "-c", door).json


@pytest.mark.req("A3")
def test_what_stands_against_an_order_is_said_at_once_and_in_lists(door, crossdock):
    faulty = file(door, reference="R-2", lines=[{"sku": "GHOST", "quantity": 1}])
    assert "sku.unknown /lines/0/sku" in crossdock("orders", "place", faulty, "-c", door).err
    decided(door)
    [listed] = crossdock("orders", "list", "--stage", "rejected", "-c", door, "--json").json
    assert [each["kind"] for each in listed["problems"]] == ["sku.unknown"]
    assert "sku.unknown" in crossdock("orders", "show", "R-2", "-c", door).err
    assert crossdock("orders", "list", "--stage", "limbo", "-c", door).code == 2
    assert crossdock("orders", "show", "shop/R-9", "-c", door).code == 2
    wrong = crossdock(
        "orders", "place", file(door, lines=[{"sku": "DESK-1", "quantity": 1, "price": "1.999"}]), "-c", door
    )
    assert (wrong.code, "/lines/0/price" in wrong.err) == (2, True)


@pytest.mark.req("A5")
def test_how_full_the_slots_are_is_listed(door, crossdock):
    for number in range(3):
        wished = file(door, reference=f"R-{number}", window={"slot": "any"})
        assert crossdock("orders", "place", wished, "-c", door).code == 0
    used = crossdock("orders", "windows", "-c", door, "--json").json
    assert [(each["area"], each["name"], each["taken"], each["capacity"]) for each in used] == [
        ("ghent", "any", 2, 2), ("ghent", "any", 1, 2),
    ]  # fmt: skip
    freed = crossdock("orders", "free-window", "shop/R-0", "--reason", "cancelled", "-c", door, "--json").json
    again = crossdock("orders", "free-window", "shop/R-0", "--reason", "cancelled", "-c", door, "--json").json
    assert (freed["freed"], again["freed"]) == (True, False)
    used = crossdock("orders", "windows", "-c", door, "--json").json
    assert [each["taken"] for each in used] == [1, 1]


@pytest.mark.req("A2")
def test_without_configuration_the_door_says_how_to_open_it(config, crossdock):
    answer = crossdock("orders", "place", file(config), "-c", config)
    assert (answer.code, "processes.order_intake" in answer.err) == (2, True)
