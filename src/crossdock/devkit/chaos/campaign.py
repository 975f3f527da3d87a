"""Many seeds over several processes, each with a workspace of its own."""

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

from crossdock.devkit.chaos.running import Outcome, prepare, run_seed, workspace
from crossdock.devkit.chaos.scenarios import SCENARIOS

_AHEAD = 4
"""Seeds queued per process: enough to keep it busy, few enough to stop soon."""


class _Here:
    """What a process keeps between its seeds."""

    folder: "tempfile.TemporaryDirectory[str] | None" = None
    empty = Path()


def campaign(runs: Iterable[tuple[str, int]], processes: int) -> Iterator[Outcome]:
    """Outcomes of (scenario, seed) runs as they come."""
    if processes == 1:
        with workspace() as folder:
            empty = prepare(Path(folder))
            yield from (run_seed(SCENARIOS[scenario], seed, empty) for scenario, seed in runs)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        pending: set[Future[Outcome]] = set()
        try:
            for scenario, seed in runs:
                pending.add(pool.submit(_in_process, scenario, seed))
                if len(pending) >= processes * _AHEAD:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_process(scenario: str, seed: int) -> Outcome:
    if _Here.folder is None:
        _Here.folder = workspace()
        _Here.empty = prepare(Path(_Here.folder.name))
    return run_seed(SCENARIOS[scenario], seed, _Here.empty)
