"""The warehouse connector holds what every connector holds."""

from typing import ClassVar

import pytest
from warehouse_world import HOW_TO, examples

from crossdock.connectors.warehouse.spec import SPEC
from crossdock.connectors.warehouse.wire import KINDS
from crossdock.devkit.conformance import ConnectorContract

JSON, CSV = examples("json"), examples("csv")
TOLD = [JSON[kind] for kind in KINDS]
FILES = [body for name, body in CSV.items() if not name.startswith("release")]


@pytest.mark.req("C6", "M13", "M22", "D1", "D2")
class TestWarehouse(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"events": TOLD, "files": FILES, "file": [TOLD[0]]}


def test_every_kind_of_event_has_an_example_in_the_how_to():
    assert set(KINDS) <= set(JSON)
    assert len(FILES) == 4
    assert HOW_TO.is_file()
