"""From nodes to typed values: each field judged on its own, so that all faults show at once."""

import difflib
import re
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from crossdock.settings.nodes import Fault, Node

T = TypeVar("T")
_REFERENCE = re.compile(r"secret://(env/[A-Za-z_][A-Za-z0-9_]*|file/\S+)")
_PATH_IN_MESSAGE = re.compile(r" - at `(?P<path>[^`]*)`$")
_SEQUENCES = (list, tuple, set, frozenset)
WHERE_SECRETS_GO = (
    "put the value into a file only you can read and write secret://file/PATH here, "
    "or into an environment variable and write secret://env/NAME"
)


def read_config(kind: type[T], node: Node, path: str = "") -> tuple[T | None, list[Fault]]:
    """A value of ``kind`` out of ``node``, or every fault that keeps it from being one."""
    reader = _Reader()
    plain = reader.read(kind, node, path)
    if reader.faults:
        return None, reader.faults
    try:
        return msgspec.convert(plain, kind), []
    except msgspec.ValidationError as problem:
        text, inner = _message(problem)
        return None, [Fault.at(node.place, path + inner, text)]


def closest(word: str, known: Iterable[str]) -> str:
    """A hint for a word nobody knows: the nearest one, or all there are."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"there are: {', '.join(names)}" if names else "there is none"


class _Reader:
    """Walks a type and a node side by side; gives plain values and collects faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, hint: Any, node: Node, path: str) -> object:
        base, metas = unwrap(hint)
        inner = optional(base)
        if inner is not None:
            if node.value is None:
                return None
            base, more = unwrap(inner)
            metas = [*metas, *more]
        if is_secret(metas):
            return self._secret(base, node, path)
        if isinstance(base, type) and issubclass(base, Struct):
            return self._struct(base, node, path)
        origin, args = get_origin(base), get_args(base)
        if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping) and len(args) == 2:
            return self._mapping(args[0], args[1], node, path)
        if origin in _SEQUENCES and args and (origin is not tuple or args[-1] is Ellipsis):
            return self._sequence(hint, args[0], metas, node, path)
        return self._leaf(hint, base, metas, node, path)

    def _struct(self, kind: type[Struct], node: Node, path: str) -> object:
        children = self._children(node, path)
        if children is None:
            return None
        hints = get_type_hints(kind, include_extras=True)
        fields = {each.encode_name: each for each in msgspec.structs.fields(kind)}
        plain: dict[str, object] = {}
        for key, child in children.items():
            at = joined(path, key)
            if key not in fields:
                self.faults.append(Fault.at(node.where(key), at, "is not a known key", closest(key, fields)))
                continue
            plain[key] = self.read(hints[fields[key].name], child, at)
        for key, each in fields.items():
            if key not in children and each.default is NODEFAULT and each.default_factory is NODEFAULT:
                metas = unwrap(hints[each.name])[1]
                self.faults.append(Fault.at(node.place, joined(path, key), "is missing", _advice(metas)))
        return plain

    def _mapping(self, key_hint: Any, value_hint: Any, node: Node, path: str) -> object:
        children = self._children(node, path)
        if children is None:
            return None
        plain: dict[str, object] = {}
        for key, child in children.items():
            at = joined(path, key)
            try:
                msgspec.convert(key, key_hint)
            except msgspec.ValidationError as problem:
                base, metas = unwrap(key_hint)
                self.faults.append(Fault.at(node.where(key), at, _message(problem)[0], _hint(base, metas, key)))
                continue
            plain[key] = child.plain() if value_hint is Any else self.read(value_hint, child, at)
        return plain

    def _sequence(self, hint: Any, item: Any, metas: list[Meta], node: Node, path: str) -> object:
        if not isinstance(node.value, list):
            advice = _advice(metas) or "write it as [one, two]"
            self.faults.append(Fault.at(node.place, path, f"must be a list, not {_name(node)}", advice))
            return None
        before = len(self.faults)
        plain = [self._item(item, metas, child, f"{path}[{index}]") for index, child in enumerate(node.value)]
        if len(self.faults) == before:
            self._judge(hint, plain, metas, node, path)
        return plain

    def _item(self, item: Any, metas: list[Meta], node: Node, path: str) -> object:
        """An item says of itself only what its type says; what it is for, the list says."""
        base, own = unwrap(item)
        told = Meta(description=metas[0].description) if metas and metas[0].description and not own else None
        return self.read(Annotated[base, told] if told else item, node, path)

    def _leaf(self, hint: Any, base: Any, metas: list[Meta], node: Node, path: str) -> object:
        plain = node.plain()
        self._judge(hint, plain, metas, node, path, base)
        return plain

    def _judge(self, hint: Any, plain: object, metas: list[Meta], node: Node, path: str, base: Any = None) -> None:
        try:
            msgspec.convert(plain, hint)
        except msgspec.ValidationError as problem:
            text, inner = _message(problem)
            if get_origin(base) is Literal:
                text = "is not one of the choices"
            advice = _hint(base, metas, plain)
            self.faults.append(Fault.at(node.place, path + inner, text, advice))

    def _secret(self, base: Any, node: Node, path: str) -> object:
        """A reference, or a list of them where the field is a list (old and new secret while they are rotated)."""
        if get_origin(base) in _SEQUENCES and isinstance(node.value, list):
            return [self._reference(child, f"{path}[{index}]") for index, child in enumerate(node.value)]
        if get_origin(base) in _SEQUENCES:
            self.faults.append(Fault.at(node.place, path, "must be a list of secret references", WHERE_SECRETS_GO))
            return []
        return "" if node.value == "" else self._reference(node, path)

    def _reference(self, node: Node, path: str) -> str:
        value = node.value
        if isinstance(value, str) and _REFERENCE.fullmatch(value):
            return value
        # The text must not repeat what was written: it may well be the secret.
        wrong = isinstance(value, str) and value.startswith("secret://")
        text = "is not a secret reference Crossdock knows" if wrong else "must be a secret reference, not a value"
        self.faults.append(Fault.at(node.place, path, text, WHERE_SECRETS_GO))
        return ""

    def _children(self, node: Node, path: str) -> dict[str, Node] | None:
        if node.value is None:  # a section whose lines are all commented out
            return {}
        if isinstance(node.value, dict):
            return node.value
        text = f"must be a section with keys of its own, not {_name(node)}"
        self.faults.append(Fault.at(node.place, path, text, "write 'key: value' lines, indented, below it"))
        return None


