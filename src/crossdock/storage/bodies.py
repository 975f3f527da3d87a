"""Large bodies in a folder beside the database. A row says where its bytes are; files follow the transaction."""

import contextlib
import errno
import os
from pathlib import Path

from crossdock.ports.stores import StoreFull

LARGE = 65_536
"""Bodies above 64 KiB leave the row, where there is a folder for them."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


class Bodies:
    """The folder, as one transaction sees it: files written are taken back on rollback, files dropped go on commit."""

    def __init__(self, folder: Path | None) -> None:
        """Without a ``folder`` every body stays in its row."""
        self._folder = folder
        self._written: list[Path] = []
        self._dropped: list[Path] = []

    def takes(self, size: int) -> bool:
        """Whether a body of this size goes to a file."""
        return self._folder is not None and size > LARGE

    def write(self, kind: str, name: str, data: bytes) -> str:
        """Keep ``data`` durably as ``kind``/``name``; gives the location for the row. Raises `StoreFull`."""
        location = f"{kind}/{name[-2:]}/{name}"
        path = self.path(location)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = not path.exists()
            with path.with_name(f"{path.name}.part").open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.with_name(f"{path.name}.part").replace(path)
            _fsync_folder(path.parent)
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFull(error.errno, f"no room for a body of {len(data)} bytes in {path.parent}") from error
            raise
        if new:
            self._written.append(path)
        return location

    def read(self, location: str) -> bytes | None:
        """The bytes, or nothing when the file is gone."""
        try:
            return self.path(location).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, location: str) -> None:
        """Delete the file once the transaction has committed."""
        self._dropped.append(self.path(location))

    def path(self, location: str) -> Path:
        """Where a location is on this machine."""
        if self._folder is None:
            raise FileNotFoundError(f"the body at '{location}' needs the folder it was written to; none is configured")
        return self._folder / location

    def committed(self) -> None:
        """Carry out what had to wait for the commit."""
        _unlink(self._dropped)

    def rolled_back(self) -> None:
        """Take back what was written."""
        _unlink(self._written)


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # an orphaned file costs space, never truth
            path.unlink()


def _fsync_folder(folder: Path) -> None:
    """Make the name durable too; Windows has no such thing as an open folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
