"""One account: how it is called, and what every desk of it needs."""

import base64
from collections.abc import Callable

from crossdock.connectors.sendcloud.client.refusals import REFUSALS
from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)
from crossdock.transports.purchases import Purchases
from crossdock.transports.rest import RestClient, Trouble

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

    def settled_or_early(self, key: str, what: str) -> Verdict:
        """What is not shown may still appear: doubt for a while, then it certainly did not happen."""
        if self.purchases.is_too_early(key):
            text = "Sendcloud shows nothing of it yet; Crossdock asks once more before it is done again."
            return InDoubt(Explanation(text, f"Sendcloud shows {what} so far"))
        self.purchases.settled(key)
        return again(what)


def told(made: type[Done | AlreadyDone], fact: Callable[[], Fact]) -> Verdict:
    """``made`` with its fact, or a person's task where the answer cannot be read exactly."""
    try:
        return made((fact(),))
    except ValueError as problem:
        operator = "Sendcloud carried it out, but its answer cannot be read exactly. Look it up there."
        return Park(Explanation(operator, str(problem)))


def again(what: str) -> Retry:
    """What certainly did not happen."""
    return Retry(Explanation("It was not carried out; we do it again.", f"Sendcloud shows {what}"))


def still_in_doubt(trouble: Trouble) -> Verdict:
    """Nothing that keeps us from asking may end a doubt; what Sendcloud refuses to answer is a person's."""
    if isinstance(trouble, (Park, Refuse)):
        return Park(trouble.why)
    error_class = ErrorClass.CREDENTIAL if isinstance(trouble, Reauthenticate) else trouble.error_class
    return InDoubt(trouble.why, error_class)
