"""Reads crossdock.yaml, the files it includes and the environment into `Settings`, or into a list of faults."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field, structs

from crossdock.model.instants import is_zone
from crossdock.model.milestones import MILESTONES
from crossdock.settings.alert_checks import alert_faults
from crossdock.settings.exception_checks import exception_faults
from crossdock.settings.fanout_checks import fanout_faults
from crossdock.settings.golive_checks import golive_faults
from crossdock.settings.kpi_checks import kpi_faults
from crossdock.settings.nodes import Fault, Node, Place, merge, read_file, read_text
from crossdock.settings.ordering_checks import ordering_faults
from crossdock.settings.partner_desk_checks import partner_desk_faults
from crossdock.settings.reading import WHERE_SECRETS_GO, closest, read_config
from crossdock.settings.routing_checks import routing_faults
from crossdock.settings.sections import Settings, StoreSettings

PREFIX = "CROSSDOCK__"
_PASSWORD = re.compile(r"^[a-z]+://[^/@:]*:[^/]+@")
_SQLITE = "sqlite:///"


class Loaded(Struct, frozen=True):
    """What was read. ``settings`` is there when ``faults`` is empty; ``configs`` are the partners' own settings with
    their places, by partner id; ``root`` is the folder that relative paths start at; ``notices`` and
    ``tracking_page`` are the sections ``customer_notices`` and ``tracking_page`` with their places, ``whole``
    everything.
    """

    root: Path
    settings: Settings | None
    faults: tuple[Fault, ...] = ()
    configs: dict[str, Node] = field(default_factory=dict)
    connectors: dict[str, tuple[str, Place]] = field(default_factory=dict)
    notices: Node | None = None
    tracking_page: Node | None = None
    whole: Node | None = None


def load(path: Path, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read the configuration at ``path``; nothing is raised for what people can put right."""
    environ = os.environ if environ is None else environ
    root = path.resolve().parent
    node, faults = read_file(path, str(path))
    if node is None:
        return Loaded(root, None, tuple(faults))
    if not isinstance(node.value, dict):
        text = "must be a list of sections such as 'partners:'"
        return Loaded(root, None, (Fault.at(node.place, "", text, "see: crossdock init"),))
    faults += _include(node, path)
    loaded = judge(node, root, environ)
    if not faults:
        return loaded
    return structs.replace(loaded, faults=tuple(sorted({*faults, *loaded.faults})), settings=None)


def judge(node: Node, root: Path, environ: Mapping[str, str]) -> Loaded:
    """The settings that ``node``, a whole configuration, holds under the variables of ``environ``, or its faults."""
    faults = list(_override(node, environ))
    settings, more = read_config(Settings, node)
    faults += more
    faults += _cross_checks(node)
    if faults or settings is None:
        return Loaded(root, None, tuple(sorted(set(faults))), *_partners(node))
    settings = structs.replace(settings, store=_anchored(settings.store, root))
    notices, page = _child(node, "customer_notices"), _child(node, "tracking_page")
    return Loaded(root, settings, (), *_partners(node), notices=notices, tracking_page=page, whole=node)


def _include(node: Node, path: Path) -> Iterator[Fault]:
    """Merge the files named under ``include`` and take the key away."""
    if not isinstance(node.value, dict) or "include" not in node.value:
        return
    wanted = node.value.pop("include")
    patterns = wanted.value if isinstance(wanted.value, list) else [wanted]
    for pattern in patterns:
        if not isinstance(pattern.value, str):
            text = "must be a list of file names"
            yield Fault.at(pattern.place, "include", text, "for example [partners/*.yaml]")
            continue
        found = _matches(path.parent, pattern.value)
        if not found and not set(pattern.value) & set("*?["):
            text = f"'{pattern.value}' does not exist"
            yield Fault.at(pattern.place, "include", text, f"create it in {path.parent.resolve()}, or take it out")
        for each in found:
            other, faults = read_file(each, _shown(each, path.parent))
            yield from faults
            if other is not None and other.value:
                yield from merge(node, other)


def _matches(folder: Path, pattern: str) -> list[Path]:
    if Path(pattern).is_absolute():
        return sorted(Path("/").glob(pattern.lstrip("/")))
    return sorted(folder.glob(pattern))


def _shown(path: Path, folder: Path) -> str:
    return str(path) if not path.is_absolute() or not path.is_relative_to(Path.cwd()) else os.path.relpath(path, folder)


def _override(node: Node, environ: Mapping[str, str]) -> Iterator[Fault]:
    """Put ``CROSSDOCK__SECTION__KEY`` variables over what the files say."""
    for name in sorted(each for each in environ if each.startswith(PREFIX)):
        steps = name.removeprefix(PREFIX).split("__")
        value, faults = read_text(environ[name], name, line=0)
        yield from faults
        if value is None:
            continue
        if environ[name] == "":
            value = Node("", Place(name))
        yield from _set(node, steps, value, name)


def _set(node: Node, steps: list[str], value: Node, name: str) -> Iterator[Fault]:
    at = node
    keys = []
    for step in steps[:-1]:
        if not isinstance(at.value, dict):
            break
        key = _key(at.value, step)
        keys.append(key)
        following = at.value.get(key)
        if following is None or following.value is None:
            following = at.value[key] = Node({}, Place(name))
            at.keys[key] = Place(name)
        at = following
    if not isinstance(at.value, dict) or not all(steps):
        text = f"'{'.'.join(keys)}' has no keys of its own" if keys else "names no key"
        yield Fault(name, 0, "", text, "name it as in the file, for example CROSSDOCK__LISTEN__PORT")
        return
    key = _key(at.value, steps[-1])
    at.value[key] = value
    at.keys[key] = Place(name)


