"""Finishing touches on the generated OpenAPI document: intake, which is no Litestar route, and security per scope."""

from typing import Any

import msgspec

from crossdock.api.order_bodies import OrderRequest
from crossdock.api.pacing import LimitRequest
from crossdock.api.resources import ReplayRequest
from crossdock.api.returning import GoodsReturnRequest, ReturnReceiptRequest

_QUANTITY = {
    "description": "A whole number, or a decimal text with six decimals at most.",
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": 10**9},
        {"type": "string", "pattern": r"^[0-9]{1,11}(\.[0-9]{1,6})?$"},
    ],
}
_SELECTION = ("ids", "partner", "flow", "since", "until")
_OPEN = ("/oauth/", "/.well-known/", "/livez", "/readyz", "/metrics", "/in/")
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_INTAKE_REFUSALS = {
    "400": "The request cannot be read",
    "401": "The signature is missing, wrong or stale",
    "404": "There is no such partner",
    "405": "Method not allowed",
    "413": "The body is larger than allowed",
    "422": "The partner's message is not acceptable",
    "503": "The store cannot be reached",
    "507": "The store is full",
}


def finished(schema: dict[str, Any]) -> dict[str, Any]:
    """The document with intake added and security stated for every operation."""
    schema["paths"]["/in/{partner}/{channel}"] = {"post": _intake()}
    bodies = schema["components"]["schemas"]
    for name, body in bodies.items():
        if name.endswith("Request"):  # `strictly` refuses what it does not know in any of them
            body["additionalProperties"] = False
    # Defaults stand for "not said" and need not pass the limits of what is said.
    for name in _SELECTION:
        bodies["ReplayRequest"]["properties"][name].pop("default", None)
    # Litestar leaves out what is said of the elements of a list, and of what may be null.
    _, whole = msgspec.json.schema_components((ReplayRequest, LimitRequest))
    bodies["LimitRequest"]["properties"] = whole["LimitRequest"]["properties"]
    _, ordered = msgspec.json.schema_components((OrderRequest,), ref_template="#/components/schemas/{name}")
    bodies |= ordered
    bodies["OrderLineRequest"]["properties"]["quantity"] = _QUANTITY
    _, returned = msgspec.json.schema_components(
        (GoodsReturnRequest, ReturnReceiptRequest), ref_template="#/components/schemas/{name}"
    )
    bodies |= returned
    for line, names in (("ReturnLine", ("quantity",)), ("InspectedLine", ("quantity", "damaged"))):
        for name in names:
            bodies[line]["properties"][name] = _QUANTITY
    bodies["ReplayRequest"]["properties"]["ids"]["items"] = whole["ReplayRequest"]["properties"]["ids"]["items"]
    bodies["ReplayRequest"]["anyOf"] = [{"required": [name]} for name in _SELECTION]
    for path, item in schema["paths"].items():
        for operation in item.values():
            if not path.startswith(_OPEN):
                operation["security"] = [{"bearer": []}]
    return schema


def _intake() -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,39}$"},
        }
        for name in ("partner", "channel")
    ]
    place = {"description": "Where the kept message is, /v1/exchanges/{id}", "schema": {"type": "string"}}
    return {
        "operationId": "Intake",
        "tags": ["Intake"],
        "summary": "A partner's message",
        "description": "Verified on its raw bytes, made durable, then answered. Each partner signs in its own way.",
        "parameters": parameters,
        "requestBody": {"content": {"*/*": {"schema": {}}}},
        "responses": {
            "202": {"description": "Kept. The answer has no body.", "headers": {"Location": place}},
            **{status: {"description": text, "content": _PROBLEM} for status, text in _INTAKE_REFUSALS.items()},
        },
    }
