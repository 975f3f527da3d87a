"""Everything wrong with the templates of an installation, with file and line, before anybody is written to."""

from collections.abc import Iterator, Sequence

from jinja2 import TemplateSyntaxError, meta, nodes

from crossdock.model.notices import KINDS, Kind
from crossdock.notices.rendering import (
    EXAMPLE,
    IN_A_MAIL,
    VALUES,
    TemplateFault,
    Templates,
    UnusableTemplate,
)


class FaultyTemplates(ValueError):
    """Templates that cannot be used; ``places`` are file, line and text of every fault."""

    def __init__(self, found: Sequence[TemplateFault]) -> None:
        """``found`` is not empty."""
        self.places = tuple((each.file, each.line, each.text) for each in found)
        super().__init__(
            "; ".join(f"{file}:{line}: {text}" if line else f"{file}: {text}" for file, line, text in self.places)
        )


def check(templates: Templates, languages: Sequence[str]) -> None:
    """Judge the templates of an installation for all kinds of notice. Raises `FaultyTemplates`."""
    found = faults(templates, KINDS, languages)
    if found:
        raise FaultyTemplates(found)


def faults(templates: Templates, kinds: Sequence[Kind], languages: Sequence[str]) -> tuple[TemplateFault, ...]:
    """What keeps a notice of ``kinds`` from being written in one of ``languages``: names that mean nothing, also where
    they stand in a branch that is seldom taken, and each notice written once with every value there and once with none.
    """
    found = dict.fromkeys(_misnamed(templates, languages))
    misspelt = {(each.file, each.line) for each in found}
    for language in languages:
        for kind in kinds or KINDS:
            for each in _unwritable(templates, kind, language):
                if (each.file, each.line) not in misspelt:
                    found[each] = None
    return tuple(sorted(found))


def _unwritable(templates: Templates, kind: Kind, language: str) -> Iterator[TemplateFault]:
    for values in (EXAMPLE, {}):
        try:
            templates.render(kind, language, values)
        except UnusableTemplate as problem:
            yield problem.fault


def _misnamed(templates: Templates, languages: Sequence[str]) -> Iterator[TemplateFault]:
    folder = templates.folder
    if folder is not None and not folder.is_dir():
        yield TemplateFault(str(folder), 0, "there is no such folder")
        return
    for path in sorted(folder.iterdir()) if folder else ():
        if path.suffix in {".txt", ".html"}:
            yield from _names_in(templates, path.read_text(encoding="utf-8"), str(path), IN_A_MAIL, 0)
    for language in languages:
        try:
            phrases = templates.phrases(language)
        except UnusableTemplate:
            continue  # told when the notice is written
        for kind, said in phrases.kinds.items():
            for key, written in said.items():
                yield from _names_in(templates, written, phrases.file, VALUES, phrases.line_of(kind, key))


def _names_in(templates: Templates, written: str, file: str, known: Sequence[str], at: int) -> Iterator[TemplateFault]:
    """``at`` is the line a phrase stands on; 0 where ``written`` is a file of its own."""
    try:
        tree = templates.parse(written)
    except TemplateSyntaxError as problem:
        yield TemplateFault(file, at or problem.lineno, str(problem.message))
        return
    unknown = meta.find_undeclared_variables(tree) - set(known)
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            yield TemplateFault(file, at or name.lineno, f"'{name.name}' is not known; there are {', '.join(known)}")
