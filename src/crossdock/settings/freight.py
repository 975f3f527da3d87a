"""What can be configured of freight charges."""

from typing import Annotated

from msgspec import Meta, Struct


class FreightSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What carriers charge; a partner's ``config`` says where it stands (``charges`` of the connector generic)."""

    unmatched_after_hours: Annotated[
        float,
        Meta(
            description="A charge that no shipment matches is an exception after so long; 0: at once",
            ge=0,
            le=8760,
            examples=[24],
        ),
    ] = 1.0
