"""`crossdock exceptions`: what a person has to put right, whose it is, and what people do about it."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from crossdock.backbone import exceptions_desk as desk
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, lines, note, table
from crossdock.cli.replay import moment_of
from crossdock.model.cases import Case
from crossdock.model.instants import InvalidInstant, rfc3339, stamp
from crossdock.model.money import Money
from crossdock.ports.rows import CauseGroup, Chosen, ExceptionRow
from crossdock.ports.stores import Transaction
from crossdock.processes.exceptions_configured import matrix
from crossdock.transports.machine import FreshIds
from crossdock.views.exceptions import Whole, whole

Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids of exceptions; none: all that fit the options.", show_default=False)
]
Group = Annotated[str, typer.Option(help="Only of this cause; `crossdock exceptions groups` names them.")]
Kind = Annotated[str, typer.Option(help="Only of this kind, such as shipment.customs.")]
Partner = Annotated[str, typer.Option(help="Only about this carrier or partner.")]
Of = Annotated[str, typer.Option("--of", help="Only those of this team.")]
Queue = Annotated[str, typer.Option(help="business, technical, or all.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]
Limit = Annotated[int, typer.Option(help="So many at most.", min=1, max=1000)]
_UNITS = {"m": 60, "h": 3600, "d": 86400}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="exceptions", help="What a person has to put right.", no_args_is_help=True)
    group.command("list")(list_open)
    for command in (show, groups, assign, wait, resume, comment, reschedule, resolve, alerts):
        group.command(command.__name__)(command)
    group.command("matrix")(show_matrix)
    app.add_typer(group)


def list_open(  # noqa: PLR0917 - Typer makes options of parameters
    queue: Queue = "business",
    kind: Kind = "",
    partner: Partner = "",
    group: Group = "",
    owner: Annotated[str, typer.Option(help="Only of this team.")] = "",
    assignee: Annotated[str, typer.Option(help="Only of this person.")] = "",
    state: Annotated[str, typer.Option(help="open, assigned, waiting or resolved.")] = "",
    severity: Annotated[str, typer.Option(help="low, normal, high or critical.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Only those past their promise.")] = False,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="By severity, tier, promised day and value instead of newest first.")
    ] = False,
    limit: Limit = 100,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List open ones, newest first: whose they are, until when, what the order is worth and what was promised."""
    chosen = Chosen(
        queue=_queue(queue), kind=kind, partner=partner, group=group, owner=owner, assignee=assignee, state=state,
        severity=severity, overdue_at=now() if late else 0,
    )  # fmt: skip
    standing = state != "resolved"
    if urgent:
        rows, more = read(config, lambda tx: tx.views.most_urgent(chosen, limit)), ""
    else:
        rows, more = read(config, lambda tx: tx.views.exceptions(open_only=standing, chosen=chosen, limit=limit))
    if json:
        as_json([_row(each.case, each.name, each.sales_order) for each in rows])
        return
    table(map(_cells, rows), "id", "order", "kind", "state", "owner", "severity", "over by", "value", "tier",
          "promised", "what is wrong")  # fmt: skip
    if more:
        note(f"there are more than {limit}: narrow the options or raise --limit")


