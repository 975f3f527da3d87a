"""New connectors from the command line."""

import subprocess
import sys

import pytest


@pytest.mark.req("I10")
def test_a_new_connector_passes_the_conformance_kit_from_birth(tmp_path, crossdock):
    folder = tmp_path / "acme"
    answer = crossdock("connector", "new", "acme_freight", "--folder", folder)
    assert answer.code == 0, answer.err
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", folder / "pyproject.toml", folder]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout
    assert "failed" not in ran.stdout


@pytest.mark.parametrize("name", ["Acme", "1acme", "a", "acme-freight", "odoo"])
def test_a_name_no_connector_can_have_is_refused(tmp_path, crossdock, name):
    answer = crossdock("connector", "new", name, "--folder", tmp_path / "x")
    assert answer.code == 2
    assert not (tmp_path / "x").exists()


def test_nothing_is_written_over_and_a_dry_run_writes_nothing(tmp_path, crossdock):
    assert crossdock("connector", "new", "acme", "--folder", tmp_path / "dry", "--dry-run").code == 0
    assert not (tmp_path / "dry").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    assert crossdock("connector", "new", "acme", "--folder", tmp_path / "full").code == 2


def test_connectors_are_listed_with_their_other_names(crossdock):
    listed = {each["id"]: each for each in crossdock("connector", "list", "--json").json}
    assert "label.buy.v1" in listed["easypost"]["commands"]
    assert "tnt_it" in listed["tnt"]["aliases"]


def test_fields_of_messages_are_named(tmp_path, crossdock):
    message = tmp_path / "message.json"
    message.write_text('{"a": [{"b": 1}]}')
    assert crossdock("connector", "fields", "tnt", message, "--json").json["new"] == ["/a", "/a/b"]
    assert crossdock("connector", "fields", "nobody", message).code == 2
