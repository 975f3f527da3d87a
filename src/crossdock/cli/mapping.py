"""`crossdock mapping`: codes and fields that partners began to send, and what people rule about them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crossdock.backbone.drift import standing
from crossdock.backbone.ruling import rule
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.model.milestones import UnknownMilestone, check
from crossdock.model.return_reasons import REASONS as RETURN_REASONS
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_mapping import Act, Kind, Ruling
from crossdock.views.mapping_tasks import mapping_tasks, meaning_of

Partner = Annotated[str, typer.Argument(help="The partner's id.")]
Name = Annotated[str, typer.Argument(help="The code, or a field's pointer, as `mapping review` shows it.")]
Note = Annotated[str, typer.Option(help="Why; kept with the ruling.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    text = "Codes and fields that partners began to send, and what people rule about them."
    group = typer.Typer(name="mapping", help=text, no_args_is_help=True)
    group.command("review")(review)
    group.command("settle")(settle)
    group.command("accept")(accept)
    group.command("approve")(approve)
    group.command("withdraw")(withdraw)
    group.command("history")(history)
    app.add_typer(group)


def review(
    partner: Annotated[str, typer.Option(help="Only this partner's.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Those that are settled, too.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List codes without a mapping and fields never seen before, the most frequent first, with an example of each."""
    tasks = read(config, lambda tx: mapping_tasks(tx, partner))
    shown = [task for task in tasks if every or task.state != "settled"]
    if json:
        as_json(shown)
        return
    columns = ("partner", "kind", "name", "count", "example", "exchange_id", "state", "meaning")
    table(([getattr(task, column) for column in columns] for task in shown), *columns)
    if any(task.kind == "reason" and task.state == "open" for task in shown):
        note("Settle a reason with: crossdock mapping settle PARTNER 'REASON' --return-reason WORD")
    if any(task.kind == "code" and task.state == "open" for task in shown):
        note("Settle one with: crossdock mapping settle PARTNER CODE --milestone WORD (docs/reference/milestones.md)")


