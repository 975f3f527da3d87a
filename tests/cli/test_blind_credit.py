"""`crossdock check` warns of a credit gate that decides by nothing."""

import pytest

from cli.running import installed


@pytest.mark.req("G9")
def test_a_credit_gate_without_what_customers_owe_is_warned_of(crossdock, tmp_path):
    path = installed(tmp_path)
    quiet = crossdock("check", "-c", path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("processes:\n", "processes:\n  credit_hold: {}\n"), encoding="utf-8")
    warned = crossdock("check", "-c", path)
    assert (quiet.code, warned.code) == (0, 0)
    assert "credit_hold" not in quiet.err
    assert "set partners.odoo.config.credit: true" in warned.err
    assert crossdock("check", "-c", path, "--json").json["blind_credit"] == ["odoo"]
    path.write_text(path.read_text().replace("database: demo,", "database: demo, credit: true,"), encoding="utf-8")
    assert "credit_hold" not in crossdock("check", "-c", path).err
