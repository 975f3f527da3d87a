"""Crossdock as a process of its own, or one command of it, on a configuration in a folder; the simulated partners
are in the test's process.
"""

import asyncio
import io
import os
import re
import socket
import sys
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import aiohttp

from crossdock.catalog import simulators
from crossdock.cli.main import main
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

KEY = "k" * 40
HOOK = "webhook-secret"

CONFIGURATION = """\
store: {{url: "sqlite:///crossdock.db"}}
listen: {{port: {port}}}
telemetry: {{log_level: warning, log_format: json}}
security: {{signing_secret: secret://file/key}}
partners:
  odoo:
    connector: odoo
    allow_private: true
    config: {{url: "http://127.0.0.1:{odoo}", database: demo, api_key: secret://file/key}}
  easypost:
    connector: easypost
    allow_private: true
    config:
      url: http://127.0.0.1:{easypost}
      api_key: secret://file/key
      webhook_secrets: [secret://file/hook]
      label_hosts: [127.0.0.1]
processes:
  order_to_ship: {{erp: odoo, carriers: [easypost]}}
"""


def with_sections(config: Path, text: str) -> Path:
    """``config`` with the sections in ``text`` instead of what it says of them."""
    kept = config.read_text()
    for name in re.findall(r"(?m)^([a-z_]+):", text):
        kept = re.sub(rf"(?m)^{name}:.*\n(?:[ ].*\n)*", "", kept)
    config.write_text(kept + text)
    return config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def installed(folder: Path, *, port: int = 0, odoo: int = 1, easypost: int = 1) -> Path:
    """A configuration file with its secrets; without ports of partners nobody answers there."""
    for name, value in (("key", KEY), ("hook", HOOK)):
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    config = folder / "crossdock.yaml"
    config.write_text(CONFIGURATION.format(port=port or free_port(), odoo=odoo, easypost=easypost))
    return config


@asynccontextmanager
async def partners():
    """The ports of a simulated Odoo and a simulated EasyPost."""
    built = [
        simulators().get("odoo").build({"serie": "19.0", "database": "demo", "api_key": KEY}),
        simulators().get("easypost").build({"api_key": KEY}),
    ]
    servers = [LoopbackServer(each, RealClock()) for each in built]
    for server in servers:
        await server.start()
    try:
        yield [server.port for server in servers]
    finally:
        for server in servers:
            await server.stop()


async def start(*arguments: object) -> asyncio.subprocess.Process:
    """``python -m crossdock …`` with its streams held."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crossdock", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environ,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process, seconds: float = 30) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process that ends by itself."""
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    return process.returncode, out.decode(), err.decode()


async def commanded(*arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command in a thread of this process, which spares the seconds a process
    takes to start. Use `start` for what is about processes: signals, ports, servers.
    """
    out, err = io.StringIO(), io.StringIO()

    def run() -> int:
        with redirect_stdout(out), redirect_stderr(err):
            return int(main([str(each) for each in arguments]))

    code = await asyncio.to_thread(run)
    return code, out.getvalue(), err.getvalue()


async def answers(url: str, process: asyncio.subprocess.Process, seconds: float = 60) -> tuple[int, bytes]:
    """Status and body of ``url`` as soon as somebody listens there."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(seconds):
        while True:
            try:
                async with session.get(url) as response:
                    return response.status, await response.read()
            except aiohttp.ClientConnectorError:
                if process.returncode is not None:
                    raise AssertionError((await ended(process))[2]) from None
                await asyncio.sleep(0.05)
