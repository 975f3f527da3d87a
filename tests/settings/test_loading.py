"""A configuration is read whole, or every fault of it is told at its line."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from crossdock.settings.loading import load
from crossdock.settings.nodes import read_text
from crossdock.settings.partners import read_partners
from crossdock.settings.reading import read_config
from crossdock.settings.schema import schema

GOOD = """\
partners:
  odoo: {connector: system}
processes:
  order_to_ship: {erp: odoo, carriers: [odoo]}
"""


class Inner(Struct, frozen=True, forbid_unknown_fields=True):
    depth: Annotated[int, Meta(ge=1)]


class System(Struct, frozen=True, forbid_unknown_fields=True):
    url: Annotated[str, Meta(description="Where it is", examples=["https://a.example"])]
    key: Annotated[str, Meta(description="The key", extra={"secret": True})] = ""
    keys: Annotated[tuple[str, ...], Meta(description="Old and new", extra={"secret": True})] = ()
    mode: Literal["fast", "slow"] = "fast"
    inner: Inner | None = None
    sizes: tuple[int, ...] = ()


def write(folder: Path, text: str, name: str = "crossdock.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def faults(path, environ=None):
    return [(Path(f.file).name, f.line, f.key) for f in load(path, environ or {}).faults]


def config(text, kind=System):
    node, problems = read_text(text, "partner.yaml")
    assert problems == []
    return read_config(kind, node)


def test_defaults_stand_where_nothing_is_said(tmp_path):
    loaded = load(write(tmp_path, ""), {})
    assert loaded.faults == ()
    assert loaded.settings.listen.port == 8480
    assert loaded.settings.retention.raw_bodies_days == 90
    assert loaded.settings.store.url == f"sqlite:///{tmp_path / 'crossdock.db'}"


def test_a_section_with_all_its_lines_commented_out_is_its_defaults(tmp_path):
    assert load(write(tmp_path, "listen:\n  # port: 1\nretry:\n"), {}).settings.listen.port == 8480


def test_every_fault_shows_at_once_with_its_line(tmp_path):
    text = """\
environment: production
listn: {}
listen:
  port: "8480"
  max_body: 5
store:
  url: mysql://x
partners:
  Bad_Name: {connector: x}
processes:
  order_to_ship:
    erp: nobody
    carriers: []
    milestones: [deliverd]
