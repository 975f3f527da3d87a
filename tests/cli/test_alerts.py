"""`crossdock alerts test` over a real mail server and a real endpoint."""

import asyncio
import json

import pytest

from bridges.test_webhooks import OLD, Endpoint
from crossdock.cli.main import main
from mailing import SECRET, opened

TEXT = """\
partners:
  post:
    connector: mail
    config: {{host: 127.0.0.1, port: {mail}, security: none, sender: hub@shop.example, public_url: "https://x.example",
             link_secret: secret://env/LINKS, timeout: 5}}
alerts:
  channels:
    desk: {{mail: {{partner: post, to: [ops@example.com]}}}}
    pager: {{webhook: {{url: "http://127.0.0.1:{hook}/hook", secrets: [secret://env/PAGER], allow_private: true}}}}
  routes: [{{to: [desk, pager]}}]
"""


@pytest.mark.req("L18")
async def test_a_test_alert_goes_by_each_channel_and_what_fails_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PAGER", OLD)
    monkeypatch.setenv("LINKS", SECRET)
    config = tmp_path / "crossdock.yaml"
    async with opened() as post, Endpoint(OLD) as endpoint:
        config.write_text(TEXT.format(mail=post.port, hook=endpoint.port), encoding="utf-8")

        async def run(*arguments):
            code = await asyncio.to_thread(main, ["alerts", "test", *arguments, "--config", str(config)])
            return int(code), capsys.readouterr()

        code, said = await run("--json")
        assert (code, [each["taken"] for each in json.loads(said.out)]) == (0, [True, True])
        assert post.simulator.letters[0].recipient == "ops@example.com"
        assert "Nothing is wrong" in endpoint.taken[0][1]["data"]["text"]
        endpoint.answers = [500]
        code, said = await run("pager")
        assert code == 1
        assert "HTTP 500" in said.out
        assert len(post.simulator.letters) == 1
        code, said = await run("fax")
        assert code == 2
        assert "there are: desk, pager" in said.err
