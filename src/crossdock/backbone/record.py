"""How carriers kept their promises so far, counted from the log: read once, then only what is new."""

from collections import Counter
from collections.abc import Mapping

from crossdock.model.deciding import OnTime, PromiseJudged
from crossdock.ports.stores import Store

_PAGE = 500
_JUDGED = "promise.judged.v1"
_OVERLAP = 600_000_000
"""Microseconds: longer than any transaction takes, so that what was recorded earlier and committed later is seen."""
Key = tuple[str, str, str]


class OnTimeRecord:
    """Packages delivered and delivered in time, by partner, carrier and service."""

    def __init__(self, store: Store) -> None:
        """Knows nothing before the first `refresh`."""
        self._store = store
        self._after = ""
        self._since = 0
        self._delivered: Counter[Key] = Counter()
        self._on_time: Counter[Key] = Counter()
        self._seen: set[tuple[str, ...]] = set()

    def __call__(self) -> Mapping[Key, OnTime]:
        """What is known now."""
        return {key: OnTime(*key, count, self._on_time[key]) for key, count in self._delivered.items()}

    async def refresh(self, now: int = 0) -> None:
        """Count what was judged since the last time; the whole log only the first time. ``now``: epoch microseconds."""
        while True:
            events, following = await self._store.read(
                lambda tx: tx.views.events(after=self._after, limit=_PAGE, type_prefix=_JUDGED, since=self._since)
            )
            for event in events:
                if isinstance(event.body, PromiseJudged):
                    self._count(event.body)
            if not following:
                self._since = max(self._since, now - _OVERLAP)
                return
            self._after = following

    def _count(self, body: PromiseJudged) -> None:
        if body.identity() in self._seen:  # the last page is read again until it is full
            return
        self._seen.add(body.identity())
        key = (body.partner, body.carrier, body.service)
        self._delivered[key] += 1
        self._on_time[key] += body.on_time
