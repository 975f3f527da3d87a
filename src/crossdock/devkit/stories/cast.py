"""The partners of a story: simulators, and the settings by which Crossdock reaches them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, field, structs

from crossdock.bootstrap import Installation, installed
from crossdock.catalog import simulators
from crossdock.devkit.crashing import EverySecret
from crossdock.settings.loading import judge
from crossdock.settings.nodes import Fault, Node, Place
from crossdock.settings.reading import closest
from crossdock.sim.clock import VirtualClock
from crossdock.sim.simulator import Simulator

HUB = "https://crossdock.example"
_KEY = "KEY_OF_ALL_PARTNERS_IN_A_STORY_AND_OF_NOTHING_ELSE"
_SECRET = f"secret://env/{_KEY}"
_SIMULATOR = "simulator"
Words = dict[str, Any]


class Wiring(Struct, frozen=True):
    """How one kind of partner is reached: settings of its connector and options of its simulator, by partner name and
    the start of the story (epoch microseconds). A partner that is not called by HTTP listens ``beside`` on loopback,
    and its settings say where.
    """

    config: Callable[[str], Words]
    options: Callable[[str, int], dict[str, str]]
    beside: Callable[[int], Words] | None = None


class Side(Protocol):
    """A server of a simulator, on loopback."""

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    async def start(self) -> int:
        """Listen from now on."""
        ...

    async def stop(self) -> None:
        """Stop."""
        ...


def _hook(name: str, channel: str) -> str:
    return f"{HUB}/in/{name}/{channel}"


def _odoo_config(name: str) -> Words:
    return {
        "url": f"http://{name}.example", "database": "demo", "api_key": _SECRET, "login": "crossdock",
        "webhook_secret": _SECRET, "overlap": 5,
    }  # fmt: skip


def _odoo_options(name: str, now: int) -> dict[str, str]:
    hook = f"{_hook(name, 'deliveries')}?key={_KEY}"
    return {
        "serie": "19.0", "database": "demo", "api_key": _KEY, "host": f"{name}.example", "webhook_url": hook,
        "now": str(now),
    }  # fmt: skip


def _carrier_config(key: str) -> Callable[[str], Words]:
    def config(name: str) -> Words:
        hosts = {"url": f"https://{name}.example", "label_hosts": [f"files.{name}.example"]}
        return {key: _SECRET, "webhook_secrets": [_SECRET], **hosts}

    return config


def _carrier_options(key: str) -> Callable[[str, int], dict[str, str]]:
    def options(name: str, _now: int) -> dict[str, str]:
        seed = sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 1_000_003
        hosts = {"api_host": f"{name}.example", "files_host": f"files.{name}.example"}
        return {"seed": str(seed), key: _KEY, "webhook_url": _hook(name, "events"), "webhook_secret": _KEY, **hosts}

    return options


def _warehouse_config(name: str) -> Words:
    return {
        "warehouse": "WH", "url": f"https://{name}.example/v1", "token": _SECRET, "webhook_secrets": [_SECRET],
        "upload_tokens": [_SECRET],
    }  # fmt: skip


def _warehouse_options(name: str, now: int) -> dict[str, str]:
    told = {"webhook_url": _hook(name, "events"), "webhook_secret": _KEY, "files_url": _hook(name, "files")}
    keys = {"api_host": f"{name}.example", "token": _KEY, "upload_token": _KEY}
    return {"seed": _carrier_options("token")(name, now)["seed"], **told, **keys}


def _mail_config(_name: str) -> Words:
    """Never missing: a story's letters are counted, and its server drops what it has seen."""
    told = {"security": "none", "sender": "notices@shop.example", "on_lost_answer": "resend"}
    return {**told, "public_url": HUB, "link_secret": _SECRET}


WIRINGS: Mapping[str, Wiring] = {
    "odoo": Wiring(_odoo_config, _odoo_options),
    "easypost": Wiring(_carrier_config("api_key"), _carrier_options("api_key")),
    "shippo": Wiring(_carrier_config("api_token"), _carrier_options("api_token")),
    "warehouse": Wiring(_warehouse_config, _warehouse_options),
    "mail": Wiring(_mail_config, lambda _name, _now: {}, lambda port: {"host": "127.0.0.1", "port": port}),
}
"""Kinds of partners a story may have."""


