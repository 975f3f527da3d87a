"""Python files as lints see them: parsed, with their docstrings known, or the fault that keeps them from it."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from crossdock.settings.nodes import Fault

SUFFIXES = (".py", ".yaml", ".yml", ".json", ".toml")


class Source(Struct, frozen=True):
    """One file. ``tree`` is None where it is no Python; ``shown`` is what people know it by."""

    shown: str
    text: str
    tree: ast.Module | None

    def fault(self, line: int, rule: str, text: str, hint: str) -> Fault:
        """Something wrong at ``line``."""
        return Fault(self.shown, line, rule, text, hint)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files below ``paths`` that can be looked at, in order. Raises `FileNotFoundError`."""
    found: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(str(path))
        found |= {path} if path.is_file() else {each for each in path.rglob("*") if each.suffix in SUFFIXES}
    return sorted(each for each in found if "__pycache__" not in each.parts)


def read(path: Path, shown: str) -> tuple[Source | None, list[Fault]]:
    """One file; a Python file that is none is a fault at its line."""
    try:
        text = path.read_text(encoding="utf-8")
        return Source(shown, text, ast.parse(text) if path.suffix == ".py" else None), []
    except (UnicodeDecodeError, SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", 0) or 0
        return None, [Fault(shown, line, "readable", f"cannot be read: {type(problem).__name__}", "put it right")]


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text in the code with its line, parts of f-strings too; docstrings are no code."""
    told = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in told:
            if isinstance(node.value, str):
                yield node.lineno, node.value
            elif isinstance(node.value, bytes):
                yield node.lineno, node.value.decode("latin-1")


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts that stand alone as a statement: of modules, classes, functions, and below constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
