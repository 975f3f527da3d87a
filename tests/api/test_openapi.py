"""The contract: checked in, generated, and kept by the app (I1)."""

import json
from pathlib import Path

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


def test_every_route_is_described():
    described = document(__version__).decode()
    for route in ROUTES:
        for path in route.paths:
            assert f'"{path.replace(":str", "")}"' in described


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(opened, tmp_path_factory.mktemp("schemathesis")) as running:
        yield running


schema = schemathesis.openapi.from_dict(json.loads(document(__version__)))


@pytest.mark.req("I1")
@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_app_keeps_its_contract(case, site):
    headers = {} if case.path.startswith(("/oauth", "/in/")) else {"Authorization": f"Bearer {site.world.keys['all']}"}
    case.call_and_validate(base_url=site.address, headers=headers)
