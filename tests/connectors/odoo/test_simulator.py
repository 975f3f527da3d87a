"""The simulated Odoo as a product: options, control, rollback, ledger, hints."""

import json

import pytest
from odoo_bench import KEY, Bench

from crossdock.connectors.odoo.simulator import SIMULATOR
from crossdock.connectors.odoo.simulator.partner import build
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction

NOW = 1_767_225_600_000_000


def json2(simulator, path, body, now=NOW):
    headers = {"content-type": "application/json", "authorization": f"bearer {KEY}", "x-odoo-database": "odoo"}
    request = HttpRequest("POST", f"http://odoo.example/json/2/{path}", headers, json.dumps(body).encode())
    answer = simulator.handle(request, now)
    return answer.status, json.loads(answer.body)


def test_it_is_declared_and_refuses_unknown_options():
    assert SIMULATOR.build({}).hosts == ("odoo.example",)
    with pytest.raises(ValueError, match="colour"):
        build({"colour": "red"})


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("dance", {}),
        ("confirm_orders", {}),
        ("write", {"model": "no.model", "ids": [1], "values": {}}),
        ("fail_next", {}),
    ],
)
def test_unknown_actions_and_arguments_are_said_so(action, arguments):
    with pytest.raises(UnknownAction):
        build({}).control(action, arguments, NOW)


@pytest.mark.req("K11")
def test_an_error_rolls_the_whole_call_back():
    simulator = build({})
    [picking] = simulator.control("confirm_orders", {"n": 1}, NOW)
    before = simulator.state()
    simulator.control("fail_next", {"model": "", "method": "write", "name": "odoo.exceptions.UserError"}, NOW)
    status, error = json2(simulator, "stock.picking/write", {"ids": [picking], "vals": {"carrier_tracking_ref": "1Z"}})
    assert (status, error["name"]) == (422, "odoo.exceptions.UserError")
    assert simulator.state() == before
    assert simulator.ledger.entries == ()
    status, error = json2(simulator, "stock.picking/write", {"ids": [picking, 999], "vals": {"note": "x"}})
    assert (status, error["name"]) == (404, "odoo.exceptions.MissingError")
    assert simulator.database.rows["stock.picking"][picking].get("note") is None


def test_dates_are_shown_in_seconds_and_compared_by_version():
    late = NOW + 700_000
    for serie, expected in (("18.0", 1), ("19.0", 0)):
        bench = Bench(serie)
        bench.simulator.control("confirm_orders", {"n": 1}, late)
        database = bench.simulator.database
        call = bench.simulator.control
        domain = [["write_date", ">", "2026-01-01 00:00:00"]]
        found = call("call", {"model": "stock.picking", "method": "search", "arguments": {"domain": domain}}, late)
        assert len(found) == expected
        assert database.rows["stock.picking"][1]["write_date"] == late


def test_parcels_and_bad_orders_are_where_they_were_asked_for():
    simulator = build({})
    bad, parcels = {"2": "postcode", "5": "sku"}, {"3": 2, "4": 3}
    made = simulator.control("confirm_orders", {"n": 5, "bad": bad, "parcels": parcels}, NOW)
    lines = simulator.database.rows["stock.move.line"].values()
    packed = [
        len({line.get("result_package_id") for line in lines if line["picking_id"] == each} - {None}) for each in made
    ]
    assert packed == [0, 0, 2, 3, 0]
    assert [each["sale"] for each in simulator.state().values()] == [f"SO{n:04d}" for n in range(1, 6)]


def test_changes_are_hinted_and_never_again():
    simulator = build({"webhook_url": "http://crossdock/in/odoo/deliveries?key=x"})
    simulator.control("confirm_orders", {"n": 2}, NOW)
    hints = simulator.take_webhooks(NOW)
    assert [json.loads(hint.body)["_id"] for hint in hints] == [1, 2]
    simulator.webhook_answered(hints[0], 500, NOW)
    assert simulator.take_webhooks(NOW + 3_600_000_000) == []
