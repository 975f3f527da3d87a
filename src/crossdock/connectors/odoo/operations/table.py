"""The operations the connector declares, with their options."""

from collections.abc import Awaitable, Callable
from typing import Any

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.operations import key_commands, webhooks
from crossdock.connectors.odoo.operations.calling import stopped
from crossdock.connectors.odoo.operations.doctor import doctor
from crossdock.connectors.odoo.operations.rights import FLOWS
from crossdock.connectors.odoo.operations.setup import question, setup
from crossdock.ports.spec import Errand, Operation, Option, Report

Run = Callable[[Any, Errand], Awaitable[Report]]

_ADMIN = (
    Option("admin-login", "An administrator of Odoo; the password is asked and not kept."),
    Option("admin-password", "Secret reference of that password, for scripts."),
    Option("admin-key", "Secret reference of an administrator's API key, instead of a password."),
)
_OWN = (
    Option("with-password", "Sign on as the integration user; its password is asked and not kept.", "flag"),
    Option("password", "Secret reference of that password, for scripts."),
)
_LOGIN = Option("login", "Login of the integration user, where the configuration has none.")
_DAYS = Option("days", "Days the new key lives; Odoo allows ordinary users 90.", "number", 90)
_SETUP = (
    *_ADMIN,
    _LOGIN,
    Option("email", "Address of the integration user; its login where that is one."),
    Option("name", "Name of the integration user.", default="Crossdock"),
    Option("with", "A flow to give rights for; may be given several times. Default: sales.", "many", choices=FLOWS),
    Option("exact", "Take groups away that no flow named needs.", "flag"),
    Option("no-key", "Make no API key.", "flag"),
    Option("key-days", "Days a new key lives.", "number", 90),
    Option("allow-rotation", "Let users renew their keys over the API (Odoo 19 and later).", "flag"),
    Option("tier", "How events are written.", default="stock", choices=("stock", "action", "addon")),
    Option("view", "Show the fields of tier action on the transfer's form.", "flag"),
    Option("remove", "With --tier action: take all of it away again.", "flag"),
)


def _told(run: Run) -> Run:
    """The operation, with what Odoo refuses as its end."""

    async def guarded(connector: Any, errand: Errand) -> Report:
        try:
            return await run(connector, errand)
        except Failed as failed:
            raise stopped(failed) from None

    return guarded


def _revoking(options: Any) -> str:
    return f"Revoke the key {options.get('id')}? What still uses it stops working."


def _removing(_options: Any) -> str:
    return "Remove Crossdock's automation rules from Odoo?"


OPERATIONS = (
    Operation("doctor", "Look at everything Crossdock needs of this Odoo; changes nothing.", _told(doctor), options=(
        *_ADMIN,
        Option("with", "A flow whose rights must be there; others only warn.", "many", choices=FLOWS),
    )),
    Operation("setup", "Make or repair user, rights, key and tier in Odoo; says why for each.", _told(setup),
              writes=True, options=_SETUP, asks=question),
    Operation("webhooks install", "Make or repair the rules that tell Crossdock of changes at once.",
              _told(webhooks.install), writes=True, options=(
                  *_ADMIN,
                  Option("model", "A model to watch, instead of the default ones.", "many",
                         choices=tuple(webhooks.HOOKS)),
              )),
    Operation("webhooks list", "Crossdock's rules in Odoo, and whether they point here.", _told(webhooks.list_rules),
              options=_ADMIN),
    Operation("webhooks remove", "Take Crossdock's rules away, and nobody else's.", _told(webhooks.remove), writes=True,
              options=_ADMIN, asks=_removing),
    Operation("keys list", "API keys of the integration user, and how long they live.", _told(key_commands.list_keys)),
    Operation("keys create", "A further API key, shown once.", _told(key_commands.create), writes=True, options=(
        *_ADMIN, *_OWN, _LOGIN, _DAYS, Option("save", "Secret reference of a file to write it to."),
    )),
    Operation("keys rotate", "Put a new API key in the place of the one in use, with no failed call between.",
              _told(key_commands.rotate), writes=True, options=(
                  *_ADMIN, *_OWN, _LOGIN, _DAYS,
                  Option("grace", "Seconds both keys work, so that every server has read the new one.", "number", 30),
              )),
    Operation("keys revoke", "End one API key.", _told(key_commands.revoke), writes=True, options=(
        Option("id", "The key's id, from `keys list`.", "argument"), *_ADMIN, *_OWN, _LOGIN,
    ), asks=_revoking),
)  # fmt: skip
