"""Business exceptions: something a person must put right."""

from msgspec import Struct


class ExceptionRaised(Struct, frozen=True, tag="exception.raised.v1", omit_defaults=True):
    """A business exception: something a person must put right. ``pointer`` is the JSON pointer of the fault."""

    kind: str
    text: str
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """One exception per kind, place and cause."""
        return (self.kind, self.pointer, self.cause)


class ExceptionResolved(Struct, frozen=True, tag="exception.resolved.v1", omit_defaults=True):
    """The exception no longer stands. ``cause`` is what ended it."""

    kind: str
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """One resolution per kind, place and cause."""
        return (self.kind, self.pointer, self.cause)
