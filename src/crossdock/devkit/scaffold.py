"""A new connector as a package of its own, which passes the conformance kit from birth."""

import re
from importlib import resources
from pathlib import Path
from string import Template

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_PLACES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "src/crossdock_{name}/README.md",
    "__init__.py": "src/crossdock_{name}/__init__.py",
    "spec.py": "src/crossdock_{name}/spec.py",
    "mapping.py": "src/crossdock_{name}/mapping.py",
    "codes.tsv": "src/crossdock_{name}/codes.tsv",
    "fields.txt": "src/crossdock_{name}/fields.txt",
    "quality.yaml": "src/crossdock_{name}/quality.yaml",
    "test_contract.py": "tests/test_contract.py",
    "message.json": "tests/message.json",
}


class UnusableName(ValueError):
    """A name no connector can have. The text says what it has to look like."""


def new_connector(name: str, title: str) -> dict[Path, str]:
    """The files of a connector for a carrier that is listened to, by their paths in its folder. ``name`` is what
    configuration and `crossdock translate` call it. Raises `UnusableName`.
    """
    if not _NAME.fullmatch(name):
        raise UnusableName(f"'{name}' is not 2 to 40 lower-case letters, digits and underscores after a letter")
    words = {"name": name, "title": title, "dashed": name.replace("_", "-"), "camel": title_case(name)}
    folder = resources.files("crossdock.devkit").joinpath("templates", "listening")
    return {
        Path(place.format(name=name)): Template(
            folder.joinpath(f"{file}.tmpl").read_text(encoding="utf-8")
        ).safe_substitute(words)
        for file, place in _PLACES.items()
    }


def title_case(name: str) -> str:
    """``acme_freight`` as the name of a class.

    >>> title_case("acme_freight")
    'AcmeFreight'
    """
    return "".join(part.capitalize() for part in name.split("_"))
