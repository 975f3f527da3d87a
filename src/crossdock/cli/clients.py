"""`crossdock clients`: machines that may call the API."""

from typing import Annotated

import typer

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, lines, note, table
from crossdock.governance.access import UnknownClient, create_client, revoke
from crossdock.model.instants import rfc3339
from crossdock.ports.policy import ALL_SCOPES, Scope


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="clients", help="Machines that may call the API.", no_args_is_help=True)
    group.command("list")(list_clients)
    group.command("create")(create)
    group.command("revoke")(end)
    app.add_typer(group)


def list_clients(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List clients, revoked ones too; secrets are not kept and cannot be shown."""
    clients = read(config, lambda tx: tx.doors.clients())
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "scopes": each.scopes,
            "created_at": rfc3339(each.created_at),
            "revoked_at": rfc3339(each.revoked_at) if each.revoked_at else None,
        }
        for each in clients
    ]
    if json:
        as_json(rows)
        return
    table(
        ((row["id"], row["name"], " ".join(each.scopes), row["created_at"], row["revoked_at"] or "")
         for row, each in zip(rows, clients, strict=True)),
        "id", "name", "scopes", "created", "revoked",
    )  # fmt: skip


def create(
    name: Annotated[str, typer.Argument(help="What the client is called.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help=f"One of {', '.join(ALL_SCOPES)}; may be given several times.")
    ] = None,
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Add a client and print its API key, which is shown this once and never again."""
    wanted = tuple(scopes or (Scope.READ,))
    unknown = sorted(set(wanted) - set(ALL_SCOPES))
    if unknown:
        raise Stop(f"There is no scope {', '.join(unknown)}; there are {', '.join(ALL_SCOPES)}.", code=Exit.USAGE)
    if dry_run:
        note(f"would create the client '{name}' with {' '.join(wanted)}")
        if json:
            as_json({"name": name, "scopes": wanted, "created": False})
        return
    moment = now()
    issued = write(config, lambda tx: create_client(tx, name, wanted, actor(), moment))
    if json:
        as_json({"id": issued.client.id, "name": name, "scopes": wanted, "created": True, "key": issued.key,
                 "client_secret": issued.secret})  # fmt: skip
        return
    note(f"client {issued.client.id}; its API key (keep it now, it is not shown again):")
    lines([issued.key])


def end(
    client_id: Annotated[str, typer.Argument(help="The client's id, from `crossdock clients list`.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """End a client: its keys and tokens stop working within a minute."""
    known = read(config, lambda tx: tx.doors.client(client_id))
    if known is None:
        raise Stop(f"There is no client '{client_id}'; list them with: crossdock clients list")
    if not dry_run:
        confirm(f"Revoke the client '{known.name}'?", yes=yes)
        moment = now()
        try:
            known = write(config, lambda tx: revoke(tx, client_id, actor(), moment))
        except UnknownClient as gone:
            raise Stop(f"There is no client '{client_id}' any more.", str(gone)) from None
    if json:
        as_json({"id": client_id, "name": known.name, "revoked": not dry_run})
    else:
        note(f"{'would revoke' if dry_run else 'revoked'} {client_id} ({known.name})")
