"""Shippo holds what every connector holds."""

import json
from pathlib import Path
from typing import ClassVar

import pytest

from crossdock.connectors.shippo.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract

PUBLISHED = Path(__file__).parent / "published"


def body_of(name):
    return json.dumps(json.loads((PUBLISHED / f"{name}.json").read_text())["response"]["body"]).encode()


@pytest.mark.req("C6", "M13", "M22")
class TestShippo(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"events": [body_of("webhook_track_updated")], "file": [body_of("track_get")]}
