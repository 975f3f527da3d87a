"""A story, played: steps at their times, checks whenever something has moved, and a line for each of both."""

import asyncio
import tempfile
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from msgspec import Struct, field, structs

from crossdock.bootstrap import Installation, processes_of
from crossdock.devkit.chaos.world import quiet_logs
from crossdock.devkit.crashing import Fuse, empty_database
from crossdock.devkit.stories import steps as words
from crossdock.devkit.stories.cast import Cast, changed, engage
from crossdock.devkit.stories.checks import Check
from crossdock.devkit.stories.doing import Player
from crossdock.devkit.stories.evidence import Evidence
from crossdock.devkit.stories.format import Written, seconds_of, word_of
from crossdock.devkit.stories.judging import Finding, impossible, judge
from crossdock.devkit.stories.telling import sentence, whole
from crossdock.devkit.stories.theatre import SECOND, Theatre
from crossdock.ports.process import Process
from crossdock.settings.nodes import Fault, Node
from crossdock.sim.clock import VirtualClock
from crossdock.sim.simulator import UnknownAction

T = TypeVar("T")
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_END = "end"
_VACUOUS = "it was so before anything happened, so it would say nothing: use at or until"


class Line(Struct, frozen=True):
    """One step or check: when (virtual seconds from midnight of the first day), its line in the file, and what came
    of it.
    """

    at: int
    line: int
    part: Literal["when", "then"]
    ok: bool
    text: str
    found: str = ""


class Played(Struct, frozen=True):
    """What came of a story. ``told`` is everything that happened in it, line by line, with its virtual second."""

    title: str
    lines: tuple[Line, ...]
    virtual_seconds: int
    told: tuple[tuple[int, str], ...]

    @property
    def ok(self) -> bool:
        """Whether every step could be done and everything held."""
        return all(each.ok for each in self.lines)


class Pending(Struct):
    """A check on its way: ``due``, ``since`` and ``last_call`` (settled at the latest) in epoch microseconds."""

    index: int
    check: Check
    word: str
    said: Any
    due: int
    since: int
    last_call: int
    settled: bool = False
    last: Finding = field(default_factory=lambda: Finding(holds=False, found="it was never looked at"))


class Trouble(Struct, frozen=True):
    """Crossdock dies at the steps of ``fuse``; what has to come by a time may come ``grace`` minutes late."""

    fuse: Fuse
    grace: float


