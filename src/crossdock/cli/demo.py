"""`crossdock demo`: tells a scenario with simulated partners on loopback, and checks that it ended as it must."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crossdock.bootstrap import load, open_store
from crossdock.catalog import simulators
from crossdock.cli.demo_checks import Evidence, verdicts
from crossdock.cli.output import Exit, Stop
from crossdock.cli.trace import show as show_trace
from crossdock.ports.stores import Store
from crossdock.sim.faults import Effect, FaultBook, Match, Rule, When
from crossdock.sim.mischief import RoughRoad
from crossdock.sim.scenario import Scenario, bundled, read_scenario
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

_BUY = Match(method="POST", path="/v2/shipments/[^/]+/buy")
_SECRET_KEY = "demo-key"  # noqa: S105 - a simulated partner's
_PAUSE = 0.1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running, with the tower open.")] = False,
    scenario: Annotated[Path | None, typer.Option(help="A scenario file of your own.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its files; emptied first.")] = Path(
        ".crossdock-demo"
    ),
) -> None:
    """Tell a story with simulated partners: orders, labels, an outage, a kill, tracking, and a report at the end."""
    story = read_scenario(scenario.read_text()) if scenario else bundled("first_delivery")
    failed = asyncio.run(_tell(story, folder.resolve(), keep=keep))
    if failed:
        raise Stop(f"{failed} of the story's promises did not hold; see the report above.", code=Exit.FAILED)


async def _tell(story: Scenario, folder: Path, *, keep: bool) -> int:
    async with Stage(story, folder) as stage:
        with _bars() as progress:
            await Director(stage, progress).play()
        evidence = await stage.evidence()
        failed = _report(story, evidence)
        await _trace(stage, story)
        if keep:
            stage.say(f"\nThe tower is open at {stage.enter_link()}  (Ctrl-C ends the demo)")
            with contextlib.suppress(asyncio.CancelledError):
                await stage.until_interrupted()
        return failed


class Stage:
    """Everything that runs: two simulators in this process, Crossdock in one of its own."""

    def __init__(self, story: Scenario, folder: Path) -> None:
        """Nothing runs yet; ``folder`` is emptied when it does."""
        self.story = story
        self.folder = folder
        self.clock = RealClock()
        self.console = Console(stderr=True)
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None
        self._link = ""

    async def __aenter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "secrets").mkdir(parents=True, mode=0o700)
        self.port = _free_port()
        await self._start_partners()
        self._write_configuration()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.store.close()
        for server in (self.odoo_server, self.easypost_server):
            await server.stop()

    async def _start_partners(self) -> None:
        self.webhook_secret = secrets.token_hex(16)
        files_port = _free_port()
        options = {
            "seed": str(self.story.seed),
            "api_key": _SECRET_KEY,
            "files_url": f"http://127.0.0.1:{files_port}",
            "webhook_url": f"http://127.0.0.1:{self.port}/in/easypost/events",
            "webhook_secret": self.webhook_secret,
        }
        inner = simulators().get("easypost").build(options)
        self.carrier = RoughRoad(inner, self.story.webhooks, self.story.seed)
        self.faults = FaultBook(seed=self.story.seed, started_at=self.clock.now())
        self.easypost_server = LoopbackServer(self.carrier, self.clock, self.faults, port=files_port)
        self.odoo = simulators().get("odoo").build({"serie": "19.0", "database": "demo", "api_key": _SECRET_KEY})
        self.odoo_server = LoopbackServer(self.odoo, self.clock)
        await self.easypost_server.start()
        await self.odoo_server.start()

    def _write_configuration(self) -> None:
        (self.folder / "secrets" / "signing").write_text(secrets.token_hex(32))
        (self.folder / "secrets" / "webhook").write_text(self.webhook_secret)
        (self.folder / "secrets" / "partner").write_text(_SECRET_KEY)
        for file in (self.folder / "secrets").iterdir():
            file.chmod(0o600)
        self.config = self.folder / "crossdock.yaml"
        self.config.write_text(_CONFIGURATION.format(
            port=self.port, odoo=self.odoo_server.port, easypost=self.easypost_server.port
        ))  # fmt: skip
        installation, faults = load(self.config)
        if installation is None:
            raise Stop("The demo's own configuration is refused.", "; ".join(str(fault) for fault in faults))
        self.store: Store = open_store(installation)

    async def start(self) -> None:
        """Start Crossdock, as a user would, and wait until it answers."""
        log = (self.folder / "serve.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "crossdock", "serve", "--config", str(self.config),
            stdout=log, stderr=log, env=environment(),
        )  # fmt: skip
        log.close()
        await self.wait_for(self._answers, "Crossdock to answer")

    async def _answers(self) -> bool:
        if self._process is not None and self._process.returncode is not None:
            raise Stop("Crossdock ended by itself.", self.tail())
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def kill(self) -> None:
        """SIGKILL: no last word, no cleaning up."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        self.kills += 1

    async def stop(self) -> None:
        """End Crossdock the proper way."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def wait_for(self, question: Callable[[], Any], what: str) -> None:
        """Ask until the answer is true, or the story's patience ends."""
        until = monotonic() + self.story.patience
        while not await question():
            if monotonic() > until:
                raise Stop(f"Waited {self.story.patience:.0f} seconds for {what}.", self.tail())
            await asyncio.sleep(_PAUSE)

    def tail(self) -> str:
        """The end of Crossdock's log."""
        log = self.folder / "serve.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""

    def enter_link(self) -> str:
        """The latest one-time link that serve printed."""
        links = [line.split()[-1] for line in self.tail().splitlines() if "/enter?token=" in line]
        return links[-1] if links else f"http://127.0.0.1:{self.port}"

    def say(self, text: str) -> None:
        """A line of the story."""
        self.console.print(text, highlight=False)

    async def until_interrupted(self) -> None:
        """Wait for Ctrl-C."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await stop.wait()

    async def evidence(self) -> Evidence:
        """What is true at the end, from the partners' ledgers and from the store."""
        return await Evidence.gather(self.store, self.odoo, self.carrier, self.kills, self.clock.now())


