"""What to say before a person ends a command that its partner may have carried out."""

import msgspec
from msgspec import Struct

from crossdock.ports.rows import ExchangeDetail
from crossdock.views.wording import command_name


class _Named(Struct, frozen=True):
    id: str = ""


class _Goods(Struct, frozen=True):
    reference: str = ""
    package: _Named = _Named()


class _Purchase(Struct, frozen=True):
    consignment: _Goods = _Goods()
    shipment_id: str = ""


_PURCHASE = msgspec.json.Decoder(_Purchase)


def warning_of(detail: ExchangeDetail) -> str:
    """What may have happened at the partner and where to look before the command is ended; "" where there is no doubt
    that it was not carried out.
    """
    row = detail.row
    if row.direction == "inbound" or not detail.doubtful:
        return ""
    text = f"{row.partner} may have carried out \u201c{command_name(row.kind)}\u201d: what became of it is not known."
    if row.kind != "label.buy.v1":
        return f"{text} Look there first; a retry asks {row.partner} and repeats nothing that was done."
    bought = _PURCHASE.decode(detail.body)
    about = f"package {bought.consignment.package.id} (reference {bought.consignment.reference}"
    opened = f", shipment {bought.shipment_id}" if bought.shipment_id not in {"", bought.consignment.reference} else ""
    return (
        f"{text} A label for {about}{opened}) may exist there and cost money. A retry asks {row.partner} and buys no "
        "second one. Ended, the order gets the exception label.maybe_bought: look there, void what you find, then book "
        "it again."
    )
