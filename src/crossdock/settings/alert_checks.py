"""What alerts say of channels, calendars, teams, kinds and partners that there are."""

from collections.abc import Collection, Iterator

from crossdock.model.exception_kinds import KINDS
from crossdock.model.mailboxes import is_address
from crossdock.settings.nodes import Fault, Node
from crossdock.settings.ordering_checks import child, entries, texts
from crossdock.settings.reading import closest


def alert_faults(root: Node) -> Iterator[Fault]:
    """Channels without a way of telling or with two, words nobody knows, addresses that are none."""
    section = child(root, "alerts")
    channels = dict(entries(section, "channels"))
    partners = dict(entries(root, "partners"))
    mailing = {name for name, node in partners.items() if _mails(node)}
    for name, node in channels.items():
        at = f"alerts.channels.{name}"
        ways = [each for each in ("mail", "webhook") if child(node, each) is not None]
        if len(ways) != 1:
            text = f"must have exactly one of mail and webhook, not {len(ways)}"
            yield Fault.at(node.place, at, text, "make one channel for each")
        mail = child(node, "mail")
        yield from _unknown(child(mail, "partner"), f"{at}.mail.partner", mailing, "partners that mail")
        for index, each in texts(child(mail, "to")):
            if each.value not in {"owner", "told"} and not is_address(str(each.value)):
                text = f"'{each.value}' is neither an address nor owner or told"
                yield Fault.at(each.place, f"{at}.mail.to[{index}]", text, "write a plain address: ops@example.com")
    exceptions = child(root, "exceptions")
    teams = {*dict(entries(exceptions, "teams")), _text(child(exceptions, "default_queue")) or "operations"}
    calendars = {"always", *dict(entries(root, "calendars"))}
    routes = child(section, "routes")
    for number, route in enumerate(routes.value if routes is not None and isinstance(routes.value, list) else ()):
        at = f"alerts.routes[{number}]"
        yield from _unknown(child(route, "hours"), f"{at}.hours", calendars, "calendars")
        lists = (("to", channels, "alerts.channels"), ("outside", channels, "alerts.channels"),
                 ("owners", teams, "teams"), ("kinds", KINDS, "kinds of exceptions"))  # fmt: skip
        for key, known, what in lists:
            for index, each in texts(child(route, key)):
                yield from _unknown(each, f"{at}.{key}[{index}]", known, what)


def _mails(partner: Node) -> bool:
    enabled = child(partner, "enabled")
    return _text(child(partner, "connector")) == "mail" and (enabled is None or enabled.value is not False)


def _unknown(node: Node | None, at: str, known: Collection[str], what: str) -> Iterator[Fault]:
    if node is not None and isinstance(node.value, str) and node.value not in known:
        yield Fault.at(node.place, at, f"'{node.value}' is not among the {what}", closest(node.value, known))


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""
