"""`crossdock reconcile`: compares what partners believe with the store, and heals what the policy allows."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.backbone.reconcile import Errand, Reconciler
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, with_store
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.model.instants import rfc3339
from crossdock.ports.reconcile import Account
from crossdock.ports.stores import Store

_SECOND = 1_000_000
_EVERY = 1_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(reconcile)


def reconcile(
    partner: Annotated[str, typer.Option(help="Only this partner; without it all that can be asked.")] = "",
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="Besides what is open, what changed since (UTC).",
            metavar="TIME",
        ),
    ] = None,
    heal: Annotated[
        bool, typer.Option("--heal/--dry-run", help="Heal what the configuration allows; else only say what differs.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Ask partners what they believe and compare it with the store: every gap with both sides' values."""
    moment = now()

    async def work(installation: Installation, store: Store) -> list[Account]:
        days = installation.settings.reconciliation.window_days
        start = int(since.replace(tzinfo=UTC).timestamp()) * _SECOND if since else moment - days * 86_400 * _SECOND
        hub = bootstrap.hub(installation, store)
        try:
            names = _chosen(hub.reconciler, partner)
            return [await hub.reconciler.run(Errand(each, start, heal, actor()), _Progress()) for each in names]
        finally:
            await hub.close()

    accounts = with_store(config, work)
    if json:
        as_json(accounts)
    else:
        _print(accounts, heal=heal)
    problems = [account for account in accounts if account.problem]
    if problems:
        raise Stop(problems[0].problem, f"{problems[0].partner}: {problems[0].engineer}", Exit.PARTLY)
    if any(sum(account.kinds.values()) for account in accounts):
        raise typer.Exit(Exit.FOUND)


class _Progress:
    """A line on stderr now and then, for runs that take long."""

    def __init__(self) -> None:
        self._next = _EVERY

    def __call__(self, partner: str, compared: int, gaps: int) -> None:
        if compared >= self._next:
            self._next = compared + _EVERY
            note(f"{partner}: {compared} compared, {gaps} gaps so far")


def _chosen(reconciler: Reconciler, partner: str) -> list[str]:
    able = reconciler.able()
    if partner and partner not in able:
        there = ", ".join(able) or "none"
        raise Stop(f"'{partner}' cannot be reconciled. Those that can: {there}.", code=Exit.USAGE)
    return [partner] if partner else able


def _print(accounts: list[Account], *, heal: bool) -> None:
    gaps = [gap for account in accounts for gap in account.gaps]
    table(
        (
            (
                gap.kind,
                gap.subject or "-",
                f"{gap.partner} {gap.thing} {gap.id}",
                gap.aspect,
                f"{gap.ours}{_since(gap.ours_at)}",
                f"{gap.theirs}{_since(gap.theirs_at)}",
                gap.owner,
                gap.healing,
            )
            for gap in gaps
        ),
        "gap", "order", "thing", "what", "Crossdock says", "partner says", "counts", "healing",
    )  # fmt: skip
    for account in accounts:
        note(_line(account))
    if gaps and not heal:
        note("nothing was changed; do it with --heal")


def _line(account: Account) -> str:
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(account.kinds.items())) or "no gaps"
    healed = ", ".join(f"{count} {name}" for name, count in sorted(account.healed.items()))
    parts = [f"{account.partner}: {account.compared} compared in {account.calls} questions", found]
    parts += [f"healing: {healed}"] if healed else []
    parts += [f"{account.standing} asked before"] if account.standing else []
    parts += [f"{account.in_flight} on their way"] if account.in_flight else []
    parts += [f"{account.resolved} closed"] if account.resolved else []
    return "; ".join(parts)


def _since(at: int) -> str:
    return f" ({rfc3339(at)[:19]}Z)" if at else ""