class Director:
    """Plays the acts, with progress."""

    def __init__(self, stage: Stage, progress: Progress) -> None:
        """Four bars, one for each act."""
        story = stage.story
        parcels, good = story.orders.parcel_count(), len(story.orders.good())
        self.stage = stage
        self.progress = progress
        self.exported = progress.add_task("delivery orders exported", total=story.orders.count)
        self.labels = progress.add_task("labels bought", total=parcels)
        self.attached = progress.add_task("labels attached in Odoo", total=parcels)
        self.delivered = progress.add_task("orders delivered", total=good)

    async def play(self) -> None:
        """The whole story."""
        stage, story = self.stage, self.stage.story
        if story.carrier.lost_answer:
            stage.faults.add(Rule(Effect(lost_answer=True), _BUY, When(nth=story.carrier.lost_answer)))
        stage.say(f"[bold]{story.title}[/]")
        stage.odoo.control("confirm_orders", _orders(story), stage.clock.now())
        stage.say(f"· {story.orders.count} sale orders are confirmed in Odoo")
        if story.carrier.unavailable_calls:
            await self._outage()
        await stage.wait_for(self._shipped, "every label to be in Odoo")
        stage.say("· every label is bought, once, and attached in Odoo")
        await self._track()
        await stage.wait_for(self._finished, "every order to be delivered and everything to be written")

    async def _outage(self) -> None:
        stage, carrier = self.stage, self.stage.story.carrier

        async def enough() -> bool:
            await self._look()
            return len(_bought(stage)) >= carrier.unavailable_after

        await stage.wait_for(enough, f"{carrier.unavailable_after} labels")
        stage.faults.add(Rule(Effect(status=503), _BUY, When(times=carrier.unavailable_calls)))
        stage.say(f"· the carrier answers 503 to the next {carrier.unavailable_calls} purchases")
        await asyncio.sleep(2 * _PAUSE)
        await stage.kill()
        stage.say("· Crossdock is killed (SIGKILL) in the middle of it…")
        await asyncio.sleep(carrier.kill_pause)
        await stage.start()
        stage.say("· …and started again")

    async def _track(self) -> None:
        """Move every parcel along its journey; webhooks leave as they happen, on a rough road."""
        stage = self.stage
        stage.say("· the parcels travel; webhooks come twice, in any order, and one altered")
        codes = _bought(stage)
        for status, detail in stage.story.journey:
            for code in codes:
                arguments = {"tracking_code": code, "status": status, "status_detail": detail}
                stage.carrier.control("advance", arguments, stage.clock.now())
            await asyncio.sleep(1.0)  # a carrier's clock shows whole seconds: each step gets its own
            await self._look()

    async def _shipped(self) -> bool:
        evidence = await self._look()
        return sum(evidence.attachments.values()) >= self.stage.story.orders.parcel_count()

    async def _finished(self) -> bool:
        evidence = await self._look()
        good = len(self.stage.story.orders.good())
        proofs = evidence.proofs >= self.stage.story.orders.parcel_count()
        return evidence.phases.get("delivered", 0) >= good and evidence.is_quiet() and proofs

    async def _look(self) -> Evidence:
        evidence = await self.stage.evidence()
        self.progress.update(self.exported, completed=sum(evidence.phases.values()))
        self.progress.update(self.labels, completed=len(_bought(self.stage)))
        self.progress.update(self.attached, completed=sum(evidence.attachments.values()))
        self.progress.update(self.delivered, completed=evidence.phases.get("delivered", 0))
        return evidence


