"""What bridges, webhooks and subscriptions say of each other and of partners."""

from collections.abc import Iterator

from crossdock.settings.nodes import Fault, Node
from crossdock.settings.reading import closest

_BROKERS = ("nats", "rabbitmq", "kafka", "mqtt")


def fanout_faults(root: Node) -> Iterator[Fault]:
    """One broker each, no name twice, and only partners there are."""
    bridges, webhooks, inbound = (dict(_entries(root, name)) for name in ("bridges", "webhooks", "subscriptions"))
    for section, entries in (("bridges", bridges), ("subscriptions", inbound)):
        for name, node in entries.items():
            chosen = [each for each in _BROKERS if isinstance(node.value, dict) and each in node.value]
            if len(chosen) != 1:
                text = f"must name exactly one of {', '.join(_BROKERS)}, not {len(chosen)}"
                yield Fault.at(node.place, f"{section}.{name}", text, "make one bridge for each broker")
    for name in sorted(set(bridges) & set(webhooks)):
        text = "is the name of a bridge too; both keep their place in the log under it"
        yield Fault.at(webhooks[name].place, f"webhooks.{name}", text, "give one of them another name")
    known = sorted(dict(_entries(root, "partners")))
    for name, node in inbound.items():
        partner = node.value.get("partner") if isinstance(node.value, dict) else None
        if partner is not None and isinstance(partner.value, str) and partner.value not in known:
            text = f"'{partner.value}' is not among the partners"
            yield Fault.at(partner.place, f"subscriptions.{name}.partner", text, closest(partner.value, known))


def _entries(root: Node, section: str) -> Iterator[tuple[str, Node]]:
    found = root.value.get(section) if isinstance(root.value, dict) else None
    if found is not None and isinstance(found.value, dict):
        yield from found.value.items()
