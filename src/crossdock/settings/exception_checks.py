"""What calendars and exceptions say of each other: calendars that open, teams that there are, kinds that there are."""

from collections.abc import Collection, Iterator

from crossdock.model.calendars import WEEKDAYS, BadCalendar, calendar, minute_of
from crossdock.model.exception_kinds import KINDS
from crossdock.model.milestones import CATEGORIES
from crossdock.settings.nodes import Fault, Node
from crossdock.settings.reading import closest
from crossdock.settings.working import days_of

_WORDS = frozenset(KINDS) | {kind.category for kind in KINDS.values()} | (frozenset(CATEGORIES) - {"none"})
"""What an owner and a promise can be given for: kinds and categories."""


def exception_faults(root: Node) -> Iterator[Fault]:
    """Calendars that never open, teams without a calendar, owners without a team, words nobody knows."""
    calendars = dict(_entries(root, "calendars"))
    for name, node in calendars.items():
        yield from _calendar_faults(name, node)
    section = _child(root, "exceptions")
    teams = dict(_entries(section, "teams"))
    known = ["always", *sorted(calendars)]
    for name, node in teams.items():
        yield from _unknown(_child(node, "calendar"), f"exceptions.teams.{name}.calendar", known, "calendars")
    expected = _child(_child(root, "processes"), "expectations")
    for word, node in _entries(expected, "calendars"):
        yield from _unknown(node, f"processes.expectations.calendars.{word}", known, "calendars")
    default = _text(_child(section, "default_queue")) or "operations"
    there = sorted({*teams, default})
    for name, node in _entries(root, "partners"):
        yield from _unknown(_child(node, "owner"), f"partners.{name}.owner", there, "teams")
        sla, at = _child(node, "sla"), f"partners.{name}.sla"
        yield from _unknown(_child(sla, "calendar"), f"{at}.calendar", known, "calendars")
        for channel, arrival in _entries(sla, "arrivals"):
            yield from _unknown(
                _child(arrival, "calendar"), f"{at}.arrivals.{channel}.calendar", known, "calendars"
            )  # fmt: skip
    for word, node in _entries(section, "owners"):
        yield from _unknown_word(section, "owners", word)
        yield from _unknown(node, f"exceptions.owners.{word}", there, "teams")
    for word, _ in _entries(section, "promises"):
        yield from _unknown_word(section, "promises", word)
    for place, list_name in (("carriers", "ignore"), ("activities", "kinds")):
        yield from _unknown_kinds(_child(_child(section, place), list_name), f"exceptions.{place}.{list_name}")


def _calendar_faults(name: str, node: Node) -> Iterator[Fault]:
    if name == "always":
        text = "is the calendar that is always open"
        yield Fault.at(node.place, "calendars.always", text, "give this one another name")
    try:
        week = tuple(tuple(_windows(_child(node, "hours"), day)) for day in WEEKDAYS)
        free = tuple(days_of(text) for text in _texts(_child(node, "holidays")))
        calendar(_text(_child(node, "timezone")) or "UTC", week, free)
    except (BadCalendar, ValueError) as error:
        hint = "see docs/how-to/work-exceptions.md for a calendar with hours and holidays"
        yield Fault.at(node.place, f"calendars.{name}", str(error), hint)


def _windows(hours: Node | None, day: str) -> Iterator[tuple[int, int]]:
    for text in _texts(_child(hours, day)):
        start, _, end = text.partition("-")
        yield minute_of(start), minute_of(end)


def _unknown(node: Node | None, key: str, known: Collection[str], what: str) -> Iterator[Fault]:
    if node is not None and isinstance(node.value, str) and node.value not in known:
        yield Fault.at(node.place, key, f"'{node.value}' is not among the {what}", closest(node.value, known))


def _unknown_word(section: Node | None, name: str, word: str) -> Iterator[Fault]:
    node = _child(section, name)
    if word not in _WORDS and node is not None:
        place = node.keys.get(word, node.place)
        text = f"'{word}' is neither a kind nor a category of exceptions"
        yield Fault.at(place, f"exceptions.{name}.{word}", text, closest(word, sorted(_WORDS)))


def _unknown_kinds(node: Node | None, key: str) -> Iterator[Fault]:
    for index, each in enumerate(node.value if node is not None and isinstance(node.value, list) else ()):
        if isinstance(each.value, str) and each.value not in KINDS:
            text = f"'{each.value}' is no kind of exception"
            yield Fault.at(each.place, f"{key}[{index}]", text, closest(each.value, sorted(KINDS)))


def _child(node: Node | None, key: str) -> Node | None:
    return node.value.get(key) if node is not None and isinstance(node.value, dict) else None


def _entries(node: Node | None, key: str) -> Iterator[tuple[str, Node]]:
    found = _child(node, key)
    if found is not None and isinstance(found.value, dict):
        yield from found.value.items()


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""


def _texts(node: Node | None) -> Iterator[str]:
    for each in node.value if node is not None and isinstance(node.value, list) else ():
        if isinstance(each.value, str):
            yield each.value