def unwrap(hint: Any) -> tuple[Any, list[Meta]]:
    """A type without what is said of it, and what is said of it."""
    if get_origin(hint) is Annotated:
        base, *rest = get_args(hint)
        return base, [each for each in rest if isinstance(each, Meta)]
    return hint, []


def optional(base: Any) -> Any:
    """The one type beside None in ``X | None``, else nothing."""
    if get_origin(base) not in (Union, UnionType):
        return None
    others = [each for each in get_args(base) if each is not NoneType]
    return others[0] if len(others) == 1 and len(others) < len(get_args(base)) else None


def is_secret(metas: Iterable[Meta]) -> bool:
    """Whether a field takes a reference to a secret."""
    return any((meta.extra or {}).get("secret") for meta in metas)


def joined(path: str, key: str) -> str:
    """The dotted path of a key inside ``path``."""
    return f"{path}.{key}" if path else key


def _message(problem: msgspec.ValidationError) -> tuple[str, str]:
    """The library's message in our sentence form, and the path inside the value."""
    text = str(problem)
    found = _PATH_IN_MESSAGE.search(text)
    inner = found["path"].removeprefix("$").removeprefix("key") if found else ""
    text = _PATH_IN_MESSAGE.sub("", text).replace("`", "")
    return text[:1].lower() + text[1:], inner


def _hint(base: Any, metas: list[Meta], plain: object) -> str:
    if get_origin(base) is Literal:
        return closest(str(plain), map(str, get_args(base)))
    if base is str and isinstance(plain, int | float):
        return "put it in quotes"
    return _advice(metas)


def _advice(metas: Iterable[Meta]) -> str:
    """What a field is for and an example of it, from its own declaration."""
    parts = []
    for meta in metas:
        if meta.description:
            parts.append(meta.description)
        if meta.examples:
            parts.append(f"for example {_shown(meta.examples[0])}")
    return "; ".join(parts)


def _shown(example: object) -> str:
    return example if isinstance(example, str) else msgspec.json.encode(example).decode()


def _name(node: Node) -> str:
    match node.value:
        case dict():
            return "a section"
        case list():
            return "a list"
        case None:
            return "empty"
        case str():
            return "a text"
        case _:
            return "a number or a switch"
