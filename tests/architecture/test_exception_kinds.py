"""Every kind of exception that is raised is in the catalogue, and nothing else is."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from crossdock.connectors.warehouse.mapping.reading import UOM_MISMATCH
from crossdock.model.exception_kinds import CARRIERS, KINDS, MILESTONES_IN_TROUBLE
from crossdock.model.kpis import KPIS
from crossdock.model.milestones import CATEGORIES
from crossdock.processes.expectations import OVERDUE
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE

SOURCE = Path(__file__).parents[2] / "src" / "crossdock"
RAISERS = {"raise_exception", "ExceptionRaised", "Problem"}
PASSED_ON = {"problem.kind", "kind", "body.kind", "raised", "named", "self.raises[owed.kind]"}
"""Kinds that come from elsewhere: from a fault that names it, from a decider's argument, from an event."""
NO_KINDS = {"number", "watched"}
"""What `raise_exception` of some processes is given before the kind."""
DOORS = {"connectors", "api", "cli", "tower"}
Constants = Mapping[str, object]


@cache
def raised() -> dict[str, set[str]]:
    """Every kind named where an exception is raised, with the files that name it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    everywhere = dict(each for tree in trees.values() for each in constants_of(tree))
    found: dict[str, set[str]] = {}
    for path, tree in trees.items():
        if path.relative_to(SOURCE).parts[0] not in DOORS:
            here = everywhere | dict(constants_of(tree))
            for kind in (kind for node in ast.walk(tree) for kind in kinds_of(node, here, path.name)):
                found.setdefault(kind, set()).add(path.name)
    return found


def constants_of(tree: ast.Module) -> Iterator[tuple[str, object]]:
    """Names of a module that stand for texts and tables of them."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        try:
            value = ast.literal_eval(node.value)
        except ValueError:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Tuple):
            yield from zip(map(ast.unparse, target.elts), value, strict=True)
        else:
            yield ast.unparse(target), value


def kinds_of(node: ast.AST, constants: Constants, file: str) -> Iterator[str]:
    """The kinds a call raises, if it raises any."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rsplit(".", 1)[-1] not in RAISERS:
        return
    given = [*node.args, *(each.value for each in node.keywords if each.arg == "kind")]
    first = next(each for each in given if ast.unparse(each) not in NO_KINDS)
    inner = isinstance(first, ast.Call) and ast.unparse(first.func) == "ExceptionRaised"
    if not inner and ast.unparse(first) not in PASSED_ON:
        yield from _named(first, constants, f"{file}:{node.lineno}")


def _named(given: ast.expr, constants: Constants, place: str) -> Iterator[str]:
    if isinstance(given, ast.Call) and ast.unparse(given.func).endswith(".get"):
        table = constants[ast.unparse(given.func.value)]
        yield from table.values()
        given = given.args[1]
    value = given.value if isinstance(given, ast.Constant) else constants.get(ast.unparse(given).rsplit(".", 1)[-1])
    assert isinstance(value, str), f"{place}: cannot tell which kind '{ast.unparse(given)}' is"
    yield value


def of_the_carriers_desk() -> set[str]:
    """The desk looks its kinds up by the command that failed."""
    tree = ast.parse((SOURCE / "processes" / "carriers_desk.py").read_text(encoding="utf-8"))
    return set(dict(constants_of(tree))["_FAILURES"].values())


def of_connectors() -> set[str]:
    """What a partner's message raises as it is read."""
    return {UOM_MISMATCH}


def of_figures() -> set[str]:
    """What stands while a key figure is bad."""
    return {kpi.kind for kpi in KPIS.values()}


def of_expectations() -> set[str]:
    """What is raised when something owed does not come."""
    return {OVERDUE, *(rule.raises for rule in (*CARRIERS_OWE, *WAREHOUSES_OWE))}


@pytest.mark.req("H9")
def test_every_kind_that_is_raised_is_in_the_catalogue():
    named = {*raised(), *of_the_carriers_desk(), *of_expectations(), *of_connectors()}
    assert named - set(KINDS) == set(), "add them to src/crossdock/model/data/exception-kinds.tsv"


@pytest.mark.req("E4")
def test_what_nobody_else_raises_is_the_carriers():
    carriers = {*CARRIERS.values(), *MILESTONES_IN_TROUBLE.values()}
    others = {*raised(), *of_the_carriers_desk(), *of_expectations(), *of_figures(), *of_connectors()}
    assert set(KINDS) - others == carriers
    assert {kind for kind, row in KINDS.items() if row.source == "carrier"} == carriers


def test_a_kind_that_cannot_be_told_is_found():
    [call] = [node for node in ast.walk(ast.parse("work.raise_exception(made_up(), 'text')")) if
              isinstance(node, ast.Call) and "raise" in ast.unparse(node.func)]  # fmt: skip
    with pytest.raises(AssertionError, match="cannot tell"):
        list(kinds_of(call, {}, "here"))


def test_rows_are_whole():
    for kind in KINDS.values():
        assert kind.title
        assert kind.do.endswith(".")
        assert kind.owner
        assert 0 < kind.acknowledge_minutes <= kind.resolve_minutes
    assert {kind.queue for kind in KINDS.values()} == {"technical", "business"}
    assert set(CATEGORIES) - {"none"} <= {kind.category for kind in KINDS.values()}
