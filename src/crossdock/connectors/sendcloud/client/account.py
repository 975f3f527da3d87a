"""One account: how it is called, and what every desk of it needs."""

import base64

from crossdock.connectors.sendcloud.client.refusals import REFUSALS
from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.ports.spec import Surroundings
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import RestClient

_DAY = 86_400 * 1_000_000


class Account:
    """``rest`` calls the API, ``purchases`` is what this process remembers of what it bought or tried to buy."""

    def __init__(self, surroundings: Surroundings) -> None:
        config: SendcloudConfig = surroundings.config
        self.config = config
        self.partner = surroundings.partner
        self.url = config.url.rstrip("/")
        self._secrets = surroundings.secrets
        self._clock = surroundings.clock
        self.rest = RestClient(surroundings.http, config.url, self._headers, REFUSALS)
        self.purchases = Purchases(surroundings.clock, config.appears_seconds)

    def _headers(self) -> dict[str, str]:
        keys = f"{self._secrets.reveal(self.config.public_key)}:{self._secrets.reveal(self.config.secret_key)}"
        return {"Authorization": f"Basic {base64.b64encode(keys.encode()).decode()}"}

    def now(self) -> Stamp:
        """The present second."""
        return from_epoch_us(self._clock.now())

    def day_before(self, days: int) -> str:
        """The date that many days back (UTC)."""
        return from_epoch_us(self._clock.now() - days * _DAY).at[:10]