def _orders(story: Scenario) -> dict[str, Any]:
    orders = story.orders
    return {
        "n": orders.count,
        "bad": {
            **{str(number): "postcode" for number in orders.without_postcode},
            **{str(number): "sku" for number in orders.without_sku},
        },
        "parcels": {str(number): count for number, count in orders.parcels.items()},
    }


def _bought(stage: Stage) -> list[str]:
    labels: Any = stage.carrier.control("live_labels", {}, stage.clock.now())
    return sorted(code for codes in labels.values() for code in codes)


def _report(story: Scenario, evidence: Evidence) -> int:
    """Print every promise and whether it held; how many did not."""
    failed = 0
    out = Console()
    out.print("\n[bold]What was promised, and what happened[/]")
    for held, promise, figure in verdicts(story, evidence):
        failed += not held
        out.print(f"  {'[green]✓[/]' if held else '[bold red]✗[/]'} {promise}  [dim]{figure}[/]", highlight=False)
    return failed


async def _trace(stage: Stage, story: Scenario) -> None:
    name = f"SO{story.trace:04d}"
    Console().print(f"\n[bold]crossdock trace {name}[/]")
    await show_trace(stage.store, name)


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Ours, without overrides that were meant for another configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}


_CONFIGURATION = """\
project: {{name: demo}}
store: {{url: "sqlite:///crossdock.db"}}
listen: {{port: {port}}}
security: {{signing_secret: "secret://file/secrets/signing"}}
# The simulated partners answer in milliseconds, so a silent worker is given up on sooner than in real life.
workers: {{lease_seconds: 5, claim_seconds: 6}}
telemetry: {{log_level: warning, log_format: console}}
partners:
  odoo:
    connector: odoo
    allow_private: true
    config:
      url: http://127.0.0.1:{odoo}
      database: demo
      api_key: secret://file/secrets/partner
      overlap: 5
  easypost:
    connector: easypost
    allow_private: true
    config:
      url: http://127.0.0.1:{easypost}
      api_key: secret://file/secrets/partner
      webhook_secrets: ["secret://file/secrets/webhook"]
      label_hosts: [127.0.0.1]
retry:
  server: {{schedule: [0.5, 1, 2], park_after: 50}}
  timeout: {{schedule: [1, 2], park_after: 50}}
processes:
  order_to_ship:
    erp: odoo
    carriers: [easypost]
    milestones: [in_transit, out_for_delivery, delivered]
"""
