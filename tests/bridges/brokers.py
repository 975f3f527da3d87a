"""Real brokers as processes of their own: started, killed, started again on the same data."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import msgspec
import pytest

from cli.running import free_port


class Arrived(msgspec.Struct):
    """One message as a consumer found it: the broker's deduplication id and the CloudEvent."""

    id: str
    event: dict


class BrokerProcess:
    """A broker's server. Subclasses say how it is started and how a consumer reads everything that is there."""

    kind = ""
    survives_kill = True

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        raise NotImplementedError

    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    async def answers(self) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220, S603 - a broker of our own
                self.command(), stdout=log, stderr=log, env=self.environ(), start_new_session=True
            )
        for _ in range(300):
            with contextlib.suppress(Exception):
                await self.answers()
                return
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{self.kind} does not answer: {(self.folder / 'log').read_text()[-2000:]}")

    def end(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(20)

    def bridge(self) -> dict:
        """What stands under a bridge in crossdock.yaml."""
        raise NotImplementedError

    async def drain(self) -> list[Arrived]:
        """Everything that is there, in order."""
        raise NotImplementedError


def binary(name: str, *places: str) -> str:
    """Where the broker's program is; without one the test is skipped with the reason."""
    found = shutil.which(name) or next((each for each in places if Path(each).exists()), None)
    if found is None:
        pytest.skip(f"no {name} here: install it to test against a real broker")
    return found


class Nats(BrokerProcess):
    kind = "nats"

    def command(self) -> list[str]:
        program = binary("nats-server")
        return [program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]

    async def answers(self) -> None:
        import nats  # noqa: PLC0415

        link = await nats.connect(f"nats://127.0.0.1:{self.port}", allow_reconnect=False, connect_timeout=1)
        await link.jetstream(timeout=1).account_info()
        await link.close()

    def bridge(self) -> dict:
        return {"nats": {"servers": [f"nats://127.0.0.1:{self.port}"]}}

    async def drain(self) -> list[Arrived]:
        import nats  # noqa: PLC0415

        link = await nats.connect(f"nats://127.0.0.1:{self.port}")
        stream = link.jetstream()
        reading = await stream.pull_subscribe("crossdock.events.>", stream="CROSSDOCK")
        found = []
        with contextlib.suppress(nats.errors.TimeoutError):
            while True:
                for each in await reading.fetch(500, timeout=1):
                    found.append(Arrived(each.headers["Nats-Msg-Id"], msgspec.json.decode(each.data)))
                    await each.ack()
        await link.close()
        return found


KINDS = {each.kind: each for each in (Nats,)}
