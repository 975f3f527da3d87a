"""What can be said of the addon without an Odoo: it is whole, licensed, guarded, translatable, and stands alone."""

import ast
import csv
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ADDON = Path(__file__).parents[2] / "odoo_addons" / "crossdock"
MANIFEST = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))
SOURCES = sorted(path for path in ADDON.rglob("*.py") if "tests" not in path.relative_to(ADDON).parts)
XML = sorted(ADDON.rglob("*.xml"))
LANGUAGES = ("de", "fr")

pytestmark = pytest.mark.req("E8", "A10")


def _name(path):
    return str(path.relative_to(ADDON))


def _models():
    """Names of the stored models the addon declares itself."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "models.Model" for base in node.bases):
                fields = {
                    ast.unparse(each.targets[0]): each.value for each in node.body if isinstance(each, ast.Assign)
                }
                if "_name" in fields and "_inherit" not in fields:
                    yield ast.literal_eval(fields["_name"])


def _entries(text):
    """Source and translation of each entry of a .po file; texts over several lines are joined."""
    for block in text.split("\n\n"):
        parts = {}
        for match in re.finditer(r'^(msgid|msgstr) ((?:".*"\n?)+)', block, re.MULTILINE):
            parts[match[1]] = "".join(ast.literal_eval(line) for line in match[2].splitlines())
        if parts.get("msgid"):
            yield parts["msgid"], parts["msgstr"]


def _strings():
    """Everything people read: what code translates, labels of fields, and texts in views."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "_":
                yield ast.literal_eval(node.args[0])
    for path in XML:
        for element in ET.parse(path).iter():  # noqa: S314 - our own file
            yield from (element.get(name) for name in ("string", "help", "title") if element.get(name))


def test_the_manifest_is_whole():
    assert MANIFEST["license"] == "LGPL-3"
    assert {"stock", "sale_stock", "stock_delivery", "mail"} <= set(MANIFEST["depends"])
    assert [name for name in MANIFEST["data"] if not (ADDON / name).is_file()] == []
    listed = {(ADDON / name).resolve() for name in MANIFEST["data"]}
    assert [_name(path) for path in XML if path.resolve() not in listed] == []
    assert all(MANIFEST[key] for key in ("name", "summary", "author", "version"))


def test_the_version_names_no_series():
    # Odoo puts its own series in front of two or three numbers, which is how one tree installs on all of them.
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])


@pytest.mark.parametrize("path", XML, ids=_name)
def test_xml_parses(path):
    assert ET.parse(path).getroot().tag == "odoo"  # noqa: S314 - our own file


def test_no_list_view_is_written_with_a_tag_of_one_series_only():
    assert [_name(path) for path in XML if re.search(r"<(list|tree)\b", path.read_text(encoding="utf-8"))] == []


@pytest.mark.req("M2")
def test_every_model_has_access_rights_and_no_line_is_for_everybody():
    with (ADDON / "security" / "ir.model.access.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    guarded = {row["model_id:id"] for row in rows}
    models = set(_models())
    assert {"crossdock.event", "crossdock.outbox"} <= models
    assert {f"model_{name.replace('.', '_')}" for name in models} == guarded
    assert all(row["group_id:id"] for row in rows)


@pytest.mark.req("M2", "M21")
def test_every_stored_model_has_a_company_rule():
    text = (ADDON / "security" / "rules.xml").read_text(encoding="utf-8")
    for model in _models():
        assert f'ref="model_{model.replace(".", "_")}"' in text


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_it_shares_no_code_with_crossdock(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").split(".")[0])
    assert "crossdock" not in imported
    assert imported <= {"odoo", "psycopg2", "requests", "markupsafe", *__import__("sys").stdlib_module_names}


def test_constraints_work_on_every_series():
    text = (ADDON / "models" / "event.py").read_text(encoding="utf-8")
    assert 'hasattr(models, "Constraint")' in text
    assert "_sql_constraints" in text


def test_the_template_has_every_string():
    known = {source for source, _ in _entries((ADDON / "i18n" / "crossdock.pot").read_text(encoding="utf-8"))}
    assert sorted({text for text in _strings() if text not in known}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_complete_and_keep_placeholders(language):
    template = [source for source, _ in _entries((ADDON / "i18n" / "crossdock.pot").read_text(encoding="utf-8"))]
    translated = dict(_entries((ADDON / "i18n" / f"{language}.po").read_text(encoding="utf-8")))
    assert [source for source in template if not translated.get(source)] == []
    placeholders = re.compile(r"%(?:\(\w+\))?s")
    different = [s for s in template if sorted(placeholders.findall(s)) != sorted(placeholders.findall(translated[s]))]
    assert different == []


def test_readme_fragments_and_icon():
    for name in ("DESCRIPTION", "CONFIGURE", "USAGE", "CONTRIBUTORS"):
        assert (ADDON / "readme" / f"{name}.md").read_text(encoding="utf-8").strip()
    assert (ADDON / "static" / "description" / "icon.png").read_bytes().startswith(b"\x89PNG")