def show(
    exception_id: Annotated[str, typer.Argument(help="The id of one exception.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show one whole: what to do, its history, and what it is linked to."""
    found = read(config, lambda tx: whole(tx, exception_id))
    if found is None:
        raise Stop(f"There is no exception '{exception_id}'; list them with: crossdock exceptions list")
    if json:
        as_json({**_row(found.case, found.name, found.sales_order), "title": found.kind.title, "do": found.kind.do,
                 "history": found.history, "messages": found.messages, "alike": found.siblings})  # fmt: skip
        return
    lines(_told(found))


def groups(queue: Queue = "business", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List open ones by cause, with what the orders they hold up are worth."""
    found = read(config, lambda tx: tx.views.cause_groups(Chosen(queue=_queue(queue))))
    if json:
        as_json([{**msgspec.structs.asdict(each), "values": _values(each), "oldest_at": rfc3339(each.oldest_at)}
                 for each in found])  # fmt: skip
        return
    cells = ((each.id, each.kind, each.partner, each.category, each.count, each.breached, rfc3339(each.oldest_at)[:16],
              ", ".join(_values(each))) for each in found)  # fmt: skip
    table(cells, "group", "kind", "about", "category", "open", "late", "oldest", "value at stake")


def assign(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    to: Annotated[str, typer.Option("--to", help="A person.")] = "",
    team: Annotated[str, typer.Option("--team", help="Another team; its working time counts from then on.")] = "",
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    queue: Queue = "business",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Give them to a person or to another team."""
    if not to and not team:
        raise Stop("Say to whom: --to PERSON, --team TEAM, or both.", code=Exit.USAGE)
    settings = installation(config).settings.exceptions
    if team and team not in {*settings.teams, settings.default_queue}:
        there = ", ".join(sorted({*settings.teams, settings.default_queue}))
        raise Stop(f"There is no team '{team}'; there are: {there}.", code=Exit.USAGE)
    chosen = _chosen(ids, group, kind, partner, of, queue)
    _act(chosen, desk.Assign(team, to), reason, config, dry_run=dry_run, yes=yes, json=json)


def wait(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    on: Annotated[str, typer.Option("--on", help="Whom they wait on, such as the customer.")] = "",
    until: Annotated[str, typer.Option(help="Until when: 2026-03-01T08:00, or in so long: 90m, 4h, 2d.")] = "",
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    queue: Queue = "business",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Let them wait on somebody: their clocks stand until then, or until they are resumed."""
    if not on:
        raise Stop("Say on whom: --on customer.", code=Exit.USAGE)
    deed = desk.Wait(on, _moment(until))
    _act(_chosen(ids, group, kind, partner, of, queue), deed, reason, config, dry_run=dry_run, yes=yes, json=json)


def resume(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    queue: Queue = "business",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Wait no longer: their clocks go on."""
    chosen = _chosen(ids, group, kind, partner, of, queue)
    _act(chosen, desk.Resume(), reason, config, dry_run=dry_run, yes=yes, json=json)


def comment(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    text: Annotated[str, typer.Option("--text", help="What you have to say.")] = "",
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    queue: Queue = "business",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say something about them; it stands in their history."""
    if not text:
        raise Stop("Say what: --text.", code=Exit.USAGE)
    chosen = _chosen(ids, group, kind, partner, of, queue)
    _act(chosen, desk.Comment(text), "", config, dry_run=dry_run, yes=yes, json=json)


def reschedule(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    to: Annotated[str, typer.Option("--to", help="The day, or a date-time with its zone.")] = "",
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Promise their customers another day: it is written into the sales order, and what was only late is over."""
    try:
        promised = stamp(to)
    except InvalidInstant as problem:
        raise Stop("Say a day such as 2026-12-03: --to.", str(problem), Exit.USAGE) from None
    chosen = _chosen(ids, group, kind, partner, of, "business")
    _act(chosen, desk.Reschedule(promised), reason, config, dry_run=dry_run, yes=yes, json=json)


def resolve(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Ids = None,
    group: Group = "",
    kind: Kind = "",
    partner: Partner = "",
    of: Of = "",
    queue: Queue = "business",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """End them, with a reason. What happens again is raised again."""
    if not reason:
        raise Stop("Say why they are over: --reason.", code=Exit.USAGE)
    chosen = _chosen(ids, group, kind, partner, of, queue)
    _act(chosen, desk.Resolve(), reason, config, dry_run=dry_run, yes=yes, json=json)


def alerts(
    history: Annotated[bool, typer.Option("--all", help="Also those whose cause is over.")] = False,
    limit: Limit = 100,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List what somebody is told of: one alert per cause and occasion while it is open."""
    found = read(config, lambda tx: tx.alerts.latest(standing_only=not history, limit=limit))
    if json:
        as_json(found)
        return
    cells = ((rfc3339(each.raised_at)[:16], each.occasion, each.kind, each.partner, each.severity, each.owner,
              each.told, "yes" if each.sent_at else "no", each.text) for each in found)  # fmt: skip
    table(cells, "when", "occasion", "kind", "about", "severity", "owner", "goes to", "sent", "what is wrong")


def show_matrix(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show whose every kind is by the configuration, and how soon it is to be taken and over."""
    settings = installation(config).settings
    rows = matrix(settings.exceptions, settings.calendars)
    if json:
        as_json(rows)
        return
    table(
        ((each.kind.kind, each.kind.queue, each.kind.category, f"{each.owner}{' (default)' if each.unowned else ''}",
          each.severity, _span(each.acknowledge_minutes), _span(each.resolve_minutes), each.kind.title)
         for each in rows),
        "kind", "queue", "category", "owner", "severity", "taken in", "over in", "what it is",
    )  # fmt: skip


def _act(
    chosen: Chosen, deed: desk.Deed, reason: str, config: ConfigPath, *, dry_run: bool, yes: bool, json: bool
) -> None:
    found = read(config, lambda tx: _found(tx, chosen))
    name = str(deed.__struct_config__.tag)
    if not dry_run and not chosen.ids and found:
        confirm(f"{name.capitalize()} {len(found)} exceptions?", yes=yes)
    moment = now()
    asked = desk.Asked(FreshIds().fresh(moment), actor(), reason, deed)
    if not dry_run and found:
        ids = tuple(each.id for each in found)
        write(config, lambda tx: desk.act(tx, tx.exceptions.with_ids(ids), asked, moment), wakes=("log",))
    if json:
        as_json({"action": name, "exceptions": len(found), "done": 0 if dry_run else len(found),
                 "ids": [each.id for each in found]})  # fmt: skip
    else:
        _name(found, name, dry_run=dry_run)
    if len(found) < len(chosen.ids) or not found:
        raise typer.Exit(Exit.PARTLY if found else Exit.FAILED)


def _name(found: Sequence[Case], name: str, *, dry_run: bool) -> None:
    if dry_run:
        table(((each.id, each.subject, each.kind, each.owner, each.text) for each in found), "id", "order", "kind",
              "owner", "what is wrong")  # fmt: skip
    note(f"{name}: {'would do ' if dry_run else ''}{len(found)}")


def _found(tx: Transaction, chosen: Chosen) -> list[Case]:
    try:
        return desk.find(tx, chosen)
    except desk.TooMany as error:
        raise Stop("Narrow the options: these are too many for one request.", str(error)) from None


def _chosen(ids: list[str] | None, group: str, kind: str, partner: str, of: str, queue: str) -> Chosen:
    if not ids and not (group or kind or partner or of):
        raise Stop("Say which: ids, or --group, --kind, --partner, --of.", code=Exit.USAGE)
    if ids:
        return Chosen(ids=tuple(dict.fromkeys(ids)))
    return Chosen(queue=_queue(queue), group=group, kind=kind, partner=partner, owner=of)


def _queue(name: str) -> str:
    if name not in {"business", "technical", "all"}:
        raise Stop(f"There is no queue '{name}'; there are business, technical, and all.", code=Exit.USAGE)
    return "" if name == "all" else name


def _moment(text: str) -> int:
    """A time to come: as such, or in so long. Raises `Stop`."""
    moment = now()
    if text[:-1].isdigit() and text[-1] in _UNITS:
        return moment + int(text[:-1]) * _UNITS[text[-1]] * 1_000_000
    found = moment_of(text, moment)
    if found and found <= moment:
        raise Stop(f"'{text}' has passed.", code=Exit.USAGE)
    return found


def _span(minutes: int) -> str:
    if not minutes:
        return "-"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:g} h"


def _values(group: CauseGroup) -> list[str]:
    return [str(Money(amount, currency)) for currency, amount in sorted(group.values.items())]


def _at(moment: int) -> str | None:
    return rfc3339(moment) if moment else None


_TIMES = tuple(
    name for name in Case.__struct_fields__ if name.endswith(("_at", "_by", "_until")) and name != "resolved_by"
)  # fmt: skip


def _row(case: Case, name: str, sales_order: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": case.id, "name": name, "sales_order": sales_order, **msgspec.structs.asdict(case)}
    row |= {each: _at(row[each]) for each in _TIMES}
    return {**row, "group": case.cause_group, "value": str(Money(case.value, case.currency)) if case.currency else ""}


def _cells(row: ExceptionRow) -> tuple[object, ...]:
    case = row.case
    late = " LATE" if case.breached_at else ""
    whose = f"{case.assignee} ({case.owner})" if case.assignee else case.owner
    state = f"waits on {case.waiting_on}" if case.waiting_on and not case.resolved_at else case.state
    by = rfc3339(case.resolve_by)[:16] if case.resolve_by else ""
    value = str(Money(case.value, case.currency)) if case.currency else ""
    order = row.sales_order or row.name or case.subject
    promised = rfc3339(case.promised_at)[:10] if case.promised_at else ""
    return case.id, order, case.kind, state, whose, case.severity, f"{by}{late}", value, case.tier, promised, case.text


def _told(found: Whole) -> list[str]:
    case, kind = found.case, found.kind
    whose = f"{case.assignee} of {case.owner}" if case.assignee else case.owner or "nobody yet"
    return [
        f"{case.id}  {case.kind}  {case.state}  {case.severity}  ({case.queue})",
        f"{kind.title}: {case.text}",
        f"order     {found.sales_order or found.name or case.subject}  {case.pointer}",
        f"about     {case.partner or '-'}   cause {case.cause_group} ({found.siblings} open)",
        f"owner     {whose}   level {case.level}{f', went up to {case.escalated_to}' if case.escalated_to else ''}",
        f"promises  taken by {_at(case.acknowledge_by) or '-'}   over by {_at(case.resolve_by) or '-'}",
        f"value     {Money(case.value, case.currency) if case.currency else '-'}   tier {case.tier or '-'}",
        f"promised  by {_at(case.promised_at) or '-'}   proposed {case.proposed or '-'}   agreed {case.agreed or '-'}",
        f"to do     {kind.do}",
        f"messages  {', '.join(found.messages) or '-'}",
        "",
        *(f"{rfc3339(each.at)[:19]}Z  {each.title}{f' - {each.detail}' if each.detail else ''}"
          for each in found.history),
    ]  # fmt: skip
