"""What can be configured of the stock that is promised."""

from typing import Annotated

from msgspec import Meta, Struct


class AvailabilitySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How old a warehouse's word on its stock may be before it is marked, and before it is not given any more."""

    stale_after_minutes: Annotated[
        float,
        Meta(description="Older answers carry stale: true", gt=0, examples=[60]),
    ] = 60.0
    refuse_after_hours: Annotated[
        float,
        Meta(
            description="Older answers are refused with 503 instead; 0 never refuses",
            ge=0,
            examples=[24],
        ),
    ] = 0.0
