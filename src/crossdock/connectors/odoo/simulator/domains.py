"""Domains: filters in prefix notation, with the differences between versions that a cursor can trip over."""

import re
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from crossdock.connectors.odoo.simulator.database import SECOND, Database, Row, parse_date
from crossdock.connectors.odoo.simulator.faults import invalid

Test = Callable[[Row], bool]
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
_TEXTUAL = frozenset({"like", "ilike", "not like", "not ilike", "=like", "=ilike"})
_TREE = frozenset({"child_of", "parent_of"})
_NESTED = frozenset({"any", "not any"})
_OPERATORS = frozenset({"=", "!=", "=?", "in", "not in", *_TEXTUAL, *_TREE, *_NESTED, *_ORDERED})
_PARENTS = {"stock.location": "location_id"}
"""What the tree of a model hangs on; ``parent_id`` elsewhere."""


def compile_domain(database: Database, model: str, domain: Any) -> Test:
    """One test of a whole domain. Raises `OdooFault` as the real one does for an unknown field or operator."""
    if not isinstance(domain, list | tuple):
        raise invalid(f"Domain() invalid item in domain: {domain!r}")
    stack: list[Test] = []
    for item in reversed(domain):
        if item in ("&", "|"):
            first, second = stack.pop(), stack.pop()
            stack.append(_both(first, second) if item == "&" else _either(first, second))
        elif item == "!":
            stack.append(_neither(stack.pop()))
        elif isinstance(item, list | tuple) and len(item) == 3:
            stack.append(_condition(database, model, *item))
        else:
            raise invalid(f"Domain() invalid item in domain: {item!r}")
    return lambda row: all(test(row) for test in stack)


def _condition(database: Database, model: str, path: str, operator: str, value: Any) -> Test:
    word = "condition" if database.major >= 19 else "leaf"
    shown = (path, operator, value)
    step, _, rest = str(path).partition(".")
    field = database.field(model, step)
    if field is None:
        raise invalid(f"Invalid field {model}.{step} in {word} {shown}")
    if operator not in _OPERATORS:
        raise invalid(f"Invalid operator in {word} {shown}")
    if rest:
        return _followed(database, model, step, [(rest, operator, value)], wanted=True)
    if operator in _NESTED:
        return _followed(database, model, step, value, wanted=operator == "any")
    if operator == "=?":
        return (lambda _row: True) if value in (None, False) else _condition(database, model, path, "=", value)
    return _compared(database, model, step, operator, value)


def _compared(database: Database, model: str, name: str, operator: str, value: Any) -> Test:
    """One field of the row itself with a value."""
    field = database.schema[model][name]
    if operator in _TREE:
        wanted = _tree(database, field.relation or model, operator, value)
        return lambda row: _holds(row["id"] if name == "id" else database.value(model, row, name), "in", wanted)
    if operator in _TEXTUAL and field.relation:
        return _named(database, model, name, operator, value)
    if field.type == "datetime" and isinstance(value, str):
        return _dated(database, model, name, operator, parse_date(value, zoned=database.major < 19))
    return lambda row: _holds(database.value(model, row, name), operator, value)


def _followed(database: Database, model: str, name: str, domain: Any, *, wanted: bool) -> Test:
    """Whether one of the related records fits a domain of its own."""
    relation = database.schema[model][name].relation
    inner, table = compile_domain(database, relation, domain), database.rows[relation]

    def follows(row: Row) -> bool:
        found = database.value(model, row, name)
        ids = found if isinstance(found, list) else [found]
        return any(inner(table[each]) for each in ids if each in table) == wanted

    return follows


def _tree(database: Database, model: str, operator: str, value: Any) -> list[int]:
    """Ids of the named records with all below (or above) them."""
    parent = _PARENTS.get(model, "parent_id")
    found = [each for each in (value if isinstance(value, list | tuple) else [value]) if each]
    for each in found:
        if operator == "child_of":
            more = [row["id"] for row in database.of(model, parent, each)]
        else:
            more = [database.row(model, each).get(parent) or 0]
        found += [other for other in more if other and other not in found]
    return found


def _named(database: Database, model: str, name: str, operator: str, value: Any) -> Test:
    """A text compared with a relation is compared with the names of the related records."""
    relation = database.schema[model][name].relation

    def compare(row: Row) -> bool:
        found = database.value(model, row, name)
        ids = found if isinstance(found, list) else [found] if found else []
        texts = [database.display_name(relation, each) for each in ids]
        return any(_like(text, operator, value) for text in texts) if texts else operator.startswith("not")

    return compare


def _dated(database: Database, model: str, name: str, operator: str, moment: int) -> Test:
    """Odoo 19 compares whole seconds, 18 the microseconds that are not shown."""
    whole = database.major >= 19

    def compare(row: Row) -> bool:
        found = database.value(model, row, name)
        if not found:
            return False
        stored = found // SECOND * SECOND if whole else found
        return _ORDERED[operator](stored, moment) if operator in _ORDERED else _holds(stored, operator, moment)

    return compare


def _holds(found: Any, operator: str, value: Any) -> bool:
    if operator in _TEXTUAL:
        return _like(found, operator, value)
    negated = operator in {"!=", "not in"}
    if operator in _ORDERED:
        return found is not False and _ORDERED[operator](found, value)
    wanted = value if isinstance(value, list | tuple) else [value]
    have = found if isinstance(found, list) else [found]
    hit = any(each in wanted for each in have) if have else False in wanted
    return hit != negated


def _like(found: Any, operator: str, value: Any) -> bool:
    """``%`` and ``_`` stand for any text and any sign; a plain ``like`` looks anywhere in the text."""
    text, part = str(found or ""), str(value)
    if not operator.startswith("="):
        part = f"%{part}%"
    pattern = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in part)
    flags = re.DOTALL | (re.IGNORECASE if operator.endswith("ilike") else 0)
    return (re.fullmatch(pattern, text, flags) is not None) != operator.startswith("not")


def _both(first: Test, second: Test) -> Test:
    return lambda row: first(row) and second(row)


def _either(first: Test, second: Test) -> Test:
    return lambda row: first(row) or second(row)


def _neither(test: Test) -> Test:
    return lambda row: not test(row)
