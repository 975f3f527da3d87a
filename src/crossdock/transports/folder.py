"""Folders that a partner and we share: files are read once they are whole, kept apart when done, written whole."""

import os
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

MICROSECONDS = 1_000_000
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


class Dropped(Struct, frozen=True):
    """A file in the folder: its name, its bytes and their SHA-256."""

    name: str
    body: bytes
    sha256: str


class SharedFolder:
    """``in/`` is where the partner puts files, ``done/`` where they go once they are kept, ``out/`` what we write.

    A name that begins with a dot or ends like an unfinished upload is left alone, and so is a file that changed within
    the last ``settle`` seconds.
    """

    def __init__(self, root: Path, settle: float = 5.0) -> None:
        self._in, self._done, self._out = root / "in", root / "done", root / "out"
        self._settle = int(settle * MICROSECONDS)

    def oldest(self, now: int) -> Dropped | None:
        """The file that lies here longest and is whole at ``now`` (epoch microseconds). Raises `OSError`."""
        if not self._in.is_dir():
            return None
        waiting = sorted((file.stat().st_mtime_ns // 1000, file.name) for file in self._in.iterdir() if _is_file(file))
        for changed, name in waiting:
            if changed + self._settle <= now:
                return self._read(name)
        return None

    def _read(self, name: str) -> Dropped:
        body = (self._in / name).read_bytes()
        return Dropped(name, body, sha256(body).hexdigest())

    def finish(self, name: str, digest: str) -> None:
        """Put a file that was kept into ``done/``; one that was written anew meanwhile stays. Raises `OSError`."""
        file = self._in / Path(name).name
        if not file.is_file() or sha256(file.read_bytes()).hexdigest() != digest:
            return
        self._done.mkdir(parents=True, exist_ok=True)
        target = self._done / file.name
        if target.exists():
            target = self._done / f"{digest[:12]}-{file.name}"
        file.replace(target)

    def has(self, name: str) -> bool:
        """Whether a file that we wrote still lies there."""
        return (self._out / Path(name).name).is_file()

    def write(self, name: str, body: bytes) -> None:
        """Write a file whole: it appears under its name when all of it is on disk. Raises `OSError`."""
        self._out.mkdir(parents=True, exist_ok=True)
        target = self._out / Path(name).name
        unfinished = target.with_name(f".{target.name}.part")
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)


def _is_file(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and not file.name.endswith(_UNFINISHED)
