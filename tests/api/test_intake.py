"""The bare door for partners: limits, lengths, early leavers (I2, M13)."""

import msgspec
import pytest

from api.doors import Answer, Intake
from crossdock.api.intake import IntakeApp
from crossdock.ports.verdicts import Explanation
from views.seeding import FixedClock


class Caller:
    """Calls an ASGI app with chunks and keeps what it answers."""

    def __init__(self, largest=1000):
        self.intake = Intake()
        self.app = IntakeApp(self.intake, FixedClock(), largest)
        self.asked = 0

    async def __call__(self, chunks, path="/in/odoo/pickings", method="POST", headers=(), query=b"", *, leave=False):
        events = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if leave:
            events.append({"type": "http.disconnect"})
        else:
            events[-1]["more_body"] = False
        sent = []

        async def receive():
            self.asked += 1
            return events.pop(0)

        async def send(event):
            sent.append(event)

        scope = {"type": "http", "path": path, "method": method, "headers": list(headers), "query_string": query}
        await self.app(scope, receive, send)
        if not sent:
            return None, {}, None
        assert [event["type"] for event in sent] == ["http.response.start", "http.response.body"]
        fields = dict(sent[0]["headers"])
        content = sent[1].get("body", b"")
        assert int(fields[b"content-length"]) == len(content)
        return sent[0]["status"], fields, msgspec.json.decode(content) if content else None


async def test_the_bytes_reach_intake_unchanged_and_the_answer_says_where_they_are():
    call = Caller()
    headers = [(b"content-type", b"application/json"), (b"x-signature", b"abc"), (b"content-length", b"4")]
    status, fields, content = await call([b"\x00\xff", b"", b"ab"], headers=headers, query=b"a=1")
    assert (status, content) == (202, None)
    assert fields[b"location"] == b"/v1/exchanges/" + b"0" * 26
    message = call.intake.taken[0]
    assert (message.body, message.channel, message.content_type) == (b"\x00\xffab", "pickings", "application/json")
    assert message.headers["x-signature"] == "abc"
    assert message.path == "/in/odoo/pickings?a=1"


@pytest.mark.req("M13")
async def test_a_body_over_the_limit_is_413_and_reading_stops():
    call = Caller(largest=1000)
    status, fields, content = await call([b"x" * 600] * 50)
    assert (status, content["status"], call.asked) == (413, 413, 2)
    assert fields[b"connection"] == b"close"
    assert call.intake.taken == []
    partner, message, length = call.intake.refused[0]
    assert (partner, len(message.body), length) == ("odoo", 1200, 1200)


@pytest.mark.req("M13")
async def test_a_length_over_the_limit_is_413_before_the_body_is_read():
    call = Caller(largest=1000)
    status, _, _ = await call([b"x"] * 50, headers=[(b"content-length", b"104857600")])
    assert (status, call.asked) == (413, 1)
    assert call.intake.refused[0][2] == 104_857_600


@pytest.mark.parametrize("length", [b"5", b"3", b"-1", b"x", b"", b"4, 4", b"9" * 30])
async def test_a_wrong_content_length_is_refused(length):
    call = Caller()
    status, fields, content = await call([b"abcd"], headers=[(b"content-length", length)])
    assert status in {400, 413}
    assert fields[b"content-type"] == b"application/problem+json"
    assert content["detail"]
    assert call.intake.taken == []


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/in/", "POST", 404), ("/in/odoo", "POST", 404), ("/in/odoo/", "POST", 404), ("/in//x", "POST", 404),
     ("/in/odoo/a/b", "POST", 404), ("/in/nobody/x", "POST", 404), ("/in/odoo/x", "GET", 405)],
)  # fmt: skip
async def test_other_addresses_are_problems(path, method, status):
    call = Caller()
    answered, fields, content = await call([b""], path=path, method=method)
    assert (answered, content["status"]) == (status, status)
    assert (fields.get(b"allow") == b"POST") == (status == 405)


async def test_a_caller_who_leaves_half_way_leaves_nothing():
    call = Caller()
    assert (await call([b"half"], leave=True))[0] is None
    assert call.intake.taken == []


@pytest.mark.parametrize(("status", "retryable"), [(401, False), (503, True), (507, True)])
async def test_a_refusal_tells_what_to_do(status, retryable):
    call = Caller()
    call.intake.answer = Answer(status, why=Explanation("What to do.", "why it is so"))
    answered, fields, content = await call([b"x"])
    assert (answered, content["detail"], content["retryable"]) == (status, "What to do.", retryable)
    assert (b"retry-after" in fields) == retryable
    assert bool(content["errors"]) != retryable
