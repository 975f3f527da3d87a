"""The one shape of an action at the carriers' desk: what would happen, a reason, and then it is asked for."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response
from msgspec import Struct

from crossdock.tower.desk import Desk

UNREASONED = "Say why, for those who read it later."
_LONGEST_REASON = 500


class Field(Struct, frozen=True):
    """Something more to say beside the reason; ``kind`` is an input's type, ``choices`` make it a select."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    required: bool = True
    choices: Sequence[tuple[str, str]] = ()


class Asking(Struct, frozen=True, kw_only=True):
    """A preview with its form. Without ``button`` nothing can be done, and ``effect`` says why. ``hidden`` are words
    that come back with the form, ``first`` what it concerns, ``rest`` how many more.
    """

    title: str
    effect: str
    action: str
    back: str
    cli: str
    button: str = ""
    danger: bool = False
    hidden: Sequence[tuple[str, str]] = ()
    fields: Sequence[Field] = ()
    first: Sequence[tuple[str, str]] = ()
    rest: int = 0


def ask(
    request: Request[Any, Any, Any], desk: Desk, asking: Asking, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    """The preview; with a complaint it comes back with what was typed."""
    once = form.get("once") or secrets.token_urlsafe(12)
    status = 422 if complaint else 200
    return desk.page(request, "desk_act.html", status=status, asking=asking, form=form, once=once, complaint=complaint)


def reason_of(form: Mapping[str, str]) -> str:
    """Why, as it was typed."""
    return form.get("reason", "").strip()[:_LONGEST_REASON]
