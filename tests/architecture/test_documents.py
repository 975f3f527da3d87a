"""Documents keep their word: decisions name an enforcer that exists, links lead somewhere, pages are generated."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src" / "crossdock").glob("connectors/*/README.md")]
)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"decision (\d{4})")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[`*_]", "", heading).lower() for heading in HEADING.findall(text))
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading)).strip("-") for heading in plain}


@pytest.mark.parametrize("record", DECISIONS, ids=_name)
def test_a_decision_names_what_enforces_it(record):
    text = record.read_text(encoding="utf-8")
    for heading in ("## Context", "## Decision", "## Consequences", "## Alternatives", "## Enforced by"):
        assert heading in text, f"{_name(record)} has no {heading}"
    enforcers = re.findall(r"`([^`\s]+)`", text.split("## Enforced by")[1])
    paths = [each for each in enforcers if "/" in each or each.startswith(".")]
    assert paths, f"{_name(record)} names no file that enforces it"
    assert [each for each in paths if not (ROOT / each).exists()] == []


@pytest.mark.parametrize("record", DECISIONS, ids=_name)
def test_a_decision_fits_half_a_page(record):
    assert len(record.read_text(encoding="utf-8").split()) <= 420


def test_every_decision_stands_in_the_index_and_every_number_in_the_code_has_a_record():
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [record.name for record in DECISIONS if record.name not in index] == []
    recorded = {record.name[:4] for record in DECISIONS}
    code = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    used = {number for path in code for number in NUMBER.findall(path.read_text(encoding="utf-8"))}
    assert used - recorded == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page):
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there)):
            broken.append(target)
    assert broken == []


def test_generated_pages_are_up_to_date():
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("asked", ["--help", "--chekc"])
def test_asking_how_to_generate_writes_nothing(asked):
    before = {page: page.stat().st_mtime_ns for page in (ROOT / "docs" / "reference").rglob("*.md")}
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / "docs" / "generate.py"), asked], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "--check" in done.stdout + done.stderr) == (0 if asked == "--help" else 2, True)
    assert {page: page.stat().st_mtime_ns for page in before} == before
