"""`crossdock doctor`: looks at a real installation and says what is wrong with it and what to do."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import typer
from msgspec import Struct

from crossdock import bootstrap
from crossdock.backbone import outbox_desk
from crossdock.backbone.outbox_desk import Standing
from crossdock.backbone.shipped import AllPlaces, look, marks_and_heads
from crossdock.bootstrap import Installation
from crossdock.bridges.joining import source_of, wires
from crossdock.bridges.logstream import stream_of
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, MigratableStore, agreed, installation
from crossdock.cli.output import AsJson, Exit, as_json, table
from crossdock.model.map_tiles import NotTiles
from crossdock.ports.leases import Role
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.stream import StreamDown, StreamFault
from crossdock.settings.tower_checks import read_tiles
from crossdock.transports.libraries import MissingLibrary

_PARTNER_SECONDS = 60.0
_LEAST_FREE = 1 << 30
_CLOCK_OFF = 10.0
"""Seconds that clocks may differ before it is said."""
_EARLIEST = 1_767_225_600  # 2026-01-01: a machine that believes in an earlier day has no set clock
_SHORTEST_SECRET = 32
_REPLICAS = 3


class Finding(Struct, frozen=True):
    """One line: ``status`` is ok, warn or fail; ``do`` says what to do where it is not ok."""

    status: str
    subject: str
    text: str
    do: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Look at store, partners, disk, clock and secrets; say what is wrong and what to do. Changes nothing."""
    found = installation(config)
    findings = asyncio.run(examine(found))
    if json:
        as_json({"ok": all(each.status != "fail" for each in findings), "findings": findings})
    else:
        table(((each.status, each.subject, each.text, each.do) for each in findings), "", "what", "found", "what to do")
    if any(each.status == "fail" for each in findings):
        raise typer.Exit(Exit.FOUND)


async def examine(found: Installation) -> list[Finding]:
    """Everything there is to look at."""
    findings = [_signing(found), _clock(), *_disks(found), _address(found), *_map(found)]
    try:
        store = bootstrap.open_store(found)
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with the store is a finding
        return [*findings, _store_fault(problem)]
    try:
        findings.append(await _store(store))
        findings += await _outboxes(found, store)
        if findings[-1].status != "fail":
            findings.append(await _time(store))
            findings.append(await _processes(store))
            findings.append(await _months(store))
        findings += await _log(found, store)
        checks = [_partner(plan.id, partial(_check, found, plan.id)) for plan in found.plans]
        findings += [finding for group in await asyncio.gather(*checks) for finding in group]
    finally:
        await store.close()
    if not found.plans:
        findings.append(Finding("warn", "partners", "none is enabled", "add them to partners/*.yaml"))
    return findings


async def _check(found: Installation, partner: str) -> tuple[str, ...]:
    async with bootstrap.connected(found, partner) as connector:
        return await connector.check()


async def _partner(name: str, check: Callable[[], Awaitable[tuple[str, ...]]]) -> list[Finding]:
    subject = f"partner {name}"
    try:
        said = await asyncio.wait_for(check(), _PARTNER_SECONDS)
    except TimeoutError:
        text = f"did not answer within {_PARTNER_SECONDS:.0f} s"
        return [Finding("fail", subject, text, "see that its address is right and reachable from here")]
    except UnknownSecret as missing:
        return [Finding("fail", subject, str(missing), "provide the secret where its reference points")]
    except Exception as problem:  # noqa: BLE001 - a partner that refuses is a finding, whatever it raises
        text = f"{type(problem).__name__}: {problem}"
        return [Finding("fail", subject, text, "check address, credentials and rights, then try again")]
    return [Finding("ok", subject, line) for line in said] or [Finding("ok", subject, "answers")]


