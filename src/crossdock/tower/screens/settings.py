"""Settings: the configuration in force, where each value was said, and what takes a restart."""

from itertools import groupby
from typing import Any

from litestar import Request, Response, get

from crossdock.settings.explaining import InForce, Setting, chosen
from crossdock.tower.desk import At, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.sessions import Role


@get("/settings", opt={"role": Role.ENGINEER})
async def settings(request: Request[Any, Any, Any], desk: At, q: str = "", given: str = "") -> Response[Any]:
    """All of it, or what speaks of the words in the address; ``given`` leaves out what is only a default."""
    known = desk.context.configuration() if desk.context.configuration else InForce(())
    await desk.read(lambda _: None)  # the counts of the frame
    words = clean(q)
    found = chosen(known.settings, words, given=bool(given))
    return desk.page(
        request,
        "settings.html",
        known=known,
        query=words,
        given=bool(given),
        sections=[(name, _parts(list(each))) for name, each in groupby(found, lambda one: one.section)],
        count=len(found),
    )


def _parts(found: list[Setting]) -> list[tuple[str, list[Setting]]]:
    """A section in parts: partners and processes one by one, everything else whole."""
    return [(part, list(each)) for part, each in groupby(found, _part)]


def _part(setting: Setting) -> str:
    steps = setting.key.split(".")
    return ".".join(steps[:2]) if setting.section in {"partners", "processes"} and len(steps) > 2 else setting.section


SCREEN = Screen(
    Place("Settings", "/settings", "settings", "t", "What is configured, and where it says so", role=Role.ENGINEER),
    (settings,),
)
