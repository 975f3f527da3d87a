"""A replicated stream that keeps the bytes of the log: one per partition, where the n-th record is position n."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.ports.stores import StoreUnavailable
from crossdock.ports.verdicts import Explanation


class StreamDown(StoreUnavailable):
    """The stream cannot be reached, or its quorum is not there. What was sent may or may not have arrived."""


class OutOfPlace(RuntimeError):
    """The stream does not end where the sender believed; nothing was appended."""


class StreamFault(StoreUnavailable):
    """The stream is not what this database's log needs: a person must look, and what needs it waits. ``why`` has
    both texts.
    """

    def __init__(self, operator: str, engineer: str) -> None:
        """Two texts, as every error has."""
        super().__init__(f"{operator} ({engineer})")
        self.why = Explanation(operator, engineer)


class Health(Struct, frozen=True):
    """One partition's stream as its leader sees it: how many messages, the first and last position, bytes on one
    replica, and how many replicas are wanted and keep up, the leader among them.
    """

    partition: int
    messages: int
    first: int
    last: int
    size: int
    replicas: int
    current: int


class Stream(Protocol):
    """What the log asks of a stream."""

    async def health(self, partition: int) -> Health | None:
        """How a partition's stream is; nothing where there is none yet. Raises `StreamDown` or `StreamFault`."""
        ...

    async def last(self, partition: int) -> int:
        """The last position the stream holds, 0 where it holds nothing; made where there is none.

        Raises `StreamDown` or `StreamFault`.
        """
        ...

    async def append(self, partition: int, after: int, records: Sequence[bytes]) -> int:
        """Append all of ``records`` behind position ``after`` or none; the last position, confirmed by a quorum.

        Raises `OutOfPlace` where the stream ends elsewhere, so that nothing is ever there twice or in another order;
        `StreamDown` where the outcome is not known; `StreamFault`.
        """
        ...

    async def read(self, partition: int, first: int, count: int) -> list[bytes]:
        """Exactly ``count`` records, from position ``first`` on. Raises `StreamDown`, or `StreamFault` for a hole."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
