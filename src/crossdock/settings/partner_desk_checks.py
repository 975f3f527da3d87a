"""What the partner desk says of partners: that there are such, and that their files can be read by hand."""

from collections.abc import Iterator

from crossdock.settings.nodes import Fault, Node
from crossdock.settings.ordering_checks import child, entries
from crossdock.settings.reading import closest

_SECTION = "partner_desk"


def partner_desk_faults(root: Node) -> Iterator[Fault]:
    """People and carriers of partners that there are not."""
    known = sorted(dict(entries(root, "partners")))
    section = child(root, _SECTION)
    for name, person in entries(section, "people"):
        partner = child(person, "partner")
        if partner is not None and isinstance(partner.value, str) and partner.value not in known:
            text = f"'{partner.value}' is not among the partners"
            yield Fault.at(partner.place, f"{_SECTION}.people.{name}.partner", text, closest(partner.value, known))
    for name, carriers in entries(section, "carriers"):
        if name not in known:
            text = f"'{name}' is not among the partners"
            yield Fault.at(carriers.place, f"{_SECTION}.carriers.{name}", text, closest(name, known))
