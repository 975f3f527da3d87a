"""The contract: checked in, generated, and kept by the app (I1)."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from api.doors import opened
from api.serving import Site
from crossdock import __version__
from crossdock.api.app import ROUTES, document

CHECKED_IN = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


@pytest.mark.req("I1")
def test_the_checked_in_document_is_the_generated_one():
    assert CHECKED_IN.read_bytes() == document(__version__), (
        "the API changed: write crossdock.api.app.document(crossdock.__version__) to docs/reference/openapi.json"
    )


@pytest.mark.req("I1")
def test_limits_of_the_elements_of_a_list_are_told():
    bodies = json.loads(document(__version__))["components"]["schemas"]
    assert bodies["ReplayRequest"]["properties"]["ids"]["items"] == {"type": "string", "maxLength": 40}


def test_every_route_is_described():
    described = document(__version__).decode()
    for route in ROUTES:
        for path in route.paths:
            assert f'"{re.sub(":(str|path)", "", path)}"' in described


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(opened, tmp_path_factory.mktemp("schemathesis")) as running:
        yield running


def without_security():
    """Who gets in is tested in test_refusals; here every call has a credential, so none is generated."""
    described = json.loads(document(__version__))
    described["components"].pop("securitySchemes")
    for item in described["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
    return described


@pytest.mark.req("I1", "K5")
def test_whatever_selects_messages_for_a_replay_is_enough_by_itself():
    body = json.loads(document(__version__))["components"]["schemas"]["ReplayRequest"]
    conditions = {*body["properties"]} - {"reason", "dry_run", "effects"}
    assert {name for each in body["anyOf"] for name in each["required"]} == conditions
    assert not any("default" in body["properties"][name] for name in conditions)


@pytest.mark.req("I1")
def test_every_body_of_a_request_refuses_what_it_does_not_know():
    bodies = json.loads(document(__version__))["components"]["schemas"]
    used = {
        content["schema"]["$ref"].rpartition("/")[2]
        for path, item in json.loads(document(__version__))["paths"].items()
        for operation in item.values()
        if path.startswith("/v1/")
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }
    assert used
    assert not [name for name in used if bodies[name].get("additionalProperties") is not False]


schema = schemathesis.openapi.from_dict(without_security())


@pytest.mark.req("I1")
@schema.parametrize()
@settings(max_examples=settings().max_examples // 5, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_app_keeps_its_contract(case, site):
    if re.fullmatch(r"[!-~]{1,200}", str((case.headers or {}).get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid4().hex  # one key for two bodies is rightly refused, and tested elsewhere
    headers = {} if case.path.startswith(("/oauth", "/in/")) else {"Authorization": f"Bearer {site.world.keys['all']}"}
    case.call_and_validate(base_url=site.address, headers=headers)
