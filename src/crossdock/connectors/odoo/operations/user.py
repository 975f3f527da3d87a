"""The integration user: made or repaired with exactly the groups its flows need."""

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.session import Row, identifier
from crossdock.connectors.odoo.operations.calling import Calls, fields_of, find
from crossdock.connectors.odoo.operations.modules import ADDON_GROUP
from crossdock.connectors.odoo.operations.owned import Owned, reference, same
from crossdock.connectors.odoo.operations.rights import Need
from crossdock.connectors.odoo.operations.saying import changed, error, warning
from crossdock.connectors.odoo.operations.tier_action import GROUP
from crossdock.ports.spec import Step

USERS = "res.users"
NAME = "user_integration"


class Wanted(Struct, frozen=True):
    """How the integration user should be. ``exact`` takes groups away that it does not need."""

    login: str
    email: str
    name: str
    needs: tuple[Need, ...]
    companies: tuple[int, ...] = ()
    exact: bool = False


async def groups_field(calls: Calls) -> str:
    """How this version calls the groups of a user: ``groups_id`` up to 18, ``group_ids`` since 19."""
    return "group_ids" if "group_ids" in await fields_of(calls, USERS) else "groups_id"


async def keep_user(owned: Owned, wanted: Wanted) -> tuple[int, list[Step]]:
    """The user's id (0 in a dry run that would make it) and what was done."""
    field = await groups_field(owned.calls)
    groups, steps = await _groups(owned, wanted.needs)
    rows = await find(owned.calls, USERS, [("login", "=", wanted.login)], ["active", "email", field])
    if not rows:
        return await _make(owned, wanted, field, groups, steps)
    user = int(rows[0]["id"])
    steps.append(await _repair(owned, wanted, rows[0]))
    steps += await _grant(owned, user, field, rows[0], groups, wanted)
    return user, steps


async def _groups(owned: Owned, needs: tuple[Need, ...]) -> tuple[dict[int, Need], list[Step]]:
    found: dict[int, Need] = {}
    steps = []
    for need in needs:
        group = await reference(owned.calls, need.group)
        if group:
            found[group] = need
        else:
            app = need.group.partition(".")[0]
            steps.append(
                warning(f"group {need.title}", f"is not there: the module {app} is not installed", f"install {app}")
            )
    return found, steps


def _values(wanted: Wanted) -> Row:
    values: Row = {
        "name": wanted.name,
        "email": wanted.email,
        "tz": "UTC",
        "notification_type": "inbox",
        "active": True,
    }
    if wanted.companies:
        values |= {"company_id": wanted.companies[0], "company_ids": [[6, 0, list(wanted.companies)]]}
    return values


async def _make(
    owned: Owned, wanted: Wanted, field: str, groups: dict[int, Need], steps: list[Step]
) -> tuple[int, list[Step]]:
    user = 0
    if not owned.dry:
        values = {**_values(wanted), "login": wanted.login, field: [[6, 0, list(groups)]]}
        # Nobody is invited by mail, and without a password nobody signs on as this user in a browser.
        context = {"no_reset_password": True}
        made = await owned.calls.call(Call(USERS, "create", None, {"vals_list": [values]}, context, writes=True))
        user = ids_of(made)[0]
    why = f"{wanted.email}, UTC, nothing mailed to it, no password: it signs on by key only"
    steps.append(changed(f"user {wanted.login}", "made", why, dry=owned.dry))
    steps += [changed(f"group {need.title}", "given", need.why, dry=owned.dry) for need in groups.values()]
    return user, steps


