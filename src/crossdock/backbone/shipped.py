"""Where the log's bytes are: in the database, in the stream, in both; looked at, and brought back."""

from collections.abc import Callable

from msgspec import Struct

from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stream import Health, Stream
from crossdock.ports.tail import Mark

EVERY = range(PARTITIONS)
_PAGE = 400


class Place(Struct, frozen=True):
    """One partition: how many events the log has, the mark, and the stream as its leader sees it."""

    partition: int
    head: int
    mark: Mark
    stream: Health | None

    @property
    def fault(self) -> str:
        """What is wrong, "" where nothing is."""
        last = self.stream.last if self.stream else 0
        if self.stream and self.stream.messages != last:
            return "the stream has lost messages"
        if last > self.head:
            return "the stream is ahead of the database"
        if last < self.mark.slimmed:
            return "the stream lost events that only it had"
        return ""


class AllPlaces(Struct, frozen=True):
    """The whole log. ``moved`` have their bytes in the stream only, ``waiting`` in the database only; ``size`` is bytes
    on one replica; ``lagging`` are partitions with fewer replicas at hand than wanted.
    """

    events: int
    shipped: int
    moved: int
    waiting: int
    size: int
    replicas: int
    lagging: tuple[int, ...]
    faults: dict[int, str]
    partitions: tuple[Place, ...]


def marks_and_heads(tx: Transaction) -> tuple[dict[int, Mark], dict[int, int]]:
    """What the database knows. No marks: it never had a stream."""
    return tx.tail.marks(EVERY), tx.views.log_heads()


async def look(store: Store, stream: Stream) -> AllPlaces:
    """Ask the database, then the stream, partition by partition. Raises `StreamDown`.

    In this order a stream is never short for having been asked too early.
    """
    marks, heads = await store.read(marks_and_heads)
    healths = {each: await stream.health(each) for each in EVERY}
    _, later = await store.read(marks_and_heads)
    places = tuple(Place(each, max(heads[each], later[each]), marks.get(each, Mark()), healths[each]) for each in EVERY)
    there = [each.stream for each in places if each.stream]
    shipped = sum(each.mark.shipped for each in places)
    return AllPlaces(
        events=sum(heads.values()),
        shipped=shipped,
        moved=sum(each.mark.slimmed for each in places),
        waiting=sum(heads.values()) - shipped,
        size=sum(each.size for each in there),
        replicas=min((each.replicas for each in there), default=0),
        lagging=tuple(each.partition for each in there if each.current < each.replicas),
        faults={each.partition: each.fault for each in places if each.fault},
        partitions=places,
    )


async def bring_back(store: Store, stream: Stream, progress: Callable[[int, int], None]) -> int:
    """Fill all rows from the stream again and forget the marks; how many rows. What was done stays when it is
    interrupted, and the next run passes over it. No shipper may run meanwhile. Raises `StreamDown` and `StreamFault`.
    """
    marks, _ = await store.read(marks_and_heads)
    whole, done, filled = sum(mark.slimmed for mark in marks.values()), 0, 0
    for partition, mark in sorted(marks.items()):
        for first in range(1, mark.slimmed + 1, _PAGE):
            count = min(_PAGE, mark.slimmed + 1 - first)
            records = await stream.read(partition, first, count)
            filled += await store.run(lambda tx, p=partition, found=records: tx.tail.refill(p, found))  # type: ignore[misc]
            done += count
            progress(done, whole)
    await store.run(lambda tx: tx.tail.end())
    return filled
