"""The record of calls holds what people need and no secret."""

import base64
import contextlib
import json

import pytest

from crossdock.ports.wire import HttpRequest, HttpResponse, NoAnswer, NotSent
from crossdock.transports.recorder import BODY_LIMIT, TOTAL_LIMIT, RecordingCaller


class Inner:
    def __init__(self, response=None):
        self.response = response

    async def call(self, _request):
        if self.response is None:
            raise NoAnswer("gone, my key was sesame-key-1")
        return self.response


def json_answer(value):
    return HttpResponse(200, {"content-type": "application/json"}, json.dumps(value).encode())


async def record(inner, request, **options):
    caller = RecordingCaller(inner, **options)
    caller.start()
    with contextlib.suppress(NoAnswer):
        await caller.call(request)
    return json.loads(caller.take())


@pytest.mark.req("M4", "L2")
async def test_secrets_are_removed_everywhere():
    key = "sesame-key-1"
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
        "X-Api-Key": "k1",
        "Accept": "a",
    }
    headers |= {"Cookie": "c", "X-Trace": "t"}
    body = {"password": "hunter2", "webhook_secret": "w", "nested": [{"api_key": "n", "name": "Ann"}], "echo": key}
    request = HttpRequest("POST", "https://me:you@h.example/a?token=tt1&x=1", headers, json.dumps(body).encode())
    inner = Inner(json_answer({"args": ["db", 2, "deep-password"], "monkey": "stays", "said": f"bad key {key}"}))
    (row,) = await record(inner, request, values=lambda: ("deep-password",))
    text = json.dumps(row)
    for secret in (key, "hunter2", '"w"', '"n"', "deep-password", "tt1", "k1", "you@"):
        assert secret not in text, secret
    assert row["request_headers"] == {"Accept": "a", "X-Trace": "t"}
    assert "Ann" in row["request_body"]
    assert "stays" in row["response_body"]
    assert row["status"] == 200


@pytest.mark.req("M4")
async def test_bodies_that_are_no_json_are_cleaned_by_pattern():
    request = HttpRequest(
        "POST", "https://h.example/", {"content-type": "text/plain"}, b'user=a&password=hunter2 "api_key": "zz9'
    )
    (row,) = await record(Inner(json_answer({})), request)
    assert "hunter2" not in row["request_body"]
    assert "zz9" not in row["request_body"]


async def test_a_failure_is_recorded_without_the_key():
    (row,) = await record(Inner(), HttpRequest("GET", "https://h.example/", {"Authorization": "Bearer sesame-key-1"}))
    assert row["problem"].startswith("NoAnswer")
    assert "sesame" not in row["problem"]


@pytest.mark.req("L2")
async def test_bodies_are_cut_and_files_are_named():
    big = json_answer({"text": "ü" * 50_000})
    (row,) = await record(Inner(big), HttpRequest("GET", "https://h.example/"))
    assert len(row["response_body"].encode()) < BODY_LIMIT + 100
    pdf = HttpResponse(200, {"content-type": "application/pdf"}, b"%PDF" + bytes(10))
    (row,) = await record(Inner(pdf), HttpRequest("GET", "https://h.example/"))
    assert row["response_body"].startswith("<application/pdf, 14 bytes, sha256 ")


@pytest.mark.req("L2")
async def test_the_whole_record_stays_under_its_limit():
    caller = RecordingCaller(Inner(json_answer({"text": "x" * 20_000})))
    caller.start()
    for number in range(900):
        await caller.call(HttpRequest("GET", f"https://h.example/{number}"))
    rows = caller.take()
    assert len(rows) <= TOTAL_LIMIT
    assert json.loads(rows)[-1]["url"].endswith("/899")
    assert caller.take() == b"[]"


async def test_nothing_is_kept_before_start():
    caller = RecordingCaller(Inner(json_answer({})))
    await caller.call(HttpRequest("GET", "https://h.example/"))
    assert caller.take() == b"[]"


@pytest.mark.req("K13")
async def test_no_call_is_made_for_work_that_another_carries_on_by_now():
    caller, ours = RecordingCaller(Inner(json_answer({}))), [True]
    request = HttpRequest("POST", "https://h.example/labels")
    asked = []

    async def stays_ours(seconds):
        asked.append(seconds)
        return "" if ours[0] else "another carries the command on"

    caller.start(stays_ours)
    await caller.call(request)
    ours[0] = False
    with pytest.raises(NotSent, match="another carries"):
        await caller.call(request)
    first, second = json.loads(caller.take())
    assert first["status"] == 200
    assert "another carries the command on" in second["problem"]
    assert asked == [request.timeout] * 2  # not only now: as long as the call may take
