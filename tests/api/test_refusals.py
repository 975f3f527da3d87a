"""Errors as problem+json, and what gets in at all (I1, M1, M13)."""

import asyncio

import pytest

READS = [
    "/v1/shipments", "/v1/shipments/SO0007", "/v1/shipments/SO0007/timeline", "/v1/exchanges", "/v1/exchanges/x",
    "/v1/exchanges/x/body", "/v1/events", "/v1/exceptions", "/v1/parked", "/v1/search?q=S", "/v1/partners",
]  # fmt: skip
REASON = {"reason": "test"}


def is_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content = answer.json()
    assert content["status"] == status
    assert content["type"].startswith("urn:crossdock:problem:")
    assert content["title"]
    assert content["detail"]
    assert len(content["trace_id"]) == 32
    assert isinstance(content["retryable"], bool)
    return content


@pytest.mark.req("M1")
@pytest.mark.parametrize("scope", ["", "read", "write", "intake", "admin"])
async def test_who_may_do_what(world, scope):
    async with world.client(scope) as client:
        for path in READS:
            answer = await client.get(path)
            if scope == "read":
                assert answer.status_code in {200, 404}
            else:
                is_problem(answer, 403 if scope else 401)
        key = {"idempotency-key": "k"}
        retry = await client.post("/v1/exchanges/nothing/retry", json=REASON, headers=key)
        assert retry.status_code == {"": 401, "write": 404}.get(scope, 403)
        replay = await client.post("/v1/replays", json={**REASON, "ids": ["x"]}, headers=key)
        assert replay.status_code == {"": 401, "admin": 200}.get(scope, 403)


@pytest.mark.req("M1")
async def test_401_says_how_to_get_in(world):
    async with world.client("") as client:
        answer = await client.get("/v1/shipments", headers={"authorization": "Bearer not.a.token"})
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.req("I1")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/shipments/nothing", 404),
        ("GET", "/v1/exchanges/nothing", 404),
        ("GET", "/v1/exchanges/nothing/body", 404),
        ("GET", "/v1/shipments?cursor=AAAA", 404),
        ("GET", "/v1/shipments?text=%00", 404),
        ("GET", "/v1/shipments/nothing%00", 404),
        ("GET", "/v1/flows?hours=%00", 400),
        ("GET", "/v1/exchanges?since=%00", 400),
        ("GET", "/v1/exchanges?status=%00", 400),
        ("GET", "/v1/shipments?cursor=%00", 400),
        ("GET", "/v1/kpis?from=%00", 400),
        ("GET", "/v1/flows?hours=1&hours=%00", 400),
        ("DELETE", "/v1/shipments", 405),
        ("GET", "/v1/shipments?phaze=new", 400),
        ("GET", "/v1/shipments?limit=0", 400),
        ("GET", "/v1/shipments?limit=many", 400),
        ("GET", "/v1/exchanges?since=yesterday", 400),
        ("GET", "/v1/exchanges?direction=up", 400),
        ("GET", "/v1/search", 400),
        ("POST", "/v1/replays", 400),
    ],
)
async def test_every_refusal_is_a_problem(everybody, method, path, status):
    answer = await everybody.request(method, path)
    is_problem(answer, status)
    if status == 405:
        assert "GET" in answer.headers["allow"]


@pytest.mark.req("M13")
@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"reason": "x", "ids": [', 400, None),
        (b"\xff\xfe", 400, None),
        (b"[" * 100_000, 400, None),
        (b'{"reason":' + b"[" * 100_000, 400, None),
        (b"", 422, None),
        (b"x" * 2_000_000, 413, None),
        (b'{"reason": "x", "ids": [1]}', 422, "/ids/0"),
        (b'{"reason": 1, "ids": ["a"]}', 422, "/reason"),
        (b'{"reason": "", "ids": ["a"]}', 422, "/reason"),
        (b'{"reason": "x"}', 422, "/ids"),
        (b'{"reason": "x", "ids": ["a"], "effects": 0}', 422, "/effects"),
        (b"[]", 422, "/"),
        (b'{"reason": "x", "ids": ["a"], "everything": true}', 422, "/"),
    ],
    ids=range(13),
)
async def test_bad_bodies_name_the_fault_by_json_pointer(everybody, body, status, pointer):
    headers = {"idempotency-key": "k", "content-type": "application/json"}
    content = is_problem(await everybody.post("/v1/replays", content=body, headers=headers), status)
    if pointer:
        assert [fault["pointer"] for fault in content["errors"]] == [pointer]


