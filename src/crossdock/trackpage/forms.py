"""The fields of a form, as far as they are plain words."""

from typing import Any

from litestar import Request

_MOST = 60
_LONGEST = 2000


async def fields_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Names and texts; files, and what is longer or more than any form of ours has, are left out."""
    form = await request.form()
    pairs = list(form.items())[:_MOST]
    return {name: value.replace("\x00", "")[:_LONGEST] for name, value in pairs if isinstance(value, str)}
