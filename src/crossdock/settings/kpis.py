"""What can be configured of key figures: how bad they may get, and how often they are counted."""

from typing import Annotated

from msgspec import Meta, Struct, field

from crossdock.settings.words import Size

KpiName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["missing_proofs"])]


class KpiSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Key figures: when they are bad, and how often they are counted."""

    every_seconds: Annotated[
        float,
        Meta(
            description="Schedulers count all of them once in so many seconds, for metrics and alerts; not at every "
            "scrape",
            ge=60,
            examples=[300],
        ),
    ] = 60.0
    alerts: Annotated[
        bool, Meta(description="One that is worse than its threshold is an exception until it is better")
    ] = True
    thresholds: Annotated[
        dict[KpiName, float | None],
        Meta(
            description="How far each may go before somebody is alerted; null: never. What is left out keeps its own "
            "(crossdock kpi list)",
            examples=[{"missing_proofs": 25, "on_time_rate": 95}],
        ),
    ] = field(default_factory=dict)
    objectives_seconds: Annotated[
        dict[KpiName, Size],
        Meta(
            description="What counts as too slow, where a figure is about that; what is left out keeps its own",
            examples=[{"delayed_propagation": 120}],
        ),
    ] = field(default_factory=dict)
