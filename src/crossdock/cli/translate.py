"""`crossdock translate`: what a connector makes of a file, without a store and without a call."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from crossdock import bootstrap
from crossdock.catalog import BrokenPlugin, UnknownPlugin, connectors
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, now
from crossdock.cli.output import AsJson, Exit, as_json, note, table
from crossdock.devkit.specimen import specimen_connector
from crossdock.model.events import Fact, TrackingReported, type_of
from crossdock.ports.connector import Connector, Received, Translation
from crossdock.ports.secrets import UnknownSecret
from crossdock.views.wording import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("translate")(translate)


def translate(
    partner: Annotated[str, typer.Argument(help="A configured partner, or the name or alias of a connector.")],
    file: Annotated[Path, typer.Argument(help="The message as the partner sends it; - for standard input.")],
    channel: Annotated[str, typer.Option(help="The webhook's or feed's name, where it matters.")] = "file",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show what a connector makes of a file: events in canonical words, and what it could not read.

    Exit code 2: the name or the file cannot be used, or nothing in it could be read; 4: a part could not. A partner's
    own error answer is read: it holds no events, and its words are among the problems.
    """
    problems: list[dict[str, str]] = []
    translation = Translation()
    try:
        connector = _connector(partner, config)
        body = typer.get_binary_stream("stdin").read() if str(file) == "-" else file.read_bytes()
    except (UnknownPlugin, BrokenPlugin, OSError, UnknownSecret) as problem:
        text = problem.strerror or str(problem) if isinstance(problem, OSError) else str(problem)
        where = f"{file}: " if isinstance(problem, OSError) else ""
        do = "Name an existing file." if where else "Name a configured partner or an installed connector."
        problems.append({"pointer": "", "operator": do, "engineer": where + text})
    else:
        content_type = {".json": "application/json", ".xml": "application/xml"}.get(file.suffix.lower(), "")
        translation = connector.translate(Received(channel, body, {}, now(), content_type))
    unusable = bool(problems)
    problems += [
        {"pointer": each.pointer, "operator": each.why.operator, "engineer": each.why.engineer}
        for each in translation.problems
    ]
    _print(partner, translation, problems, json=json)
    unread = [each for each in translation.problems if not each.refused]
    if unusable or (unread and not translation.facts):
        raise typer.Exit(Exit.USAGE)
    if unread:
        raise typer.Exit(Exit.PARTLY)


def _connector(partner: str, config: Path) -> Connector:
    """The configured partner's connector; else one with example settings, so that no configuration is needed."""
    if config.exists():
        installation, _ = bootstrap.load(config)
        plan = next((each for each in installation.plans if each.id == partner), None) if installation else None
        if installation is not None and plan is not None:
            return specimen_connector(plan.spec, partner, plan.config, installation.secrets)
    return specimen_connector(connectors().get(partner), partner)


def _print(partner: str, translation: Translation, problems: list[dict[str, str]], *, json: bool) -> None:
    events = [_row(fact) for fact in translation.facts if isinstance(fact.body, TrackingReported)]
    others = [
        {
            "type": type_of(fact.body),
            "subject": fact.subject,
            "said": say(fact.body).title,
            "data": msgspec.to_builtins(fact.body),
        }
        for fact in translation.facts
        if not isinstance(fact.body, TrackingReported)
    ]
    if json:
        unknown = list(translation.unknown_codes)
        fields = msgspec.to_builtins(translation.new_fields)
        found = {"partner": partner, "events": events, "facts": others, "unknown_codes": unknown, "new_fields": fields}
        as_json(found | {"problems": problems})
        return
    columns = ("occurred_at", "milestone", "exception_category", "reason", "raw_code", "raw_text", "tracking_number")
    table(([row[name] for name in columns] for row in events), *columns)
    for other in others:
        note(f"also: {other['type']} {other['subject'] or other['said']}")
    for code in translation.unknown_codes:
        note(f"no mapping for the code '{code}'; its event goes on as unknown")
    for field in translation.new_fields:
        note(f"never seen before: the field {field.pointer} ({field.example})")
    for problem in problems:
        note(f"{problem['pointer']} {problem['operator']} ({problem['engineer']})".strip())


def _row(fact: Fact) -> Mapping[str, Any]:
    assert isinstance(fact.body, TrackingReported)
    event = fact.body.event
    return {
        "milestone": event.milestone,
        "exception_category": event.exception_category,
        "reason": event.reason,
        "occurred_at": event.occurred.at,
        "tz_known": event.occurred.tz_known,
        "precision": event.occurred.precision,
        "zone": event.occurred.zone,
        "raw_code": event.raw_code,
        "raw_text": event.raw_text,
        "place": msgspec.to_builtins(event.place),
        "tracking_number": event.tracking_number,
    }