def _key(known: Mapping[str, object], step: str) -> str:
    """Variables have no lower case and no hyphens by custom; ``easypost-eu`` is written EASYPOST_EU."""
    wanted = step.lower()
    return next((key for key in known if key.lower().replace("-", "_") == wanted), wanted)


def _cross_checks(node: Node) -> Iterator[Fault]:
    """What one section says of another: partners that processes name, words of the milestone vocabulary."""
    yield from fanout_faults(node)
    yield from exception_faults(node)
    yield from alert_faults(node)
    yield from ordering_faults(node)
    yield from partner_desk_faults(node)
    yield from kpi_faults(node)
    yield from routing_faults(node)
    yield from golive_faults(node)
    yield from _password_in_address(_child(_child(node, "store"), "url"))
    yield from _stream_without_postgresql(_child(node, "store"))
    yield from _unknown_zones(node)
    flow = _child(_child(node, "processes"), "order_to_ship")
    partners = _child(node, "partners")
    known = sorted(partners.value) if partners and isinstance(partners.value, dict) else []
    base = "processes.order_to_ship"
    erp = _child(flow, "erp")
    if erp and isinstance(erp.value, str) and erp.value not in known:
        yield Fault.at(erp.place, f"{base}.erp", f"'{erp.value}' is not among the partners", closest(erp.value, known))
    for index, each in _texts(_child(flow, "carriers")):
        if each.value not in known:
            text = f"'{each.value}' is not among the partners"
            yield Fault.at(each.place, f"{base}.carriers[{index}]", text, closest(str(each.value), known))
    for name, partner in partners.value.items() if partners and isinstance(partners.value, dict) else ():
        for index, each in _texts(_child(_child(partner, "fallback"), "next")):
            if each.value not in known or each.value == name:
                text = f"'{each.value}' is {'itself' if each.value == name else 'not among the partners'}"
                hint = closest(str(each.value), [other for other in known if other != name])
                yield Fault.at(each.place, f"partners.{name}.fallback.next[{index}]", text, hint)
    for index, each in _texts(_child(flow, "milestones")):
        if each.value not in MILESTONES:
            text = f"'{each.value}' is not in the milestone vocabulary"
            yield Fault.at(each.place, f"{base}.milestones[{index}]", text, closest(str(each.value), MILESTONES))


def _password_in_address(url: Node | None) -> Iterator[Fault]:
    """A password may reach us inside an address by the environment, never by a file."""
    if url is not None and url.place.line and isinstance(url.value, str) and _PASSWORD.search(url.value):
        text = "holds a password"
        yield Fault.at(
            url.place, "store.url", text, f"take it out of the address and set store.password; {WHERE_SECRETS_GO}"
        )


def _stream_without_postgresql(store: Node | None) -> Iterator[Fault]:
    """SQLite belongs to one process, and what it cannot keep no cluster saves."""
    log, url = _child(store, "log"), _child(store, "url")
    address = url.value if url is not None else ""
    if log is not None and log.value is not None and not str(address).startswith("postgresql"):
        text = "keeps the log in JetStream, and the store is SQLite"
        yield Fault.at(log.place, "store.log", text, "set store.url to postgresql://…, or take store.log out")


def _unknown_zones(node: Node) -> Iterator[Fault]:
    for section in ("project", "reconciliation"):
        zone = _child(_child(node, section), "timezone")
        if zone is not None and isinstance(zone.value, str) and not is_zone(zone.value):
            hint = "write an IANA name such as Europe/Brussels"
            yield Fault.at(
                zone.place, f"{section}.timezone", f"'{zone.value}' is no time zone this machine knows", hint
            )


def _child(node: Node | None, key: str) -> Node | None:
    return node.value.get(key) if node is not None and isinstance(node.value, dict) else None


def _texts(node: Node | None) -> Iterator[tuple[int, Node]]:
    if node is not None and isinstance(node.value, list):
        yield from ((index, each) for index, each in enumerate(node.value) if isinstance(each.value, str))


def _partners(node: Node) -> tuple[dict[str, Node], dict[str, tuple[str, Place]]]:
    """The partners' own settings and connector names, also of a configuration with faults elsewhere."""
    configs: dict[str, Node] = {}
    connectors: dict[str, tuple[str, Place]] = {}
    partners = _child(node, "partners")
    for key, each in partners.value.items() if partners and isinstance(partners.value, dict) else ():
        name = _child(each, "connector")
        if name is not None and isinstance(name.value, str):
            connectors[key] = (name.value, name.place)
            configs[key] = _child(each, "config") or Node({}, each.place)
    return configs, connectors


def _anchored(store: StoreSettings, root: Path) -> StoreSettings:
    """Relative paths start at the configuration's folder, so that it does not matter where a command is run."""
    url = store.url
    file = url.removeprefix(_SQLITE)
    if url.startswith(_SQLITE) and file != ":memory:":
        url = f"{_SQLITE}{(root / file).resolve()}"
    return structs.replace(store, url=url, folder=str((root / store.folder).resolve()))
