"""What delivery windows and the order door say of themselves and of partners: texts that no type can judge."""

from collections.abc import Iterator
from datetime import date

from crossdock.model.instants import is_zone
from crossdock.model.postcodes import BadPattern, read
from crossdock.settings.nodes import Fault, Node
from crossdock.settings.reading import closest


def ordering_faults(root: Node) -> Iterator[Fault]:
    """A system of record there is, zones, days and postcodes that mean something, slots that end after they begin."""
    erp = child(child(child(root, "processes"), "order_intake"), "erp")
    known = sorted(dict(entries(root, "partners")))
    if erp is not None and isinstance(erp.value, str) and erp.value not in known:
        text = f"'{erp.value}' is not among the partners"
        yield Fault.at(erp.place, "processes.order_intake.erp", text, closest(erp.value, known))
    for name, area in entries(child(root, "delivery_windows"), "areas"):
        yield from _area(area, f"delivery_windows.areas.{name}")


def _area(area: Node, at: str) -> Iterator[Fault]:
    zone = child(area, "timezone")
    if zone is not None and isinstance(zone.value, str) and not is_zone(zone.value):
        text, hint = f"'{zone.value}' is no time zone this machine knows", "write an IANA name such as Europe/Brussels"
        yield Fault.at(zone.place, f"{at}.timezone", text, hint)
    yield from postcode_faults(child(area, "postcodes"), f"{at}.postcodes")
    yield from day_faults(child(area, "closed"), f"{at}.closed")
    for name, slot in entries(area, "slots"):
        opens, closes = child(slot, "opens"), child(slot, "closes")
        if opens is None or closes is None or not isinstance(opens.value, str) or not isinstance(closes.value, str):
            continue
        if closes.value <= opens.value:
            text = f"closes at {closes.value}, which is not after {opens.value}"
            yield Fault.at(closes.place, f"{at}.slots.{name}.closes", text, "make two slots of one over midnight")


def postcode_faults(node: Node | None, at: str) -> Iterator[Fault]:
    """Patterns that are none."""
    for index, each in texts(node):
        try:
            read(str(each.value))
        except BadPattern as problem:
            yield Fault.at(each.place, f"{at}[{index}]", str(problem), "write 9000, 90* or 1000-1999")


def day_faults(node: Node | None, at: str) -> Iterator[Fault]:
    """Days that no calendar has."""
    for index, each in texts(node):
        try:
            date.fromisoformat(str(each.value))
        except ValueError:
            yield Fault.at(each.place, f"{at}[{index}]", f"'{each.value}' is no day", "write it as 2026-12-25")


def child(node: Node | None, key: str) -> Node | None:
    """What a section has under ``key``."""
    return node.value.get(key) if node is not None and isinstance(node.value, dict) else None


def entries(node: Node | None, key: str) -> Iterator[tuple[str, Node]]:
    """The entries of the section under ``key``, by name."""
    found = child(node, key)
    if found is not None and isinstance(found.value, dict):
        yield from found.value.items()


def texts(node: Node | None) -> Iterator[tuple[int, Node]]:
    """The texts of a list, with their places in it."""
    if node is not None and isinstance(node.value, list):
        yield from ((index, each) for index, each in enumerate(node.value) if isinstance(each.value, str))
