"""Words for what declarations say: tables of Markdown, types as people call them, fields with their defaults."""

# ruff: noqa: INP001 - beside a script, no package

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect

SIMPLE = {
    inspect.StrType: "text",
    inspect.BoolType: "yes or no",
    inspect.IntType: "whole number",
    inspect.FloatType: "number",
    inspect.DecimalType: "decimal number",
    inspect.NoneType: "nothing",
    inspect.AnyType: "anything",
    inspect.DictType: "mapping",
    inspect.StructType: "section",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; pipes and line ends inside cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows)]) + "\n"


def code(words: Iterable[str]) -> str:
    """Words as inline code, separated by commas; a dash when there is none."""
    return ", ".join(f"`{word}`" for word in words) or "-"


def type_name(kind: inspect.Type) -> str:
    """The words people use for a type."""
    match kind:
        case inspect.Metadata(type=inner):
            name = type_name(inner)
        case inspect.UnionType(types=types):
            named = [type_name(each) for each in types if not isinstance(each, inspect.NoneType)]
            name = " or ".join(dict.fromkeys(named))
        case inspect.LiteralType(values=values):
            name = " or ".join(f"`{value}`" for value in values)
        case inspect.EnumType(cls=cls):
            name = " or ".join(f"`{member.value}`" for member in cls)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) | inspect.SetType(item_type=item):
            name = f"list of {type_name(item)}"
        case _:
            name = SIMPLE.get(type(kind), type(kind).__name__.removesuffix("Type").lower())
    return name


def nested(kind: inspect.Type) -> inspect.Type:
    """The structure inside a field, looking through annotations, optionals, lists and mappings."""
    match kind:
        case inspect.Metadata(type=inner):
            return nested(inner)
        case inspect.UnionType(types=types):
            return next((nested(each) for each in types if isinstance(nested(each), inspect.StructType)), kind)
        case inspect.DictType(value_type=value):
            return nested(value)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return nested(item)
    return kind


def default_of(field: inspect.Field) -> str:
    """The default as YAML would show it; "required" where there is none."""
    if field.required:
        return "**required**"
    value = field.default
    if value is msgspec.NODEFAULT:
        value = field.default_factory() if callable(field.default_factory) else None
    plain = msgspec.to_builtins(value)
    if plain in ("", None, [], ()) or isinstance(plain, dict):
        return "-"
    return f"`{msgspec.json.encode(plain).decode()}`" if not isinstance(plain, str) else f"`{plain}`"


def facts_of(field: inspect.Field) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a field's annotation says: its JSON Schema part, and our own facts (secret)."""
    if isinstance(field.type, inspect.Metadata):
        return field.type.extra_json_schema or {}, field.type.extra or {}
    return {}, {}


def field_rows(kind: inspect.Type, prefix: str = "") -> Iterator[tuple[str, ...]]:
    """One row per field, nested structures after their parent."""
    if not isinstance(kind, inspect.StructType):
        return
    for field in kind.fields:
        schema, extra = facts_of(field)
        name = f"{prefix}{field.encode_name}"
        examples = schema.get("examples") or ([extra["example"]] if "example" in extra else [])
        text = schema.get("description", "").rstrip(".") + (" (**secret**)" if extra.get("secret") else "")
        yield f"`{name}`", type_name(field.type), default_of(field), text, code(str(each) for each in examples[:1])
        inner = nested(field.type)
        if isinstance(inner, inspect.StructType):
            yield from field_rows(inner, f"{name}.*." if is_mapping(field.type) else f"{name}.")


def is_mapping(kind: inspect.Type) -> bool:
    """Whether a field holds named entries, each of the same structure."""
    return isinstance(kind.type if isinstance(kind, inspect.Metadata) else kind, inspect.DictType)


FIELDS = ("key", "type", "default", "what it is", "example")
