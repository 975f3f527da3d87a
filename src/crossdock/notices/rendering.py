"""Templates of notices: subject, text and HTML by kind and language; built in, and replaced from a folder.

A language is a file of phrases (``de.toml``: a table ``words``, then one table per kind with ``subject`` and ``lead``),
the mail around them two templates (``notice.txt`` and ``notice.html``). A folder of one's own may hold either, and
``<kind>.<language>.subject.txt``, ``.txt`` or ``.html`` where one kind needs a mail of its own. Everything runs in
Jinja's sandbox; values are escaped in HTML.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from crossdock.model.notices import Kind

BUILT_IN: tuple[str, ...] = ("ar", "de", "en", "es", "fr", "nl")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
PARTS: tuple[str, ...] = ("subject.txt", "txt", "html")
LONGEST_SUBJECT = 200
"""Characters of a subject line; longer ones are cut."""

VALUES: tuple[str, ...] = (
    "name",
    "order",
    "delivery",
    "customer_order",
    "carrier",
    "tracking_number",
    "tracking_url",
    "expected",
    "promised",
    "city",
    "shop",
    "unsubscribe_url",
)
"""What a template may speak of; one that is not known is empty. ``expected`` and ``promised`` are days as people of the
language write them.
"""


class Rendered(Struct, frozen=True):
    """A notice in words. ``subject`` is one line."""

    subject: str
    text: str
    html: str


class TemplateFault(Struct, frozen=True, order=True):
    """One thing wrong with a template; ``line`` is 0 where there is none."""

    file: str
    line: int
    text: str


class UnusableTemplate(ValueError):
    """A template that cannot be used; the text names file and line."""

    def __init__(self, fault: TemplateFault) -> None:
        """``fault`` is kept beside its words."""
        super().__init__(f"{fault.file}:{fault.line}: {fault.text}" if fault.line else f"{fault.file}: {fault.text}")
        self.fault = fault


class Phrases(Struct, frozen=True):
    """One language: its words, its phrases by kind, and the file they stand in with the lines of its tables."""

    words: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, str]]
    file: str
    written: str

    def line_of(self, table: str, key: str = "") -> int:
        """Where a key of a table is written, from 1; 0 where it is not."""
        inside = False
        for number, line in enumerate(self.written.splitlines(), 1):
            if line.startswith("["):
                inside = line.strip() == f"[{table}]"
                if inside and not key:
                    return number
            elif inside and line.partition("=")[0].strip() == key:
                return number
        return 0


class Templates:
    """The templates in force: those of ``folder`` where it has them, else the built-in ones."""

    def __init__(self, folder: Path | None = None) -> None:
        """Nothing is read before it is asked for."""
        self.folder = folder
        self._phrases: dict[str, Phrases] = {}
        self._compiled: dict[tuple[str, str, str], Template] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language there are phrases for."""
        own = {each.stem for each in self.folder.glob("*.toml")} if self.folder and self.folder.is_dir() else set()
        return tuple(sorted(own | set(BUILT_IN)))

    def phrases(self, language: str) -> Phrases:
        """The phrases of a language. Raises `UnusableTemplate`."""
        if language not in self._phrases:
            self._phrases[language] = self._read(language)
        return self._phrases[language]

    def render(self, kind: Kind, language: str, values: Mapping[str, str]) -> Rendered:
        """A notice in words. Raises `UnusableTemplate`."""
        context = self._context(kind, language, values)
        parts = [self._render(kind, language, part, context) for part in PARTS]
        subject = " ".join(parts[0].split())[:LONGEST_SUBJECT]
        return Rendered(subject, parts[1].strip() + "\n", parts[2].strip() + "\n")

    def _context(self, kind: Kind, language: str, values: Mapping[str, str]) -> dict[str, object]:
        phrases = self.phrases(language)
        if kind not in phrases.kinds:
            raise UnusableTemplate(TemplateFault(phrases.file, 0, f"there is no table [{kind}]"))
        known = {name: values.get(name, "") for name in VALUES}
        pattern = phrases.words.get("day", "%Y-%m-%d")
        for name in ("expected", "promised"):
            known[name] = _day(known[name], pattern)
        said = {key: self._phrase(phrases, kind, key, known) for key in ("subject", "lead")}
        return {
            **known,
            **said,
            "kind": kind,
            "language": language,
            "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
            "words": phrases.words,
        }

    def _phrase(self, phrases: Phrases, kind: str, key: str, known: Mapping[str, str]) -> str:
        written = phrases.kinds[kind].get(key)
        if written is None:
            raise UnusableTemplate(TemplateFault(phrases.file, phrases.line_of(kind), f"[{kind}] has no '{key}'"))
        try:
            return self._kept((phrases.file, kind, key), lambda: self._plain.from_string(written)).render(known)
        except TemplateError as problem:
            fault = TemplateFault(phrases.file, phrases.line_of(kind, key), f"[{kind}] {key}: {problem}")
            raise UnusableTemplate(fault) from problem

    def parse(self, written: str) -> nodes.Template:
        """The syntax tree of a template. Raises `jinja2.TemplateSyntaxError`."""
        return self._plain.parse(written)

    def _render(self, kind: str, language: str, part: str, context: Mapping[str, object]) -> str:
        names = [f"{kind}.{language}.{part}", f"{kind}.{part}", f"notice.{part}"]
        environment = self._html if part == "html" else self._plain
        try:
            return self._kept((kind, language, part), lambda: environment.select_template(names)).render(context)
        except TemplateError as problem:
            name, line = _place(problem, names)
            shown = str(self.folder / name) if self.folder and (self.folder / name).exists() else name
            raise UnusableTemplate(TemplateFault(shown, line, str(problem))) from problem

    def _kept(self, name: tuple[str, str, str], make: Callable[[], Template]) -> Template:
        """Compiled once: a template is read when the configuration is, not while mails go out."""
        if name not in self._compiled:
            self._compiled[name] = make()
        return self._compiled[name]

    def _read(self, language: str) -> Phrases:
        own = self.folder / f"{language}.toml" if self.folder else None
        if own is not None and own.is_file():
            return _phrases(own.read_text(encoding="utf-8"), str(own))
        if language not in BUILT_IN:
            where = str(own or f"{language}.toml")
            raise UnusableTemplate(TemplateFault(where, 0, f"there are no phrases for the language '{language}'"))
        file = resources.files("crossdock.notices").joinpath("phrases", f"{language}.toml")
        return _phrases(file.read_text(encoding="utf-8"), f"{language}.toml (built in)")

    @cached_property
    def _plain(self) -> ImmutableSandboxedEnvironment:
        return self._environment(escaped=False)

    @cached_property
    def _html(self) -> ImmutableSandboxedEnvironment:
        return self._environment(escaped=True)

    def _environment(self, *, escaped: bool) -> ImmutableSandboxedEnvironment:
        folders = [FileSystemLoader(self.folder)] if self.folder else []
        loader = ChoiceLoader([*folders, FunctionLoader(_built_in)])
        return ImmutableSandboxedEnvironment(
            loader=loader, autoescape=escaped, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )


