"""Deaths of Crossdock in a story: its process ends at I/O steps that a seed chooses, and another one takes over."""

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from crossdock.devkit.crashing import Fuse
from crossdock.devkit.stories.format import Written, bundled, read_bundled, read_path
from crossdock.devkit.stories.playing import Line, Played, Trouble, play

MOST = 3
"""Deaths in one story, at most."""


class Survived(Struct, frozen=True):
    """What came of a story in which Crossdock died at the I/O steps ``where``; ``failed`` are the lines that did not
    hold.
    """

    seed: int
    where: tuple[str, ...]
    failed: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return not self.failed


def quiet(written: Written) -> tuple[Played, tuple[str, ...]]:
    """The story without a death, and the names of its I/O steps in their order. Raises `Failed`."""
    fuse = Fuse()
    return play(written, trouble=Trouble(fuse, 0)), tuple(fuse.steps)


def survive(written: Written, steps: Sequence[str], seed: int, grace: float) -> Survived:
    """The story with one to `MOST` deaths at its ``steps``; what has to come may come ``grace`` minutes late.

    The same seed gives the same deaths and the same story. The store and each partner are struck as often, and of each
    every kind of step, so that what happens seldom is not left out for what happens all the time. Raises `Failed`.
    """
    draw = random.Random(f"deaths/{written.story.title}/{seed}")  # noqa: S311 - reproducible
    kinds: dict[str, dict[str, list[int]]] = {}
    for number, name in enumerate(steps, 1):
        kinds.setdefault(_whom(name), {}).setdefault(name, []).append(number)
    deaths = set()
    for _ in range(draw.randint(1, MOST)):
        whom = kinds[draw.choice(sorted(kinds))]
        deaths.add(draw.choice(whom[draw.choice(sorted(whom))]))
    fuse = Fuse(*deaths)
    played = play(written, trouble=Trouble(fuse, grace))
    where = tuple(fuse.steps[each - 1] for each in sorted(deaths) if each <= len(fuse.steps))
    return Survived(seed, where, tuple(each for each in played.lines if not each.ok))


def _whom(step: str) -> str:
    """The partner's host, or the store."""
    return urlsplit(step.rpartition(" ")[2]).hostname or "store"


def campaign(names: Iterable[str], seeds: range, grace: float, processes: int = 0) -> Iterator[tuple[str, Survived]]:
    """Stories (bundled ones and files, by name) under seeds, ``processes`` at a time (0: one per core), as they come.

    Raises `Failed` for a story that is wrong, and `RuntimeError` for one that does not hold without any death.
    """
    with ProcessPoolExecutor(processes or cpu_count() or 1, get_context("spawn")) as pool:
        try:
            for name in names:
                for survived in pool.map(_in_process, [name] * len(seeds), seeds, [grace] * len(seeds)):
                    yield name, survived
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_process(name: str, seed: int, grace: float) -> Survived:
    written, steps = _known(name)
    return survive(written, steps, seed, grace)


@lru_cache(maxsize=4)
def _known(name: str) -> tuple[Written, tuple[str, ...]]:
    written, faults = read_bundled(name) if name in bundled() else read_path(Path(name))
    assert written is not None, faults
    played, steps = quiet(written)
    if not played.ok:
        raise RuntimeError(f"{name} does not hold without any death: crossdock sim run {name} says where")
    return written, steps
