"""serve stops when it is told to, loses nothing, and says in one sentence why it cannot start."""

import asyncio
import hashlib
import hmac
import json
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from cli.running import HOOK, answers, ended, free_port, installed, start
from crossdock import bootstrap

EVENT = Path(__file__).parents[1] / "connectors/easypost/published/event_tracker_updated_delivered.json"
BODY = json.loads(EVENT.read_text())["raw_body"].encode()


async def tell(port: int) -> str:
    """Send a signed webhook; the exchange Crossdock made of it."""
    signature = "hmac-sha256-hex=" + hmac.new(HOOK.encode(), BODY, hashlib.sha256).hexdigest()
    url = f"http://127.0.0.1:{port}/in/easypost/events"
    headers = {"X-Hmac-Signature": signature, "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(url, data=BODY, headers=headers) as response:
        assert response.status == 202, await response.text()
        return response.headers["Location"].rpartition("/")[2]


async def status_of(config: Path, exchange_id: str) -> str:
    installation, _ = bootstrap.load(config)
    store = bootstrap.open_store(installation)
    try:
        return (await store.read(lambda tx: tx.views.exchange(exchange_id))).row.status
    finally:
        await store.close()


@pytest.mark.req("K1", "K15")
async def test_after_sigterm_nothing_is_lost_and_the_next_start_goes_on(tmp_path):
    port = free_port()
    config = installed(tmp_path, port=port)
    first = await start("serve", "--config", config)
    await answers(f"http://127.0.0.1:{port}/livez", first)
    taken = await tell(port)
    first.send_signal(signal.SIGTERM)
    code, _, said = await ended(first, 10)
    assert code == 0, said
    assert "Traceback" not in said
    assert "Unclosed" not in said

    second = await start("serve", "--config", config)
    await answers(f"http://127.0.0.1:{port}/livez", second)
    seen = "received"
    for _ in range(100):
        seen = await status_of(config, taken)
        if seen != "received":
            break
        await asyncio.sleep(0.1)
    assert seen in {"translated", "waiting"}
    second.send_signal(signal.SIGINT)
    assert (await ended(second, 10))[0] == 0


async def test_a_taken_port_is_said_and_nothing_else(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, out, said = await ended(await start("serve", "--config", installed(tmp_path, port=port)))
    assert (code, out) == (1, "")
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "listen.port" in said
    assert "Traceback" not in said
    assert not (tmp_path / "crossdock.db").exists()
