"""What routing rules say of partners, calendars, tags and each other."""

from collections import Counter
from collections.abc import Iterator

from crossdock.model.instants import is_zone
from crossdock.settings.nodes import Fault, Node
from crossdock.settings.ordering_checks import child, day_faults, entries, postcode_faults, texts
from crossdock.settings.reading import closest


def routing_faults(root: Node) -> Iterator[Fault]:
    """Names that nothing has, postcodes and hours that mean nothing, two rules of one name."""
    routing = child(root, "routing")
    zone = child(routing, "timezone")
    if zone is not None and isinstance(zone.value, str) and not is_zone(zone.value):
        text, hint = f"'{zone.value}' is no time zone this machine knows", "write an IANA name such as Europe/Brussels"
        yield Fault.at(zone.place, "routing.timezone", text, hint)
    for name, calendar in entries(routing, "calendars"):
        yield from _calendar(calendar, f"routing.calendars.{name}")
    partners = sorted(dict(entries(root, "partners")))
    tags, common = sorted(dict(entries(routing, "tags"))), dict(entries(root, "calendars"))
    for name, calendar in entries(routing, "calendars"):
        if name in common:
            text = f"'{name}' is a calendar of the section calendars, too"
            yield Fault.at(calendar.place, f"routing.calendars.{name}", text, "keep the one under calendars")
    calendars = sorted({"always", *common, *dict(entries(routing, "calendars"))})
    names: Counter[str] = Counter()
    for index, rule in enumerate(_items(child(routing, "rules"))):
        at = f"routing.rules[{index}]"
        called = child(rule, "name")
        if called is not None and isinstance(called.value, str):
            names[called.value] += 1
            if names[called.value] > 1:
                yield Fault.at(called.place, f"{at}.name", f"'{called.value}' is the name of two rules", "rename one")
        yield from _conditions(child(rule, "when"), f"{at}.when", tags, calendars)
        yield from _named(child(child(rule, "then"), "partner"), f"{at}.then.partner", partners, "partners")
        for number, each in texts(child(child(rule, "then"), "carriers")):
            yield from _named(each, f"{at}.then.carriers[{number}]", partners, "partners")


def _conditions(when: Node | None, at: str, tags: list[str], calendars: list[str]) -> Iterator[Fault]:
    yield from postcode_faults(child(when, "postcodes"), f"{at}.postcodes")
    for number, each in texts(child(when, "tags")):
        yield from _named(each, f"{at}.tags[{number}]", tags, "routing.tags")
    for key in ("during", "outside"):
        yield from _named(child(when, key), f"{at}.{key}", calendars, "calendars")


def _named(node: Node | None, at: str, known: list[str], where: str) -> Iterator[Fault]:
    if node is not None and isinstance(node.value, str) and node.value and node.value not in known:
        yield Fault.at(node.place, at, f"'{node.value}' is not among the {where}", closest(node.value, known))


def _calendar(calendar: Node, at: str) -> Iterator[Fault]:
    yield from day_faults(child(calendar, "holidays"), f"{at}.holidays")
    hours = list(entries(calendar, "hours"))
    for name, day in hours:
        end = ""
        for index, each in texts(day):
            first, _, last = str(each.value).partition("-")
            if last <= first or first < end:
                text = f"'{each.value}' ends before it begins, or begins before the one before it ends"
                yield Fault.at(each.place, f"{at}.hours.{name}[{index}]", text, "write hours in their order")
            end = last
    if not any(isinstance(day.value, list) and day.value for _, day in hours):
        yield Fault.at(calendar.place, at, "never opens: no weekday has hours", "write monday: [08:00-16:00]")


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []
