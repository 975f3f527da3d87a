"""What is wrong with the file of the map. It stops nobody but `crossdock check`: orders go on without streets."""

from collections.abc import Iterator
from pathlib import Path

from crossdock.model.map_tiles import HEAD, MapTiles, NotTiles, tiles_of
from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault
from crossdock.settings.ordering_checks import child

_KEY = "tower.map.tiles"


def map_faults(loaded: Loaded) -> Iterator[Fault]:
    """A file of the map that cannot be used."""
    node = child(child(child(loaded.whole, "tower"), "map"), "tiles")
    if node is None or not isinstance(node.value, str) or not node.value:
        return
    try:
        read_tiles(loaded.root / node.value)
    except NotTiles as wrong:
        yield Fault.at(node.place, _KEY, f"'{node.value}' {wrong.text}", wrong.hint)


def read_tiles(path: Path) -> MapTiles:
    """What the file at ``path`` holds; only its head is read. Raises `NotTiles`."""
    try:
        if path.is_dir():
            raise NotTiles("is a folder", "name the file itself")
        with path.open("rb") as file:
            return tiles_of(file.read(HEAD), path.stat().st_size)
    except FileNotFoundError:
        raise NotTiles("is not there", f"put it into {path.parent}, or take {_KEY} out") from None
    except OSError as problem:
        hint = f"give the user that runs Crossdock the right to read {path}"
        raise NotTiles(f"cannot be read: {problem.strerror}", hint) from None
