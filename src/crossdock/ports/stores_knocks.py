"""The part of a transaction that guards doors open to everybody: tries are counted, and codes are good once.

Nothing here is of use to whoever reads the tables: keys and codes are hashes under a secret.
"""

from typing import Protocol


class Knocks(Protocol):
    """Tries by a key, and one-time codes by a key. Times are epoch microseconds."""

    def knock(self, key: str, now: int, window: int) -> tuple[int, int]:
        """Count one more try; how many there were in the window (microseconds) that began with the first of them, and
        when it ends.
        """
        ...

    def knocked(self, key: str, now: int) -> int:
        """How many tries there were in the window that is open now; none is counted."""
        ...

    def open_code(self, key: str, code: str, until: int) -> None:
        """Expect the code (a hash) until then; it replaces an earlier one."""
        ...

    def try_code(self, key: str, code: str, now: int, most: int) -> bool:
        """Whether this is the code. It is good once, and after ``most`` tries of it not at all."""
        ...
