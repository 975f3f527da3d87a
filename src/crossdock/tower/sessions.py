"""Who may look: a one-time link opens a session, kept in memory; a restart ends them all (decision 0008)."""

import hmac
import secrets

from msgspec import Struct

from crossdock.ports.clock import Clock

_MINUTE = 60 * 1_000_000
_LINK_LIFE = 10 * _MINUTE
_IDLE = 12 * 60 * _MINUTE
_MOST = 1000


class Session(Struct, frozen=True):
    """An open session; ``csrf`` has to come back with every action, ``actor`` is written into the audit."""

    id: str
    csrf: str
    actor: str


class Sessions:
    """Invitations (single use, ten minutes) and the sessions they open (twelve hours without use)."""

    def __init__(self, clock: Clock) -> None:
        """Nobody is in."""
        self._clock = clock
        self._invitations: dict[str, int] = {}
        self._open: dict[str, tuple[int, Session]] = {}

    def invite(self) -> str:
        """A token for ``/enter?token=…``; whoever uses it first within ten minutes is in."""
        self._forget_old()
        token = secrets.token_urlsafe(32)
        self._invitations[token] = self._clock.now() + _LINK_LIFE
        return token

    def enter(self, token: str) -> Session | None:
        """Turn an invitation into a session; nothing when it was used, is too old or never was."""
        self._forget_old()
        if self._invitations.pop(token, None) is None or len(self._open) >= _MOST:
            return None
        identity = secrets.token_urlsafe(32)
        session = Session(identity, secrets.token_urlsafe(32), f"tower:{secrets.token_hex(4)}")
        self._open[identity] = (self._clock.now() + _IDLE, session)
        return session

    def find(self, identity: str) -> Session | None:
        """The open session behind a cookie; using it keeps it open."""
        until, session = self._open.get(identity, (0, None))
        if session is None or until <= self._clock.now():
            self._open.pop(identity, None)
            return None
        self._open[identity] = (self._clock.now() + _IDLE, session)
        return session

    def leave(self, identity: str) -> None:
        """End a session."""
        self._open.pop(identity, None)

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._invitations = {token: until for token, until in self._invitations.items() if until > now}
        self._open = {identity: kept for identity, kept in self._open.items() if kept[0] > now}


def allowed(session: Session, given: str) -> bool:
    """Whether an action carries its session's CSRF token."""
    return hmac.compare_digest(session.csrf.encode(), given.encode())
