"""What bodies and paths of requests that change something have in common."""

from typing import Annotated

from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api.problems import documented

CHANGE_REFUSALS = documented(400, 401, 403, 404, 409, 413, 422, 503, 507)
Id = Annotated[str, Parameter(max_length=40)]
Why = Annotated[str, Meta(min_length=1, max_length=500)]


class ReasonRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Why, for those who read it later."""

    reason: Why
