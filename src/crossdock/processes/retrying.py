"""When what failed is tried again, as an installation configures it."""

from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule
from crossdock.settings.sections import Settings


def schedules(settings: Settings) -> dict[str, Schedule]:
    """The retry schedule of every class of error: the built-in one unless configured."""
    chosen = {**DEFAULT_SCHEDULES}
    for error_class in DEFAULT_SCHEDULES:
        retry = getattr(settings.retry, str(error_class))
        if retry is not None:
            chosen[error_class] = Schedule(retry.schedule, retry.park_after, retry.jitter)
    return chosen
