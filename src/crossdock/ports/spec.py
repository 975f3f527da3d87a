"""What a connector declares of itself; the tools derive reference page, schema, CLI and tests from it."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from crossdock.model.flows import Target
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Connector
from crossdock.ports.secrets import Secrets
from crossdock.ports.wire import HttpCaller


class Kind(StrEnum):
    """What sort of partner a connector speaks to."""

    ERP = "erp"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    MESSAGING = "messaging"


class Stability(StrEnum):
    """How far to rely on a connector."""

    STABLE = "stable"
    BETA = "beta"
    EXPERIMENTAL = "experimental"


class Feed(Struct, frozen=True):
    """Something a connector fetches by itself. ``every`` is the default pause in seconds between two passes; ``target``
    the class and objective of the flow, where they do not follow from that.
    """

    name: str
    every: float
    summary: str
    target: Target | None = None


class Webhook(Struct, frozen=True):
    """An endpoint the partner calls: ``POST /in/{partner}/{name}``. ``signed`` says how it is authenticated; ``target``
    the class and objective of the flow, where it is not real time.
    """

    name: str
    signed: str
    summary: str
    target: Target | None = None


class Surroundings(Struct, frozen=True):
    """What a connector is built with: its partner id and configuration, and the world it may touch."""

    partner: str
    config: Any
    http: HttpCaller
    clock: Clock
    secrets: Secrets


class Option(Struct, frozen=True):
    """An option of an operation, ``--name``. ``text`` takes a value, ``many`` several, ``number`` a whole number, and
    ``flag`` none; ``argument`` is a word without a name. ``choices`` are the values there are, where they are known.
    """

    name: str
    summary: str
    kind: Literal["text", "many", "number", "flag", "argument"] = "text"
    default: str | int = ""
    choices: tuple[str, ...] = ()


class StepStatus(StrEnum):
    """How a step went, or what was found: ``kept`` was so already, ``would`` is a dry run's ``done``."""

    OK = "ok"
    KEPT = "kept"
    DONE = "done"
    WOULD = "would"
    WARNING = "warning"
    ERROR = "error"


class Step(Struct, frozen=True):
    """One thing an operation did or found. ``text`` says what and why; ``do`` what to do where it is not well."""

    status: StepStatus
    subject: str
    text: str
    do: str = ""


class Report(Struct, frozen=True):
    """What an operation did. ``data`` is for programs (``--json``); ``shown`` are values shown this once: new keys."""

    steps: tuple[Step, ...]
    data: Mapping[str, Any] = {}
    shown: tuple[str, ...] = ()


class OperationStopped(Exception):
    """An operation that cannot go on, with two texts: what to do, and what the engineer needs."""

    def __init__(self, operator: str, engineer: str = "") -> None:
        """``operator`` is one sentence that says what to do."""
        super().__init__(operator)
        self.operator = operator
        self.engineer = engineer


class Errand(Struct, frozen=True):
    """What an operation runs with. ``options`` are by name as declared (text, int, bool, or a tuple for ``many``);
    ``inbound`` is the address under which the partner reaches us (``https://…/in/<partner>``); ``ask`` asks a person
    for a secret that is neither kept nor shown; ``keep`` puts a value where a secret reference points and says whether
    that is a place that can be written (a file).
    """

    surroundings: Surroundings
    options: Mapping[str, Any]
    inbound: str
    ask: Callable[[str], str]
    keep: Callable[[str, str], bool]
    dry_run: bool = False


class Operation(Struct, frozen=True):
    """A named action people run by CLI: ``crossdock <connector> <name>``. ``run`` gets the connector and the errand and
    raises `OperationStopped`. One that ``writes`` obeys ``errand.dry_run``; ``asks`` gives for the options the question
    a person agrees to before it runs, by ``--yes`` or at the terminal, "" where nothing is asked. A name of two words
    is a command in a group (``keys rotate``).
    """

    name: str
    summary: str
    run: Callable[[Any, Errand], Awaitable[Report]]
    writes: bool = False
    options: tuple[Option, ...] = ()
    asks: Callable[[Mapping[str, Any]], str] = lambda _options: ""


class ConnectorSpec(Struct, frozen=True):
    """The declaration of a connector, found by its entry point in the group ``crossdock.connectors``.

    ``commands`` are the tags of `crossdock.model.commands` it carries out; ``emits`` the tags of events its mapping
    makes; ``together`` those commands it can carry out many of in one call (`connector.Batching`), ``largest_batch`` at
    most; ``aliases`` are further names `crossdock translate` knows it by; ``package`` is the connector's, where its
    configuration is declared elsewhere. ``redelivers_days`` is how long after the first time the partner may deliver a
    message again: its number is remembered for so long at least.
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
    together: tuple[str, ...] = ()
    largest_batch: int = 500
    package: str = ""
    redelivers_days: int = 30
