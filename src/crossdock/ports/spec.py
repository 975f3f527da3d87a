"""What a connector declares of itself; the tools derive reference page, schema, CLI and tests from it."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.connector import Connector
from crossdock.ports.secrets import Secrets
from crossdock.ports.wire import HttpCaller


class Kind(StrEnum):
    """What sort of partner a connector speaks to."""

    ERP = "erp"
    CARRIER = "carrier"


class Stability(StrEnum):
    """How far to rely on a connector."""

    STABLE = "stable"
    BETA = "beta"
    EXPERIMENTAL = "experimental"


class Feed(Struct, frozen=True):
    """Something a connector fetches by itself. ``every`` is the default pause in seconds between two passes."""

    name: str
    every: float
    summary: str


class Webhook(Struct, frozen=True):
    """An endpoint the partner calls: ``POST /in/{partner}/{name}``. ``signed`` says how it is authenticated."""

    name: str
    signed: str
    summary: str


class Operation(Struct, frozen=True):
    """A named action people run by CLI (``crossdock <connector> <name>``); ``run`` gets the connector and the flags."""

    name: str
    summary: str
    run: Callable[[Any, Mapping[str, str]], Awaitable[object]]
    writes: bool = False


class Surroundings(Struct, frozen=True):
    """What a connector is built with: its partner id and configuration, and the world it may touch."""

    partner: str
    config: Any
    http: HttpCaller
    clock: Clock
    secrets: Secrets


class ConnectorSpec(Struct, frozen=True):
    """The declaration of a connector, found by its entry point in the group ``crossdock.connectors``.

    ``commands`` are the tags of `crossdock.model.commands` it carries out; ``emits`` the tags of events its mapping
    makes; ``aliases`` further names `crossdock translate` knows it by.
    """

    id: str
    title: str
    kind: Kind
    stability: Stability
    since: str
    summary: str
    config: type
    build: Callable[[Surroundings], Connector]
    commands: tuple[str, ...] = ()
    emits: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    aliases: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    hosts: Callable[[Any], tuple[str, ...]] = lambda _config: ()
