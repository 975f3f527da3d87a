"""What changed in Odoo, in an order that no later commit can slip into, for one reader."""

from __future__ import annotations

from typing import Any

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .. import push

MOST_ROWS = 5000
KEPT_DAYS = 30
_PURGED = "crossdock.outbox_purged"

_FOREIGN = "(txid >= txid_snapshot_xmax(txid_current_snapshot()) AND txid IS DISTINCT FROM txid_current_if_assigned())"
_PLACE = f"CASE WHEN {_FOREIGN} THEN 0 ELSE txid END"
"""The transaction a row sorts under. A row that is visible and yet of a transaction that has not begun comes from
another server (the database was restored here): it sorts first.
"""

_HORIZON = """
    SELECT coalesce(min(running), txid_snapshot_xmax(txid_current_snapshot()))
    FROM txid_snapshot_xip(txid_current_snapshot()) AS running
    WHERE NOT EXISTS (
        SELECT FROM pg_stat_activity other
        WHERE other.datname <> current_database()
            AND other.backend_xid::text::bigint = (running & 4294967295)
    )
"""
"""The oldest transaction that may still write here. Transaction numbers are the server's: one that is known to be of
another database does not count, one of which nothing is known does.
"""

_SETTLED = f"""
    (txid < %(horizon)s OR {_FOREIGN}) AND (company IS NULL OR company = 0 OR company = ANY(%(companies)s))
"""
_PULL = f"""
    SELECT {_PLACE} AS place, id, model, res_id, action, names, company,
        to_char(written_at, 'YYYY-MM-DD HH24:MI:SS')
    FROM crossdock_outbox
    WHERE ({_PLACE}, id) > (%(place)s, %(id)s) AND {_SETTLED}
    ORDER BY 1, 2 LIMIT %(limit)s
"""  # noqa: S608  (made of the constants above)
_ACK = f"DELETE FROM crossdock_outbox WHERE ({_PLACE}, id) <= (%(place)s, %(id)s) AND {_SETTLED}"  # noqa: S608
_PURGE = """
    WITH gone AS (
        DELETE FROM crossdock_outbox WHERE written_at < (now() AT TIME ZONE 'UTC') - make_interval(days => %s)
        RETURNING txid, id
    ) SELECT txid, id FROM gone ORDER BY txid DESC, id DESC LIMIT 1
"""


