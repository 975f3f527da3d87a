"""The configuration in force, key by key: its value, where it was said, what it is for. Secrets stay references."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from crossdock.settings.nodes import Fault, Node, Place
from crossdock.settings.reading import is_secret, joined, optional, unwrap
from crossdock.settings.sections import Settings

FILE, VARIABLE, OPTION, DEFAULT = "file", "variable", "option", "default"
_PASSWORD = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+@")
_CONNECTOR_SETTINGS = re.compile(r"partners\.([^.]+)\.config")


class Setting(Struct, frozen=True):
    """One key: ``value`` as YAML would be written on one line ("" where nothing is set), ``source`` one of file,
    variable, option (of the command line) and default, ``place`` the file with its line, or the variable's name.
    """

    key: str
    value: str
    source: str
    place: str
    about: str
    secret: bool = False

    @property
    def section(self) -> str:
        """The first step of its key."""
        return self.key.partition(".")[0]

    def speaks_of(self, text: str) -> bool:
        """Whether every word of ``text`` stands in what is shown of it."""
        shown = f"{self.key} {self.value} {self.place} {self.about}".lower()
        return all(word in shown for word in text.lower().split())


class Pending(Struct, frozen=True):
    """A key whose value in the files is another than the one in force: it takes a restart."""

    key: str
    now: str
    then: str
    place: str


class InForce(Struct, frozen=True):
    """The configuration a process runs with, since when (epoch microseconds), what `crossdock check` warns of, and how
    far the files have moved on: ``pending`` and, where they could not be read any more, ``faults``.
    """

    settings: tuple[Setting, ...]
    warnings: tuple[str, ...] = ()
    since: int = 0
    pending: tuple[Pending, ...] = ()
    faults: tuple[Fault, ...] = ()


def explained(node: Node, connectors: Mapping[str, type], root: Path) -> tuple[Setting, ...]:
    """Every key of the configuration ``node`` and of its defaults. ``connectors`` are the config types by connector;
    places are named from the folder ``root`` on.
    """
    names = {
        key: str(each.value["connector"].value)
        for key, each in _children(_children(node).get("partners")).items()
        if isinstance(each.value, dict) and "connector" in each.value
    }
    types = {key: connectors[name] for key, name in names.items() if name in connectors}
    return tuple(_Walk(types, f"{root}/").struct(Settings, node, None, ""))


def chosen(settings: Iterable[Setting], text: str = "", *, given: bool = False) -> tuple[Setting, ...]:
    """Those that speak of ``text`` ("" for any); ``given`` leaves out what is only a default."""
    return tuple(each for each in settings if each.speaks_of(text) and not (given and each.source == DEFAULT))


def moved_on(now: tuple[Setting, ...], then: tuple[Setting, ...]) -> tuple[Pending, ...]:
    """What reading ``then`` in place of ``now`` would change."""
    before = {each.key: each for each in now}
    after = {each.key: each for each in then}
    found = []
    for key in [*before, *(each for each in after if each not in before)]:
        old, new = before.get(key), after.get(key)
        if old is not None and old.source == OPTION:
            continue
        if (old.value if old else "") != (new.value if new else ""):
            shown = new or old
            found.append(Pending(key, old.value if old else "", new.value if new else "", shown.place if shown else ""))
    return tuple(found)


class _Walk:
    """Goes down types, nodes and defaults side by side."""

    def __init__(self, partners: Mapping[str, type], root: str) -> None:
        self._partners = partners
        self._root = root

    def struct(self, kind: type[Struct], node: Node | None, default: Any, path: str) -> Iterator[Setting]:
        hints = get_type_hints(kind, include_extras=True)
        given = _children(node)
        for each in fields(kind):
            key, place = each.encode_name, None
            if node is not None and key in given:
                place = node.where(key)
            fallback = getattr(default, each.name) if default is not None else _default(each)
            yield from self._field(hints[each.name], given.get(key), place, fallback, joined(path, key))

    def _field(self, hint: Any, node: Node | None, place: Place | None, default: Any, path: str) -> Iterator[Setting]:
        base, metas = unwrap(hint)
        inner = optional(base)
        if inner is not None:
            base, more = unwrap(inner)
            metas = [*metas, *more]
            if node is None and default is None:
                yield self._leaf(path, None, None, metas)
                return
        partner = _CONNECTOR_SETTINGS.fullmatch(path)
        if partner and partner[1] in self._partners:
            yield from self.struct(self._partners[partner[1]], node, None, path)
        elif isinstance(base, type) and issubclass(base, Struct):
            yield from self.struct(base, node, default, path)
        elif isinstance(get_origin(base), type) and issubclass(get_origin(base), Mapping) and _children(node):
            hinted = get_args(base)[1]
            for key, child in _children(node).items():
                yield from self._field(hinted, child, node.where(key) if node else None, None, joined(path, key))
        else:
            yield self._leaf(path, default if node is None else node.plain(), place, metas)

    def _leaf(self, path: str, value: Any, place: Place | None, metas: list[msgspec.Meta]) -> Setting:
        source = DEFAULT if place is None else FILE if place.line else VARIABLE
        about = next((each.description for each in metas if each.description), "") or ""
        where = str(place).removeprefix(self._root) if place else ""
        return Setting(path, _shown(value), source, where, about, secret=is_secret(metas))


def _children(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _default(each: FieldInfo) -> Any:
    if each.default is not NODEFAULT:
        return each.default
    return None if each.default_factory is NODEFAULT else each.default_factory()


def _shown(value: Any) -> str:
    """A value on one line, without a password an address may hold; "" for nothing."""
    if value is None or value in ("", {}):
        return ""
    plain = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return _PASSWORD.sub(r"\1:…@", plain)
