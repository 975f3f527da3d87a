"""doctor against partners that answer, and against partners that do not."""

import json
import re
import time

import pytest

from cli.running import commanded, installed, partners


@pytest.mark.req("I1")
async def test_everything_is_in_order_with_both_simulators(tmp_path):
    async with partners() as (odoo, easypost):
        config = installed(tmp_path, odoo=odoo, easypost=easypost)
        assert (await commanded("migrate", "-c", config))[0] == 0
        code, out, said = await commanded("doctor", "--json", "-c", config)
    findings = json.loads(out)["findings"]
    assert [each for each in findings if each["status"] != "ok"] == []
    assert code == 0
    subjects = {each["subject"] for each in findings}
    assert {"partner odoo", "partner easypost", "store (sqlite)", "signing secret"} <= subjects
    assert said == ""


@pytest.mark.req("K13")
@pytest.mark.parametrize(("off", "status"), [(0, "ok"), (47, "warn"), (-47, "warn")])
async def test_a_clock_that_differs_from_the_databases_is_said(
    tmp_path, migrated_postgres_url, monkeypatch, off, status
):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + off)
    config = installed(tmp_path)
    config.write_text(re.sub("sqlite:///crossdock.db", migrated_postgres_url, config.read_text()))
    _, out, _ = await commanded("doctor", "--json", "-c", config)
    [found] = [each for each in json.loads(out)["findings"] if each["subject"] == "clocks"]
    assert found["status"] == status
    if off:
        said = "ahead of" if off > 0 else "behind"
        assert f"s {said} the database's" in found["text"]
        assert abs(float(found["text"].split(" ")[3]) - 47) < 5
        assert found["do"] == "set the clocks of all machines by NTP"


async def test_partners_that_do_not_answer_and_a_schema_that_is_not_there_are_found(tmp_path):
    code, out, said = await commanded("doctor", "--json", "-c", installed(tmp_path))
    failed = {each["subject"]: each["do"] for each in json.loads(out)["findings"] if each["status"] == "fail"}
    assert code == 3
    assert set(failed) == {"partner odoo", "partner easypost", "store (sqlite)"}
    assert failed["store (sqlite)"] == "run: crossdock migrate"
    assert said == ""