class Failed(Exception):
    """The story cannot be played: every fault, with file and line."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{each.file}:{each.line} {each.text}" for each in faults))
        self.faults = faults


def play(
    written: Written, progress: Callable[[Line], None] = lambda _line: None, trouble: Trouble | None = None
) -> Played:
    """Play a story. Every line is also given to ``progress`` as soon as it is known. Raises `Failed`."""
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="crossdock-story-", dir=memory) as folder, quiet_logs():
        own = structs.replace(written, node=deepcopy(written.node))  # addresses of this playing are written into it
        return asyncio.run(_Run(own, Path(folder), progress, trouble).play())


class _Run:
    def __init__(
        self, written: Written, folder: Path, progress: Callable[[Line], None], trouble: Trouble | None = None
    ) -> None:
        self._written, self._folder, self._progress = written, folder, progress
        self._fuse = trouble.fuse if trouble else None
        self._grace = int(trouble.grace * 60) * SECOND if trouble else 0
        self._story = written.story
        day = datetime.fromisoformat(self._story.given.day).replace(tzinfo=UTC)
        self._midnight = int(day.timestamp()) * SECOND
        self._start = self._moment(self._story.given.starts)
        self._cast = Cast(VirtualClock(self._start))
        self._installations: dict[int, Installation] = {}
        self._installation: Installation
        self._known: dict[str, Process] = {}
        self._pending: list[Pending] = []
        self._lines: list[Line] = []
        self._began = False
        self._theatre: Theatre

    async def play(self) -> Played:
        await empty_database(self._folder / "crossdock.db")
        self._rehearse()
        self._prepare()
        self._theatre = Theatre(self._cast, self._folder, self._checked, self._fuse)
        try:
            await self._happen()
            told = await self._theatre.read(lambda tx: tuple(whole(tx, self._midnight)))
        finally:
            await self._theatre.close()
        return Played(self._story.title, tuple(self._lines), self._passed(self._theatre.clock.now()), told)

    async def _happen(self) -> None:
        theatre = self._theatre
        player = Player(theatre, self._odoo(), self._ask)
        if self._story.given.products:
            player.office().stock(self._story.given.products, theatre.clock.now())
        self._installation = self._installations[-1]
        await theatre.start(self._installation)
        await theatre.rest()
        await self._vacuous()
        self._began = True
        for index, step in enumerate(self._story.when):
            await self._pass_until(self._moment(step.at))
            await self._step(index, step, player)
            await theatre.rest()
        await self._pass_until(self._end() + self._grace)

    async def _step(self, index: int, step: words.Step, player: Player) -> None:
        word, said = word_of(step)
        why = ""
        try:
            if word == "configure":
                self._installation = self._installations[index]
                await self._theatre.start(self._installation)
            elif word == "restart":
                await self._restart(said)
            else:
                await player.do(word, said)
        except (LookupError, UnknownAction) as problem:
            why = str(problem.args[0] if problem.args else problem)
        text = sentence(word, said, step.note)
        self._tell(
            Line(self._passed(self._moment(step.at)), self._written.line_of("when", index), "when", not why, text, why)
        )

    def _rehearse(self) -> None:
        """Every configuration there will be, judged before anything happens; so every partner is known, too."""
        configuration = _child(_child(self._written.node, "given"), "configuration")
        self._installations[-1] = self._installed(configuration)
        rows = _child(self._written.node, "when").value
        assert isinstance(rows, list)
        for index, step in enumerate(self._story.when):
            if step.configure is None:
                continue
            said = _child(rows[index], "configure")
            for section in ("partners", "processes"):
                change = said.value.get(section) if isinstance(said.value, dict) else None
                if change is not None:
                    configuration = changed(configuration, section, change)
            self._installations[index] = self._installed(configuration)

    async def _restart(self, said: words.Restart) -> None:
        await self._theatre.stop()
        await self._theatre.until(self._theatre.clock.now() + int(said.minutes * 60) * SECOND)
        await self._theatre.start(self._installation)

    def _installed(self, configuration: Node) -> Installation:
        installation, faults = engage(self._cast, configuration, self._folder)
        if installation is None:
            raise Failed(faults)
        self._known |= {each.name: each for each in processes_of(installation)}
        return installation

    def _odoo(self) -> str:
        try:
            return self._cast.odoo(self._story.given.odoo)
        except LookupError as problem:
            place = _child(self._written.node, "given").place
            raise Failed((Fault.at(place, "given.odoo", str(problem)),)) from None

    def _prepare(self) -> None:
        """Every check with its times; those that can never be judged are faults."""
        made = {each.name for step in self._story.when for each in (step.order, step.purchase) if each is not None}
        faults = []
        for index, check in enumerate(self._story.then):
            word, said = word_of(check)
            line = self._written.line_of("then", index)
            why = impossible(word, said, self._cast, self._known, made)
            faults += [Fault(self._written.node.place.file, line, f"then[{index}].{word}", each) for each in why]
            due = next(each for each in (check.by, check.at, check.until) if each is not None)
            since, grace = self._moment(check.since) if check.since else self._start, self._grace
            moment = self._due(due)
            if check.until is not None:  # what may come late is true later, and not for longer
                since, grace = min(since + grace, moment), 0
            self._pending.append(Pending(index, check, word, said, moment, since, moment + grace))
        if faults:
            raise Failed(tuple(faults))

    async def _vacuous(self) -> None:
        """What is to come true must not be so before anything has happened."""
        coming = [each for each in self._pending if each.check.by is not None]
        found = await self._ask(lambda evidence: [judge(each.word, each.said, evidence, ever=True) for each in coming])
        for each, finding in zip(coming, found, strict=True):
            if finding.holds:
                self._verdict(each, Finding(holds=False, found=_VACUOUS), self._theatre.clock.now())

    async def _pass_until(self, moment: int) -> None:
        """Time passes; every check that begins or is due on the way is looked at then."""
        waiting = [each for each in self._pending if not each.settled]
        stops = {moment for each in waiting for moment in (each.due, each.last_call)}
        stops |= {each.since for each in waiting if each.check.until is not None}
        for stop in sorted(each for each in stops if each <= moment):
            await self._theatre.until(stop)
            for each in self._pending:
                if not each.settled and each.last_call <= stop:
                    self._verdict(each, each.last, each.last_call)
        await self._theatre.until(moment)

    async def _checked(self) -> None:
        """Look at every check that is not settled yet."""
        waiting = [each for each in self._pending if not each.settled]
        if self._began and waiting:
            await self._ask(lambda evidence: self._look_at_all(waiting, evidence))

    def _look_at_all(self, waiting: list[Pending], evidence: Evidence) -> None:
        for each in waiting:
            self._look_at(each, evidence)

    def _look_at(self, each: Pending, evidence: Evidence) -> None:
        check, now = each.check, self._theatre.clock.now()
        if check.by is not None and now <= each.last_call:
            each.last = judge(each.word, each.said, evidence, ever=True)
            if each.last.holds:
                early = Finding(holds=False, found=f"it was so before: {each.last.found}")
                self._verdict(each, early if now < each.since else each.last, now)
        elif check.until is not None and each.since <= now < each.due:
            each.last = judge(each.word, each.said, evidence, ever=False)
            if not each.last.holds:
                self._verdict(each, each.last, now)
        elif check.at is not None and now >= each.due:
            each.last = judge(each.word, each.said, evidence, ever=False)
            if each.last.holds or now >= each.last_call:
                self._verdict(each, each.last, now)

    def _verdict(self, each: Pending, finding: Finding, moment: int) -> None:
        each.settled = True
        text = sentence(each.word, each.said, each.check.note)
        line = self._written.line_of("then", each.index)
        at = self._passed(moment)
        self._tell(Line(at, line, "then", finding.holds, f"{_when(each.check)} {text}", finding.found))

    def _tell(self, line: Line) -> None:
        self._lines.append(line)
        self._progress(line)

    async def _ask(self, question: Callable[[Evidence], T]) -> T:
        """What is true now."""
        return await self._theatre.read(lambda tx: question(Evidence(tx, self._cast, self._known)))

    def _moment(self, text: str) -> int:
        return self._midnight + seconds_of(text) * SECOND

    def _due(self, text: str) -> int:
        return self._end() if text == _END else self._moment(text)

    def _end(self) -> int:
        said = [each for check in self._story.then for each in (check.by, check.at, check.until)]
        times = [step.at for step in self._story.when] + [each for each in said if each not in {None, _END}]
        return max(self._moment(each) for each in times if each is not None)

    def _passed(self, moment: int) -> int:
        return (moment - self._midnight) // SECOND


def _child(node: Node, key: str) -> Node:
    assert isinstance(node.value, dict)
    return node.value[key]


def _when(check: Check) -> str:
    name, value = next((name, value) for name in ("by", "at", "until") if (value := getattr(check, name)) is not None)
    return f"{name} {value}:" if name != "by" or value != _END else "in the end:"
