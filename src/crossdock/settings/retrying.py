"""What can be configured of trying again, by class of error."""

from typing import Annotated

from msgspec import Meta, Struct

from crossdock.settings.words import Seconds


class RetrySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When to try again after one class of error, and when to stop."""

    schedule: Annotated[
        tuple[Seconds, ...],
        Meta(
            description="Pauses in seconds after the first, second… failure; the last one repeats",
            min_length=1,
            examples=[[2, 5, 15, 60, 300]],
        ),
    ]
    park_after: Annotated[int, Meta(description="Attempts before a person must look", ge=1, examples=[50])]
    jitter: Annotated[float, Meta(description="Share of a pause that is left to chance", ge=0, le=1)] = 0.2


class Retry(Struct, frozen=True, forbid_unknown_fields=True):
    """Schedules by class of error; a class left out keeps the built-in one."""

    unreachable: Annotated[RetrySettings | None, Meta(description="Nobody answers at the address")] = None
    timeout: Annotated[RetrySettings | None, Meta(description="The answer did not come in time")] = None
    throttled: Annotated[RetrySettings | None, Meta(description="The partner asks us to slow down")] = None
    server: Annotated[RetrySettings | None, Meta(description="The partner fails (5xx)")] = None
    conflict: Annotated[RetrySettings | None, Meta(description="Somebody else writes the same record")] = None
    credential: Annotated[RetrySettings | None, Meta(description="The partner refuses our credential")] = None
    pending: Annotated[RetrySettings | None, Meta(description="What was done does not show there yet")] = None
