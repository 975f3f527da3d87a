"""FedEx holds what every connector holds."""

import pytest

from crossdock.connectors.fedex.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract


@pytest.mark.req("M13", "M22")
class TestFedex(ConnectorContract):
    spec = SPEC
