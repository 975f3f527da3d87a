"""EasyPost holds what every connector holds."""

import json
from pathlib import Path
from typing import ClassVar

import pytest

from crossdock.connectors.easypost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract

PUBLISHED = Path(__file__).parent / "published"
EVENTS = sorted(PUBLISHED.glob("event_tracker_updated_*.json"))
LISTS = sorted(PUBLISHED.glob("tracker_list_*.json"))


@pytest.mark.req("C6", "M13", "M22")
class TestEasyPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {
        "events": [json.loads(path.read_text())["raw_body"].encode() for path in EVENTS],
        "file": [json.dumps(json.loads(path.read_text())["response"]["body"]).encode() for path in LISTS[:1]],
    }