IN_A_MAIL: tuple[str, ...] = (*VALUES, "subject", "lead", "kind", "language", "direction", "words")
"""What the templates of a whole mail may speak of: its phrases besides."""

EXAMPLE: Mapping[str, str] = {
    "name": "Ada Lovelace",
    "order": "SO0007",
    "delivery": "WH/OUT/00011",
    "customer_order": "PO-4711",
    "carrier": "GLS",
    "tracking_number": "50000000001",
    "tracking_url": "https://shop.example/track/50000000001",
    "expected": "2026-11-24",
    "promised": "2026-11-23",
    "city": "Gent",
    "shop": "Acme",
    "unsubscribe_url": "https://hub.example/unsubscribe/mail?t=example",
}
"""Invented values, for previews and checks."""


def _phrases(written: str, file: str) -> Phrases:
    try:
        tables = tomllib.loads(written)
    except tomllib.TOMLDecodeError as problem:
        raise UnusableTemplate(TemplateFault(file, 0, str(problem))) from problem
    wrong = [
        name
        for name, table in tables.items()
        if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values())
    ]
    if wrong:
        raise UnusableTemplate(TemplateFault(file, 0, f"'{wrong[0]}' must be a table of texts"))
    return Phrases(tables.pop("words", {}), tables, file, written)


def _built_in(name: str) -> str | None:
    file = resources.files("crossdock.notices").joinpath("templates", name)
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _place(problem: TemplateError, names: list[str]) -> tuple[str, int]:
    """The template and line a failure came from: a syntax error says so, others through the traceback."""
    named = getattr(problem, "name", None)
    if getattr(problem, "lineno", None):
        return str(named or names[-1]), int(problem.lineno)  # type: ignore[attr-defined]
    if isinstance(problem, TemplateNotFound):
        return names[0], 0
    found, step = (names[-1], 0), problem.__traceback__
    while step is not None:  # Jinja writes its own frames into the traceback: they name the template's file and line
        name = Path(step.tb_frame.f_code.co_filename).name
        found = (name, step.tb_lineno) if name in names else found
        step = step.tb_next
    return found


def _day(text: str, pattern: str) -> str:
    """An ISO day as the language writes it; ``%d``, ``%m`` and ``%Y`` are what a pattern may say."""
    year, month, day = ([*text.split("-"), "", "", ""])[:3]
    if not day:
        return text
    return pattern.replace("%d", day[:2]).replace("%m", month).replace("%Y", year)
