"""What somebody just did and may take back: offered to the session that did it, once, for ten minutes.

Taking back is another act in the other direction, with its own entry in the audit; nothing of what happened is deleted.
Offers are kept in memory, as sessions are: a restart ends them, and what was done stays done.
"""

import secrets
from collections.abc import Callable

from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.stores import Transaction
from crossdock.tower.sessions import Role, Session

_LIFE = 10 * 60 * 1_000_000
_MOST = 1000

Inverse = Callable[[Transaction, str, int], int]
"""Takes something back as an actor at an instant (epoch microseconds); how many things it was."""


class Offer(Struct, frozen=True):
    """Something that can be taken back until then by the session that did it; ``back`` is where it was done, ``role``
    what doing it takes, ``wakes`` whom it concerns (see `crossdock.ports.stores.Store.wake`).
    """

    session: str
    until: int
    inverse: Inverse
    back: str
    role: Role
    wakes: str


class Undoing:
    """The offers that stand."""

    def __init__(self, clock: Clock) -> None:
        """None."""
        self._clock = clock
        self._offers: dict[str, Offer] = {}

    def offer(self, session: Session, inverse: Inverse, back: str, role: Role, wakes: str) -> str:
        """A token for ``POST /undo/…``; the oldest offer goes where there are too many."""
        now = self._clock.now()
        self._offers = {token: each for token, each in self._offers.items() if each.until > now}
        while len(self._offers) >= _MOST:
            self._offers.pop(next(iter(self._offers)))
        token = secrets.token_urlsafe(12)
        self._offers[token] = Offer(session.id, now + _LIFE, inverse, back, role, wakes)
        return token

    def stands(self, session: Session | None, token: str) -> bool:
        """Whether a session may still take this back."""
        found = self._offers.get(token)
        if found is None or session is None:
            return False
        return found.session == session.id and found.until > self._clock.now() and session.role.may(found.role)

    def take(self, session: Session, token: str) -> Offer | None:
        """The offer, which is gone with it; nothing where it does not stand."""
        return self._offers.pop(token) if self.stands(session, token) else None
