"""What can be configured of flows: the class and the latency objective of each."""

from typing import Annotated

from msgspec import Meta, Struct, field

from crossdock.model.flows import LatencyClass, Target

FlowName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*(/[a-z0-9_.-]+)?$", examples=["odoo/deliveries"])]


class FlowSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How soon a message is to be through: in, from received to understood; out, from ordered to carried out."""

    latency: Annotated[
        LatencyClass,
        Meta(description="Its class: real_time up to 10 seconds, near_real_time up to 15 minutes, batch above"),
    ] = field(name="class")
    objective_seconds: Annotated[
        float, Meta(description="Seconds that 99 of 100 messages are to stay below", gt=0, le=604800, examples=[60])
    ]

    def target(self) -> Target:
        """The same in the words of the model."""
        return Target(self.latency, self.objective_seconds)
