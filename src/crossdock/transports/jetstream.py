"""The log's stream on NATS JetStream (https://docs.nats.io/nats-concepts/jetstream), servers from 2.12 on.

One stream per partition, so that the sequence of a message is the position of the event. A batch is appended whole by
atomic batch publishing (NATS ADR-50) on the condition that the stream ends where we believe
(``Nats-Expected-Last-Sequence``): whatever is repeated, by whomever and however late, nothing is there twice. Reads are
direct gets in batches (ADR-31), which any replica answers; one that lags behind is asked again, then the leader.
"""

import asyncio
import base64
import contextlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.ports.stream import Health, OutOfPlace, StreamDown, StreamFault
from crossdock.transports.libraries import MissingLibrary

try:
    import nats
    from nats.errors import Error as NatsError
    from nats.errors import NoRespondersError
except ImportError as missing:
    raise MissingLibrary("nats") from missing

_CONNECT_SECONDS = 3
_ANSWER_SECONDS = 5.0
_TRIES = 4
_PAUSE = 0.05
_MOST_BYTES = 2 << 20
"""Bytes of one batch: what a server may have to keep until it is complete."""
_MOST_MESSAGES = 500
"""JetStream takes 1,000 messages in an atomic batch unless told otherwise."""
_WRONG_LAST_SEQUENCE = {10071, 10070}
_NO_STREAM = 10059
_NO_MESSAGE = 10037
_WILL_PASS = {10005, 10008, 10009, 10023, 10074, 10076, 10077, 10118, 10047}
"""No leader, no quorum, no peers, too slow, out of room: the codes of errors a retry may find gone."""
_SILENT_NS = 10_000_000_000
_FAR_BEHIND = 1000
_DECODE = msgspec.json.Decoder().decode
_ENCODE = msgspec.json.Encoder().encode


class Cluster(Struct, frozen=True):
    """Where the servers are and who we are to them; ``name`` begins the names of the 64 streams."""

    servers: tuple[str, ...]
    user: str = ""
    password: str = ""
    tls: bool = False
    name: str = "CROSSDOCK_LOG"
    replicas: int = 3


