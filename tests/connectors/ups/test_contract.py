"""UPS holds what every connector holds."""

import pytest

from crossdock.connectors.ups.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract


@pytest.mark.req("M13", "M22")
class TestUps(ConnectorContract):
    spec = SPEC
