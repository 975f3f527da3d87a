"""A broker's client library is imported by its own module and by nothing that is not named here (decision 0020)."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "crossdock"
OTHERS = {"nats": [Path("transports/jetstream.py")]}
"""Where else a library is spoken: the log's stream (decision 0027)."""
OWNERS = {"nats": "nats", "aio_pika": "rabbitmq", "aiokafka": "kafka", "aiomqtt": "mqtt", "paho": "mqtt"}


def imported(path: Path) -> set[str]:
    """The top-level names a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def naming(word: str) -> list[Path]:
    """The files that have the word in them at all."""
    return [path for path in SOURCE.rglob("*.py") if word in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_only_its_own_module_imports_a_library(library):
    users = [path.relative_to(SOURCE) for path in naming(library) if library in imported(path)]
    assert sorted(users) == [Path("bridges") / f"{OWNERS[library]}.py", *OTHERS.get(library, [])]


@pytest.mark.parametrize("module", sorted(set(OWNERS.values())))
def test_only_joining_imports_such_a_module_and_not_before_it_is_needed(module):
    name = f"crossdock.bridges.{module}"
    users = []
    for path in naming(name):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.ImportFrom) and node.module == name for node in ast.walk(tree)):
            users.append(path.name)
        assert not any(isinstance(node, ast.ImportFrom) and node.module == name for node in tree.body)
    assert users == ["joining.py"]