class CrossdockOutbox(models.Model):
    """A row per record and transaction, written in that transaction. ``txid`` is the database's own number of it."""

    _name = "crossdock.outbox"
    _description = "Crossdock Outbox"
    _order = "id"
    _log_access = False

    model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Integer("Record", required=True, readonly=True)
    action = fields.Char("Action", required=True, readonly=True, help="create, write or delete")
    names = fields.Char("Fields", readonly=True, help="What changed, comma-joined")
    # A number, not a link: a row must not lock the company, nor fail with it.
    company = fields.Integer("Company", readonly=True)
    written_at = fields.Datetime("Written", readonly=True, index=True)

    def _auto_init(self) -> Any:
        """The 64-bit transaction number, which no field type of Odoo has, and the index that pages are read by."""
        result = super()._auto_init()
        self.env.cr.execute("ALTER TABLE crossdock_outbox ADD COLUMN IF NOT EXISTS txid bigint DEFAULT txid_current()")
        self.env.cr.execute("CREATE INDEX IF NOT EXISTS crossdock_outbox_txid_id ON crossdock_outbox (txid, id)")
        return result

    @api.model
    def pull(self, after: str = "", limit: int = 500) -> dict[str, Any]:
        """Rows after the cursor ``after`` (empty: from the start), oldest first.

        Only rows of transactions older than every one still running are given, in the order of those transactions:
        whatever commits later sorts behind, so that a cursor never passes over a row.

        :returns: ``{"rows": [{"cursor", "id", "model", "res_id", "action", "fields", "company", "at"}], "cursor",
            "more", "reset"}``; reset says that rows may be missing (kept too long, or the database was moved) and that
            the reader should compare everything once
        :raises ValidationError: the cursor is none of ours
        """
        self.env["crossdock.event"]._check_integration()
        limit = max(1, min(int(limit), MOST_ROWS))
        epoch = self._epoch()
        of_epoch, place, id_ = self._read_cursor(after, epoch)
        moved = of_epoch != epoch
        if moved:
            place, id_ = 0, 0
        self.env.cr.execute(_PULL, {**self._scope(), "place": place, "id": id_, "limit": limit + 1})
        found = self.env.cr.fetchall()
        rows = [_told(epoch, row) for row in found[:limit]]
        cursor = rows[-1]["cursor"] if rows else f"{epoch}.{place}.{id_}"
        lost = moved or bool(after and (place, id_) < self._purged())
        return {"rows": rows, "cursor": cursor, "more": len(found) > limit, "reset": lost}

    @api.model
    def ack(self, upto: str) -> int:
        """Delete the rows up to the cursor ``upto`` and give their number; a cursor of before a move deletes none."""
        self.env["crossdock.event"]._check_integration()
        epoch = self._epoch()
        of_epoch, place, id_ = self._read_cursor(upto, epoch)
        if of_epoch != epoch:
            return 0
        self.env.cr.execute(_ACK, {**self._scope(), "place": place, "id": id_})
        return self.env.cr.rowcount

    @api.model
    def _scope(self) -> dict[str, Any]:
        """What this user may read now: rows of settled transactions, of its companies or of none."""
        self.env.cr.execute(_HORIZON)
        return {"horizon": self.env.cr.fetchone()[0], "companies": self.env.user.company_ids.ids}

    @api.model
    def _epoch(self) -> str:
        """Eight characters that change when the database moves to another server: transaction numbers start anew."""
        self.env.cr.execute(
            "SELECT substr(md5((SELECT system_identifier FROM pg_control_system())::text || oid::text), 1, 8) "
            "FROM pg_database WHERE datname = current_database()"
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _read_cursor(self, text: str, epoch: str) -> tuple[str, int, int]:
        # Not named cursor: Odoo takes a local of that name for the database cursor when it translates.
        if not text:
            return epoch, 0, 0
        try:
            of_epoch, place, id_ = text.split(".")
            return of_epoch, int(place), int(id_)
        except (AttributeError, ValueError) as error:
            raise ValidationError(_("This is no cursor of the outbox.")) from error

    @api.model
    def _purged(self) -> tuple[int, int]:
        place, _dot, id_ = (self.env["ir.config_parameter"].sudo().get_param(_PURGED) or "0.0").partition(".")
        return int(place), int(id_)

    @api.model
    def _cron(self) -> None:
        """Push again while rows older than a minute wait, and let go of what nobody fetched in a month."""
        self.env.cr.execute(
            "SELECT min(id), max(id) FROM crossdock_outbox "
            "WHERE written_at < (now() AT TIME ZONE 'UTC') - interval '1 minute'"
        )
        first, last = self.env.cr.fetchone()
        target = push.target_of(self.env)
        if first and target:
            push.send(target, first, last)
        self.env.cr.execute(_PURGE, [KEPT_DAYS])
        newest = self.env.cr.fetchone()
        if newest:
            self.env["ir.config_parameter"].sudo().set_param(_PURGED, f"{newest[0]}.{newest[1]}")

    @api.model
    def _cron_forever(self) -> None:
        """Odoo 17 runs a new job once unless told otherwise; later series have no such field."""
        job = self.env.ref("crossdock.cron_outbox", raise_if_not_found=False)
        if job and "numbercall" in job._fields:
            job.numbercall = -1


def _told(epoch: str, row: tuple[Any, ...]) -> dict[str, Any]:
    place, id_, model, res_id, action, names, company, at = row
    return {
        "cursor": f"{epoch}.{place}.{id_}",
        "id": id_,
        "model": model,
        "res_id": res_id,
        "action": action,
        "fields": names.split(",") if names else [],
        "company": company or False,
        "at": at,
    }
