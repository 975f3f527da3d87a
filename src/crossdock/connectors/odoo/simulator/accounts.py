"""Who may sign on: API keys and passwords of users, browser sessions, and what is closed to ordinary users."""

import hashlib

from crossdock.connectors.odoo.simulator.faults import OdooFault

ADMINISTRATORS = frozenset({1, 2})
_CLOSED = {
    "ir.config_parameter": "System Parameter",
    "ir.cron": "Scheduled Actions",
    "ir.model": "Models",
    "ir.model.fields": "Fields",
    "ir.model.data": "Model Data",
    "ir.model.access": "Model Access",
    "ir.actions.server": "Server Actions",
    "base.automation": "Automation Rule",
    "ir.ui.view": "View",
}
_READ_ONLY = {"ir.module.module": "Module", "res.users": "User", "res.groups": "Groups", "res.company": "Companies"}
_OPEN = frozenset({"check_object_reference", "run", "has_access", "check_access_rights", "fields_get"})
_WRITES = {"create": "create", "write": "modify", "unlink": "delete", "load": "create", "copy": "create"}


class Accounts:
    """Keys and passwords. A key is shown once, by whom it is made; here it is kept as it is."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._keys: dict[str, tuple[int, int]] = {}
        self._passwords: dict[str, tuple[str, int]] = {}
        self._sessions: dict[str, int] = {}
        self._made = 0

    def allow(self, key: str, uid: int, record: int = 0) -> None:
        """Let a key in as a user; ``record`` is its row in res.users.apikeys."""
        self._keys[key] = (uid, record)

    def revoke(self, key: str) -> int:
        """Close a key; the row it had."""
        return self._keys.pop(key, (0, 0))[1]

    def revoke_record(self, record: int) -> None:
        """Close the key of a row."""
        self._keys = {key: held for key, held in self._keys.items() if held[1] != record}

    def user_of(self, key: str) -> int:
        """Whose key it is, 0 when nobody's."""
        return self._keys.get(key, (0, 0))[0]

    def fresh_key(self) -> str:
        """40 hex digits that were not given before. Deterministic: the simulator has no secrets."""
        self._made += 1
        return hashlib.sha1(f"key {self._made}".encode(), usedforsecurity=False).hexdigest()

    def set_password(self, login: str, password: str, uid: int) -> None:
        """Let a login in by password."""
        self._passwords[login] = (password, uid)

    def by_password(self, login: str, password: str) -> int:
        """Who signs on so, 0 when refused."""
        known, uid = self._passwords.get(login, ("", 0))
        return uid if known and known == password else 0

    def password_is(self, uid: int, password: str) -> bool:
        """Whether it is this user's password."""
        return (password, uid) in self._passwords.values()

    def open_session(self, uid: int) -> str:
        """A new session's id."""
        self._made += 1
        found = f"session{self._made:033d}"
        self._sessions[found] = uid
        return found

    def session(self, cookie: str) -> int:
        """Whose session a cookie header names, 0 when none."""
        for part in cookie.split(";"):
            name, _, value = part.strip().partition("=")
            if name == "session_id" and value in self._sessions:
                return self._sessions[value]
        return 0


def refuse_closed(uid: int, model: str, method: str, ids: list[int] | None = None) -> None:
    """What an ordinary user may not do. Raises `OdooFault`."""
    if uid in ADMINISTRATORS or method in _OPEN:
        return
    if model in _CLOSED:
        raise denied(f"You are not allowed to access '{_CLOSED[model]}' ({model}) records.")
    if model in _READ_ONLY and method in _WRITES and not (model == "res.users" and method == "write" and ids == [uid]):
        raise denied(f"You are not allowed to {_WRITES[method]} '{_READ_ONLY[model]}' ({model}) records.")


def may(uid: int, model: str, operation: str) -> bool:
    """What ``has_access`` answers."""
    if uid in ADMINISTRATORS:
        return True
    return model not in _CLOSED and (operation == "read" or model not in _READ_ONLY)


def denied(text: str) -> OdooFault:
    """What missing rights raise."""
    more = "This operation is allowed for the following groups:\n\t- Access Rights"
    return OdooFault(
        "odoo.exceptions.AccessError", f"{text}\n\n{more}\n\nContact your administrator to request access."
    )
