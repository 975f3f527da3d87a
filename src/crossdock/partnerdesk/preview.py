"""What a file or a form would say, before anything is taken: read by the partner's own connector, line by line."""

from msgspec import Struct

from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import Reference
from crossdock.partnerdesk.context import Desk
from crossdock.ports.connector import Received, Translation
from crossdock.ports.stores import Transaction
from crossdock.views.partner_work import theirs
from crossdock.views.wording import say

_MOST = 500
_LONGEST = 300


class Told(Struct, frozen=True):
    """One thing that would be told: in words, of what, and when it happened."""

    title: str
    detail: str
    about: str
    when: str


class Wrong(Struct, frozen=True):
    """One thing that keeps it from being taken; ``line`` counts from 1, 0 where it is of the whole."""

    line: int
    text: str


class Preview(Struct, frozen=True):
    """What would be told, what is wrong, and codes nobody has mapped (which become a task of ours). ``more`` are things
    told that are not listed.
    """

    told: tuple[Told, ...]
    wrong: tuple[Wrong, ...]
    unmapped: tuple[str, ...]
    more: int = 0

    @property
    def good(self) -> bool:
        """Whether it may be taken as it is."""
        return not self.wrong and bool(self.told or self.unmapped)


def preview_of(tx: Transaction, desk: Desk, message: Received) -> Preview:
    """What a message would say. Nothing is written."""
    read = desk.read(message)
    wrong = [Wrong(_line(each.pointer), each.why.engineer[:_LONGEST]) for each in read.problems]
    told = []
    judged: dict[tuple[str, tuple[Reference, ...]], bool] = {}
    for fact in read.facts:
        if isinstance(fact.body, ExceptionRaised):
            continue
        about = ", ".join(name.value for name in fact.lookups) or fact.subject.partition(":")[2]
        name = (fact.subject, fact.lookups)
        if name not in judged:
            judged[name] = theirs(tx, desk.owner, fact)
        if not judged[name]:
            wrong.append(Wrong(0, f"{about[:100]} is not among what was given to you"))
            continue
        said = say(fact.body)
        told.append(Told(said.title, said.detail, about, fact.occurred.at.replace("T", " ")))
    if not told and not wrong and not read.unknown_codes:
        wrong.append(Wrong(0, "there is nothing in it that can be read"))
    shown = tuple(dict.fromkeys(wrong))[:_MOST]
    return Preview(tuple(told[:_MOST]), shown, _codes(read), max(0, len(told) - _MOST))


def _codes(read: Translation) -> tuple[str, ...]:
    return tuple(sorted(set(read.unknown_codes)))[:20]


def _line(pointer: str) -> int:
    """The line a JSON pointer of a file's row names."""
    first = pointer.strip("/").partition("/")[0]
    return int(first) if first.isdecimal() else 0
