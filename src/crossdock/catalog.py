"""Finds connectors and simulators through entry points, nothing else."""

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from crossdock.ports.spec import ConnectorSpec

S = TypeVar("S")

CONNECTORS = "crossdock.connectors"
SIMULATORS = "crossdock.simulators"


@runtime_checkable
class SimulatorDeclaration(Protocol):
    """What every declaration of a simulator says (`crossdock.sim.simulator.SimulatorSpec` is one)."""

    id: str
    title: str
    default_port: int
    build: Callable[[Mapping[str, str]], Any]


class UnknownPlugin(LookupError):
    """There is no plug-in of this name; the text names those there are."""


class BrokenPlugin(RuntimeError):
    """A plug-in is installed and cannot be loaded; the text names its distribution and why."""


class Breakage(Struct, frozen=True):
    """A plug-in that cannot be loaded, and the distribution to update or remove."""

    name: str
    distribution: str
    reason: str

    def __str__(self) -> str:
        """One sentence for people."""
        return f"plug-in '{self.name}' of the distribution '{self.distribution}' cannot be loaded: {self.reason}"


class Plugins(Generic[S]):
    """The plug-ins of one entry point group. Each is imported when it is first asked for; a broken one keeps no other
    from working.
    """

    def __init__(self, group: str, kind: type[S]) -> None:
        """``kind`` is what each entry point must hold."""
        self._group = group
        self._kind = kind
        self._loaded: dict[str, S | Breakage] = {}

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in sorted(entry_points(group=self._group), key=lambda point: point.name)}

    def names(self) -> tuple[str, ...]:
        """Every installed plug-in's name; nothing is imported for this."""
        return tuple(self._points)

    def get(self, name: str) -> S:
        """The plug-in by name or alias. Raises `UnknownPlugin` or `BrokenPlugin`."""
        found = self._load(name) if name in self._points else self._by_alias(name)
        if isinstance(found, Breakage):
            raise BrokenPlugin(f"{found}; update it, or remove it with: pip uninstall {found.distribution}")
        if found is None:
            raise UnknownPlugin(f"there is no '{name}'; there are {', '.join(self._points) or 'none'}")
        return found

    def working(self) -> Mapping[str, S]:
        """All plug-ins that can be loaded, by name."""
        loaded = {name: self._load(name) for name in self._points}
        return {name: each for name, each in loaded.items() if not isinstance(each, Breakage)}

    def broken(self) -> tuple[Breakage, ...]:
        """All that cannot."""
        loaded = [self._load(name) for name in self._points]
        return tuple(each for each in loaded if isinstance(each, Breakage))

    def _by_alias(self, name: str) -> S | None:
        return next((each for each in self.working().values() if name in getattr(each, "aliases", ())), None)

    def _load(self, name: str) -> S | Breakage:
        if name not in self._loaded:
            self._loaded[name] = self._import(self._points[name])
        return self._loaded[name]

    def _import(self, point: EntryPoint) -> S | Breakage:
        try:
            found = point.load()
        except Exception as problem:  # noqa: BLE001 - somebody else's import may raise anything
            return _breakage(point, f"{type(problem).__name__}: {problem}")
        return found if isinstance(found, self._kind) else _breakage(point, f"it is not a {self._kind.__name__}")


def _breakage(point: EntryPoint, why: str) -> Breakage:
    return Breakage(point.name, point.dist.name if point.dist is not None else "unknown", f"{point.value}: {why}")


def connectors() -> Plugins[ConnectorSpec]:
    """The connectors installed here."""
    return Plugins(CONNECTORS, ConnectorSpec)


def simulators() -> Plugins[SimulatorDeclaration]:
    """The simulators installed here."""
    kind: Any = SimulatorDeclaration  # a Protocol stands for its class only at run time
    return Plugins(SIMULATORS, kind)