async def _store(store: MigratableStore) -> Finding:
    try:
        current, target = await store.revision(), bootstrap.newest_revision()
        if current != target:
            text = f"the schema is at {current or 'empty'}, this version needs {target}"
            return Finding("fail", f"store ({store.name})", text, "run: crossdock migrate")
        counts = await store.read(lambda tx: tx.views.counts())
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with the store is a finding
        return _store_fault(problem)
    text = f"schema {current}; {counts.events} events, {counts.parked} parked, {counts.in_doubt} in doubt"
    if counts.parked:
        hint = "look at them: crossdock parked list; what to do: crossdock runbook show poison-message"
        return Finding("warn", f"store ({store.name})", text, hint)
    return Finding("ok", f"store ({store.name})", text)


async def _outboxes(found: Installation, store: MigratableStore) -> list[Finding]:
    """Bridges, webhooks and subscriptions: can they run, and do they."""
    findings = []
    try:
        names = sorted(wires(found.settings, found.secrets))
        for each in found.settings.subscriptions.values():
            if each.enabled:
                source_of(each, found.secrets)
    except MissingLibrary as missing:
        findings.append(Finding("fail", "bridges", str(missing), "install it, or set enabled: false"))
        names = sorted({*found.settings.bridges, *found.settings.webhooks})
    if await store.revision() == bootstrap.newest_revision():
        rows = await store.read(lambda tx: outbox_desk.standings(tx, names))
        findings += [_outbox(each) for each in rows]
    return findings


def _outbox(row: Standing) -> Finding:
    subject = f"events to {row.name}"
    if not row.enabled:
        return Finding("fail", subject, row.note, "put the receiver right, then enable it")
    if row.failing_since:
        return Finding("warn", subject, f"{row.waiting} wait: {row.problem}", "see that the receiver is well")
    if row.missed:
        return Finding(
            "warn", subject, f"{len(row.missed)} given up", "look at them with show; resend sends them again"
        )
    return Finding("ok", subject, f"{row.waiting} wait" if row.begun else "has not run yet")


async def _log(found: Installation, store: MigratableStore) -> list[Finding]:
    """Whether the log's bytes are where they should be."""
    subject = "log in JetStream"
    if await store.revision() != bootstrap.newest_revision():
        return []
    stream = stream_of(found.settings.store.log, found.secrets)
    if stream is None:
        marks, _ = await store.read(marks_and_heads)
        moved = sum(mark.slimmed for mark in marks.values())
        text = f"{moved} events are only there, and store.log does not say where"
        return [Finding("fail", subject, text, "put store.log back, or: crossdock log fetch")] if moved else []
    try:
        places = await look(store, stream)
    except (StreamDown, StreamFault) as problem:
        return [Finding("fail", subject, str(problem), "see that its servers run and that store.log is right")]
    finally:
        await stream.close()
    return [_placed(places, subject)]


def _placed(places: AllPlaces, subject: str) -> Finding:
    text = f"{places.shipped} of {places.events} events, {places.moved} only there, {places.waiting} wait"
    for partition, fault in places.faults.items():
        return Finding("fail", subject, f"partition {partition}: {fault}", "docs/how-to/log-in-jetstream.md")
    if places.lagging:
        return Finding("warn", subject, f"{text}; {len(places.lagging)} partitions lack a replica", "start all servers")
    if 0 < places.replicas < _REPLICAS:
        return Finding("warn", subject, f"{text}; {places.replicas} replica", "one lost disk is a lost log: use three")
    return Finding("ok", subject, f"{text}; {places.replicas} replicas")


