"""The account manager's activity in a (simulated) Odoo: raised by what a carrier reports, closed when it is over."""

import pytest

from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions
from demo_road import DemoRoad

POLICY = DeskPolicy(activity_kinds=frozenset({"shipment.address"}))


@pytest.mark.req("E16", "E4")
async def test_a_wrong_address_is_on_the_sales_order_until_the_parcel_goes_on():
    road = DemoRoad(more=[tracking_exceptions(TrackingExceptionsPolicy()), exception_desk(POLICY)])

    async def reported(status, detail):
        [codes] = road.easypost.live_labels().values()
        given = {"tracking_code": codes[0], "status": status, "status_detail": detail}
        road.easypost.control("advance", given, road.clock.now())
        await road._until(lambda: True)

    def activities():
        rows = road.odoo.database.rows["mail.activity"].values()
        return [(row["res_model"], row["summary"], bool(row["user_id"])) for row in rows if row.get("active", True)]

    await road._until(lambda: len(road.easypost.live_labels()) >= 1)
    await reported("error", "address_correction")
    assert activities() == [("sale.order", "The carrier cannot deliver to the address", True)]
    [row], _ = await road.hub.store.read(lambda tx: tx.views.exceptions())
    assert (row.case.kind, row.case.partner, row.sales_order[:2]) == ("shipment.address", "UPS", "SO")
    await reported("out_for_delivery", "out_for_delivery")
    assert activities() == []
    assert (await road.hub.store.read(lambda tx: tx.views.exceptions()))[0] == []
    await road.hub.close()
    await road.hub.store.close()
