"""karrio in a process of its own, asked message by message."""

import json
import subprocess
from pathlib import Path
from typing import Protocol

SCRIPT = Path(__file__).with_name("other.py")
NAMES = {"usps": ("usps",), "gls_group": (), "dpd_group": ()}
"""karrio's carriers for partners whose name differs; empty where karrio has none of that dialect any more."""


class Row(Protocol):
    """What is known of one message."""

    partner: str
    theirs: list[float]
    their_events: int
    problem: str


class Rival:
    """Speaks with `other.py` in karrio's environment, one job at a time."""

    def __init__(self, python: str) -> None:
        """``python`` is the interpreter of that environment. Raises `OSError` where it does not start."""
        said = subprocess.run(  # noqa: S603 - the interpreter the caller named
            [python, "-c", "from importlib.metadata import version; print(version('karrio'))"],
            check=True,
            capture_output=True,
            text=True,
        )
        self.version = said.stdout.strip()
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter the caller named
            [python, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def measure(self, row: Row, path: Path, seconds: float) -> None:
        """Time karrio's parser on one message; its problem is kept where it has none or fails."""
        if row.problem:
            return
        for carrier in NAMES.get(row.partner, (row.partner,)):
            answer = self._ask({"carrier": carrier, "file": str(path), "seconds": seconds})
            if "rate" in answer:
                row.theirs.append(float(answer["rate"]))
                row.their_events = int(answer["events"])
                return
            row.problem = str(answer["problem"])

    def _ask(self, job: dict[str, object]) -> dict[str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise OSError("karrio's process ended")
