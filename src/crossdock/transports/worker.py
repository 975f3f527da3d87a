"""A partner behind a process of its own: one JSON line in, one out, and a hard end for what does not answer."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from crossdock.ports.wire import NoAnswer, NotSent

_LONGEST_LINE = 32 * 1024 * 1024


class WorkerProcess:
    """Starts its command when it is first called and again after it ended; one call at a time.

    The process gets ``environment`` and nothing of ours: no proxies, no credentials of others.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Nothing is started yet."""
        self._command = command
        self._environment = dict(environment)
        self._process: asyncio.subprocess.Process | None = None
        self._lock: asyncio.Lock | None = None

    async def call(self, line: bytes, seconds: float) -> bytes:
        """The answer to one line. Raises `NotSent` when the process cannot be started or took nothing, `NoAnswer` when
        it took the line and ended, or was killed after ``seconds``.
        """
        if self._lock is None:
            self._lock = asyncio.Lock()
        async with self._lock:
            process = await self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(line + b"\n")
                await process.stdin.drain()
                answer = await asyncio.wait_for(process.stdout.readline(), seconds)
            except TimeoutError:
                await self.stop()
                raise NoAnswer(f"the worker did not answer within {seconds:g} s and was killed") from None
            except (OSError, ValueError) as problem:
                await self.stop()
                raise NoAnswer(f"the worker: {type(problem).__name__} {problem}") from problem
            except asyncio.CancelledError:
                await self.stop()
                raise
            if not answer.endswith(b"\n"):
                await self.stop()
                raise NoAnswer("the worker ended without an answer")
            return answer

    async def stop(self) -> None:
        """Kill it; the next call starts a new one."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env=self._environment,
                    limit=_LONGEST_LINE,
                )
            except OSError as problem:
                raise NotSent(f"the worker cannot be started: {problem}") from problem
        return self._process
