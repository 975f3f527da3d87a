"""DHL Express holds what every connector holds."""

import pytest

from crossdock.connectors.dhl_express.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract


@pytest.mark.req("M13", "M22")
class TestDhlExpress(ConnectorContract):
    spec = SPEC
