"""`crossdock audit list`: what pages and API show, on the command line."""

import pytest


@pytest.fixture
def kept(config, crossdock):
    assert crossdock("migrate", "-c", config).code == 0
    for name in ("erp", "shop", "portal"):
        assert crossdock("clients", "create", name, "-c", config).code == 0
    return config


@pytest.mark.req("L2", "M8")
def test_what_was_done_here_is_listed_newest_first_and_page_by_page(kept, crossdock):
    first = crossdock("audit", "list", "--action", "client", "--limit", 2, "--json", "-c", kept)
    items = first.json["items"]
    assert [each["detail"] for each in items] == ["portal: read", "shop: read"]
    assert {(each["door"], each["action"], each["about"]) for each in items} == {
        ("command line", "client.create", "client")
    }
    rest = crossdock("audit", "list", "--action", "client", "--cursor", first.json["next"], "--json", "-c", kept).json
    assert [each["detail"] for each in rest["items"]] == ["erp: read", "first: read write intake orders admin"]
    assert rest["next"] == ""
    shown = crossdock("audit", "list", "--text", "SHOP", "-c", kept)
    assert "shop: read" in shown.out
    assert "erp" not in shown.out


def test_wrong_times_and_cursors_are_said(kept, crossdock):
    for option in (("--since", "yesterday"), ("--cursor", "junk")):
        answer = crossdock("audit", "list", *option, "-c", kept)
        assert (answer.code, "Traceback" in answer.err) == (2, False), option
    assert crossdock("audit", "list", "--until", "2020-01-01", "--json", "-c", kept).json["items"] == []
