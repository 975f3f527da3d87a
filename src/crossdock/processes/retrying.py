"""When partners are tried again, as an installation configures it."""

from collections.abc import Mapping

from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule
from crossdock.settings.retrying import Retry


def schedules(*given: Retry | None) -> Mapping[str, Schedule]:
    """The schedule of every class of error: the last of ``given`` that says one, else the built-in one."""
    chosen = {**DEFAULT_SCHEDULES}
    for retry in given:
        for error_class in DEFAULT_SCHEDULES:
            said = getattr(retry, str(error_class), None)
            if said is not None:
                chosen[error_class] = Schedule(said.schedule, said.park_after, said.jitter)
    return chosen
