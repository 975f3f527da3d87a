"""A runbook carried out: a temporary installation with a real server and simulated partners on loopback, and the words
its pages describe situations and outcomes in.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from crossdock.bootstrap import load, open_store
from crossdock.cli.demo import Stage, environment
from crossdock.cli.runbook_pages import Page, Step
from crossdock.ports.stores import Store
from crossdock.sim.faults import Effect, FaultBook, Rule
from crossdock.sim.scenario import bundled
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

_LIMIT = 60.0
"""Seconds an outcome is waited for."""
_NUMBER = r"(\d+)"
Act = Callable[["Rehearsal", tuple[str, ...]], Awaitable[None]]
Question = Callable[["Rehearsal", tuple[str, ...]], Awaitable[bool]]


class Failed(Struct, frozen=True):
    """A step that did not go as its page says; ``why`` has what was seen."""

    step: Step
    why: str


class Rehearsal(Stage):
    """The demo's stage, with faults on every partner; ``marked`` is where something was counted from."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet; ``folder`` is emptied when it does."""
        super().__init__(bundled("first_delivery"), folder)
        self.ordered = 0
        self.answered = 0
        self.old_secret = ""

    async def _start_partners(self) -> None:
        await super()._start_partners()
        port = self.odoo_server.port
        await self.odoo_server.stop()
        self.odoo_faults = FaultBook(started_at=self.clock.now())
        self.odoo_server = LoopbackServer(self.odoo, RealClock(), self.odoo_faults, port=port)
        await self.odoo_server.start()

    def book_of(self, partner: str) -> FaultBook:
        """The faults of a partner: odoo, or the carrier."""
        return self.odoo_faults if partner == "odoo" else self.faults

    def reopen(self) -> None:
        """Look at the store anew, after its file was replaced."""
        installation, _ = load(self.config)
        if installation is not None:
            self.store: Store = open_store(installation)

    async def post(self, body: bytes, secret: str) -> int:
        """A webhook of the carrier, signed with ``secret``; the status it is answered with."""
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hmac-signature": f"hmac-sha256-hex={digest}", "content-type": "application/json"}
        address = f"http://127.0.0.1:{self.port}/in/easypost/events"
        async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=headers) as answer:
            return answer.status

    async def command(self, line: str) -> str:
        """Run a ``crossdock`` command as a person would, in the installation's folder; why it failed, or nothing."""
        arguments = [await self._known(word) for word in shlex.split(line)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, cwd=self.folder, env=environment(),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, error = await process.communicate()
        return "" if process.returncode == 0 else f"exit code {process.returncode}: {(error or out).decode()[-800:]}"

    async def _known(self, word: str) -> str:
        """Words in capitals stand for what a person would copy from a list."""
        if word == "MESSAGE":
            rows, _ = await self.store.read(lambda tx: tx.views.exchanges(statuses=("parked",)))
            return rows[0].id if rows else word
        if word == "CLIENT":
            clients = await self.store.read(lambda tx: tx.doors.clients())
            return clients[-1].id if clients else word
        return word


async def carry_out(page: Page, folder: Path, told: Callable[[Step], None]) -> Failed | None:
    """Every step of the page in order; the first that does not go as it says."""
    async with Rehearsal(folder) as stage:
        for step in page.steps():
            told(step)
            why = await _one(stage, step)
            if why:
                return Failed(step, f"{why}\n{stage.tail()[-600:]}".strip())
    return None


async def _one(stage: Rehearsal, step: Step) -> str:
    if step.kind == "sh":
        return await stage.command(step.text) if step.text.startswith("crossdock ") else "not a crossdock command"
    words: dict[str, Any] = SITUATIONS if step.kind == "situation" else OUTCOMES
    for pattern, deed in words.items():
        found = re.fullmatch(pattern, step.text)
        if found is None:
            continue
        if step.kind == "situation":
            await deed(stage, found.groups())
            return ""
        return await _awaited(stage, partial(deed, stage, found.groups()))
    return f"nobody knows how to rehearse '{step.text}'"


async def _awaited(stage: Rehearsal, question: Callable[[], Awaitable[bool]]) -> str:
    until = asyncio.get_running_loop().time() + _LIMIT
    while not await question():
        if asyncio.get_running_loop().time() > until:
            evidence = await stage.evidence()
            return f"not so after {_LIMIT:.0f} s; there is {evidence.stored}, labels {dict(evidence.labels)}"
        await asyncio.sleep(0.2)
    return ""


# ---- situations


async def _orders(stage: Rehearsal, given: tuple[str, ...]) -> None:
    stage.odoo.control("confirm_orders", {"n": int(given[0])}, stage.clock.now())
    stage.ordered += int(given[0])


async def _down(stage: Rehearsal, given: tuple[str, ...]) -> None:
    stage.book_of(given[0]).replace([Rule(Effect(status=503))])


async def _up(stage: Rehearsal, given: tuple[str, ...]) -> None:
    stage.book_of(given[0]).replace([])


async def _stops(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    await stage.stop()


async def _killed(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    await stage.kill()


async def _starts(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    stage.reopen()
    await stage.start()


async def _lost(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    await stage.store.close()
    for path in stage.folder.glob("crossdock.db*"):
        path.unlink()


async def _tampered(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    await stage.store.run(lambda tx: tx.states.clear())


async def _poison(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    stage.answered = await stage.post(b'{"not": "an event"', stage.webhook_secret)


async def _scan(stage: Rehearsal, given: tuple[str, ...]) -> None:
    labels: Any = stage.carrier.control("live_labels", {}, stage.clock.now())
    code = min(code for codes in labels.values() for code in codes)
    arguments = {"tracking_code": code, "status": given[0], "status_detail": given[0]}
    stage.carrier.control("advance", arguments, stage.clock.now())


async def _new_secret(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    stage.old_secret, stage.webhook_secret = stage.webhook_secret, secrets.token_hex(16)
    (stage.folder / "secrets" / "webhook").write_text(stage.webhook_secret)


async def _forged(stage: Rehearsal, _given: tuple[str, ...]) -> None:
    stage.answered = await stage.post(b"{}", stage.old_secret)


SITUATIONS: dict[str, Act] = {
    rf"{_NUMBER} orders? comes? in": _orders,
    r"(odoo|easypost) answers 503 to everything": _down,
    r"(odoo|easypost) answers again": _up,
    r"crossdock serve is stopped": _stops,
    r"crossdock serve is killed": _killed,
    r"crossdock serve is started": _starts,
    r"the database is gone": _lost,
    r"the states in the database are gone": _tampered,
    r"easypost sends a message that nobody can read": _poison,
    r"easypost reports '([a-z_]+)' of a parcel": _scan,
    r"the webhook secret is replaced at easypost and in its file": _new_secret,
    r"somebody sends a message signed with the leaked secret": _forged,
}
"""What can be made to happen. A line of a page is one of these, whole."""


# ---- outcomes


async def _labelled(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    evidence = await stage.evidence()
    wanted = int(given[0])
    once = all(len(codes) == 1 for codes in evidence.labels.values())
    return once and len(evidence.labels) == wanted and sum(evidence.attachments.values()) == wanted


async def _opened(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    moves = await stage.store.read(lambda tx: tx.partners.breaker_moves(given[0], 1))
    return bool(moves) and moves[0].state == {"open": "open", "closed": "closed"}[given[1]]


async def _waiting(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    rows = await stage.store.read(lambda tx: tx.lanes.depth(stage.clock.now()))
    return any(partner == given[0] for partner, *_ in rows)


async def _quiet(stage: Rehearsal, _given: tuple[str, ...]) -> bool:
    return (await stage.evidence()).is_quiet()


async def _parked(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    rows, _ = await stage.store.read(lambda tx: tx.views.exchanges(statuses=("parked", "refused")))
    return len(rows) == int(given[0])


async def _status(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    return stage.answered == int(given[0])


async def _milestone(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    rows, _ = await stage.store.read(lambda tx: tx.views.shipments(limit=50))
    return any(row.milestone == given[0] for row in rows)


async def _gap(stage: Rehearsal, given: tuple[str, ...]) -> bool:
    gaps = await stage.store.read(lambda tx: tx.mappings.gaps("easypost"))
    return any(gap.name == given[0] for gap in gaps)


async def _revoked(stage: Rehearsal, _given: tuple[str, ...]) -> bool:
    clients = await stage.store.read(lambda tx: tx.doors.clients())
    return bool(clients) and all(each.revoked_at for each in clients)


OUTCOMES: dict[str, Question] = {
    rf"{_NUMBER} orders? (?:has|have) one label each, attached in odoo": _labelled,
    r"the breaker of (odoo|easypost) is (open|closed)": _opened,
    r"commands wait for (odoo|easypost)": _waiting,
    r"nothing is on its way any more": _quiet,
    rf"{_NUMBER} messages? (?:is|are) parked": _parked,
    rf"it is answered {_NUMBER}": _status,
    r"a parcel shows the milestone ([a-z_]+)": _milestone,
    r"the code ([a-z_/]+) is listed as not mapped": _gap,
    r"every machine client is revoked": _revoked,
}
"""What can be asked; asked until it is so, for a minute at most."""
