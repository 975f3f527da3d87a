"""Bodies read strictly: the framework takes ``0`` for false and ``"1"`` for one; an action must not be guessed at."""

from typing import Any, TypeVar

import msgspec
from litestar import Request

from crossdock.api.problems import Fault, ProblemError
from crossdock.views.pointing import split_place

T = TypeVar("T")


async def strictly(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The JSON body as ``kind``. Raises `ProblemError` (422) with the JSON pointer of the fault."""
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        detail, pointer = split_place(str(error))
        raise ProblemError(422, f"{pointer or '/'}: {detail}", Fault(detail, pointer=pointer or "/")) from None
