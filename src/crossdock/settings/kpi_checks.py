"""What the section ``kpis`` says of figures: only those that there are."""

from collections.abc import Iterator

from crossdock.model.kpis import KPIS
from crossdock.settings.nodes import Fault, Node
from crossdock.settings.reading import closest


def kpi_faults(root: Node) -> Iterator[Fault]:
    """Thresholds and objectives of figures nobody knows, and objectives of those that have none."""
    for name in ("thresholds", "objectives_seconds"):
        node = _child(_child(root, "kpis"), name)
        for word in node.value if node is not None and isinstance(node.value, dict) else ():
            place = node.keys.get(word, node.place) if node else root.place
            if word not in KPIS:
                text = f"'{word}' is no key figure"
                yield Fault.at(place, f"kpis.{name}.{word}", text, closest(word, sorted(KPIS)))
            elif name == "objectives_seconds" and not KPIS[word].objective:
                text, hint = f"'{word}' has no objective", "set a threshold for it instead"
                yield Fault.at(place, f"kpis.{name}.{word}", text, hint)


def _child(node: Node | None, key: str) -> Node | None:
    return node.value.get(key) if node is not None and isinstance(node.value, dict) else None
