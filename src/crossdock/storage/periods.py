"""Months, as tables are divided by them, and the ids that begin in them."""

from datetime import UTC, datetime

_SECOND = 1_000_000


def period_of(at: int) -> int:
    """The month of an instant (epoch microseconds), counted from January 1970; 0 for all that is earlier.

    >>> period_of(1_795_262_400_000_000)
    682
    """
    moment = datetime.fromtimestamp(max(at, 0) / _SECOND, UTC)
    return (moment.year - 1970) * 12 + moment.month - 1


def start_of(period: int) -> int:
    """The first instant (epoch microseconds) of a month.

    >>> period_of(start_of(682)), period_of(start_of(682) - 1)
    (682, 681)
    """
    first = datetime(1970 + period // 12, period % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp()) * _SECOND


def first_id(at: int) -> str:
    """What sorts before every id made at ``at`` or later, and behind every earlier one (see `crossdock.ports.clock`).

    >>> first_id(1_795_262_400_000_000)
    '0660c819a17000'
    """
    return f"{max(at, 0):014x}"
