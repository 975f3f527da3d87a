"""Fields a carrier is known to send: what is new is noticed the first time it comes, not when somebody misses it.

A connector's ``fields.txt`` names one field a line as a path of keys (``/TrackResponse/Shipment/Package``); positions
in lists are left out, and ``*`` stands for keys that are data themselves. `crossdock connector fields` writes it.
"""

from collections.abc import Iterable
from functools import cache
from importlib import resources

from crossdock.ports.connector import NewField
from crossdock.tracking.trees import Tree

_Known = dict[str, "_Known"]
_EXAMPLE = 120
_MOST = 20


def new_fields(tree: Tree, package: str) -> tuple[NewField, ...]:
    """Fields of ``tree`` that the connector's ``fields.txt`` does not name, each once, 20 at most; none where it has no
    such file. What lies below a new field is not looked at.
    """
    known = _known(package)
    if known is None:
        return ()
    found: dict[str, str] = {}
    _walk(tree, known, "", found)
    return tuple(NewField(pointer, example) for pointer, example in list(found.items())[:_MOST])


def paths_of(tree: Tree) -> set[str]:
    """Every path of keys in ``tree``."""
    paths: set[str] = set()
    _collect(tree, "", paths)
    return paths


def _walk(node: Tree, known: _Known, pointer: str, found: dict[str, str]) -> None:
    if type(node) is dict:
        anything = known.get("*")
        for key, value in node.items():
            below = known.get(key, anything)
            if below is None:
                found.setdefault(f"{pointer}/{key}", _shown(value))
            elif type(value) is dict or type(value) is list:
                _walk(value, below, f"{pointer}/{key}", found)
    elif type(node) is list:
        for value in node:
            if type(value) is dict or type(value) is list:
                _walk(value, known, pointer, found)


def _collect(node: Tree, pointer: str, paths: set[str]) -> None:
    if type(node) is dict:
        for key, value in node.items():
            paths.add(f"{pointer}/{key}")
            _collect(value, f"{pointer}/{key}", paths)
    elif type(node) is list:
        for value in node:
            _collect(value, pointer, paths)


def _shown(value: Tree) -> str:
    return str(value)[:_EXAMPLE]


@cache
def _known(package: str) -> _Known | None:
    file = resources.files(package).joinpath("fields.txt")
    if not file.is_file():
        return None
    return _trie(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("/"))


def _trie(paths: Iterable[str]) -> _Known:
    root: _Known = {}
    for path in paths:
        node = root
        for key in path[1:].split("/"):
            node = node.setdefault(key, {})
    return root
