"""Who may look and act: a one-time link opens a session, kept in memory; a restart ends them all (decision 0008)."""

import hmac
import secrets
from enum import StrEnum

from msgspec import Struct

from crossdock.ports.clock import Clock

_MINUTE = 60 * 1_000_000
_LINK_LIFE = 10 * _MINUTE
_IDLE = 12 * 60 * _MINUTE
_MOST = 1000
_SHOWN = 15 * _MINUTE
_LONGEST_NAME = 40


class Role(StrEnum):
    """What somebody may do: each role may do what those before it may."""

    SUPPORT = "support"
    """Reads every page, with what is personal masked; may look at one order's for a reason."""

    READER = "reader"
    """Reads every page as it is."""

    OPERATOR = "operator"
    """Works on exceptions, orders and single messages."""

    ENGINEER = "engineer"
    """Changes many messages at once, invites others."""

    def may(self, needed: "Role") -> bool:
        """Whether this role is ``needed`` or above it."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


class Session(Struct, frozen=True):
    """An open session; ``csrf`` has to come back with every action, ``actor`` is written into the audit."""

    id: str
    csrf: str
    actor: str
    role: Role = Role.ENGINEER

    @property
    def masked(self) -> bool:
        """Whether what is personal is hidden from them."""
        return not self.role.may(Role.READER)

    @property
    def name(self) -> str:
        """The actor without the door it came through."""
        return self.actor.removeprefix("tower:")


class Sessions:
    """Invitations (single use, ten minutes) and the sessions they open (twelve hours without use)."""

    def __init__(self, clock: Clock) -> None:
        """Nobody is in."""
        self._clock = clock
        self._invitations: dict[str, tuple[int, Role, str]] = {}
        self._open: dict[str, tuple[int, Session]] = {}
        self._shown: dict[str, dict[str, int]] = {}

    def invite(self, role: Role = Role.ENGINEER, name: str = "") -> str:
        """A token for ``/enter?token=…``; whoever uses it first within ten minutes is in, as ``name``."""
        self._forget_old()
        token = secrets.token_urlsafe(32)
        self._invitations[token] = (self._clock.now() + _LINK_LIFE, role, name.strip()[:_LONGEST_NAME])
        return token

    def enter(self, token: str) -> Session | None:
        """Turn an invitation into a session; nothing when it was used, is too old or never was."""
        self._forget_old()
        invitation = self._invitations.pop(token, None)
        if invitation is None or len(self._open) >= _MOST:
            return None
        _, role, name = invitation
        identity = secrets.token_urlsafe(32)
        session = Session(identity, secrets.token_urlsafe(32), f"tower:{name or secrets.token_hex(4)}", role)
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

    def show(self, session: Session, subject: str) -> None:
        """Let a session see what is personal of one order for a quarter of an hour."""
        self._shown.setdefault(session.id, {})[subject] = self._clock.now() + _SHOWN

    def shown(self, session: Session) -> dict[str, int]:
        """The orders whose personal data a session sees now, each with when that ends (epoch microseconds)."""
        now = self._clock.now()
        return {subject: until for subject, until in self._shown.get(session.id, {}).items() if until > now}

    def leave(self, identity: str) -> None:
        """End a session."""
        self._open.pop(identity, None)
        self._shown.pop(identity, None)

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._invitations = {token: kept for token, kept in self._invitations.items() if kept[0] > now}
        self._open = {identity: kept for identity, kept in self._open.items() if kept[0] > now}
        self._shown = {identity: kept for identity, kept in self._shown.items() if identity in self._open}


def allowed(session: Session, given: str) -> bool:
    """Whether an action carries its session's CSRF token."""
    return hmac.compare_digest(session.csrf.encode(), given.encode())
