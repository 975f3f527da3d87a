"""The contracts name every room of the house, and no room but those."""

import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "crossdock"


def _contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def _layers() -> set[str]:
    lines = _contracts()["importlinter:contract:floors"]["layers"].split("\n")
    return {name.strip() for line in lines for name in line.split("|") if name.strip()}


def _rooms() -> set[str]:
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    return folders | {path.stem for path in SOURCE.glob("*.py") if path.stem != "__init__"}


def test_every_room_on_disk_stands_on_a_floor():
    assert _rooms() - _layers() == set()


def test_every_floor_names_a_room_on_disk():
    assert _layers() - _rooms() == set()


def test_every_folder_with_code_is_a_package():
    bare = {path.parent for path in SOURCE.rglob("*.py") if not (path.parent / "__init__.py").exists()}
    assert {str(path.relative_to(ROOT)) for path in bare if "migrations" not in path.parts} == set()


def test_no_package_is_empty():
    for package in SOURCE.rglob("__init__.py"):
        others = [path for path in package.parent.iterdir() if path.name not in {"__init__.py", "__pycache__"}]
        assert others, f"{package.parent.relative_to(ROOT)} holds nothing; a package comes with its first file"


@pytest.mark.parametrize("contract", [name for name in _contracts().sections() if ":contract:" in name])
def test_no_contract_has_an_exception_list(contract):
    assert "ignore_imports" not in _contracts()[contract]
