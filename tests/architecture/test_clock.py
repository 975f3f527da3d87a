"""Time comes through the clock port (decision 0009): what no import contract can see, because asyncio is allowed."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSIDE = [
    path for room in ("backbone", "processes", "views", "model", "governance")
    for path in sorted((ROOT / "src" / "crossdock" / room).rglob("*.py"))
]  # fmt: skip
CLOCKS = {
    "asyncio.sleep", "asyncio.timeout", "asyncio.timeout_at", "asyncio.wait_for", "date.today", "datetime.now",
    "datetime.today", "datetime.utcnow", "loop.time",
}  # fmt: skip


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_inside_asks_no_clock_but_the_port(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    timed = [each for each in calls if any(keyword.arg == "timeout" for keyword in each.keywords)]
    found = [f"line {each.lineno}: {ast.unparse(each.func)}" for each in calls if ast.unparse(each.func) in CLOCKS]
    assert found + [f"line {each.lineno}: timeout=" for each in timed] == []