class JetStream:
    """Implements `crossdock.ports.stream.Stream`."""

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is connected yet."""
        self._cluster = cluster
        self._link: nats.NATS | None = None
        self._opening = asyncio.Lock()

    async def last(self, partition: int) -> int:
        """The last position the stream holds, 0 where it holds nothing; made where there is none."""
        found = await self.health(partition)
        if found is None:
            await self._make(partition)
            return 0
        if found.messages != found.last:
            text = f"The stream {self._name(partition)} has lost messages or was purged: restore it from a backup."
            raise StreamFault(text, f"{found.messages} messages from {found.first} to {found.last}")
        return found.last

    async def health(self, partition: int) -> Health | None:
        """How it is; nothing where there is no such stream yet."""
        answer = await self._ask(f"STREAM.INFO.{self._name(partition)}", {})
        code = _code(answer)
        if code == _NO_STREAM:
            return None
        self._refuse(partition, answer)
        state, cluster = answer["state"], answer.get("cluster") or {}
        others = cluster.get("replicas") or []
        current = 1 + sum(map(_keeps_up, others))
        return Health(
            partition, state["messages"], state["first_seq"], state["last_seq"], state["bytes"],
            answer["config"]["num_replicas"], current,
        )  # fmt: skip

    async def append(self, partition: int, after: int, records: Sequence[bytes]) -> int:
        """Append all of ``records`` behind ``after``, in batches of which each is there whole or not at all."""
        for batch in _batches(records):
            after = await self._batch(partition, after, batch)
        return after

    async def read(self, partition: int, first: int, count: int) -> list[bytes]:
        """Exactly the ``count`` records from position ``first`` on."""
        found: list[bytes] = []
        fruitless = 0
        while len(found) < count:
            more = await self._direct(partition, first + len(found), count - len(found))
            found += more
            fruitless = 0 if more else fruitless + 1
            if fruitless >= _TRIES:
                found.append(await self._of_leader(partition, first + len(found)))
            elif fruitless:
                await asyncio.sleep(_PAUSE * fruitless)
        return found

    async def close(self) -> None:
        """Let go of the connection."""
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await link.close()

    async def _batch(self, partition: int, after: int, records: Sequence[bytes]) -> int:
        link = await self._connected()
        subject, batch = self._subject(partition), os.urandom(6).hex()
        try:
            for number, record in enumerate(records[:-1], 1):
                await link.publish(subject, record, headers=_headers(batch, number, after))
            headers = _headers(batch, len(records), after) | {"Nats-Batch-Commit": "1"}
            answer = _DECODE((await link.request(subject, records[-1], _ANSWER_SECONDS, headers=headers)).data)
        except (NatsError, OSError, TimeoutError) as problem:
            raise await self._down(link, problem) from problem
        if _code(answer) in _WRONG_LAST_SEQUENCE:
            raise OutOfPlace(f"{self._name(partition)}: {answer['error'].get('description')}")
        self._refuse(partition, answer)
        if answer["seq"] != after + len(records):
            text = f"Somebody else publishes to {self._name(partition)}: leave the log's streams to Crossdock."
            raise StreamFault(text, f"the batch behind {after} ended at {answer['seq']}")
        return int(answer["seq"])

    async def _direct(self, partition: int, first: int, count: int) -> list[bytes]:
        """Records from ``first`` on as far as the replica that answers has them."""
        link = await self._connected()
        found: list[bytes] = []
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def take(message: Any) -> None:
            headers = message.headers or {}
            status = headers.get("Status", "")
            if not done.done() and (status or int(headers.get("Nats-Sequence", "0")) != first + len(found)):
                done.set_result(status or "gap")
            elif not done.done():
                found.append(message.data)

        try:
            inbox = link.new_inbox()
            subscription = await link.subscribe(inbox, cb=take)
            try:
                asked = _ENCODE({"seq": first, "batch": count})
                await link.publish(f"$JS.API.DIRECT.GET.{self._name(partition)}", asked, reply=inbox)
                status = await asyncio.wait_for(done, _ANSWER_SECONDS)
            finally:
                with contextlib.suppress(NatsError, OSError):
                    await subscription.unsubscribe()
        except (NatsError, OSError, TimeoutError) as problem:
            if found:
                return found
            raise await self._down(link, problem) from problem
        if status == "503":
            raise StreamDown(f"nobody answers for {self._name(partition)} now")
        return found

    async def _of_leader(self, partition: int, position: int) -> bytes:
        answer = await self._ask(f"STREAM.MSG.GET.{self._name(partition)}", {"seq": position})
        if _code(answer) in {_NO_MESSAGE, _NO_STREAM}:
            text = f"The stream {self._name(partition)} has lost an event it had confirmed: restore it from a backup."
            raise StreamFault(text, f"position {position} of partition {partition} is not there")
        self._refuse(partition, answer)
        return base64.b64decode(answer["message"].get("data", ""))

    async def _make(self, partition: int) -> None:
        config = {
            "name": self._name(partition),
            "subjects": [self._subject(partition)],
            "description": f"Crossdock's log, partition {partition}; the sequence is the position",
            "retention": "limits", "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0,
            "max_msgs_per_subject": -1, "max_msg_size": -1, "discard": "new", "storage": "file", "compression": "s2",
            "num_replicas": self._cluster.replicas, "duplicate_window": 1_000_000_000, "allow_direct": True,
            "allow_atomic": True, "deny_purge": True,
        }  # fmt: skip
        self._refuse(partition, await self._ask(f"STREAM.CREATE.{config['name']}", config))

    async def _ask(self, question: str, body: object) -> dict[str, Any]:
        link = await self._connected()
        try:
            answer = await link.request(f"$JS.API.{question}", _ENCODE(body), _ANSWER_SECONDS)
        except (NatsError, OSError, TimeoutError) as problem:
            raise await self._down(link, problem) from problem
        return dict(_DECODE(answer.data))

    async def _connected(self) -> nats.NATS:
        """A connection that does not mend itself: a loss is seen, and the next who asks connects anew."""
        async with self._opening:
            if self._link is None or self._link.is_closed:
                try:
                    self._link = await self._open()
                except (NatsError, OSError, TimeoutError) as problem:
                    raise StreamDown(f"no NATS server can be reached: {_words(problem)}") from problem
            return self._link

    async def _open(self) -> nats.NATS:
        cluster = self._cluster
        credentials = {"user": cluster.user, "password": cluster.password} if cluster.user else {}
        if cluster.password and not cluster.user:
            credentials = {"token": cluster.password}
        scheme = "tls" if cluster.tls else "nats"
        return await nats.connect(
            [f"{scheme}://{each.rpartition('://')[2]}" for each in cluster.servers],
            **credentials, name="crossdock-log", allow_reconnect=False, max_reconnect_attempts=1,
            reconnect_time_wait=0, connect_timeout=_CONNECT_SECONDS, error_cb=_quietly,
        )  # fmt: skip

    async def _down(self, link: nats.NATS, problem: BaseException) -> StreamDown:
        """A connection that failed is not used again; one that only found nobody in charge of a stream is."""
        if link is self._link and not isinstance(problem, NoRespondersError):
            await self.close()
        return StreamDown(f"JetStream does not answer: {_words(problem)}")

    def _refuse(self, partition: int, answer: dict[str, Any]) -> None:
        error = answer.get("error")
        if not error:
            return
        said = f"{error.get('description', '')} (code {error.get('code')}, {error.get('err_code')})"
        if error.get("err_code") in _WILL_PASS or error.get("code") == 503:
            raise StreamDown(f"{self._name(partition)}: {said}")
        text = (
            f"JetStream refuses the stream {self._name(partition)}: see the account's limits and the stream's settings."
        )
        raise StreamFault(text, said)

    def _name(self, partition: int) -> str:
        return f"{self._cluster.name}_{partition:02d}"

    def _subject(self, partition: int) -> str:
        return f"{self._cluster.name}.{partition:02d}"


def _headers(batch: str, number: int, after: int) -> dict[str, str]:
    """The condition stands on the first message and holds for the whole batch."""
    headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
    return headers | {"Nats-Expected-Last-Sequence": str(after)} if number == 1 else headers


def _batches(records: Sequence[bytes]) -> list[Sequence[bytes]]:
    """In order, none too large for an atomic batch."""
    batches: list[Sequence[bytes]] = []
    start, size = 0, 0
    for index, record in enumerate(records):
        if index > start and (size + len(record) > _MOST_BYTES or index - start >= _MOST_MESSAGES):
            batches.append(records[start:index])
            start, size = index, 0
        size += len(record)
    return [*batches, records[start:]] if records[start:] else batches


def _keeps_up(replica: dict[str, Any]) -> bool:
    """By its last word to the leader (nanoseconds ago) and how far it is behind: ``current`` flickers under load."""
    if replica.get("offline") or replica.get("active", 0) > _SILENT_NS:
        return False
    return bool(replica.get("current") or replica.get("lag", 0) < _FAR_BEHIND)


def _code(answer: dict[str, Any]) -> int:
    return int((answer.get("error") or {}).get("err_code", 0))


def _words(problem: BaseException) -> str:
    return f"{type(problem).__name__} {problem}".strip()


async def _quietly(_problem: Exception) -> None:
    """Failures are told where the connection is used; the library would print them too."""
