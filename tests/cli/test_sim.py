"""The simulators start by command line and answer."""

import json
import signal

import pytest

from cli.running import answers, ended, free_port, start
from slowly import few


@pytest.mark.req("C6")
@pytest.mark.parametrize("partner", few(["odoo", "easypost"]))
async def test_a_simulator_starts_answers_and_stops(partner):
    port = free_port()
    process = await start("sim", partner, "--port", port)
    status, body = await answers(f"http://127.0.0.1:{port}/_sim/ledger", process)
    assert status == 200
    json.loads(body)
    process.send_signal(signal.SIGINT)
    _, _, said = await ended(process, 10)
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said


async def test_a_taken_port_is_said():
    port = free_port()
    first = await start("sim", "odoo", "--port", port)
    await answers(f"http://127.0.0.1:{port}/_sim/ledger", first)
    code, _, said = await ended(await start("sim", "odoo", "--port", port))
    first.send_signal(signal.SIGTERM)
    await ended(first, 10)
    assert code == 1
    assert "--port" in said
    assert "Traceback" not in said
