"""One RPC per event, as odoorpc users write it: a write of the tracking reference, then a note."""

from benchmarks.endpoint.odoo.direct import Direct
from benchmarks.endpoint.odoo.told import Told
from benchmarks.endpoint.odoo.yard import PICKING
from crossdock.connectors.odoo.client.dialects import Call


def write_each(odoo: Direct, told: list[Told]) -> None:
    """Two calls for every event, over one connection."""
    for each in told:
        ids, text = (each.picking,), f"{each.body.text} {each.body.tracking_number}"
        values = {"carrier_tracking_ref": each.body.tracking_number}
        odoo.call(Call(PICKING, "write", ids, {"vals": values}, writes=True))
        odoo.call(Call(PICKING, "message_post", ids, {"body": text}, writes=True))
