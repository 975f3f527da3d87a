"""Secrets behind references: ``secret://env/NAME`` and ``secret://file/path``. Values are never shown or logged."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

import structlog

from crossdock.ports.secrets import UnknownSecret

_SCHEME = "secret://"
_KEPT_SECONDS = 10.0
_LOG = structlog.get_logger("crossdock.secrets")


class ReferencedSecrets:
    """`ports.secrets.Secrets` over environment variables and files; relative files start at ``root``.

    A value is read again after ten seconds: every webhook asks for one, and a rotated secret is used without a restart.
    """

    def __init__(
        self, root: Path, environ: Mapping[str, str] | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        """The environment is the process's own unless given; ``seconds`` is a clock that only goes forward."""
        self._root = root
        self._environ = os.environ if environ is None else environ
        self._seconds = seconds
        self._kept: dict[str, tuple[float, str]] = {}
        self._warned: set[Path] = set()

    @property
    def root(self) -> Path:
        """The folder that relative files start at: that of the configuration."""
        return self._root

    def __repr__(self) -> str:
        """Names no value."""
        return f"ReferencedSecrets({str(self._root)!r})"

    def reveal(self, reference: str) -> str:
        """The value behind ``reference``. Raises `UnknownSecret`; its text names the reference, never a value."""
        now = self._seconds()
        until, value = self._kept.get(reference, (0.0, ""))
        if not value or now >= until:
            value = self._read(reference)
            self._kept[reference] = (now + _KEPT_SECONDS, value)
        return value

    def changed_at(self, reference: str) -> int:
        """When a secret was written down last (epoch microseconds); 0 where that cannot be known: only files say it."""
        name = reference.removeprefix(f"{_SCHEME}file/")
        if name == reference:
            return 0
        try:
            return (self._root / name).stat().st_mtime_ns // 1000
        except OSError:
            return 0

    def _read(self, reference: str) -> str:
        store, _, name = reference.removeprefix(_SCHEME).partition("/")
        if not reference.startswith(_SCHEME) or not name:
            # What stands here may be a secret itself, so the text does not repeat it.
            raise UnknownSecret("this is not a secret reference; write secret://env/NAME or secret://file/PATH")
        if store == "env":
            return self._variable(name)
        if store == "file":
            return self._file(self._root / name)
        raise UnknownSecret(f"there is no secret store '{store}'; there are env and file")

    def _variable(self, name: str) -> str:
        value = self._environ.get(name, "")
        if not value:
            raise UnknownSecret(f"the environment variable {name} (secret://env/{name}) is not set or empty")
        return value

    def _file(self, path: Path) -> str:
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
            raise UnknownSecret(f"the secret file {path} cannot be read: {reason}") from None
        if mode & (stat.S_IROTH | stat.S_IWOTH) and path not in self._warned:
            self._warned.add(path)
            _LOG.warning("secret file is open to everybody", file=str(path), do=f"chmod 600 {path}")
        value = text.removesuffix("\n").removesuffix("\r")
        if not value:
            raise UnknownSecret(f"the secret file {path} is empty")
        return value
