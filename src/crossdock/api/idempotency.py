"""Idempotency-Key on POST: the effect and its answer commit together, so a repeated request gets the first answer.

Per client and key: 409 while the first request is running, 422 when the key comes with another body, else the kept
answer. A refused request keeps nothing, so it can be put right under the same key.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.context import Context
from crossdock.api.gates import client_of
from crossdock.api.problems import ProblemError
from crossdock.ports.policy import Client
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_doors import KeptAnswer

Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Names this request; sent again it gets the same answer and has no second effect.",
    ),
]
Effect = Callable[[Transaction, Client, int], tuple[int, Struct]]


class _Taken(Exception):
    """Another process kept its answer under this key first; nothing of ours may commit."""


class Once:
    """Runs effects at most once per client and key."""

    def __init__(self, context: Context) -> None:
        """Answers are kept in the context's store."""
        self._context = context
        self._running: set[tuple[str, str]] = set()

    async def run(self, request: Request[Any, Any, Any], key: str, effect: Effect) -> Response[Any]:
        """Answer from the kept answer, or run ``effect`` and keep what it says."""
        client = client_of(request)
        fingerprint = sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
        slot = (client.id, key)
        if slot in self._running:
            raise ProblemError(409, "a request with this Idempotency-Key is still running", kind="still-running")
        self._running.add(slot)
        try:
            answer, replayed = await self._once(client, key, fingerprint, effect)
        finally:
            self._running.discard(slot)
        if answer.request_hash != fingerprint:
            raise ProblemError(
                422, "this Idempotency-Key was used for a different request; take a fresh one", kind="key-reused"
            )
        headers = {"idempotency-replayed": "true"} if replayed else {}
        return Response(answer.body, status_code=answer.status, media_type="application/json", headers=headers)

    async def _once(self, client: Client, key: str, fingerprint: str, effect: Effect) -> tuple[KeptAnswer, bool]:
        now = self._context.clock.now()

        def step(tx: Transaction) -> tuple[KeptAnswer, bool]:
            kept = tx.doors.answer(client.id, key)
            if kept is not None:
                return kept, True
            status, content = effect(tx, client, now)
            answer = KeptAnswer(fingerprint, status, msgspec.json.encode(content))
            if not tx.doors.keep_answer(client.id, key, answer, now):
                raise _Taken
            return answer, False

        try:
            return await self._context.store.run(step)
        except _Taken:
            kept = await self._context.store.read(lambda tx: tx.doors.answer(client.id, key))
            if kept is None:
                raise ProblemError(409, "a request with this Idempotency-Key is still running") from None
            return kept, True
