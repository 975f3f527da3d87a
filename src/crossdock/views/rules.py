"""Which rule read a scan: a person's ruling, a row of the connector's code table, or the phrases that read plain words.

A scan keeps the carrier's code and words, and the rules are data: so the rule is looked up again, and named only where
it says what the scan says. What the tables said at the time is not kept; a rule that has changed since is told as such.
"""

from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores_mapping import Ruling
from crossdock.tracking.codes import plain
from crossdock.tracking.phrases import meant_by
from crossdock.tracking.tables import FILE, Row, Table, table_of
from crossdock.views.local_times import at_clock

_MOST = 2


def rule_of(scan: TrackingEvent, package: str, ruling: Ruling | None = None) -> str:
    """The rule behind a scan's milestone, category and reason, with its version. ``package`` is the connector's, where
    its table is; ``ruling`` what people ruled about this code.
    """
    if ruling is not None and (ruling.milestone, ruling.category, ruling.reason) == _meaning(scan):
        return f"ruling of {ruling.by}, {at_clock(ruling.at, '').day}"
    table = table_of(package) if package else None
    if table is None:
        return "the mapping's own code"
    rows = _rows(table, scan)
    saying = [each for each in rows if (each.milestone, each.category, each.reason) == _meaning(scan)]
    if saying:
        return f"{FILE} {table.version}, {' or '.join(_named(each) for each in saying[:_MOST])}"
    if scan.raw_text and meant_by(scan.raw_text) == _meaning(scan):
        return f"phrases.tsv: the words “{scan.raw_text[:80]}”"
    if rows:
        today = f"{_named(rows[0])} says {rows[0].milestone} today"
        return f"{FILE} {table.version}, {today}: refined by words, or read by an earlier version"
    return f"no row of {FILE} {table.version} has “{(scan.raw_code or scan.raw_text)[:60]}”"


def _meaning(scan: TrackingEvent) -> tuple[str, str, str]:
    return scan.milestone, scan.exception_category, scan.reason


def _rows(table: Table, scan: TrackingEvent) -> list[Row]:
    """Rows of the scan's code, or of the parts of one that was put together; else rows of its words."""
    codes = [scan.raw_code.casefold(), *reversed(scan.raw_code.casefold().split("/"))] if scan.raw_code else []
    found = [each for code in dict.fromkeys(codes) for each in table.rows if code and each.code.casefold() == code]
    words = plain(scan.raw_text)
    return [*found, *(each for each in table.rows if words and not each.code and plain(each.text) == words)]


def _named(row: Row) -> str:
    return f"line {row.line} ({row.source} {row.code or row.text[:60]}, {row.how})"
