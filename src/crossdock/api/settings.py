"""/v1/settings: the configuration in force, and where each value was said."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here
from crossdock.api.resources import at
from crossdock.ports.policy import Scope
from crossdock.settings.explaining import Pending, Setting, chosen

Text = Annotated[str, Parameter(max_length=200, description="Words of key, value, place or meaning.")]
Given = Annotated[bool, Parameter(description="Leave out what is only a default.")]


class Settings(Struct, frozen=True):
    """Values on one line each, secrets as their references. ``pending`` are keys whose files say something else by now:
    they take a restart. ``faults`` say why the files as they are could not be started with.
    """

    since: str
    warnings: tuple[str, ...]
    pending: tuple[Pending, ...]
    faults: tuple[str, ...]
    items: tuple[Setting, ...]


@get(
    "/v1/settings", scope=Scope.ADMIN, responses=documented(400, 401, 403, 404, 503),
    summary="The configuration in force", tags=["Settings"],
)  # fmt: skip
async def list_settings(context: Here, *, text: Text = "", given: Given = False) -> Settings:
    """Every key: its value, whether a file, a variable, an option or the default says so, and what it is for."""
    if context.configuration is None:
        raise ProblemError(404, "this process was started without a configuration")
    known = context.configuration()
    faults = tuple(f"{each.file}:{each.line} {each.key} {each.text}" for each in known.faults)
    items = chosen(known.settings, text, given=given)
    return Settings(at(known.since), known.warnings, known.pending, faults, items)


ROUTES = (list_settings,)
