"""Every flow of a configuration with its class and objective, and how long its messages took."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from crossdock.model.flows import (
    COMMANDS,
    NEAR_REAL_TIME,
    REAL_TIME,
    Flow,
    Origin,
    Target,
    of_feed,
    of_webhook,
    too_long,
)
from crossdock.ports.rows import Latency
from crossdock.ports.spec import ConnectorSpec
from crossdock.ports.stores import Transaction
from crossdock.settings.nodes import Fault, Node, Place
from crossdock.settings.reading import closest
from crossdock.settings.sections import Settings

DAY = 86_400_000_000
_SECOND = 1_000_000
_DOOR = Flow("door/orders", "in", "channels", "crossdock", "POST /v1/orders", REAL_TIME, "built-in")
_SAY = "say it under flows: {{ {name}: {{ class: near_real_time, objective_seconds: 60 }} }}"


class FlowRow(Struct, frozen=True):
    """A flow and the messages of it that were settled in a span of time: ``p50`` and ``p99`` are seconds, None where
    there was no message or nothing is kept of them; ``met`` is None then, too.
    """

    flow: Flow
    messages: int = 0
    p50: float | None = None
    p99: float | None = None
    met: bool | None = None


def flows_of(settings: Settings, partners: Sequence[tuple[str, ConnectorSpec]]) -> tuple[Flow, ...]:
    """Every flow there is in ``settings``; ``partners`` are those that are enabled, with what their connectors declare.

    What configuration says of one flow counts before what it says of the whole partner, and that before the connector's
    own word and what is built in.
    """
    made = [flow for name, spec in partners for flow in (*_coming(name, spec), *_going(name, spec))]
    doors = [_DOOR] if settings.processes.order_intake else []
    return tuple(_configured(flow, settings) for flow in (*made, *doors, *_fanned_out(settings)))


def _coming(partner: str, spec: ConnectorSpec) -> Iterator[Flow]:
    """A channel that is both pushed and fetched is one flow: what is pushed counts."""
    channels: dict[str, Target | None] = {}
    said: set[str] = set()
    for feed in spec.feeds:
        channels[feed.name] = feed.target or of_feed(feed.every)
        said |= {feed.name} if feed.target else set()
    for webhook in spec.webhooks:
        channels[webhook.name] = webhook.target or of_webhook()
        said |= {webhook.name} if webhook.target else set()
    for name, target in channels.items():
        origin: Origin = ("connector" if name in said else "built-in") if target else ""
        yield Flow(f"{partner}/{name}", "in", partner, "crossdock", name, target, origin)


def _going(partner: str, spec: ConnectorSpec) -> Iterator[Flow]:
    for command in spec.commands:
        ordered = COMMANDS.get(command)
        source, target = (ordered.process, ordered.target) if ordered else ("", None)
        yield Flow(f"{partner}/{command}", "out", source, partner, command, target, "built-in" if target else "")


def _fanned_out(settings: Settings) -> Iterator[Flow]:
    """Systems of which Crossdock knows nothing but an address: what they need is assumed until somebody says it."""
    for section, given in (("bridges", settings.bridges), ("webhooks", settings.webhooks)):
        for name, each in given.items():
            if each.enabled:
                yield Flow(f"{section}/{name}", "events", "crossdock", name, "events", NEAR_REAL_TIME, "assumed")
    for name, taken in settings.subscriptions.items():
        if taken.enabled:
            what = f"{taken.partner}/{taken.channel}"
            yield Flow(f"subscriptions/{name}", "in", name, "crossdock", what, NEAR_REAL_TIME, "assumed")


def _configured(flow: Flow, settings: Settings) -> Flow:
    given = settings.flows.get(flow.name) or settings.flows.get(flow.name.partition("/")[0])
    if given is None:
        return flow
    return Flow(
        flow.name, flow.direction, flow.source, flow.system, flow.what, given.target(), "configuration"
    )  # fmt: skip


def measured(tx: Transaction, flows: Iterable[Flow], now: int, span: int = DAY) -> list[FlowRow]:
    """The flows with what the store knows of their messages in the ``span`` (microseconds) before ``now``."""
    known: Mapping[tuple[str, str, str], Latency] = {
        (each.direction, each.partner, each.what): each for each in tx.views.latencies(now - span)
    }
    return [_row(flow, known) for flow in flows]


def _row(flow: Flow, known: Mapping[tuple[str, str, str], Latency]) -> FlowRow:
    partner, _, what = flow.name.partition("/")
    if partner == "subscriptions":
        partner, _, what = flow.what.partition("/")
    found = known.get((flow.direction, partner, what))
    if found is None:
        return FlowRow(flow)
    p50, p99 = found.p50 / _SECOND, found.p99 / _SECOND
    return FlowRow(flow, found.messages, p50, p99, p99 <= flow.target.seconds if flow.target else None)


def flow_faults(whole: Node, settings: Settings, flows: Sequence[Flow]) -> Iterator[Fault]:
    """Flows without class and objective, objectives that are not of their class, and words on flows there are not.

    What is only assumed of a system nobody described is good enough to try things out, and not for production.
    """
    known = {flow.name for flow in flows}
    known |= {name.partition("/")[0] for name in known}
    for name, given in settings.flows.items():
        place = _place(whole, "flows", name)
        if name not in known:
            yield Fault.at(place, f"flows.{name}", "is no flow of this configuration", closest(name, known))
        elif wrong := too_long(given.target()):
            yield Fault.at(place, f"flows.{name}.objective_seconds", wrong, "choose another class, or a shorter time")
    for flow in flows:
        if flow.target is None or (flow.origin == "assumed" and settings.environment == "prod"):
            text = f"the flow {flow.name} has no latency class and objective"
            section, _, name = flow.name.partition("/")
            sections = {"bridges", "webhooks", "subscriptions"}
            steps = (section, name) if section in sections else ("partners", section)
            yield Fault.at(_place(whole, *steps), ".".join(steps), text, _SAY.format(name=flow.name))


def assumed(flows: Iterable[Flow]) -> list[str]:
    """Names of flows of which class and objective are only assumed."""
    return [flow.name for flow in flows if flow.origin == "assumed"]


def _place(whole: Node, section: str, key: str) -> Place:
    found = whole.value.get(section) if isinstance(whole.value, dict) else None
    return found.where(key) if found is not None else whole.place
