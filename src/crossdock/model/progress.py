"""Events about processes themselves: that one moved on, and that something expected did not come, or came late."""

from msgspec import Struct


class ProcessMoved(Struct, frozen=True, tag="process.moved.v1", omit_defaults=True):
    """An instance of ``process`` went from one stage to another; ``on`` is the tag of the event that led there and
    ``cause`` its key.
    """

    process: str
    version: int
    before: str
    after: str
    on: str
    cause: str

    def identity(self) -> tuple[str, ...]:
        """One move per process and event."""
        return (self.process, self.cause)


class ExpectationExpired(Struct, frozen=True, tag="expectation.expired.v1", omit_defaults=True):
    """``what`` should have come from ``who`` by ``due_at`` and did not; it was waited for since ``since`` (epoch
    microseconds). ``name`` is the expectation's within its subject, ``kind`` the rule it follows from.
    """

    name: str
    kind: str
    what: str
    who: str
    since: int
    due_at: int

    def identity(self) -> tuple[str, ...]:
        """An expectation expires once for each time it is waited for."""
        return (self.name, str(self.since), str(self.due_at))


class ExpectationFulfilled(Struct, frozen=True, tag="expectation.fulfilled.v1", omit_defaults=True):
    """What had not come in time has come, ``late_by`` microseconds after it was due."""

    name: str
    kind: str
    what: str
    who: str
    due_at: int
    late_by: int

    def identity(self) -> tuple[str, ...]:
        """Once for each time it was waited for."""
        return (self.name, str(self.due_at))


ProgressEvent = ProcessMoved | ExpectationExpired | ExpectationFulfilled
