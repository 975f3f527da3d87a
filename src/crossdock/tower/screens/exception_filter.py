"""Which exceptions somebody looks at: words of the address, so that a filter is a link, can be kept and sent on."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from msgspec import Struct, structs

from crossdock.model.exception_kinds import KINDS, SEVERITIES
from crossdock.ports.rows import Chosen
from crossdock.tower.desk import clean

STATES = ("open", "assigned", "waiting", "resolved")
QUEUES = ("business", "technical")
_MOST_KINDS = 12


class Filter(Struct, frozen=True, omit_defaults=True):
    """Every word that is given has to fit; ``late`` means past a promise now. ``queue`` is one of two, never both."""

    queue: str = "business"
    state: str = ""
    owner: str = ""
    assignee: str = ""
    severity: str = ""
    kind: str = ""
    partner: str = ""
    category: str = ""
    group: str = ""
    late: str = ""

    def chosen(self, now: int, ids: tuple[str, ...] = ()) -> Chosen:
        """The same for the store; ``now`` in epoch microseconds."""
        return Chosen(
            ids=ids, queue=self.queue, kind=self.kind, owner=self.owner, assignee=self.assignee, state=self.state,
            severity=self.severity, category=self.category, partner=self.partner, group=self.group,
            overdue_at=now if self.late else 0,
        )  # fmt: skip

    def each(self, now: int) -> Iterator[Chosen]:
        """The same one for each kind where several are given, with commas between them."""
        for kind in self.kind.split(",")[:_MOST_KINDS]:
            yield structs.replace(self.chosen(now), kind=kind.strip())

    def query(self, **changes: str) -> str:
        """The address's words, with some changed."""
        return urlencode(self.words(**changes))

    def words(self, **changes: str) -> dict[str, str]:
        """The words that are given."""
        words = {**structs.asdict(self), **changes}
        return {name: each for name, each in words.items() if each and (name, each) != ("queue", "business")}

    @property
    def narrowed(self) -> bool:
        """Whether it is more than a queue."""
        return bool(set(self.words()) - {"queue"})


def filter_of(given: Mapping[str, str]) -> Filter:
    """What an address or a form asks for; words that make no sense are left out."""
    words = {name: clean(given.get(name, "")) for name in Filter.__struct_fields__}
    first = words["kind"].partition(",")[0]
    if not words["queue"] and first in KINDS:
        words["queue"] = KINDS[first].queue
    allowed = {"queue": QUEUES, "state": STATES, "severity": SEVERITIES}
    for name, values in allowed.items():
        if words[name] not in values:
            words.pop(name)
    return Filter(**words)
