"""What has to be said of every partner before it goes live: SLA, retries, and whose its exceptions are."""

from collections.abc import Iterator

from crossdock.settings.nodes import Fault, Node

_NEEDED = {
    "sla": "write sla: {} where it promised nothing, or sla: {silent_hours: 12}",
    "retry": "write retry: {} for what holds for all partners (section retry), or schedules of its own",
    "owner": "name the team that gets its exceptions, such as owner: operations",
}


def golive_faults(root: Node) -> Iterator[Fault]:
    """In production nothing of that may be left open; a partner that is not enabled is not live."""
    section = root.value if isinstance(root.value, dict) else {}
    environment, partners = section.get("environment"), section.get("partners")
    if environment is None or environment.value != "prod" or partners is None or not isinstance(partners.value, dict):
        return
    for name, node in partners.value.items():
        given = node.value if isinstance(node.value, dict) else {}
        enabled = given.get("enabled")
        if enabled is not None and enabled.value is False:
            continue
        for key, hint in _NEEDED.items():
            if key not in given:
                yield Fault.at(partners.where(name), f"partners.{name}.{key}", "is missing, and prod needs it", hint)
