"""Routing from the command line: explained, tried, compared on the orders of late, and tested by tables."""

import asyncio
import json

import pytest

from cli.ordered import ORDER, seed
from cli.running import with_sections
from crossdock import bootstrap
from crossdock.model.events import Fact
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import NewEvent
from crossdock.processes.routing import Router, rule_book
from crossdock.transports import machine

RULES = """\
routing:
  timezone: Europe/Brussels
  tags: {samples: ["SKU-*"]}
  rules:
    - name: to the north
      when: {countries: [BE], postcodes: ["2000-2999"]}
      then: {partner: easypost}
    - name: the rest
      then: {partner: easypost, priority: batch}
"""
NEW = RULES.replace(
    "- name: the rest", "- {name: west coast, when: {regions: [OR]}, then: {priority: express}}\n    - name: the rest"
)
CASES = """\
cases:
  - name: Antwerp goes north
    order: {country: BE, postcode: "2018", skus: [DESK-1], weight_kg: 4.5, value: 10.00 EUR}
    at: 2026-11-23T10:00:00+01:00
    expect: {rule: to the north, partner: easypost, priority: ""}
  - name: everything else
    order: {country: US, postcode: "97201"}
    expect: {rule: the rest, priority: batch}
"""


def routed(config, text=RULES):
    return with_sections(config, text)


@pytest.mark.req("A7")
def test_an_order_is_explained_by_todays_rules_and_then_by_what_was_decided(config, crossdock):
    seed(routed(config))
    [told] = crossdock("route", "explain", ORDER.sales_order, "-c", config, "--json").json
    assert (told["decided_at"], told["routed"]["rule"], told["routed"]["priority"]) == ("", "the rest", "batch")
    assert told["routed"]["rejected"] == [{"rule": "to the north", "why": "country US is not BE"}]
    asyncio.run(_decide(config))
    config.write_text(config.read_text().replace("name: the rest", "name: whatever is left"))
    answer = crossdock("route", "explain", ORDER.sales_order, "-c", config)
    assert "the rest" in answer.out
    assert "country US is not BE" in answer.out
    assert "decided 20" in answer.err
    assert crossdock("route", "explain", "SO9999", "-c", config).code == 2


async def _decide(config):
    """What order-release does: the decision is an event of the order."""
    installation, _ = bootstrap.load(config)
    store, now = bootstrap.open_store(installation), machine.RealClock().now()
    event = Router(rule_book(installation.settings.routing)).decided(ORDER, now)
    fact = Fact(event, from_epoch_us(now), subject=ORDER.id)
    await store.run(
        lambda tx: tx.log.append([NewEvent(fact.key(ORDER.id), ORDER.id, fact, now, "", "", "0" * 32)], now)
    )
    await store.close()


@pytest.mark.req("A7")
def test_new_rules_are_compared_on_the_orders_of_late_without_changing_anything(config, crossdock, tmp_path):
    seed(routed(config))
    new = tmp_path / "new.yaml"
    new.write_text(RULES)
    same = crossdock("route", "diff", new, "-c", config, "--json")
    assert (same.code, same.json["orders"], same.json["moved"]) == (0, 1, [])
    new.write_text(NEW)
    answer = crossdock("route", "diff", new, "--since", "7d", "-c", config, "--json")
    assert answer.code == 3
    [moved] = answer.json["moved"]
    assert (moved["name"], moved["before"]["rule"], moved["after"]["rule"]) == (
        ORDER.sales_order, "the rest", "west coast",
    )  # fmt: skip
    assert answer.json["versions"]["before"] == same.json["versions"]["before"] != answer.json["versions"]["after"]
    told = crossdock("route", "diff", new, "-c", config)
    assert "1 of 1 orders would go elsewhere" in told.err
    new.write_text("routing: {rules: [{name: x, then: {partner: nobody}}]}\n")
    refused = crossdock("route", "diff", new, "-c", config)
    assert (refused.code, "'nobody' is not among the partners" in refused.err) == (1, True)


