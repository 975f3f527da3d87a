"""Budgets and names: sizes of files and functions, words that are no names, packages that re-export nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "crossdock"
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}
SKIPPED = {".git", ".venv", "node_modules", "site", "dist", "__pycache__", "vendor"}
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".tsv",
    ".html",
    ".css",
    ".js",
    ".service",
    ".txt",
    ".ini",
    ".cfg",
    ".sh",
}
ELSEWHERE = ".." + "/shared"
NOTES = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
ALLOWED_IN_A_CONNECTOR = {
    "__init__",
    "spec",
    "config",
    "wire",
    "mapping",
    "client",
    "connector",
    "simulator",
    "quality.yaml",
    "README.md",
    "codes.tsv",
    "fields.txt",
    "operations",
}
NEEDED_IN_A_CONNECTOR = ALLOWED_IN_A_CONNECTOR - {"codes.tsv", "fields.txt", "operations"}
NEEDED_TO_LISTEN = {"__init__", "spec", "mapping", "codes.tsv", "quality.yaml", "README.md"}


def _files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if not SKIPPED & set(path.parts))


PYTHON = [path for path in _files("src", "tests", "benchmarks", "docs") if path.suffix == ".py"]
CONNECTORS = sorted(path.parent for path in (SOURCE / "connectors").glob("*/__init__.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_no_file_is_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_no_function_is_too_long(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_names_say_what_is_inside():
    stems = {part.removesuffix(".py") for path in PYTHON for part in path.relative_to(ROOT).parts}
    assert stems & BANNED == set()


def _declares_a_simulator(path: Path) -> bool:
    """An entry point leads to ``simulator:SIMULATOR``, so a simulator that is a package declares itself there."""
    return path.parent.name == "simulator" and path.parent.parent.parent.name == "connectors"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("__init__.py")), ids=_name)
def test_packages_re_export_nothing(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if _declares_a_simulator(path):
        imported = {
            alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
        }
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert imported - used == set()
        assert "__all__" not in used
        return
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        version = isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["__version__"]
        assert docstring or version, f"line {node.lineno} of {_name(path)} is neither docstring nor version"


@pytest.mark.parametrize("folder", CONNECTORS, ids=lambda path: path.name)
def test_a_connector_folder_has_the_agreed_names(folder):
    names = {
        path.stem if path.suffix == ".py" else path.name for path in folder.iterdir() if path.name != "__pycache__"
    }
    assert names - ALLOWED_IN_A_CONNECTOR == set()
    listens = "tracking_spec" in (folder / "spec.py").read_text(encoding="utf-8")
    assert (NEEDED_TO_LISTEN if listens else NEEDED_IN_A_CONNECTOR) - names == set()


def _texts() -> list[Path]:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS | {""}]
    return top + [
        path for path in _files("src", "tests", "benchmarks", "docs", "packaging", "changes") if path.suffix in TEXTS
    ]


def test_nothing_points_outside_the_repository():
    pointing = [_name(path) for path in _texts() if ELSEWHERE in path.read_text(encoding="utf-8", errors="replace")]
    assert pointing == []


def test_nothing_is_left_for_later_in_comments():
    left = []
    for path in PYTHON:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if any(f"# {note}" in line or f"{note}:" in line for note in NOTES):
                left.append(f"{_name(path)}:{number}")
    assert left == []
