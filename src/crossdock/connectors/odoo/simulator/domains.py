"""Domains: filters in prefix notation, with the differences between versions that a cursor can trip over."""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from crossdock.connectors.odoo.simulator.database import SECOND, Database, Row, parse_date
from crossdock.connectors.odoo.simulator.faults import invalid

Test = Callable[[Row], bool]
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
_OPERATORS = frozenset({"=", "!=", "in", "not in", "like", "ilike", "not like", "not ilike", *_ORDERED})


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
        inner = _condition(database, field.relation, rest, operator, value)
        table = database.rows[field.relation]

        def follows(row: Row) -> bool:
            found = database.value(model, row, step)
            ids = found if isinstance(found, list) else [found]
            return any(inner(table[each]) for each in ids if each in table)

        return follows
    if field.type == "datetime" and isinstance(value, str):
        return _dated(database, model, step, operator, parse_date(value, zoned=database.major < 19))
    return lambda row: _holds(database.value(model, row, step), operator, value)


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
    if operator.endswith("like"):
        return _like(found, operator, value)
    negated = operator in {"!=", "not in"}
    if operator in _ORDERED:
        return found is not False and _ORDERED[operator](found, value)
    wanted = value if isinstance(value, list | tuple) else [value]
    have = found if isinstance(found, list) else [found]
    hit = any(each in wanted for each in have) if have else False in wanted
    return hit != negated


def _like(found: Any, operator: str, value: Any) -> bool:
    text, part = str(found or ""), str(value)
    if operator.endswith("ilike"):
        text, part = text.lower(), part.lower()
    return (part in text) != operator.startswith("not")


def _both(first: Test, second: Test) -> Test:
    return lambda row: first(row) and second(row)


def _either(first: Test, second: Test) -> Test:
    return lambda row: first(row) or second(row)


def _neither(test: Test) -> Test:
    return lambda row: not test(row)
