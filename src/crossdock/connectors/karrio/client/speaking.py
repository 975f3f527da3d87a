"""Speaks with karrio's process: configures it once, asks it, and turns what happens into verdicts."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crossdock.connectors.karrio.wire import Answer
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Refuse, Retry
from crossdock.ports.wire import NoAnswer, NotSent
from crossdock.transports.worker import WorkerProcess

T = TypeVar("T")

WORKER = Path(__file__).with_name("worker.py")
_START_SECONDS = 60.0
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
"""Of our environment only these reach the worker: no proxies, no credentials."""

Trouble = Retry | InDoubt | Park | Refuse


class KarrioProcess:
    """One carrier's account behind a worker process."""

    def __init__(self, python: str, seconds: float) -> None:
        """``python`` is the interpreter with karrio, "" our own; ``seconds`` ends a call that hangs."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._worker = WorkerProcess((python or sys.executable, "-I", str(WORKER)), environment)
        self._seconds = seconds
        self._generation: object | None = None

    async def ask(
        self, operation: str, request: Mapping[str, Any], opening: Mapping[str, Any], shape: type[T], *, costly: bool
    ) -> T | Trouble:
        """Karrio's result as ``shape``, or the verdict its refusal stands for. ``opening`` configures a new process."""
        try:
            await self._open(opening)
        except (NotSent, NoAnswer) as problem:
            operator = "karrio's process does not start; see docs/how-to/use-karrio.md for how it is installed."
            return Park(Explanation(operator, str(problem)))
        line = msgspec.json.encode({"operation": operation, "request": request})
        try:
            answer = msgspec.json.decode(await self._worker.call(line, self._seconds), type=Answer)
        except NotSent as problem:
            return Retry(Explanation("karrio's process took nothing; we try again.", str(problem)))
        except (NoAnswer, msgspec.DecodeError) as problem:
            self._generation = None
            if costly:
                operator = "Nobody knows whether the carrier did this: look it up in the carrier's account."
                return InDoubt(Explanation(operator, str(problem)), ErrorClass.TIMEOUT)
            return Retry(Explanation("The carrier did not answer through karrio; we try again.", str(problem)))
        return _result(answer, shape, costly=costly)

    async def _open(self, opening: Mapping[str, Any]) -> None:
        if self._generation is not None:
            return
        await self._worker.stop()
        answer = await self._worker.call(msgspec.json.encode(opening), _START_SECONDS)
        ready = msgspec.json.decode(answer, type=Answer)
        if not ready.ready:
            await self._worker.stop()
            raise NotSent(ready.fault or "it said nothing of use")
        self._generation = object()

    async def stop(self) -> None:
        """End the process."""
        self._generation = None
        await self._worker.stop()


def _result(answer: Answer, shape: type[T], *, costly: bool) -> T | Trouble:
    """Karrio raises nothing and gives no status: a result counts, else its messages are the refusal."""
    texts = "; ".join(f"{each.code}: {each.message}" for each in answer.messages)[:1500]
    internal = answer.fault or any(str(each.code) == "SHIPPING_SDK_INTERNAL_ERROR" for each in answer.messages)
    if answer.result is None and internal:
        # Refused connections, 5xx and garbled answers all look like this, so a costly call may have been carried out.
        engineer = answer.fault or texts
        if costly:
            operator = "Nobody knows whether the carrier did this: look it up in the carrier's account."
            return InDoubt(Explanation(operator, engineer), ErrorClass.SERVER)
        return Retry(Explanation("The carrier has trouble, or karrio cannot read it; we try again.", engineer))
    if answer.result is None:
        operator = "The carrier refused. Read its reason; correct the order or choose another service."
        return Park(Explanation(operator, texts or "karrio gave neither a result nor a message"))
    try:
        return msgspec.convert(answer.result, shape, strict=False)
    except msgspec.ValidationError as problem:
        operator = "karrio answered in an unexpected way. Ask an engineer, and look the shipment up at the carrier."
        why = Explanation(operator, str(problem))
        return InDoubt(why, ErrorClass.SERVER) if costly else Park(why)
