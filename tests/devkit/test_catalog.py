"""Plug-ins are found by name and alias, and a broken one keeps no other from working."""

from importlib.metadata import EntryPoint

import pytest

from crossdock import catalog
from crossdock.catalog import BrokenPlugin, UnknownPlugin, connectors


class Distribution:
    name = "acme-crossdock"


class Broken(EntryPoint):
    dist = Distribution()


@pytest.fixture
def with_broken(monkeypatch):
    real = catalog.entry_points

    def found(*, group):
        return [*real(group=group), Broken("acme", "no.such.module:SPEC", group)]

    monkeypatch.setattr(catalog, "entry_points", found)
    return connectors()


def test_ours_are_found_by_name_and_alias():
    found = connectors()
    assert {"odoo", "easypost"} <= set(found.names())
    assert found.get("easypost-tracker").id == "easypost"


def test_an_unknown_name_is_told_with_those_there_are():
    with pytest.raises(UnknownPlugin, match="easypost"):
        connectors().get("nobody")


def test_a_broken_plugin_names_its_distribution_and_keeps_the_others(with_broken):
    assert "easypost" in with_broken.working()
    assert [each.distribution for each in with_broken.broken()] == ["acme-crossdock"]
    with pytest.raises(BrokenPlugin, match="acme-crossdock"):
        with_broken.get("acme")