@pytest.mark.req("A7")
def test_a_table_of_cases_is_tried_and_says_what_does_not_hold_and_what_no_case_reaches(config, crossdock, tmp_path):
    routed(config)
    table = tmp_path / "cases.yaml"
    table.write_text(CASES)
    good = crossdock("route", "test", table, "-c", config)
    assert (good.code, "2 of 2 cases hold" in good.err) == (0, True)
    table.write_text(CASES.replace("priority: batch", "priority: express"))
    bad = crossdock("route", "test", table, "-c", config, "--json")
    assert bad.code == 1
    assert [(each["name"], each["failed"]) for each in bad.json["failed"]] == [
        ("everything else", [["priority", "express", "batch"]])
    ]
    new = tmp_path / "new.yaml"
    new.write_text(NEW)
    assert "no case reaches: west coast" in crossdock("route", "test", table, "--rules", new, "-c", config).err
    table.write_text(CASES.replace("skus:", "sku:"))
    assert crossdock("route", "test", table, "-c", config).code == 2


@pytest.mark.req("A7")
def test_an_order_in_a_file_is_tried_as_a_case_or_as_a_shop_sends_it(config, crossdock, tmp_path):
    routed(config)
    case = tmp_path / "order.yaml"
    case.write_text('country: BE\npostcode: "2018"\n')
    assert crossdock("route", "try", "--order", case, "-c", config, "--json").json["rule"] == "to the north"
    body = {
        "channel": "shop", "reference": "R-1", "lines": [{"sku": "DESK", "quantity": 1}],
        "customer": {"name": "Ada", "address": {"country": "BE", "postcode": "2018"}},
    }  # fmt: skip
    shop = tmp_path / "order.json"
    shop.write_text(json.dumps(body))
    assert crossdock("route", "try", "--order", shop, "-c", config, "--json").json["rule"] == "to the north"
    assert "to the north" in crossdock("route", "try", "--order", shop, "-c", config).out


@pytest.mark.req("A7")
def test_check_warns_of_rules_that_never_decide_and_refuses_names_nobody_has(config, crossdock):
    routed(config, RULES + "    - {name: never, when: {countries: [NL]}, then: {partner: easypost}}\n")
    warned = crossdock("check", "-c", config)
    assert warned.code == 0
    assert "rule 'never' never decides: 'the rest' before it takes its orders" in warned.err
    assert crossdock("route", "check", "-c", config, "--json").json["warnings"][0]["rule"] == "never"
    assert crossdock("check", "-c", config, "--json").json["routing"][0]["rule"] == "never"
    wrong = RULES.replace("easypost}", "nobody}", 1).replace("2000-2999", "2999-2000").replace("Europe/B", "Europe/X")
    routed(config, wrong)
    found = {each["key"]: each["line"] for each in crossdock("check", "-c", config, "--json").json["faults"]}
    assert set(found) == {
        "routing.rules[0].then.partner", "routing.rules[0].when.postcodes[0]", "routing.timezone",
    }  # fmt: skip
    assert all(found.values())


@pytest.mark.req("A4")
def test_what_is_known_of_a_delivery_is_shown_with_who_says_it(config, crossdock):
    lines = "reference,postcode,country,window_from,window_until,tail_lift\n,972*,US,08:00,12:00,yes\n"
    (config.parent / "customers.csv").write_text(lines)
    seed(routed(config, "enrichment: {file: customers.csv, defaults: {service_minutes: 5}}\n"))
    [found] = crossdock("route", "enrich", ORDER.name, "-c", config, "--json").json.values()
    told = {each["name"]: (each["value"], each["source"]) for each in found["fields"]}
    assert told["window_from"] == ("08:00", "customers.csv line 2")
    assert told["tail_lift"] == (True, "customers.csv line 2")
    assert told["service_minutes"] == (5, "defaults")
    assert "customers.csv line 2" in crossdock("route", "enrich", ORDER.name, "-c", config).out
    (config.parent / "customers.csv").write_text(lines.replace("yes", "perhaps").replace("972*", "9*2"))
    faults = crossdock("check", "-c", config, "--json").json["faults"]
    assert [(each["key"], each["line"]) for each in faults] == [("enrichment.file", 2)]
