"""Configuration files as they are first written: every key with its default and what it is for, as comments."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

_INDENT = "  "


def document(kind: type[Struct], given: Mapping[str, Any], *, depth: int = 0) -> str:
    """The keys of ``kind`` as YAML. Those in ``given`` are set to it; the others stand commented out at their default,
    so that a file shows everything and fixes only what somebody decided.
    """
    lines: list[str] = []
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        base, meta = _unwrap(hints[field.name])
        pad = _INDENT * depth
        lines += [f"{pad}# {text}" for text in _explained(meta, base)]
        value = given.get(field.encode_name, _default(field))
        set_here = field.encode_name in given
        if isinstance(base, type) and issubclass(base, Struct) and (value is NODEFAULT or not isinstance(value, list)):
            inner = value if isinstance(value, Mapping) else {}
            lines += [f"{pad}{field.encode_name}:", document(base, inner, depth=depth + 1).rstrip("\n"), ""]
            continue
        example = (meta.examples or [""])[0] if meta else ""
        shown = example if value is NODEFAULT else value
        mark = "" if set_here else "# "
        lines.append(f"{pad}{mark}{field.encode_name}: {flow(shown)}")
    return "\n".join(lines).rstrip("\n") + "\n"


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
    return [text]


def _unwrap(hint: Any) -> tuple[Any, Meta | None]:
    if get_origin(hint) is Annotated:
        base, *rest = get_args(hint)
        return base, next((each for each in rest if isinstance(each, Meta)), None)
    return hint, None
