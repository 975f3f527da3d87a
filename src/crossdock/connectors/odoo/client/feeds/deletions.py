"""Documents that are gone: no write_date tells of a deletion, so what is known is compared with what exists."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.reading import ACCESS_ERROR
from crossdock.connectors.odoo.client.session import OdooSession

MOST_COMPARED = 5_000
"""Ids in one call: Odoo answers a count of so many within a few hundredths of a second."""


async def deleted_of(session: OdooSession, model: str, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that no longer exist: one call for `MOST_COMPARED` of them while none is missing."""
    gone: list[int] = []
    for start in range(0, len(ids), MOST_COMPARED):
        some = ids[start : start + MOST_COMPARED]
        domain = [("id", "in", some)]
        context = {"active_test": False}
        count = await session.call(Call(model, "search_count", arguments={"domain": domain}, context=context))
        if count == len(some):
            continue
        found = await session.call(Call(model, "search", arguments={"domain": domain}, context=context))
        visible = set(found) if isinstance(found, list) else set()
        gone += await proven_deleted(session, model, [each for each in some if each not in visible])
    return gone


async def proven_deleted(session: OdooSession, model: str, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that are not there, as opposed to hidden from this user.

    Reading leaves deleted records out and refuses hidden ones, so a group that is refused is halved.
    """
    if not ids:
        return []
    try:
        found = await session.read(model, ids, ["write_date"])
    except Failed as failed:
        if failed.name != ACCESS_ERROR:
            raise
    else:
        return [each for each in ids if each not in found]
    if len(ids) == 1:
        return []
    half = len(ids) // 2
    return [*await proven_deleted(session, model, ids[:half]), *await proven_deleted(session, model, ids[half:])]
