"""The most urgent first: severity, tier, promise, value, age; the same on both databases."""

import pytest

from crossdock.model.cases import Case
from crossdock.ports.rows import Chosen


def case(name, **given):
    return Case(f"do:odoo:{name}", "eta.late", raised_at=5, **given)


@pytest.mark.req("E16", "E17")
async def test_by_severity_then_tier_then_promise_then_value(store):
    wanted = [
        case("1", severity="critical"),
        case("2", severity="high", rank=2, promised_at=9),
        case("3", severity="high", rank=1, promised_at=3),
        case("4", severity="high", rank=1, promised_at=8, value=100, currency="EUR"),
        case("5", severity="high", rank=1, promised_at=8, value=7, currency="EUR"),
        case("6", severity="high", rank=1, value=900, currency="EUR"),
        case("7", severity="low", rank=9, promised_at=1, tier="gold", queue="technical"),
    ]
    over = Case("do:odoo:8", "eta.late", severity="critical", resolved_at=7)
    await store.run(lambda tx: tx.exceptions.save([*reversed(wanted), over]))
    found = await store.read(lambda tx: tx.views.most_urgent())
    assert [row.case for row in found] == wanted
    assert len(await store.read(lambda tx: tx.views.most_urgent(limit=2))) == 2
    [row] = await store.read(lambda tx: tx.views.most_urgent(Chosen(queue="technical")))
    assert row.case.tier == "gold"
