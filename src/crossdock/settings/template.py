"""Configuration files as they are first written: every key with its default and what it is for, as comments."""

import textwrap
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

_INDENT = "  "
_WIDTH = 100


class Section(Struct, frozen=True):
    """A section whose keys are those of ``kind``, with the ones in ``given`` set."""

    kind: type
    given: Mapping[str, Any]


def document(section: Section, depth: int = 0) -> str:
    """The keys of a section as YAML. Those given are set; the others stand commented out at their default, so that a
    file shows everything and fixes only what somebody decided.
    """
    lines: list[str] = []
    pad = _INDENT * depth
    hints = get_type_hints(section.kind, include_extras=True)
    for field in msgspec.structs.fields(section.kind):
        base, meta = _unwrap(hints[field.name])
        key, default = field.encode_name, _default(field)
        value = section.given.get(key, default)
        lines += [f"{pad}# {text}" for text in _explained(meta, base)]
        inner = _inner(base, value)
        if inner is not None:
            lines += [f"{pad}{key}:", document(inner, depth + 1).rstrip("\n")]
            continue
        shown = (meta.examples or [""])[0] if value is NODEFAULT and meta else value
        lines.append(f"{pad}{'' if key in section.given else '# '}{key}: {flow(shown)}")
    return "\n".join(lines) + "\n"


def _inner(base: Any, value: Any) -> Section | None:
    """A field that is a section of its own; one that may be left out is, too, once it is given."""
    if isinstance(value, Section):
        return value
    kinds = [each for each in (base, *get_args(base)) if isinstance(each, type) and issubclass(each, Struct)]
    if not kinds or (value is None and len(get_args(base)) > 1):
        return None
    return Section(kinds[0], value if isinstance(value, Mapping) else {}) if kinds[0] is base else None


def flow(value: object) -> str:
    """A plain value on one line of YAML."""
    plain = msgspec.to_builtins(value, enc_hook=str)
    if isinstance(plain, str) and _is_plain(plain):
        return plain
    return msgspec.json.encode(plain).decode()


def _is_plain(text: str) -> bool:
    words = {"true", "false", "null", "yes", "no", "on", "off"}
    return (
        bool(text) and text.lower() not in words and text[0].isalpha() and not set(text) & set(":#{}[]&*!|>'\"%@`,\n")
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not NODEFAULT else NODEFAULT


def _explained(meta: Meta | None, base: Any) -> list[str]:
    if meta is None or not meta.description:
        return []
    choices = get_args(base)
    one_of = f" One of: {', '.join(map(str, choices))}." if choices and isinstance(choices[0], str) else ""
    text = meta.description.rstrip(".") + "." + one_of
    if meta.examples:
        text += f" For example {flow(meta.examples[0])}"
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _unwrap(hint: Any) -> tuple[Any, Meta | None]:
    """The bare type, and the one annotation that explains it (others may only limit it)."""
    if get_origin(hint) is not Annotated:
        return hint, None
    base, *rest = get_args(hint)
    metas = [each for each in rest if isinstance(each, Meta)]
    return base, next((each for each in reversed(metas) if each.description), metas[-1] if metas else None)