@pytest.mark.req("L20")
async def test_the_callers_trace_id_is_kept(reader):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await reader.get("/v1/nothing", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert is_problem(answer, 404)["trace_id"] == trace


@pytest.mark.req("K2")
async def test_an_idempotency_key_is_needed_and_answers_once(world, everybody):
    parked = (await everybody.get("/v1/parked")).json()["items"]
    target = next(row["id"] for row in parked if row["direction"] == "outbound" and row["status"] == "parked")
    path = f"/v1/exchanges/{target}/retry"
    is_problem(await everybody.post(path, json=REASON), 400)
    key = {"idempotency-key": "once"}
    first = await everybody.post(path, json=REASON, headers=key)
    assert (first.status_code, first.json()) == (202, {"retried": 1})
    again = await everybody.post(path, json=REASON, headers=key)
    assert (again.status_code, again.json()) == (202, {"retried": 1})
    assert again.headers["idempotency-replayed"] == "true"
    is_problem(await everybody.post(path, json={"reason": "other"}, headers=key), 422)
    fresh = await everybody.post(path, json=REASON, headers={"idempotency-key": "twice"})
    assert fresh.json() == {"retried": 1} or fresh.json() == {"retried": 0}
    async with world.client("write") as other:
        mine = await other.post(path, json=REASON, headers=key)
        assert "idempotency-replayed" not in mine.headers


@pytest.mark.req("K2")
async def test_a_key_whose_request_is_running_is_409(world, everybody):
    gate, entered = asyncio.Event(), asyncio.Event()
    run = world.store.run

    async def slow(step):
        entered.set()
        await gate.wait()
        return await run(step)

    world.store.run = slow
    body, key = {**REASON, "ids": ["x"]}, {"idempotency-key": "slow"}
    first = asyncio.create_task(everybody.post("/v1/replays", json=body, headers=key))
    await entered.wait()
    content = is_problem(await everybody.post("/v1/replays", json=body, headers=key), 409)
    assert content["retryable"]
    gate.set()
    assert (await first).status_code == 200


@pytest.mark.req("K5")
async def test_a_replay_is_a_dry_run_unless_told(everybody):
    story = (await everybody.get("/v1/shipments/SO0007/timeline")).json()
    message = story["entries"][0]["exchange_id"]
    body = {**REASON, "ids": [message]}
    planned = (await everybody.post("/v1/replays", json=body, headers={"idempotency-key": "a"})).json()
    assert (planned["dry_run"], planned["messages"], planned["reopened"]) == (True, 1, 0)
    assert planned["calls"] == []
    assert planned["held_back"][0]["kind"] == "rates.request.v1"
    loud = (
        await everybody.post("/v1/replays", json={**body, "effects": True}, headers={"idempotency-key": "c"})
    ).json()
    assert loud["calls"] == planned["held_back"]
    odd = await everybody.post("/v1/replays", json={**REASON, "flow": "odd"}, headers={"idempotency-key": "d"})
    assert is_problem(odd, 404)["errors"][0]["pointer"] == "/flow"
    assert (
        await everybody.post("/v1/replays", json={**REASON, "flow": "tracking"}, headers={"idempotency-key": "e"})
    ).is_success
    done = await everybody.post("/v1/replays", json={**body, "dry_run": False}, headers={"idempotency-key": "b"})
    assert done.json()["reopened"] == 1
    assert (await everybody.get(f"/v1/exchanges/{message}")).json()["exchange"]["status"] == "received"
