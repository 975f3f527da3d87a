"""Processes that are started, watched, killed and ended, each in a process group of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Group:
    """One command and everything it starts."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path, folder: Path) -> None:
        """Start it; what it says goes to ``log``."""
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command, env={**os.environ, **environ}, stdout=out, stderr=out, cwd=folder, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._signal(signal.SIGKILL)

    def end(self) -> None:
        """SIGTERM, and SIGKILL to what is still there after ten seconds."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        if number == signal.SIGKILL:
            self._process.wait()

    def goes_first(self) -> None:
        """On a machine shared with others it is given the processor before them (Linux, as root)."""
        go_first(self._process.pid)

    def memory(self) -> float:
        """Proportional set size of the group in MB: what it shares with others counts by its part."""
        return sum(_proportional(pid) for pid in _members(self._process.pid)) / 1000

    def cpu(self) -> float:
        """Seconds of processor its living processes have used so far."""
        return sum(_used(pid) for pid in _members(self._process.pid)) / os.sysconf("SC_CLK_TCK")


def go_first(pid: int) -> None:
    """The session of process ``pid`` is given the processor before the others of this machine (Linux, as root)."""
    Path(f"/proc/{pid}/autogroup").write_text("-10", encoding="utf-8")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 60.0) -> None:
    """Until somebody listens on ``port``. Raises `TimeoutError`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port}")


def _members(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                    found.append(int(entry.name))
    return found


def _used(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # user and system time, in clock ticks
    return 0


def _proportional(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0