async def _repair(owned: Owned, wanted: Wanted, present: Row) -> Step:
    """Only what is wrong is touched: its name and a working address are the administrator's own business."""
    values = {key: value for key, value in _values(wanted).items() if key != "name"}
    if present.get("email"):
        values.pop("email")
    if wanted.companies:
        # More companies than ours may be meant for something else.
        values.pop("company_id")
        values.pop("company_ids")
    rows = await find(owned.calls, USERS, [("id", "=", present["id"])], list(values))
    different = {key: value for key, value in values.items() if not same(rows[0].get(key), value)}
    if different:
        await owned.write(USERS, present["id"], different)
    done = f"corrected ({', '.join(sorted(different))})" if different else ""
    why = "email (18 refuses notes without), timezone UTC, notifications in Odoo and not by mail"
    return changed(f"user {wanted.login}", done, why, dry=owned.dry)


async def _grant(
    owned: Owned, user: int, field: str, present: Row, groups: dict[int, Need], wanted: Wanted
) -> list[Step]:
    has = set(present.get(field) or [])
    covered = has | await _implied(owned.calls, has)
    steps = []
    missing = [group for group in groups if group not in covered]
    if missing:
        await owned.write(USERS, user, {field: [[4, group] for group in missing]})
    for group, need in groups.items():
        steps.append(changed(f"group {need.title}", "given" if group in missing else "", need.why, dry=owned.dry))
    return [*steps, *await _surplus(owned, user, field, has, groups, wanted)]


async def _surplus(
    owned: Owned, user: int, field: str, has: set[int], groups: dict[int, Need], wanted: Wanted
) -> list[Step]:
    """Groups it has and no flow needs. Settings give some groups to every internal user; those are not surplus."""
    own = await owned.named(GROUP, "res.groups")
    inbox = await reference(owned.calls, "mail.group_mail_notification_type_inbox")
    fine = {*groups, own, inbox, await reference(owned.calls, ADDON_GROUP)}
    more = has - fine - await _implied(owned.calls, fine - {0})
    if not more:
        return []
    rows = await find(owned.calls, "res.groups", [("id", "in", sorted(more))], ["full_name"])
    names = ", ".join(str(row["full_name"]) for row in rows)
    if not wanted.exact:
        text = f"has more than these flows need: {names}"
        return [warning("more rights than needed", text, "take them away with --exact, or name the flows with --with")]
    await owned.write(USERS, user, {field: [[3, group] for group in sorted(more)]})
    return [changed("rights taken away", "removed", f"{names}: no flow named here needs them", dry=owned.dry)]


async def _implied(calls: Calls, groups: set[int]) -> set[int]:
    """Every group these bring along."""
    known = await fields_of(calls, "res.groups")
    field = "all_implied_ids" if "all_implied_ids" in known else "trans_implied_ids"
    rows = await find(calls, "res.groups", [("id", "in", sorted(groups))], [field])
    return {group for row in rows for group in row[field]}


async def member(owned: Owned, user: int, field: str, group: str) -> list[Step]:
    """Put the user into a group by external id; nothing where there is no such group (yet)."""
    found = await reference(owned.calls, group)
    if not found or not user:
        return []
    rows = await find(owned.calls, USERS, [("id", "=", user)], [field])
    lacking = found not in set(rows[0][field])
    if lacking:
        await owned.write(USERS, user, {field: [[4, found]]})
    return [changed(f"group {group}", "given" if lacking else "", "may use the addon's methods", dry=owned.dry)]


async def companies(calls: Calls, user: int, configured: tuple[int, ...]) -> list[Step]:
    """Whether the user sees the companies the configuration names."""
    rows = await find(calls, USERS, [("id", "=", user)], ["company_id", "company_ids"])
    allowed = set(rows[0]["company_ids"]) if rows else set()
    lacking = sorted(set(configured) - allowed)
    if lacking:
        text = f"may not see the companies {', '.join(map(str, lacking))} that company_ids names"
        return [error("companies", text, "allow them for this user in Odoo")]
    main = identifier(rows[0]["company_id"]) if rows else 0
    if not configured and len(allowed) > 1:
        text = f"sees {len(allowed)} companies; company_ids names none, so all are read (its own is {main})"
        return [warning("companies", text, "name those that matter in company_ids")]
    return []
