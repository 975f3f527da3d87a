"""Processor time of Odoo and of the database backends that serve it, where they run on this machine (Linux)."""

import os
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")


class Spent(Struct, frozen=True):
    """Seconds of processor time since processes began."""

    odoo: float
    database: float
    own: float

    def since(self, before: "Spent") -> "Spent":
        """What was spent between the two."""
        return Spent(self.odoo - before.odoo, self.database - before.database, self.own - before.own)


class Meter:
    """Reads /proc; a process that ended takes what it spent with it, so keep rounds short of worker recycling."""

    def __init__(self, pid: int, database: str) -> None:
        """``pid`` is Odoo's main process, 0 where it is elsewhere; ``database`` names its PostgreSQL backends."""
        self._pid = pid
        self._database = database
        self._backends: dict[int, float] = {}

    def read(self) -> Spent:
        """Now."""
        times = os.times()
        own = times.user + times.system
        if not self._pid:
            return Spent(0.0, 0.0, own)
        processes = _processes()
        odoo = sum(seconds for pid, (_, seconds) in processes.items() if self._is_odoo(pid, processes))
        for pid, (_, seconds) in processes.items():
            if self._is_backend(pid):
                self._backends[pid] = seconds
        return Spent(odoo, sum(self._backends.values()), own)

    def _is_odoo(self, pid: int, processes: dict[int, tuple[int, float]]) -> bool:
        while pid in processes:
            if pid == self._pid:
                return True
            pid = processes[pid][0]
        return False

    def _is_backend(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
        except OSError:
            return False
        return len(words) > 2 and words[0] == "postgres:" and self._database in words[1:4]


def _processes() -> dict[int, tuple[int, float]]:
    """Parent and seconds by process id."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(folder.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS)
    return found
