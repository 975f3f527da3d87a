"""A real SMTP server on loopback and a mail connector that speaks to it."""

import asyncio
import inspect

import pytest

from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.connector import MailConnector
from crossdock.connectors.mail.simulator.partner import MailSimulator, SimulatorSettings
from crossdock.model.notices import NotifyCustomer
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock

SECRET = "a secret of the tests"


class Vault:
    """Every reference leads to the same value."""

    def reveal(self, reference: str) -> str:
        return SECRET


class Post:
    """The server and what it has."""

    def __init__(self, simulator: MailSimulator, clock: VirtualClock, port: int) -> None:
        self.simulator = simulator
        self.clock = clock
        self.port = port

    def config(self, **changes: object) -> MailConfig:
        given = {
            "host": "127.0.0.1", "port": self.port, "security": "none", "sender": "notices@shop.example",
            "sender_name": "Acme", "public_url": "https://hub.example", "link_secret": "secret://env/LINKS",
            "timeout": 5.0,
        }  # fmt: skip
        return MailConfig(**{**given, **changes})

    def connector(self, **changes: object) -> MailConnector:
        return MailConnector(Surroundings("mail", self.config(**changes), None, self.clock, Vault()))


def notice(**changes: object) -> NotifyCustomer:
    given = {
        "recipient": "ada@example.com", "language": "de", "template": "delayed", "milestone": "delayed",
        "order_id": "do:odoo:16", "order_name": "WH/OUT/00016", "marker": "m1",
        "values": {"name": "Ada", "order": "SO0016", "carrier": "GLS", "expected": "2026-11-24"},
    }  # fmt: skip
    return NotifyCustomer(**{**given, **changes})


def command(body: NotifyCustomer, key: str = "k1") -> Command:
    return Command(key, "mail", "do:odoo:16", body, "0" * 32)


@pytest.fixture
async def post():
    """A `Post` on the default simulator."""
    async with opened() as found:
        yield found


class opened:  # noqa: N801 - used like a function
    """A `Post` for the time of a block."""

    def __init__(self, **options: object) -> None:
        self._options = options

    async def __aenter__(self) -> Post:
        clock = VirtualClock()
        simulator = MailSimulator(SimulatorSettings(**self._options))
        self._server = simulator.beside(clock)
        return Post(simulator, clock, await self._server.start())

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()


def run(work):
    """Run a coroutine to its end."""
    assert inspect.iscoroutine(work)
    return asyncio.run(work)
