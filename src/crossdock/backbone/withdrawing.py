"""Commands that were taken back, or ended by a person: the fact that one is not sent any more."""

import msgspec
from msgspec import Struct

from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.events import Fact
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores_delivery import Withdrawn


class _About(Struct, frozen=True):
    """The part of any command's body that says which package it is about."""

    package_id: str = ""
    consignment: "_Goods | None" = None


class _Named(Struct, frozen=True):
    id: str = ""


class _Goods(Struct, frozen=True):
    package: _Named = _Named()


_ABOUT = msgspec.json.Decoder(_About)


def package_in(body: bytes) -> str:
    """The package a command is about; "" where it is about none."""
    about = _ABOUT.decode(body)
    return about.consignment.package.id if about.consignment else about.package_id


def withdrawal(key: str, partner: str, kind: str, body: bytes, last: str, subject: str, now: int) -> Fact:
    """The fact that the command ``key`` was taken back before anything happened; ``last`` is why it had not."""
    fact = CommandWithdrawn(key, partner, kind, package_in(body), last[:500])
    return Fact(fact, from_epoch_us(now), subject=subject)


def given_up(row: Withdrawn, now: int) -> Fact:
    """The fact that a person ended a command, which its partner may have carried out where it was doubtful."""
    fact = CommandWithdrawn(
        row.key, row.partner, row.kind, package_in(row.body), "a person ended it", by_person=True, doubtful=row.doubtful
    )
    return Fact(fact, from_epoch_us(now), subject=row.subject)
