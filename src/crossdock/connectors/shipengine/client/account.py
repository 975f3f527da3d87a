"""One account: how it is called, and what every desk of it needs."""

from typing import TypeVar
from urllib.parse import urlsplit

from crossdock.connectors.shipengine.client.refusals import REFUSALS
from crossdock.connectors.shipengine.config import ShipEngineConfig
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.ports.connector import Documents
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    Explanation,
    Park,
    Refuse,
)
from crossdock.ports.wire import HttpResponse
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import RestClient, Trouble

T = TypeVar("T")
_TEST_KEY = "TEST_"


class Account:
    """``rest`` calls the API, ``purchases`` is what this process remembers of labels it bought or tried to buy."""

    def __init__(self, surroundings: Surroundings) -> None:
        config: ShipEngineConfig = surroundings.config
        self.config = config
        self.partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._clock = surroundings.clock
        self.rest = RestClient(surroundings.http, config.url, self._headers, REFUSALS)
        self.purchases = Purchases(surroundings.clock, config.appears_seconds)

    def key(self) -> str:
        """The API key. Raises `UnknownSecret`."""
        return self._secrets.reveal(self.config.api_key)

    def _headers(self) -> dict[str, str]:
        return {"API-Key": self.key()}

    def now(self) -> Stamp:
        """The present second."""
        return from_epoch_us(self._clock.now())

    def days_ago(self, days: int) -> str:
        """A moment that many days back, as the API's filters take it."""
        return from_epoch_us(self._clock.now() - days * 86_400 * 1_000_000).at

    def mode_of_key(self) -> str:
        """``test`` for a sandbox key, else ``production``."""
        return "test" if self.key().startswith(_TEST_KEY) else "production"

    async def file(self, url: str, documents: Documents, media_type: str, kind: str) -> tuple[str, int] | Trouble:
        """Fetch a file from an allowed host and keep it: its SHA-256 and size."""
        host = (urlsplit(url).hostname or "").lower()
        if host not in self.config.label_hosts:
            operator = "The file lies on a host that is not allowed. If it is ShipEngine's, add it to label_hosts."
            return Park(Explanation(operator, f"host '{host}' is not among label_hosts"))
        answer = await self.rest.download(url)
        if not isinstance(answer, HttpResponse):
            return answer
        return await documents.put(answer.body, media_type, kind), len(answer.body)


def is_missing(trouble: object) -> bool:
    """Whether ShipEngine knows no such object."""
    return isinstance(trouble, (Park, Refuse)) and trouble.why.engineer.startswith("HTTP 404")
