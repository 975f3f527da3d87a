"""`crossdock sim`: a simulated partner on loopback to try things against, or a story played on virtual time."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from crossdock.catalog import UnknownPlugin, simulators
from crossdock.cli import sim_run
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note
from crossdock.sim.faults import FaultBook, InvalidFaults, Rule, load_faults
from crossdock.sim.server import LoopbackServer
from crossdock.transports import machine

_HELP = "Start a simulated partner on loopback (crossdock sim odoo), or play a scenario (crossdock sim run)."
Port = Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes the simulator's own, -1 any free one.")]
Faults = Annotated[Path | None, typer.Option(help="A file of scripted faults (YAML or JSON).")]
Options = Annotated[list[str] | None, typer.Option("--option", help="An option of the simulator: name=value.")]
Seed = Annotated[int, typer.Option(help="Decides faults with a probability.")]


def register(app: typer.Typer) -> None:
    """Add the commands; every simulator is a command by its own name, too."""
    group = typer.Typer(help=_HELP, no_args_is_help=True)
    group.command("run")(sim_run.run)
    group.command("partner")(partner)
    for name in simulators().names():
        group.command(name, hidden=True, help=f"The same as: crossdock sim partner {name}")(_named(name))
    app.add_typer(group, name="sim")


def partner(
    partner: Annotated[str, typer.Argument(help=f"One of: {', '.join(simulators().names())}.")],
    port: Port = 0,
    faults: Faults = None,
    option: Options = None,
    seed: Seed = 0,
    json: AsJson = False,
) -> None:
    """Start a simulated partner on loopback and leave it running until Ctrl-C. The name alone does it as well:
    crossdock sim odoo.
    """
    try:
        spec = simulators().get(partner)
    except UnknownPlugin as unknown:
        raise Stop(f"There is no simulator '{partner}'.", str(unknown), Exit.USAGE) from None
    rules = _rules(faults)
    try:
        simulated = spec.build(_options(option or []))
    except ValueError as wrong:
        raise Stop("An option of the simulator is wrong.", str(wrong), Exit.USAGE) from None

    async def run() -> None:
        clock = machine.RealClock()
        book = FaultBook(rules, seed=seed, started_at=clock.now())
        wanted = max(port, 0) or (0 if port < 0 else spec.default_port)
        try:
            server = LoopbackServer(simulated, clock, book, port=wanted)
        except OSError as problem:
            raise Stop(f"Port {wanted} cannot be used; choose another with --port.", str(problem)) from None
        address = f"http://127.0.0.1:{server.port}"
        if json:
            as_json({"simulator": spec.id, "url": address, "control": f"{address}/_sim/", "rules": len(rules)})
        note(f"{spec.title} answers at {address}; control door {address}/_sim/ledger; stop with Ctrl-C")
        serving = asyncio.ensure_future(server.serve_forever())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving

    asyncio.run(run())


def _named(name: str) -> Callable[..., None]:
    def start(
        port: Port = 0, faults: Faults = None, option: Options = None, seed: Seed = 0, json: AsJson = False
    ) -> None:
        partner(name, port, faults, option, seed, json)

    return start


def _rules(faults: Path | None) -> tuple[Rule, ...]:
    if faults is None:
        return ()
    try:
        return load_faults(faults.read_bytes())
    except OSError as problem:
        raise Stop(f"The fault file {faults} cannot be read.", str(problem), Exit.USAGE) from None
    except InvalidFaults as problem:
        raise Stop(f"The fault file {faults} is not a list of rules.", str(problem), Exit.USAGE) from None


def _options(pairs: list[str]) -> dict[str, str]:
    options = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise Stop(f"'{pair}' is not name=value.", code=Exit.USAGE)
        options[name] = value
    return options
