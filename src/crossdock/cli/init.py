"""`crossdock init`: writes a configuration that explains itself, the signing secret, and the first API key."""

import asyncio
import secrets as randomness
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from crossdock import bootstrap
from crossdock.catalog import connectors, simulators
from crossdock.cli.opening import actor, now
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note
from crossdock.governance.access import create_client
from crossdock.ports.policy import ALL_SCOPES
from crossdock.settings.sections import PartnerSettings, Settings
from crossdock.settings.shipping import OrderToShip
from crossdock.settings.template import Section, document
from crossdock.settings.watching import Expectations

_PARTNERS = ("odoo", "easypost")
_HEAD = """\
# Crossdock. Every key is here; those commented out stand at their default.
# Check with: crossdock check      JSON Schema for editors: crossdock config schema
# Environment variables win: CROSSDOCK__LISTEN__PORT=9000. Secrets only as secret://env/NAME or secret://file/PATH.

# Further files with the same sections, relative to this one.
include: [partners/*.yaml]

"""


class Preset(StrEnum):
    """What the configuration is for."""

    DEMO = "demo"
    MVP = "mvp"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; created if need be.")] = Path(),
    preset: Annotated[Preset, typer.Option(help="demo: simulated partners on loopback; mvp: real ones.")] = Preset.MVP,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist (never a secret).")] = False,
    key: Annotated[bool, typer.Option(help="Create the store and the first API key.")] = True,
    json: AsJson = False,
) -> None:
    """Write a commented configuration, the signing secret and the first API key; say what comes next."""
    texts = _texts(preset)
    existing = [name for name in texts if (folder / name).exists()]
    if existing and not force:
        raise Stop(f"{', '.join(existing)} exists already; choose another folder or use --force.", code=Exit.USAGE)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    written = [*texts, *_secrets(folder, preset)]
    config = folder / "crossdock.yaml"
    issued, trouble = asyncio.run(_first_key(config)) if key else ("", "")
    if json:
        as_json({"written": written, "config": str(config), "api_key": issued or None, "problem": trouble or None})
    else:
        note(f"wrote {', '.join(written)}")
        if issued:
            note("the first API key (keep it now, it is not shown again):")
            lines([issued])
    _next_steps(config, preset)
    if trouble:
        note(f"The first API key was not created: {trouble}")
        note(f"Later: crossdock migrate -c {config} && crossdock clients create admin --scope admin -c {config}")
        raise typer.Exit(Exit.PARTLY)


def _texts(preset: Preset) -> dict[str, str]:
    main = Section(
        Settings,
        {
            "environment": "dev" if preset is Preset.DEMO else "sandbox",
            "store": {"url": "sqlite:///crossdock.db"},
            "security": {"signing_secret": "secret://file/secrets/signing"},
            "processes": {
                "order_to_ship": Section(OrderToShip, {"erp": _PARTNERS[0], "carriers": list(_PARTNERS[1:])}),
                "expectations": Section(Expectations, {"hours": {}}),
            },
        },
    )
    texts = {"crossdock.yaml": _HEAD + document(main)}
    for name in _PARTNERS:
        spec = connectors().get(name)
        partner = Section(
            PartnerSettings,
            {
                "connector": name,
                "config": Section(spec.config, _config(name, preset)),
                **({"allow_private": True} if preset is Preset.DEMO else {}),
            },
        )
        texts[f"partners/{name}.yaml"] = (
            f"# {spec.title}: {spec.summary}\npartners:\n  {name}:\n{document(partner, depth=2)}"
        )
    texts[".gitignore"] = "secrets/\n*.db\n*.db-wal\n*.db-shm\ndocuments/\n"
    return texts


def _config(name: str, preset: Preset) -> Mapping[str, Any]:
    """What the presets decide; everything else stands at its default."""
    address = f"http://127.0.0.1:{_port(name)}"
    chosen: dict[tuple[str, Preset], dict[str, Any]] = {
        ("odoo", Preset.MVP): {
            "url": "https://odoo.example.com",
            "database": "production",
            "api_key": "secret://file/secrets/odoo-api-key",
        },
        ("odoo", Preset.DEMO): {
            "url": address,
            "database": "demo",
            "api_key": "secret://file/secrets/odoo-api-key",
        },
        ("easypost", Preset.MVP): {
            "api_key": "secret://file/secrets/easypost-api-key",
            "webhook_secrets": ["secret://file/secrets/easypost-webhook"],
        },
        ("easypost", Preset.DEMO): {
            "url": address,
            "api_key": "secret://file/secrets/easypost-api-key",
            "webhook_secrets": ["secret://file/secrets/easypost-webhook"],
            "label_hosts": ["127.0.0.1"],
        },
    }
    return chosen[name, preset]


def _port(name: str) -> int:
    spec = simulators().working().get(name)
    return spec.default_port if spec is not None else {"odoo": 8100, "easypost": 8101}[name]


def _secrets(folder: Path, preset: Preset) -> list[str]:
    """Invent the secrets that are ours to invent; one that is there is never replaced."""
    place = folder / "secrets"
    place.mkdir(mode=0o700, exist_ok=True)
    place.chmod(0o700)
    names = ["signing", "easypost-webhook"]
    if preset is Preset.DEMO:
        names += ["odoo-api-key", "easypost-api-key"]
    written = []
    for name in names:
        path = place / name
        if path.exists():
            continue
        path.touch(mode=0o600)
        path.write_text(randomness.token_urlsafe(48) + "\n", encoding="utf-8")
        written.append(f"secrets/{name}")
    return written


async def _first_key(config: Path) -> tuple[str, str]:
    """The key, or why there is none: a configuration without one is still of use."""
    found, faults = bootstrap.load(config)
    if found is None:
        return "", "; ".join(f"{fault.file}:{fault.line} {fault.key} {fault.text}" for fault in faults)
    try:
        store = bootstrap.open_store(found)
        try:
            await store.migrate()
            if await store.read(lambda tx: tx.doors.clients()):
                return "", "there are API clients already"
            moment = now()
            issued = await store.run(lambda tx: create_client(tx, "first", ALL_SCOPES, actor(), moment))
        finally:
            await store.close()
    except (OSError, LookupError) as problem:
        return "", f"{type(problem).__name__}: {problem}"
    return issued.key, ""


def _simulators(folder: Path) -> tuple[str, ...]:
    """How the simulated partners are started to fit the preset's configuration."""
    key, webhook = (folder / "secrets" / name for name in ("odoo-api-key", "easypost-webhook"))
    address = f"http://127.0.0.1:{Settings().listen.port}/in/easypost/events"
    return (
        f'odoo --option database=demo --option api_key="$(cat {key})"',
        f'easypost --option webhook_url={address} --option webhook_secret="$(cat {webhook})"',
    )


def _next_steps(config: Path, preset: Preset) -> None:
    note("Next:")
    if preset is Preset.DEMO:
        note("  in terminals of their own, so that they know the secrets just written:")
        for words in _simulators(config.parent):
            note(f"    crossdock sim {words}")
    else:
        note(f"  put the address of your Odoo into {config.parent / 'partners' / 'odoo.yaml'}")
        note(f"  put the API keys into {config.parent / 'secrets'}/odoo-api-key and easypost-api-key (chmod 600)")
    note(f"  crossdock check -c {config}")
    note(f"  crossdock doctor -c {config}")
    note(f"  crossdock serve --config {config}")
