"""What can be configured of goods that come back, come in, or could not be delivered."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crossdock.settings.words import Hours, PartnerId, Size


class ReturnToRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """Goods that come back are taken into stock and then refunded, each once."""

    warehouse: Annotated[
        PartnerId | None,
        Meta(description="Partner that returns are announced to; none: people say what came", examples=["north3pl"]),
    ] = None
    refund: Annotated[
        Literal["invoiced", "always", "never"],
        Meta(
            description="Issue a credit note where Crossdock issued the invoice, ask the system of record for one in "
            "any case, or leave it to people"
        ),
    ] = "invoiced"
    post: Annotated[bool, Meta(description="Post the credit note; false leaves a draft")] = True
    damaged: Annotated[
        Literal["restock", "scrap", "reject"],
        Meta(description="Damaged goods are taken into stock, taken in and scrapped, or neither taken in nor refunded"),
    ] = "scrap"
    scrap_at: Annotated[
        str, Meta(description="Code of the warehouse whose stock is scrapped", min_length=1, examples=["WH"])
    ] = "WH"
    complete_transfer: Annotated[
        bool, Meta(description="Finish the delivery first where it is open: what comes back has left")
    ] = True
    open_return: Annotated[
        bool, Meta(description="Open the return transfer once goods are under way, before they are received")
    ] = True
    label: Annotated[bool, Meta(description="Buy a label for the way back when a return is requested; costs money")] = (
        False
    )


class ProcureToReceive(Struct, frozen=True, forbid_unknown_fields=True):
    """What a purchase brings is announced to the warehouse, and received once per goods receipt."""

    warehouse: Annotated[
        PartnerId | None,
        Meta(description="Partner that receipts are announced to; none: it is only watched", examples=["north3pl"]),
    ] = None
    announce: Annotated[
        Literal["planned", "notice"],
        Meta(description="Announce as soon as the receipt is planned, or what a supplier's notice (ASN) says"),
    ] = "planned"
    acknowledge_minutes: Annotated[
        Size, Meta(description="Minutes the warehouse has to take an announcement", examples=[30])
    ] = 30.0
    notice_hours: Annotated[
        Hours, Meta(description="Hours before the planned arrival that a supplier's notice is due; 0: none is expected")
    ] = 0.0
    remainder: Annotated[
        Literal["backorder", "cancel"], Meta(description="What is short stays on order, or is cancelled")
    ] = "backorder"
    over: Annotated[
        Literal["receive", "leave"], Meta(description="What is more than announced is received, or left out")
    ] = "receive"
    damaged: Annotated[Literal["receive", "leave"], Meta(description="What came damaged is received, or left out")] = (
        "receive"
    )


class FailedDelivery(Struct, frozen=True, forbid_unknown_fields=True):
    """After failed attempts the customer chooses what happens with a parcel."""

    attempts: Annotated[int, Meta(description="Failed attempts before the customer is asked", ge=1, le=20)] = 2
    answer_hours: Annotated[Size, Meta(description="Hours the customer has to answer")] = 48.0
    offers: Annotated[
        int, Meta(description="How often the customer is asked of one parcel before it comes back", ge=0, le=10)
    ] = 2
    silence: Annotated[Literal["again", "collect", "return"], Meta(description="What is done when no answer comes")] = (
        "return"
    )
