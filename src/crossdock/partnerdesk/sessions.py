"""Who is at the desk: a password or an invitation opens a session, which is a signed cookie.

No process remembers sessions, so any of them can answer. One that was left, and an invitation that was used, stand in
the table of tries under a hash until they would have ended anyway.
"""

import hmac
from typing import Any

from litestar import Request
from msgspec import Struct

from crossdock.notices.tracking_links import NotOurs, Purpose, TrackingLink, hidden, read, sign
from crossdock.partnerdesk.context import Context, Desk, Person
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.stores import Transaction

COOKIE = "crossdock_partner"
SHORTEST_PASSWORD = 12
_TRIES = 10
_WINDOW = 15 * 60 * 1_000_000


class Session(Struct, frozen=True):
    """An open session: the person, their partner's desk, the token every form carries."""

    person: Person
    desk: Desk
    csrf: str


def signed_invitation(secret: str, person: str, until: int) -> str:
    """A token that lets this person in once, until then (epoch microseconds)."""
    return sign(secret, TrackingLink(person, until), "invitation")


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, context: Context) -> None:
        """By the people of ``context``."""
        self._context = context
        self._secret = context.secret

    async def by_password(self, visitor: str, name: str, password: str) -> str | None:
        """A cookie's value where name and password fit; None where they do not, or too many were tried."""
        keys = (self._key("visitor", visitor), self._key("name", name.casefold()))
        now = self._context.clock.now()
        tried = await self._context.store.run(lambda tx: [tx.knocks.knock(key, now, _WINDOW)[0] for key in keys])
        person = self._context.people.get(name)
        wanted = _password(person)
        fits = hmac.compare_digest(self._key("password", password), self._key("password", wanted))
        if person is None or not wanted or not fits or max(tried) > _TRIES:
            return None
        await self._noted(person, "desk.enter", "password")
        return self._opened(person)

    async def by_invitation(self, token: str) -> str | None:
        """A cookie's value for an invitation that was not used yet."""
        person = self.invited(token)
        if person is None:
            return None
        now, key = self._context.clock.now(), self._key("invitation", token)
        until = read((self._secret,), token, "invitation").until
        tries, _ = await self._context.store.run(lambda tx: tx.knocks.knock(key, now, until - now))
        if tries > 1:
            return None
        await self._noted(person, "desk.enter", "invitation")
        return self._opened(person)

    def invited(self, token: str) -> Person | None:
        """Whom an invitation is for, as long as it is good."""
        return self._person(token, "invitation")

    async def find(self, request: Request[Any, Any, Any]) -> Session | None:
        """The session of a request."""
        value = request.cookies.get(COOKIE, "")
        person = self._person(value, "session")
        desk = self._context.desks.get(person.partner) if person else None
        if person is None or desk is None:
            return None
        now, key = self._context.clock.now(), self._key("left", value)
        if await self._context.store.read(lambda tx: tx.knocks.knocked(key, now)):
            return None
        return Session(person, desk, self._key("csrf", value)[:32])

    async def leave(self, request: Request[Any, Any, Any]) -> None:
        """End the session of a request, everywhere."""
        now, key = self._context.clock.now(), self._key("left", request.cookies.get(COOKIE, ""))
        await self._context.store.run(lambda tx: tx.knocks.knock(key, now, self._context.session_life))

    def _opened(self, person: Person) -> str:
        until = self._context.clock.now() + self._context.session_life
        return sign(self._secret, TrackingLink(person.id, until), "session")

    def _person(self, token: str, purpose: Purpose) -> Person | None:
        try:
            found = read((self._secret,), token, purpose)
        except NotOurs:
            return None
        return self._context.people.get(found.subject) if found.until > self._context.clock.now() else None

    async def _noted(self, person: Person, action: str, how: str) -> None:
        now, who = self._context.clock.now(), actor_of(person)

        def step(tx: Transaction) -> None:
            tx.doors.audit(now, who, action, person.partner, how)

        await self._context.store.run(step)

    def _key(self, purpose: str, text: str) -> str:
        return hidden(self._secret, f"desk/{purpose}", text)


def actor_of(person: Person) -> str:
    """How a person is named in the audit."""
    return f"partner:{person.partner}/{person.id} ({person.name})"


def allowed(session: Session, given: str) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(session.csrf.encode(), given.encode())


def _password(person: Person | None) -> str:
    """The password that opens; "" where none does."""
    if person is None or person.password is None:
        return ""
    try:
        found = person.password()
    except UnknownSecret:
        return ""
    return found if len(found) >= SHORTEST_PASSWORD else ""
