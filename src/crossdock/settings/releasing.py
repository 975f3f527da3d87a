"""What can be configured of letting orders go: gates, and the warehouse they are released to."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crossdock.settings.words import Hours, PartnerId


class OrderRelease(Struct, frozen=True, forbid_unknown_fields=True):
    """Orders pass their gates and are released to the warehouse that ships them; labels are bought when they are
    packed. Without this section orders are labelled as soon as they are read.
    """

    warehouse: Annotated[
        PartnerId | None,
        Meta(
            description="Partner that picks, packs and ships every order; left out, orders go straight to their "
            "carriers once no gate holds them",
            examples=["north3pl"],
        ),
    ] = None
    express: Annotated[
        tuple[str, ...],
        Meta(description="Service levels, in the order's own words, that go before others", examples=[["next_day"]]),
    ] = ()


class CreditHold(Struct, frozen=True, forbid_unknown_fields=True):
    """An order of a customer over the credit limit of the system of record waits for finance."""

    tolerance_percent: Annotated[float, Meta(description="How far over the limit is still let go", ge=0, le=1000)] = 0.0
    hours: Annotated[Hours, Meta(description="How long finance has to decide")] = 72.0
    on_expiry: Annotated[
        Literal["release", "keep"], Meta(description="When nobody decided: let the order go, or keep it back")
    ] = "keep"
    assignee: Annotated[
        str,
        Meta(description="Login of whose task it is; empty: who is responsible for the order", examples=["fin"]),
    ] = ""


class PaymentGate(Struct, frozen=True, forbid_unknown_fields=True):
    """An order that is paid in advance waits for its payment."""

    require: Annotated[
        Literal["all", "reported"],
        Meta(description="Hold every order until it is paid, or only those of which a payment was reported pending"),
    ] = "reported"
    enough: Annotated[
        tuple[Literal["authorized", "captured"], ...], Meta(description="States of a payment that let the order go")
    ] = ("authorized", "captured")
