"""`crossdock <connector> <operation>`: commands derived from the operations connectors declare."""

import asyncio
import inspect
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from crossdock import bootstrap, catalog
from crossdock.bootstrap import Installation, PartnerPlan
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, lines, note, table
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import (
    ConnectorSpec,
    Errand,
    Operation,
    OperationStopped,
    Option,
    Report,
    StepStatus,
    Surroundings,
)
from crossdock.transports import machine

_FILE = "secret://file/"
_TYPES: Mapping[str, Any] = {"text": str, "many": list[str] | None, "number": int, "flag": bool, "argument": str}


def register(app: typer.Typer) -> None:
    """Add a group for every installed connector that declares operations; a broken one says so when it is asked."""
    installed = catalog.connectors()
    for name, spec in installed.working().items():
        if spec.operations:
            app.add_typer(group(name, spec))
    for broken in installed.broken():
        loose = {"ignore_unknown_options": True, "allow_extra_args": True}
        app.command(broken.name, help="Cannot be loaded.", context_settings=loose)(_failing(installed, broken.name))


def _failing(installed: catalog.Plugins[ConnectorSpec], name: str) -> Callable[[], None]:
    def command() -> None:
        installed.get(name)  # raises what is wrong with it

    return command


def group(name: str, spec: ConnectorSpec) -> typer.Typer:
    """The commands of one connector."""
    commands = typer.Typer(name=name, help=f"Operations on {spec.title}.", no_args_is_help=True)
    inner: dict[str, typer.Typer] = {}
    for operation in spec.operations:
        *outer, last = operation.name.split()
        holder = commands
        if outer:
            holder = inner.setdefault(outer[0], typer.Typer(name=outer[0], no_args_is_help=True))
        holder.command(last, help=operation.summary)(_command(name, operation))
    for word, each in inner.items():
        names = ", ".join(
            operation.name.split()[1] for operation in spec.operations if operation.name.startswith(f"{word} ")
        )
        commands.add_typer(each, help=f"{word.capitalize()}: {names}.")
    return commands


