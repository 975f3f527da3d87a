"""Commands, queries and events kept apart: every message has one kind, an event handler answers nothing, a query
changes nothing.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from crossdock.devkit.linting.sources import Source
from crossdock.settings.nodes import Fault

_TAG = re.compile(r"^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+\.v[1-9]\d*$")
_KINDS = (("event", re.compile(r"Event(?:Body)?$")), ("command", re.compile(r"Command(?:Body)?$")),
          ("query", re.compile(r"Query(?:Body)?$")))  # fmt: skip
_WORDS_OF_DECISIONS = {
    "None", "Decision", "Timer", "Order", "NoReturn", "list", "tuple", "Iterator", "Iterable", "Sequence", "ev", "cmd",
}  # fmt: skip
_EVENTS = re.compile(r"(?:Event|EventBody|Decision|Raised|Resolved)$")
_CHANGES = {
    "log": {"append", "advance", "hold", "move"},
    "lanes": {"enqueue", "claim", "settle", "retry", "discard", "withdraw", "release", "hasten", "renew"},
    "exchanges": {"accept", "settle", "refuse", "purge"},
    "states": {"save", "drop"},
    "timers": {"set", "clear"},
    "references": {"bind", "hold", "release"},
    "exceptions": {"save", "drop"},
    "alerts": {"open", "close", "sent"},
    "doors": {"audit", "save_client", "revoke"},
    "partners": {"save_health", "note_breaker", "move_cursor"},
    "blobs": {"put", "forget"},
}
"""What of a transaction writes, by part."""


class Message(Struct, frozen=True):
    """A tagged struct: something that is sent or said. ``kinds`` are those of the unions it is in."""

    name: str
    tag: str
    line: int
    source: Source


def lint(sources: Sequence[Source]) -> list[Fault]:
    """All that is wrong with the messages and handlers in ``sources`` together."""
    found = [*_messages(sources)]
    for source in sources:
        if source.tree is not None:
            found += _handlers(source, source.tree)
            found += _queries(source, source.tree)
    return sorted(set(found))


def kinds(sources: Sequence[Source]) -> list[tuple[Message, tuple[str, ...]]]:
    """Every message with its kinds, by tag: what people are shown."""
    unions = _unions(sources)
    told = ((each, _kinds(each.name, unions)) for each in _tagged(sources))
    return sorted(told, key=lambda pair: (pair[0].tag, pair[0].name))


def _messages(sources: Sequence[Source]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for message, found in kinds(sources):
        at, called = message.source, f"the message {message.name} ({message.tag})"
        if not _TAG.match(message.tag):
            text = f"{called} has no version in its tag"
            yield at.fault(message.line, "tag", text, "call it noun.verb.v1")
        if message.tag in seen:
            yield at.fault(message.line, "tag", f"{called} has the tag of {seen[message.tag]}", "give it its own tag")
        seen[message.tag] = message.name
        if len(found) != 1:
            says = f"is {' and '.join(found)} at once" if found else "has no kind"
            hint = "name it in exactly one union that ends in Event, Command or Query"
            yield at.fault(message.line, "kind", f"{called} {says}", hint)


def _tagged(sources: Iterable[Source]) -> Iterator[Message]:
    for source in sources:
        for node in ast.walk(source.tree) if source.tree else ():
            if isinstance(node, ast.ClassDef) and any(_word(each) == "Struct" for each in node.bases):
                for keyword in node.keywords:
                    tag = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                    if keyword.arg == "tag" and isinstance(tag, str) and "." in tag:
                        yield Message(node.name, tag, node.lineno, source)


def _unions(sources: Iterable[Source]) -> Mapping[str, set[str]]:
    """The unions each name stands in: ``A`` and ``B`` of ``X = A | B`` are in ``X``; classes say it of themselves where
    they are the only one of their kind.
    """
    found: dict[str, set[str]] = {}
    for source in sources:
        for node in source.tree.body if source.tree else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=alias)], value=value):
                    pass
                case ast.AnnAssign(target=ast.Name(id=alias), value=ast.expr() as value):
                    pass
                case _:
                    continue
            for name in _members(value):
                found.setdefault(name, set()).add(alias)
    return found


def _members(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _members(left)
            yield from _members(right)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name


def _kinds(name: str, unions: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Those of all unions it is in, through unions of unions."""
    reached, todo = set(), [*unions.get(name, ())]
    while todo:
        alias = todo.pop()
        if alias not in reached:
            reached.add(alias)
            todo += unions.get(alias, ())
    return tuple(kind for kind, form in _KINDS if any(form.search(each) for each in reached))


def _handlers(source: Source, tree: ast.Module) -> Iterator[Fault]:
    """Functions named in a table by event tags, and ``decide``: they say what follows, they answer nobody."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    named = {name for node in ast.walk(tree) if isinstance(node, ast.Dict) for name in _handled(node)}
    for name in sorted({*named, "decide"} & set(functions)):
        function = functions[name]
        if wrong := _answers(function):
            hint = "return None or a Decision; whoever needs data asks a query"
            yield source.fault(function.lineno, "handler", f"the event handler {name} {wrong}", hint)


def _handled(table: ast.Dict) -> Iterator[str]:
    """Names in a table whose keys all are tags of events."""
    keys = [each.value for each in table.keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if keys and len(keys) == len(table.keys) and all(_TAG.match(each) for each in keys):
        yield from (each.id for each in table.values if isinstance(each, ast.Name))


def _answers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """What it gives back that is not a decision; "" where it does not."""
    if function.returns is None:
        given = [each for each in _own(function) if isinstance(each, ast.Return) and each.value is not None]
        data = [each for each in given if not (isinstance(each.value, ast.Constant) and each.value.value is None)]
        return f"returns data at line {data[0].lineno}" if data else ""
    words = {word for node in ast.walk(function.returns) if (word := _word(node))}
    if isinstance(function.returns, ast.Constant) and function.returns.value is None:
        return ""
    foreign = sorted(each for each in words if each not in _WORDS_OF_DECISIONS and not _EVENTS.search(each))
    return f"returns data ({ast.unparse(function.returns)})" if foreign or not words else ""


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Its statements, but not those of functions in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own(child)


def _queries(source: Source, tree: ast.Module) -> Iterator[Fault]:
    """Routes that are only read, and whatever is called a query: they write nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_query(node):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and (what := _written(call)):
                    text = f"the query {node.name} writes ({what})"
                    yield source.fault(call.lineno, "query", text, "make it a command: POST, and store.run")


def _is_query(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        _word(each.func if isinstance(each, ast.Call) else each) in {"get", "query"} for each in function.decorator_list
    )


def _written(call: ast.Call) -> str:
    """``store.run(...)``, or a part of the transaction that writes; "" for neither."""
    match call.func:
        case ast.Attribute(value=inner, attr="run") if _word(inner) == "store":
            return "store.run"
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="tx"), attr=part), attr=verb):
            return f"tx.{part}.{verb}" if verb in _CHANGES.get(part, ()) else ""
    return ""


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
