"""YAML with places: every value remembers the file and line it was written at. No knowledge of what keys mean."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

Scalar = str | int | float | bool | None
_DEEPEST = 32
_FLOATS = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}


class Place(Struct, frozen=True, order=True):
    """Where a value was written: ``line`` counts from 1; 0 where there are no lines (an environment variable)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        """As editors and compilers write it: ``crossdock.yaml:12``."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Fault(Struct, frozen=True, order=True):
    """One thing wrong with the configuration. ``key`` is its dotted path, ``hint`` what to do; never a secret."""

    file: str
    line: int
    key: str
    text: str
    hint: str = ""

    @classmethod
    def at(cls, place: Place, key: str, text: str, hint: str = "") -> "Fault":
        """A fault at ``place``."""
        return cls(place.file, place.line, key, text, hint)


class Node(Struct):
    """A value and its place. A mapping keeps the places of its keys, which is where people look."""

    value: "Scalar | dict[str, Node] | list[Node]"
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

    def plain(self) -> object:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def where(self, key: str) -> Place:
        """The place of ``key`` in this mapping, or of the mapping itself."""
        return self.keys.get(key, self.place)


def read_file(path: Path, shown: str) -> tuple[Node | None, list[Fault]]:
    """Read one file; ``shown`` is what people know it by. No node when it cannot be read at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, [Fault(shown, 0, "", "there is no such file", "create it with: crossdock init")]
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        return None, [Fault(shown, 0, "", f"cannot be read: {reason}", "check the file's rights and encoding")]
    return read_text(text, shown)


def read_text(text: str, shown: str, line: int = 1) -> tuple[Node | None, list[Fault]]:
    """Read one YAML document. An empty one is an empty mapping. ``line`` 0 means the text has no lines."""
    faults: list[Fault] = []
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        at = mark.line + 1 if mark is not None and line else 0
        return None, [Fault(shown, at, "", f"is not valid YAML: {problem.problem}", "check indentation and quotes")]
    except (YAMLError, ReaderError) as problem:
        return None, [Fault(shown, 0, "", f"is not valid YAML: {type(problem).__name__}", "check for odd characters")]
    if root is None:
        return Node({}, Place(shown, line)), []
    node = _Walk(shown, lined=bool(line), faults=faults).node(root, "", 0)
    return node, faults


class _Walk:
    """Turns the YAML library's graph into nodes."""

    def __init__(self, shown: str, *, lined: bool, faults: list[Fault]) -> None:
        self._shown = shown
        self._lined = lined
        self._faults = faults

    def node(self, raw: object, path: str, depth: int) -> Node:
        place = self._place(raw)
        if depth > _DEEPEST:
            self._faults.append(Fault.at(place, path, "is nested too deeply", "an alias may contain itself"))
            return Node(None, place)
        if isinstance(raw, MappingNode):
            return self._mapping(raw, path, depth)
        if isinstance(raw, SequenceNode):
            return Node([self.node(each, f"{path}[{i}]", depth + 1) for i, each in enumerate(raw.value)], place)
        return Node(_scalar(raw) if isinstance(raw, ScalarNode) else None, place)

    def _mapping(self, raw: MappingNode, path: str, depth: int) -> Node:
        node = Node({}, self._place(raw))
        children: dict[str, Node] = {}
        for key, value in raw.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            place = self._place(key)
            at = f"{path}.{name}" if path else name
            if name in children:
                text = f"is written twice; the first is at {node.keys[name]}"
                self._faults.append(Fault.at(place, at, text, "keep one of the two"))
                continue
            children[name] = self.node(value, at, depth + 1)
            node.keys[name] = place
        node.value = children
        return node

    def _place(self, raw: object) -> Place:
        mark = getattr(raw, "start_mark", None)
        return Place(self._shown, mark.line + 1 if self._lined and mark is not None else 0)


def _scalar(raw: ScalarNode) -> Scalar:
    text = str(raw.value)
    match str(raw.tag).rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _integer(text)
        case "float":
            return float(_FLOATS.get(text.lower(), text.replace("_", "")))
        case _:
            return text  # a date stays the text that was written


def _integer(text: str) -> int | str:
    for base in (0, 10):  # YAML 1.2 reads 010 as ten, Python refuses it in base 0
        try:
            return int(text, base)
        except ValueError:
            continue
    return text


def merge(into: Node, other: Node, path: str = "") -> Iterator[Fault]:
    """Add ``other``'s keys to ``into``; a value set in both is a fault, mappings are merged."""
    if not isinstance(into.value, dict) or not isinstance(other.value, dict):
        yield Fault.at(other.place, path, f"is also set at {into.place}", "keep one of the two")
        return
    for key, node in other.value.items():
        at = f"{path}.{key}" if path else key
        known = into.value.get(key)
        if known is None:
            into.value[key] = node
            into.keys[key] = other.where(key)
        elif isinstance(known.value, dict) and isinstance(node.value, dict):
            yield from merge(known, node, at)
        else:
            yield Fault.at(other.where(key), at, f"is also set at {into.where(key)}", "keep one of the two")
