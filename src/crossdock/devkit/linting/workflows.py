"""Workflow logic holds nothing of the environment it runs in: no address, no URL, no secret, no look at the machine.

What differs between a test and production comes by configuration, through a process's policy.
"""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator

from crossdock.devkit.linting.sources import Source, texts
from crossdock.settings.nodes import Fault

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_HOST = re.compile(
    r"\b(localhost|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    r"(?:com|net|org|eu|io|dev|app|cloud|local|internal|test|example|invalid|de|be|nl|fr|uk|es|it|us))(?::\d+)?\b",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|\[[0-9a-f:]{2,}\]", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FILE = re.compile(r"^(?:/(?:etc|var|home|opt|usr|tmp|srv|mnt|root|run)/|[A-Za-z]:\\|~/)")
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b(?:whsec_|sk_live_|sk_test_|xd_|ghp_|xox[bp]-|EZ[AT]K|AKIA|Bearer )[A-Za-z0-9+/_=-]{8,}"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"secret://\S+"),
)
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_SECRET_NAMES = re.compile(r"(?:^|_)(?:password|passwd|secret|token|api_?key|credential)s?$", re.IGNORECASE)
_RANDOM_BITS = 4.0
"""Bits a character of a text that nobody wrote by hand has at least; words and tags stay below (Shannon entropy)."""
_MACHINE = {"os", "socket", "subprocess", "requests", "aiohttp", "httpx", "urllib", "dotenv", "platform", "pathlib"}
_CALLS = {"open", "getenv", "input"}
_CONFIGURE = "take it out and make it a field of the process's policy, which configuration fills"
_KEEP = "take it out, change it where it holds, and refer to it in the configuration as secret://…"


def lint(source: Source) -> list[Fault]:
    """All that is wrong with one file of workflow logic, by line. The texts never repeat a secret."""
    if source.tree is None:
        found = [each for line, text in enumerate(source.text.splitlines(), 1) for each in _text(source, line, text)]
    else:
        found = [each for line, text in texts(source.tree) for each in _text(source, line, text)]
        found += _names(source, source.tree)
        found += _machine(source, source.tree)
    found += _commented(source)
    return sorted(set(found))


def _text(source: Source, line: int, text: str) -> Iterator[Fault]:
    """A secret is said once and hides what else may be in it."""
    if _is_secret(text):
        yield source.fault(line, "secret", "holds what looks like a secret", _KEEP)
    elif found := _URL.search(text):
        yield source.fault(line, "url", f"holds the URL {found[0]}", _CONFIGURE)
    elif found := _MAIL.search(text):
        yield source.fault(line, "address", "holds a mail address", _CONFIGURE)
    elif found := _HOST.search(text) or _NUMERIC.search(text):
        yield source.fault(line, "address", f"holds the address {found[0]}", _CONFIGURE)
    elif found := _FILE.search(text):
        yield source.fault(line, "address", f"holds a place on a machine ({found[0]}…)", _CONFIGURE)


def _is_secret(text: str) -> bool:
    if any(each.search(text) for each in _SECRETS):
        return True
    return any(_bits(each) >= _RANDOM_BITS and _is_mixed(each) for each in _TOKEN.findall(text))


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(number / len(text) * math.log2(number / len(text)) for number in counts.values())


def _is_mixed(text: str) -> bool:
    """Digits and both cases: texts of people, tags and hashes of names are not so."""
    return bool(re.search(r"\d", text) and re.search(r"[a-z]", text) and re.search(r"[A-Z]", text))


def _names(source: Source, tree: ast.Module) -> Iterator[Fault]:
    """A text given to what is called like a secret: ``password = "..."``, ``token="..."``."""
    for node in ast.walk(tree):
        for name, value in _given(node):
            written = value.value if isinstance(value, ast.Constant) else None
            if written and isinstance(written, str | bytes) and _SECRET_NAMES.search(name):
                yield source.fault(value.lineno, "secret", f"gives '{name}' a value", _KEEP)


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((each.id, value) for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value


def _machine(source: Source, tree: ast.Module) -> Iterator[Fault]:
    """A look at the machine: its environment, files, network."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            yield source.fault(node.lineno, "machine", f"calls {node.func.id}()", _CONFIGURE)
        for name in names:
            if name.partition(".")[0] in _MACHINE:
                line = getattr(node, "lineno", 0)
                yield source.fault(line, "machine", f"looks at the machine through '{name}'", _CONFIGURE)


def _commented(source: Source) -> Iterator[Fault]:
    """A secret is one in a comment and a docstring, too."""
    for line, text in enumerate(source.text.splitlines(), 1):
        if any(each.search(text) for each in _SECRETS[:3]):
            yield source.fault(line, "secret", "holds what looks like a secret", _KEEP)