def _command(connector: str, operation: Operation) -> Callable[..., None]:
    """A function with the signature Typer reads: the operation's own options, then those every operation has."""

    def command(**given: Any) -> None:
        options = {each.name: _value(each, given.pop(_python(each.name))) for each in operation.options}
        _run(connector, operation, options, **given)

    parameters = [_parameter(each) for each in operation.options]
    parameters.append(_named("partner", Annotated[str, typer.Option(help="Which partner, where several use it.")], ""))
    if operation.writes:
        parameters += [_named("dry_run", DryRun, default=False), _named("yes", Yes, default=False)]
    parameters += [_named("config", ConfigPath, DEFAULT_CONFIG), _named("json", AsJson, default=False)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__name__ = operation.name.replace(" ", "_").replace("-", "_")
    return command


def _named(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _parameter(option: Option) -> inspect.Parameter:
    words = f"{option.summary} One of {', '.join(option.choices)}." if option.choices else option.summary
    annotation: Any
    if option.kind == "argument":
        annotation = Annotated[str, typer.Argument(help=words, metavar=option.name.upper(), show_default=False)]
    else:
        annotation = Annotated[_TYPES[option.kind], typer.Option(f"--{option.name}", help=words)]
    defaults = {"flag": False, "many": None, "number": option.default or 0}
    return _named(_python(option.name), annotation, defaults.get(option.kind, option.default))


def _value(option: Option, given: Any) -> Any:
    """The value as the operation gets it. Raises `Stop` for one that is not among the choices."""
    value = tuple(given or ()) if option.kind == "many" else given
    for each in value if isinstance(value, tuple) else (value,):
        if option.choices and each and each not in option.choices:
            text = f"There is no {option.name} '{each}'; there are {', '.join(option.choices)}."
            raise Stop(text, code=Exit.USAGE)
    return value


def _python(name: str) -> str:
    """A name Python takes for a parameter and no other parameter has."""
    return f"option_{name.replace('-', '_')}"


def _run(
    connector: str,
    operation: Operation,
    options: Mapping[str, Any],
    *,
    partner: str,
    config: Path,
    json: bool,
    dry_run: bool = False,
    yes: bool = False,
) -> None:
    found = installation(config)
    plan = _chosen(found, connector, partner)
    question = "" if dry_run else operation.asks(options)
    if question:
        confirm(question, yes=yes)
    try:
        report = asyncio.run(carry_out(found, plan, operation, options, config.resolve().parent, dry_run=dry_run))
    except OperationStopped as stopped:
        raise Stop(stopped.operator, stopped.engineer) from None
    show(report, json=json)
    if any(step.status is StepStatus.ERROR for step in report.steps):
        raise typer.Exit(Exit.FAILED if operation.writes else Exit.FOUND)


async def carry_out(
    found: Installation,
    plan: PartnerPlan,
    operation: Operation,
    options: Mapping[str, Any],
    root: Path,
    *,
    dry_run: bool,
) -> Report:
    """Run it against the partner. Raises `OperationStopped`."""
    http, _ = bootstrap.connect(plan)
    surroundings = Surroundings(plan.id, plan.config, http, machine.RealClock(), found.secrets)
    listen = found.settings.listen
    address = listen.public_url or f"http://{listen.host}:{listen.port}"
    errand = Errand(
        surroundings=surroundings,
        options=options,
        inbound=f"{address.rstrip('/')}/in/{plan.id}",
        ask=_ask,
        keep=lambda reference, value: keep_secret(root, reference, value),
        dry_run=dry_run,
    )
    try:
        return await operation.run(plan.spec.build(surroundings), errand)
    except UnknownSecret as missing:
        raise OperationStopped("Provide the secret where its reference points.", str(missing)) from None
    finally:
        await http.close()


def _chosen(found: Installation, connector: str, partner: str) -> PartnerPlan:
    plans = {plan.id: plan for plan in found.plans if plan.spec.id == connector}
    if not plans:
        raise Stop(f"No enabled partner uses the connector '{connector}': add one to partners/*.yaml.", code=Exit.USAGE)
    if partner in plans:
        return plans[partner]
    if partner or len(plans) > 1:
        raise Stop(f"Say which with --partner: {', '.join(sorted(plans))}.", code=Exit.USAGE)
    return next(iter(plans.values()))


def _ask(question: str) -> str:
    """A secret typed at the terminal. Raises `OperationStopped` where nobody can be asked."""
    try:
        return str(typer.prompt(question, hide_input=True, err=True))
    except typer.Abort:
        raise OperationStopped(
            f"{question} is needed: give it as a secret reference.", "no terminal to ask at"
        ) from None


def keep_secret(root: Path, reference: str, value: str) -> bool:
    """Replace the file behind ``secret://file/PATH`` at once and whole, readable by its owner only; False for any other
    reference. A reader sees the old value or the new one, never a part.
    """
    if not reference.startswith(_FILE):
        return False
    # The one behind a link is replaced, not the link (Kubernetes and others mount secrets so).
    target = (root / reference.removeprefix(_FILE)).resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            _like(target, Path(name))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _like(target: Path, fresh: Path) -> None:
    """Keep owner and group, so that a server running as another user can still read it."""
    known = target.stat()
    if (known.st_uid, known.st_gid) != (os.getuid(), os.getgid()):
        os.chown(fresh, known.st_uid, known.st_gid)
        fresh.chmod(known.st_mode & 0o660)


def show(report: Report, *, json: bool) -> None:
    """Steps as a table; what is shown once goes to stdout on lines of its own."""
    steps = report.steps
    if json:
        rows = [{"status": each.status, "subject": each.subject, "text": each.text, "do": each.do} for each in steps]
        document = {"ok": all(each.status is not StepStatus.ERROR for each in steps), "steps": rows, **report.data}
        as_json({**document, "shown": report.shown} if report.shown else document)
        return
    rows_drawn = ((each.status, each.subject, each.text, each.do) for each in steps)
    table(rows_drawn, "", "what", "found or done", "what to do")
    if report.shown:
        note("Keep this now, it is not shown again:")
        lines(report.shown)
