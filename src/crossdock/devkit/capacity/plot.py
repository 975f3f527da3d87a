"""A day as plain text: a bar an hour, and where the machine is full."""

from collections.abc import Iterator

from crossdock.devkit.capacity.reckoning import Verdict

_WIDTH = 50


def plot(verdict: Verdict) -> Iterator[str]:
    """Lines; a full bar reaches the mark ``|`` where nothing is left. Longer ones are cut with ``>``."""
    yield f"{'hour':<5} {'orders/s':>9} {'scans/s':>9}  share of the machine in the hour's busiest minute"
    for hour in verdict.hours:
        filled = round(hour.load * _WIDTH)
        bar = ("#" * filled).ljust(_WIDTH) if filled <= _WIDTH else "#" * (_WIDTH - 1) + ">"
        yield f"{hour.hour:02}:00 {hour.orders:>9.2f} {hour.scans:>9.1f}  {bar}|{hour.load:>6.0%}"