async def _months(store: MigratableStore) -> Finding:
    """Whether there is room by month for what comes: without it old months cannot go as a whole."""
    if await store.revision() != bootstrap.newest_revision():
        return Finding("warn", "months", "not looked at", "run: crossdock migrate")
    missing = await store.read(lambda tx: tx.ageing.missing(time.time_ns() // 1000))
    if not missing:
        return Finding("ok", "months", "this month and the next have their place")
    return Finding("warn", "months", f"no place for {', '.join(missing)}", "run: crossdock retention run")


async def _processes(store: MigratableStore) -> Finding:
    """Whether every role is somebody's. Nobody at all is no fault: doctor is run before the first start too."""
    moment, known = await store.read(lambda tx: ((at := agreed(tx)), tx.leases.members(at)))
    members = [each for each in known if each.until > moment]
    missing = sorted(set(Role) - {role for each in members for role in each.roles})
    if not members:
        return Finding("ok", "processes", "none runs now")
    text = f"{len(members)} alive"
    if missing:
        return Finding(
            "warn", "processes", f"{text}, nobody is {', '.join(missing)}", "start: crossdock serve --role …"
        )
    return Finding("ok", "processes", f"{text}, every role is taken (crossdock workers)")


def _store_fault(problem: Exception) -> Finding:
    text = f"cannot be used: {type(problem).__name__}: {problem}"
    return Finding("fail", "store", text, "see that the database runs and that store.url and its password are right")


def _signing(found: Installation) -> Finding:
    reference = found.settings.security.signing_secret
    try:
        enough = len(found.secrets.reveal(reference)) >= _SHORTEST_SECRET
    except UnknownSecret as missing:
        return Finding("fail", "signing secret", str(missing), "crossdock init writes one")
    if not enough:
        return Finding("fail", "signing secret", "is shorter than 32 characters", "write a longer random one")
    return Finding("ok", "signing secret", f"is there ({reference})")


def _clock() -> Finding:
    if time.time() < _EARLIEST:
        return Finding("fail", "clock", "is years behind", "set the machine's clock; signatures depend on it")
    return Finding("ok", "clock", time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()))


async def _time(store: MigratableStore) -> Finding:
    """Whether this machine's clock agrees with the database's: what is due, and signatures, go by this machine's."""
    here, there = await store.read(lambda tx: (time.time(), tx.server_time()))
    if there is None:
        return Finding("ok", "clocks", "store and processes share this machine's")
    off = here - there / 1_000_000
    text = f"this machine's is {abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} the database's"
    hint = "" if abs(off) < _CLOCK_OFF else "set the clocks of all machines by NTP"
    return Finding("warn" if hint else "ok", "clocks", text, hint)


def _disks(found: Installation) -> list[Finding]:
    store = found.settings.store
    places = {"documents": Path(store.folder)}
    if store.url.startswith("sqlite:////"):
        places["database"] = Path(store.url.removeprefix("sqlite:///")).parent
    findings = []
    for name, place in places.items():
        existing = next(each for each in (place, *place.parents) if each.exists())
        free = shutil.disk_usage(existing).free
        text = f"{free / (1 << 30):.1f} GiB free at {existing}"
        enough = free >= _LEAST_FREE
        findings.append(Finding("ok" if enough else "warn", f"disk ({name})", text, "" if enough else "make room"))
    return findings


def _address(found: Installation) -> Finding:
    listen = found.settings.listen
    address = listen.public_url or f"http://{listen.host}:{listen.port}"
    local = (urlsplit(address).hostname or "") in {"127.0.0.1", "localhost", "::1"}
    if not local and address.startswith("http://"):
        return Finding("warn", "tower", f"{address} is not encrypted", "put a TLS proxy before it and use https://")
    if local and found.settings.environment == "prod":
        text = f"{address} cannot be called by partners"
        return Finding("warn", "tower", text, "set listen.public_url to the address partners call")
    return Finding("ok", "tower", address)


def _map(found: Installation) -> list[Finding]:
    given = found.settings.tower.map
    if not given.tiles:
        return []
    try:
        path = found.secrets.root / given.tiles
        tiles, size = read_tiles(path), path.stat().st_size / (1 << 20)
    except (NotTiles, OSError) as wrong:
        return [Finding("fail", "map", f"{given.tiles} {wrong}", getattr(wrong, "hint", "see that it is there"))]
    text = f"{tiles.kind} tiles ({tiles.packing}), zoom {tiles.min_zoom} to {tiles.max_zoom}, {size:,.1f} MiB"
    if not given.attribution:
        return [Finding("warn", "map", f"{text}; nobody is named for them", "set tower.map.attribution")]
    return [Finding("ok", "map", text)]
