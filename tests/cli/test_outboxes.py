"""Webhooks and bridges on the command line, with the server stopped."""

import asyncio

import pytest

from crossdock import bootstrap
from crossdock.backbone.outbox import keep_state
from crossdock.backbone.outbox_state import Held, Missed, OutboxState

WANTED = """
webhooks:
  portal: {url: "https://portal.example/hook", secrets: [secret://env/NO_SUCH_SECRET]}
bridges:
  lake: {kafka: {servers: ["127.0.0.1:1"]}}
"""


@pytest.fixture
def outboxes(config, crossdock):
    with config.open("a", encoding="utf-8") as file:
        file.write(WANTED)
    assert crossdock("migrate", "--config", config).code == 0
    return config


def put(config, state):
    async def run():
        store = bootstrap.open_store(bootstrap.load(config)[0])
        await store.run(lambda tx: keep_state(tx, "portal", "", state, 1))
        await store.close()

    asyncio.run(run())


@pytest.mark.req("I2", "E9")
def test_each_group_lists_its_own(outboxes, crossdock):
    [hook] = crossdock("webhooks", "list", "--config", outboxes, "--json").json
    [bridge] = crossdock("bridges", "list", "--config", outboxes, "--json").json
    assert (hook["name"], bridge["name"], hook["begun"], hook["waiting"]) == ("portal", "lake", False, 0)
    assert "not yet run" in crossdock("webhooks", "list", "--config", outboxes).out


@pytest.mark.req("I2")
def test_what_was_given_up_is_shown_with_the_reason(outboxes, crossdock):
    missed = Missed("e1", "record.written.v1", "do:odoo:1", 1_700_000_000_000_000, "Ask its owner.", "HTTP 422: no")
    held = Held(1, 2, "do:odoo:2", 5)
    put(outboxes, OutboxState(begun=True, problem="HTTP 422: no", held=(held,), missed=(missed,)))
    shown = crossdock("webhooks", "show", "portal", "--config", outboxes, "--json").json
    assert (shown["held"], shown["missed"], shown["missed_events"][0]["engineer"]) == (1, 1, "HTTP 422: no")
    assert "do:odoo:1" in crossdock("webhooks", "show", "portal", "--config", outboxes).out


def test_disabled_and_enabled_once(outboxes, crossdock):
    put(outboxes, OutboxState(begun=True))
    said = [
        crossdock("webhooks", action, "portal", "--reason", "x", "--config", outboxes, "--json").json["changed"]
        for action in ("disable", "disable", "enable", "enable")
    ]
    assert said == [True, False, True, False]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("webhooks", "show", "lake"), 2, "There is no 'lake' under webhooks; there are: portal."),
        (("bridges", "resend", "lake", "--since", "1h"), 1, "it never ran"),
        (("webhooks", "resend", "portal", "--since", "yesterday"), 2, "is not a time"),
        (("webhooks", "ping", "portal"), 1, "Provide the webhook's signing secret"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(outboxes, crossdock, arguments, code, said):
    answer = crossdock(*arguments, "--config", outboxes)
    assert (answer.code, said in answer.err) == (code, True), answer.err


@pytest.mark.req("I2")
def test_doctor_says_what_is_wrong_with_an_outbox(outboxes, crossdock):
    def found():
        rows = crossdock("doctor", "--config", outboxes, "--json").json["findings"]
        return {row["subject"]: (row["status"], row["text"]) for row in rows if row["subject"].startswith("events")}

    fresh = found()
    put(outboxes, OutboxState(begun=True, failing_since=5, problem="HTTP 503"))
    failing = found()
    crossdock("webhooks", "disable", "portal", "--reason", "moves", "--config", outboxes)
    disabled = found()["events to portal"]
    assert fresh["events to portal"] == ("ok", "has not run yet")
    assert (failing["events to portal"], failing["events to lake"][0]) == (("warn", "0 wait: HTTP 503"), "ok")
    assert (disabled[0], "moves" in disabled[1]) == ("fail", True)