def settle(
    partner: Partner,
    name: Name,
    *,
    milestone: Annotated[
        str, typer.Option(help="What the code says; leave it out for a field, which is accepted.")
    ] = "",
    category: Annotated[str, typer.Option(help="What is wrong, where something is.")] = "none",
    reason: Annotated[str, typer.Option(help="Why it is wrong, where the code says so.")] = "",
    return_reason: Annotated[
        str, typer.Option(help="What a partner's reason for returns means: a word of docs/how-to/returns.md.")
    ] = "",
    why: Note = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Rule what a code means, from now on, over what the connector's own table says. Where the configuration asks for
    two people it waits for `mapping approve` by another one.
    """
    kind: Kind = "field" if name.startswith("/") and not milestone else "code"
    if return_reason:
        kind, reason = "reason", return_reason
        if reason not in RETURN_REASONS:
            raise Stop(f"'{reason}' is no reason; there are {', '.join(RETURN_REASONS)}.", code=Exit.USAGE)
    elif kind == "code":
        try:
            check(milestone, category, reason)
        except UnknownMilestone as problem:
            operator = "Use words of the vocabulary: docs/reference/milestones.md lists them."
            raise Stop(operator, str(problem), Exit.USAGE) from None
    approvals = installation(config).settings.mapping.approvals
    act: Act = "settled" if approvals == 1 else "proposed"
    ruling = Ruling(partner, kind, name, act, actor(), now(), milestone, category, reason, why)
    _rule(ruling, config, dry_run=dry_run, json=json)
    if not json:
        _what_next(ruling, config, dry_run=dry_run)


def _what_next(ruling: Ruling, config: Path, *, dry_run: bool) -> None:
    partner, name = ruling.partner, ruling.name
    if ruling.act == "proposed":
        note(f"A second person agrees with: crossdock mapping approve {partner} '{name}'")
    elif not dry_run and ruling.kind == "code":
        note(f"Messages that came before are read anew with: crossdock replay --partner {partner} --since 7d")
    if name not in read(config, lambda tx: {gap.name for gap in tx.mappings.gaps(partner)}):
        note(f"No message of {partner} held '{name}' without a mapping so far; is it written as they write it?")


def accept(
    partner: Partner,
    why: Note = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Accept all new fields of a partner at once, as after its first messages. Codes are settled one by one."""
    moment, who = now(), actor()

    def step(tx: Transaction) -> list[str]:
        names = [task.name for task in mapping_tasks(tx, partner) if task.kind == "field" and task.state == "open"]
        if not dry_run:
            for name in names:
                tx.mappings.rule(Ruling(partner, "field", name, "settled", who, moment, note=why))
            tx.doors.audit(moment, who, "mapping.accepted", partner, f"{len(names)} fields")
        return names

    names = read(config, step) if dry_run else write(config, step)
    if json:
        as_json({"partner": partner, "accepted": names, "dry_run": dry_run})
        return
    for name in names:
        note(f"{'would be ' if dry_run else ''}accepted: {name}")
    note(f"{len(names)} new field{'' if len(names) == 1 else 's'} of {partner}")


def approve(
    partner: Partner,
    name: Name,
    why: Note = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Agree with a proposal of somebody else; it holds from now on."""
    proposed = _of(read(config, lambda tx: standing(tx.mappings.rulings())).proposed.values(), partner, name)
    if proposed is None:
        raise Stop("There is no such proposal; list them with: crossdock mapping review", code=Exit.USAGE)
    if proposed.by == actor():
        raise Stop("A proposal needs a second person: somebody else has to approve it.", f"proposed by {proposed.by}")
    ruling = Ruling(partner, proposed.kind, name, "settled", actor(), now(), *_words(proposed), why)
    _rule(ruling, config, dry_run=dry_run, json=json)


def withdraw(
    partner: Partner,
    name: Name,
    why: Note = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Take a ruling or a proposal back; the connector's own table holds again."""
    held = read(config, lambda tx: standing(tx.mappings.rulings()))
    ruling = _of(held.proposed.values(), partner, name) or _of(held.in_force.values(), partner, name)
    if ruling is None:
        raise Stop("There is no such ruling; list them with: crossdock mapping history", code=Exit.USAGE)
    taken = Ruling(partner, ruling.kind, name, "withdrawn", actor(), now(), *_words(ruling), why)
    _rule(taken, config, dry_run=dry_run, json=json)


def history(
    partner: Annotated[str, typer.Option(help="Only this partner's.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show who ruled what, and when."""
    rulings = [each for each in read(config, lambda tx: tx.mappings.rulings()) if partner in {"", each.partner}]
    if json:
        as_json(rulings)
        return
    columns = ("when", "who", "partner", "kind", "name", "act", "meaning", "note")
    table((_line(each) for each in rulings), *columns)


def _line(each: Ruling) -> tuple[str, ...]:
    when = datetime.fromtimestamp(each.at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
    meaning = "/".join(part for part in meaning_of(each) if part)
    return (when, each.by, each.partner, each.kind, each.name, each.act, meaning, each.note)


def _words(ruling: Ruling) -> tuple[str, str, str]:
    return (ruling.milestone, ruling.category, ruling.reason)


def _of(rulings: Iterable[Ruling], partner: str, name: str) -> Ruling | None:
    return next((each for each in rulings if (each.partner, each.name) == (partner, name)), None)


def _rule(ruling: Ruling, config: ConfigPath, *, dry_run: bool, json: bool) -> None:
    if not dry_run:
        write(config, lambda tx: rule(tx, ruling))
    if json:
        as_json({"ruling": ruling, "dry_run": dry_run})
        return
    meaning = "/".join(part for part in meaning_of(ruling) if part) or "accepted"
    note(f"{'would be ' if dry_run else ''}{ruling.act}: {ruling.partner} {ruling.name} = {meaning}")