"""
    assert faults(write(tmp_path, text)) == [
        ("crossdock.yaml", 1, "environment"),
        ("crossdock.yaml", 2, "listn"),
        ("crossdock.yaml", 4, "listen.port"),
        ("crossdock.yaml", 5, "listen.max_body"),
        ("crossdock.yaml", 7, "store.url"),
        ("crossdock.yaml", 9, "partners.Bad_Name"),
        ("crossdock.yaml", 12, "processes.order_to_ship.erp"),
        ("crossdock.yaml", 13, "processes.order_to_ship.carriers"),
        ("crossdock.yaml", 14, "processes.order_to_ship.milestones[0]"),
    ]


def test_a_fault_says_what_to_do(tmp_path):
    found = {fault.key: fault.hint for fault in load(write(tmp_path, "listn: 1\nenvironment: prd\n"), {}).faults}
    assert found == {"listn": "did you mean 'listen'?", "environment": "did you mean 'prod'?"}


def test_faults_of_an_included_file_stand_at_their_own_lines(tmp_path):
    write(tmp_path, "partners:\n  odoo:\n    connector: system\n    priorty: 1\n", "partners/odoo.yaml")
    path = write(tmp_path, "include: [partners/*.yaml, missing.yaml]\n")
    assert faults(path) == [("crossdock.yaml", 1, "include"), ("odoo.yaml", 4, "partners.odoo.priorty")]


def test_a_key_set_in_two_files_is_a_fault_that_names_both(tmp_path):
    write(tmp_path, "listen: {port: 2}\n", "more.yaml")
    (fault,) = load(write(tmp_path, "include: more.yaml\nlisten: {port: 1}\n"), {}).faults
    assert (Path(fault.file).name, fault.line, fault.key) == ("more.yaml", 1, "listen.port")
    assert "crossdock.yaml:2" in fault.text


def test_a_key_written_twice_is_a_fault(tmp_path):
    assert faults(write(tmp_path, "listen: {port: 1}\nlisten: {port: 2}\n")) == [("crossdock.yaml", 2, "listen")]


@pytest.mark.parametrize("text", ["a: [1", "\tx: 1", "- 1\n- 2", "a: &a [*a]", "x: !!python/object:os.system {}"])
def test_what_is_no_configuration_is_a_fault_never_an_error(tmp_path, text):
    assert load(write(tmp_path, text), {}).faults


def test_a_missing_file_is_a_fault(tmp_path):
    (fault,) = load(tmp_path / "crossdock.yaml", {}).faults
    assert "crossdock init" in fault.hint


def test_the_environment_wins(tmp_path):
    environ = {"CROSSDOCK__LISTEN__PORT": "9000", "CROSSDOCK__PARTNERS__EASY_POST__ENABLED": "false", "PATH": "x"}
    path = write(tmp_path, "listen: {port: 1}\npartners:\n  easy-post: {connector: system}\n")
    loaded = load(path, environ)
    assert loaded.faults == ()
    assert loaded.settings.listen.port == 9000
    assert loaded.settings.partners["easy-post"].enabled is False


def test_a_fault_of_the_environment_names_the_variable(tmp_path):
    found = load(write(tmp_path, ""), {"CROSSDOCK__LISTEN__PRT": "1", "CROSSDOCK__STORE": "x", "CROSSDOCK__A__": "1"})
    assert {fault.file for fault in found.faults} == {"CROSSDOCK__LISTEN__PRT", "CROSSDOCK__STORE", "CROSSDOCK__A__"}


@pytest.mark.req("M4")
def test_a_password_in_the_address_of_a_file_is_refused_and_not_repeated(tmp_path):
    (fault,) = load(write(tmp_path, "store: {url: 'postgresql://me:hunter2@db/x'}"), {}).faults
    assert fault.key == "store.url"
    assert "hunter2" not in repr(fault)


@pytest.mark.req("M4")
@pytest.mark.parametrize("section", ["project", "reconciliation"])
def test_a_time_zone_nobody_knows_is_refused(tmp_path, section):
    (fault,) = load(write(tmp_path, f"{section}: {{timezone: Europe/Brusels}}"), {}).faults
    assert (fault.key, fault.line) == (f"{section}.timezone", 1)
    assert load(write(tmp_path, f"{section}: {{timezone: Europe/Brussels}}"), {}).faults == ()


def test_partners_are_read_by_their_connectors_types(tmp_path):
    loaded = load(write(tmp_path, "partners:\n  a: {connector: systm}\n  b:\n    connector: system\n"), {})
    configs, found = read_partners(loaded, {"system": System})
    assert configs == {}
    assert [(fault.line, fault.key) for fault in found] == [(2, "partners.a.connector"), (4, "partners.b.config.url")]
    assert found[0].hint == "did you mean 'system'?"


def test_a_connector_that_cannot_be_loaded_says_why(tmp_path):
    loaded = load(write(tmp_path, "partners:\n  a: {connector: acme}\n"), {})
    _, found = read_partners(loaded, {"system": System}, {"acme": "plug-in 'acme' cannot be loaded: SyntaxError"})
    assert [(fault.text, fault.hint) for fault in found] == [("plug-in 'acme' cannot be loaded: SyntaxError", "")]


def test_a_config_is_judged_field_by_field():
    value, found = config("mode: fats\ninner: {depth: 0, x: 1}\nsizes: [1, two, three]\n")
    assert value is None
    assert [(fault.line, fault.key) for fault in found] == [
        (1, "mode"),
        (2, "inner.depth"),
        (2, "inner.x"),
        (3, "sizes[1]"),
        (3, "sizes[2]"),
        (1, "url"),
    ]


def test_a_good_config_is_a_value():
    value, found = config("url: u\nkey: secret://env/K\nkeys: [secret://file/a]\ninner: {depth: 2}\n")
    assert found == []
    assert value == System("u", "secret://env/K", ("secret://file/a",), inner=Inner(2))


@pytest.mark.req("M4")
@pytest.mark.parametrize("written", ["hunter2", "secret://vault/hunter2", "[hunter2]", "{a: hunter2}", "99887766"])
def test_a_literal_secret_is_refused_with_the_way_out_and_never_repeated(written):
    for field in ("key", "keys"):
        value, found = config(f"url: u\n{field}: {written}\n")
        assert value is None
        (fault,) = found
        assert "secret://file/PATH" in fault.hint
        assert "hunter2" not in repr(fault)
        assert "99887766" not in repr(fault)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    node, found = read_text(text, "x.yaml")
    assert (node is None) == bool(found) or node is not None
    if node is not None:
        read_config(System, node)


def test_the_schema_accepts_what_the_reader_accepts():
    made = schema({"system": System})
    text = msgspec.json.encode(made).decode()
    assert made["$ref"] == "#/$defs/Settings"
    assert "include" in made["$defs"]["Settings"]["properties"]
    assert "secret://" in made["$defs"]["System"]["properties"]["key"]["pattern"]
    assert all(f"#/$defs/{name}" in text for name in ("System", "PartnerSettings", "OrderToShip"))
    assert made["$defs"]["PartnerSettings"]["properties"]["connector"]["enum"] == ["system"]
