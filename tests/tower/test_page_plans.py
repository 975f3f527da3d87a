"""No page reads a whole table that grows with the business: what SQLite says about every statement of every page."""

import re

from sqlalchemy import event

from crossdock.model.identifiers import delivery_order_id
from crossdock.storage.direct import STATEMENTS
from crossdock.tower.registered import SCREENS

LARGE = {
    "attempt", "audit", "business_exception", "command", "delivery", "event", "exchange", "handover", "instance",
    "parcel", "reference", "state", "timer", "waiting_fact",
}  # fmt: skip
WHOLE = {
    "SELECT count(*) AS count_1 FROM waiting_fact",  # what waits for its order is what is counted
}
PAGES = [
    *(screen.place.path for screen in SCREENS),
    "/now/volume", "/search?q=SO0007", "/search?q=OUT/00", "/search?q=SO00007", "/search?q=nobody-has-it",
    "/search?phase=booked", "/search?milestone=delivered", f"/orders/{delivery_order_id('odoo', '7')}",
    "/exceptions?late=1", "/exceptions?kind=proof.missing", "/exceptions?state=resolved",
    "/exceptions?owner=operations", "/exceptions/act?deed=resolve&kind=proof.missing",
    "/exceptions/fresh", "/exceptions/x", "/messages?show=all", "/messages?show=moving", "/messages?show=waiting",
    "/messages?partner=easypost",
    "/messages/x", "/palette?q=SO0007", "/audit?actor=mara", "/partners/odoo",
]  # fmt: skip


async def test_no_page_reads_a_large_table_without_an_index(world):
    client = await world.entered()
    asked: dict[str, tuple[str, object]] = {}
    path = ""

    def heard(_connection, _cursor, statement, given, *_):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.setdefault(" ".join(statement.split()), (path, given))

    STATEMENTS.forget()  # what comes for the first time goes through SQLAlchemy, where it is heard
    event.listen(world.store._reading, "before_cursor_execute", heard)
    for path in PAGES:
        answer = await client.get(path, follow_redirects=True)
        assert answer.status_code in {200, 404}, path
    event.remove(world.store._reading, "before_cursor_execute", heard)
    assert len(asked) > 50
    whole = [
        (path, said, statement[:300])
        for statement, (path, given) in asked.items()
        if statement not in WHOLE
        for said in await world.store.read(lambda tx, it=statement, given=given: _plan(tx, it, given))
        if (found := re.match(r"SCAN (\w+)(?! .*INDEX)", said)) and found[1] in LARGE
    ]
    assert whole == []


def _plan(tx, statement, given):
    return [row[3] for row in tx._connection.whole.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
