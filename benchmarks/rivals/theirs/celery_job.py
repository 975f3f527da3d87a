"""The job on Celery: a signed webhook queues a task, the task writes a row. Runs in the rivals' own environment.

Door:   uvicorn celery_job:door         Worker:  celery -A celery_job worker
RIVAL_BROKER and RIVAL_DATABASE name Redis and PostgreSQL; RIVAL_ACKS_LATE=1 acknowledges after the work.
"""

import hmac
import json
import os
from hashlib import sha256
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_process_init

SECRET = b"benchmark-secret"
app = Celery("job", broker=os.environ["RIVAL_BROKER"])
app.conf.task_ignore_result = True
_LATE = os.environ.get("RIVAL_ACKS_LATE") == "1"
_OPEN: dict[str, psycopg.Connection] = {}


@worker_process_init.connect
def _connect(**_: Any) -> None:
    _OPEN["database"] = psycopg.connect(os.environ["RIVAL_DATABASE"], autocommit=True)


@app.task(name="apply", acks_late=_LATE, reject_on_worker_lost=_LATE or None)
def apply(body: str) -> None:
    """The effect: one row."""
    event = json.loads(body)
    package = event["result"]
    row = (event["id"], package["tracking_code"], package["status"])
    _OPEN["database"].execute("INSERT INTO effect (delivery_id, code, status) VALUES (%s, %s, %s)", row)


async def door(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Verify, queue, answer."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = next((value for name, value in scope["headers"] if name == b"x-hmac-signature"), b"")
    wanted = b"hmac-sha256-hex=" + hmac.new(SECRET, body, sha256).hexdigest().encode()
    status = 401
    if hmac.compare_digest(given, wanted):
        apply.delay(body.decode())
        status = 202
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