class Cast(Struct):
    """Who plays: simulators and connectors' names by partner. They keep their state while Crossdock is set up anew."""

    clock: VirtualClock
    simulators: dict[str, Simulator] = field(default_factory=dict)
    connectors: dict[str, str] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)

    def of(self, partner: str, connector: str = "") -> Any:
        """The simulator of a partner. Raises `LookupError` with who there is."""
        fitting = {name: each for name, each in self.simulators.items() if connector in {"", self.connectors[name]}}
        if partner not in fitting:
            kind = f" that is a {connector}" if connector else ""
            raise LookupError(f"there is no partner '{partner}'{kind}; {closest(partner, fitting)}")
        return fitting[partner]

    def odoo(self, wanted: str = "") -> str:
        """The partner that is the story's Odoo. Raises `LookupError`."""
        found = [name for name, kind in self.connectors.items() if kind == "odoo"]
        if wanted or len(found) != 1:
            self.of(wanted, "odoo")
            return wanted
        return found[0]


def engage(cast: Cast, configuration: Node, folder: Path) -> tuple[Installation | None, tuple[Fault, ...]]:
    """Set Crossdock up by ``configuration`` with the partners of ``cast``; whoever is new joins them. ``folder`` is
    where its files are.
    """
    faults = list(_wire(cast, configuration))
    if faults:
        return None, tuple(faults)
    place = configuration.place
    children = _children(configuration)
    children["store"] = _node({"url": f"sqlite:///{folder / 'crossdock.db'}", "folder": str(folder)}, place)
    children.setdefault("workers", _node({"lease_seconds": 600}, place))
    for name in ("store", "workers"):
        configuration.keys.setdefault(name, place)
    installation, found = installed(judge(configuration, folder, {}))
    secrets: Any = EverySecret()
    return structs.replace(installation, secrets=secrets) if installation else None, found


def _wire(cast: Cast, configuration: Node) -> Iterator[Fault]:
    partners = _children(configuration).get("partners")
    for name, node in _children(partners).items():
        children = _children(node)
        connector = children.get("connector")
        kind = str(connector.value) if connector else ""
        base = f"partners.{name}"
        if kind not in WIRINGS:
            text = f"'{kind}' is no connector whose partner a story can simulate"
            yield Fault.at((connector or node).place, f"{base}.connector", text, closest(kind, WIRINGS))
            continue
        given = children.pop(_SIMULATOR, None)
        config = children.setdefault("config", Node({}, node.place))
        yield from _enter(cast, name, kind, given, node.place)
        wiring, side = WIRINGS[kind], cast.sides.get(name)
        words = wiring.config(name) | (wiring.beside(side.port) if wiring.beside and side else {})
        for key, value in words.items():
            _children(config).setdefault(key, _node(value, node.place))


def _enter(cast: Cast, name: str, kind: str, given: Node | None, place: Place) -> Iterator[Fault]:
    if name in cast.simulators:
        return
    plain = given.plain() if given else {}
    extra = {str(key): _text(value) for key, value in plain.items()} if isinstance(plain, dict) else {}
    options = {**WIRINGS[kind].options(name, cast.clock.now()), **extra}
    try:
        cast.simulators[name] = simulators().get(kind).build(options)
        cast.connectors[name] = kind
        if WIRINGS[kind].beside is not None:
            listening: Any = cast.simulators[name]
            cast.sides[name] = listening.beside(cast.clock)
    except ValueError as wrong:
        yield Fault.at(given.place if given else place, f"partners.{name}.{_SIMULATOR}", str(wrong))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(f"{key}={each}" for key, each in value.items()) if isinstance(value, dict) else str(value)


def _children(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _node(value: Any, place: Place) -> Node:
    """Plain values as if they stood at ``place``."""
    if isinstance(value, dict):
        return Node({key: _node(each, place) for key, each in value.items()}, place, dict.fromkeys(value, place))
    if isinstance(value, list):
        return Node([_node(each, place) for each in value], place)
    return Node(value, place)


def changed(configuration: Node, section: str, change: Node) -> Node:
    """``configuration`` with the keys of ``change`` instead of its own in one section; everything else is shared."""
    children = dict(_children(configuration))
    before = children.get(section) or Node({}, change.place)
    merged = Node({**_children(before), **_children(change)}, change.place, {**before.keys, **change.keys})
    children[section] = merged
    return Node(children, configuration.place, configuration.keys)
