"""The configuration a server runs with, as pages and API show it, and how far the files have moved on since."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import structs

from crossdock.bootstrap import Installation, installed
from crossdock.catalog import connectors
from crossdock.cli.check import warnings_of
from crossdock.settings.explaining import OPTION, InForce, Setting, explained, moved_on
from crossdock.settings.loading import Loaded, load

_Seen = Sequence[tuple[str, int, int]]


class ServedSettings:
    """Says what is in force. The files are read again only when one of them has changed."""

    def __init__(
        self, path: Path, loaded: Loaded, installation: Installation, options: Mapping[str, object], now: int
    ) -> None:
        """``loaded`` is what ``installation`` was made of; ``options`` of the command line (by key) go before it."""
        self._path = path
        self._options = options
        self._seen = self._look()
        settings = tuple(_overridden(each, options) for each in settings_of(loaded))
        self._in_force = InForce(settings, warnings_of(installation), now)

    def __call__(self) -> InForce:
        """What is in force now, and what another start would change."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self._in_force = self._compared()
        return self._in_force

    def _compared(self) -> InForce:
        loaded = load(self._path)
        found, faults = installed(loaded)
        if found is None:
            return structs.replace(self._in_force, pending=(), faults=faults)
        return structs.replace(
            self._in_force, pending=moved_on(self._in_force.settings, settings_of(loaded)), faults=()
        )

    def _look(self) -> _Seen:
        """Name, time and size of every file beside the configuration that may be part of it."""
        folder = self._path.resolve().parent
        files = sorted({self._path, *folder.glob("*.yaml"), *folder.glob("*/*.yaml")})
        return [(str(each), *_stamp(each)) for each in files]


def settings_of(loaded: Loaded) -> tuple[Setting, ...]:
    """Every key of a configuration that was read, with its place."""
    if loaded.whole is None:
        return ()
    return explained(loaded.whole, {name: spec.config for name, spec in connectors().working().items()}, loaded.root)


def _overridden(setting: Setting, options: Mapping[str, object]) -> Setting:
    if setting.key not in options:
        return setting
    name = f"--{setting.key.rpartition('.')[2]}"
    return structs.replace(setting, value=str(options[setting.key]), source=OPTION, place=name)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
