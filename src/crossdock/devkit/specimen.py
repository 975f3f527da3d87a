"""A connector without a partner: settings made of their own examples, a network that answers nothing."""

from typing import Any

import msgspec
from msgspec import NODEFAULT

from crossdock.ports.connector import Connector
from crossdock.ports.secrets import Secrets
from crossdock.ports.spec import ConnectorSpec, Surroundings
from crossdock.ports.wire import HttpRequest, HttpResponse, NotSent


class NoNetwork:
    """`ports.wire.HttpCaller` that never sends."""

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Raise `NotSent`, whatever is asked."""
        raise NotSent(f"{request.method} is not sent: this connector stands alone")

    async def close(self) -> None:
        """Do nothing: there are no connections."""


class StillClock:
    """`ports.clock.Clock` that stands at the first instant of 2026."""

    def now(self) -> int:
        """2026-01-01T00:00Z."""
        return 1_767_225_600_000_000

    async def sleep(self, seconds: float) -> None:
        """Return at once."""


class InventedSecrets:
    """`ports.secrets.Secrets` that has a value for every reference; nobody outside accepts it."""

    def reveal(self, reference: str) -> str:
        """The same value for the same reference."""
        return f"invented value of {reference}"


def specimen_config(kind: type) -> Any:
    """Settings of ``kind`` with every required field at its first example. Raises `ValueError` where there is none."""
    info = msgspec.inspect.type_info(kind)
    if not isinstance(info, msgspec.inspect.StructType):
        raise TypeError(f"{kind.__name__} is not a msgspec struct")
    values = {}
    for field in info.fields:
        if field.default is not NODEFAULT or field.default_factory is not NODEFAULT:
            continue
        examples = examples_of(field.type)
        if not examples:
            raise ValueError(f"the required field '{field.encode_name}' of {kind.__name__} has no example")
        values[field.encode_name] = examples[0]
    return msgspec.convert(values, kind)


def examples_of(info: msgspec.inspect.Type) -> list[Any]:
    """The examples a field declares."""
    if isinstance(info, msgspec.inspect.Metadata):
        schema = info.extra_json_schema or {}
        return list(schema.get("examples", [])) or examples_of(info.type)
    return []


def specimen_connector(
    spec: ConnectorSpec, partner: str, config: Any = None, secrets: Secrets | None = None
) -> Connector:
    """A connector that can verify and translate; what it sends goes nowhere."""
    settings = specimen_config(spec.config) if config is None else config
    return spec.build(Surroundings(partner, settings, NoNetwork(), StillClock(), secrets or InventedSecrets()))
