"""The configuration as JSON Schema (2020-12), so that editors complete and check it while it is written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crossdock.settings.sections import Settings

_SECRET = {"pattern": "^(secret://(env|file)/.+)?$"}
_DEFS = "#/$defs/{name}"


def schema(connectors: Mapping[str, type] | None = None) -> dict[str, Any]:
    """The schema of crossdock.yaml and of included files; ``connectors`` (name to config type) adds their settings."""
    connectors = connectors or {}
    (root, *configs), definitions = msgspec.json.schema_components([Settings, *connectors.values()], ref_template=_DEFS)
    partner = definitions["PartnerSettings"]
    partner["properties"]["connector"]["enum"] = sorted(connectors)
    partner["allOf"] = [
        {
            "if": {"properties": {"connector": {"const": name}}},
            "then": {"properties": {"config": config}},
        }
        for name, config in zip(connectors, configs, strict=True)
    ]
    if not connectors:
        del partner["allOf"], partner["properties"]["connector"]["enum"]
    main = definitions["Settings"]
    main["properties"]["include"] = {
        "description": "Further files with the same sections; relative to this file",
        "type": "array",
        "items": {"type": "string"},
        "examples": [["partners/*.yaml"]],
    }
    for kind in (Settings, *connectors.values()):
        _mark_secrets(kind, definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "crossdock.yaml", **root,
            "$defs": definitions}  # fmt: skip


def _mark_secrets(kind: type, definitions: dict[str, Any]) -> None:
    for each in _structs(msgspec.inspect.type_info(kind)):
        properties = definitions.get(each.cls.__name__, {}).get("properties", {})
        for field in each.fields:
            if isinstance(field.type, msgspec.inspect.Metadata) and (field.type.extra or {}).get("secret"):
                properties[field.encode_name] |= _SECRET


def _structs(info: Any) -> list[msgspec.inspect.StructType]:
    if isinstance(info, msgspec.inspect.Metadata):
        return _structs(info.type)
    if isinstance(info, msgspec.inspect.StructType):
        return [info, *(inner for field in info.fields for inner in _structs(field.type))]
    if isinstance(info, msgspec.inspect.UnionType):
        return [inner for each in info.types for inner in _structs(each)]
    if isinstance(info, msgspec.inspect.DictType):
        return _structs(info.value_type)
    return []
