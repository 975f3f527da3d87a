"""How SQLite answers: what is asked of large tables goes by an index."""

import pytest
from sqlalchemy import Connection, create_engine, event, select

from crossdock.storage.statements import among, rows_in
from crossdock.storage.tables import EVENT, STATE
from crossdock.storage.tables_exchange import COMMAND
from crossdock.storage.tables_work import EXCEPTION


@pytest.fixture
def connection(migrated_file):
    with create_engine(f"sqlite:///{migrated_file}").connect() as opened:
        yield opened


def plans(connection: Connection, ask) -> list[str]:
    """What SQLite says about every statement of ``ask``."""
    asked = []

    @event.listens_for(connection, "before_cursor_execute")
    def heard(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    ask()
    event.remove(connection, "before_cursor_execute", heard)
    return [
        row[3]
        for statement, given in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
    ]


@pytest.mark.req("L1")
@pytest.mark.parametrize(
    "query",
    [
        select(STATE.c.name).where(among(STATE.c.subject)),
        select(EVENT.c.body).where(among(EVENT.c.place)),
        select(EVENT.c.body).where(among(EVENT.c.subject), EVENT.c.key != ""),
        select(COMMAND.c.seq).where(among(COMMAND.c.id)),
        select(EXCEPTION.c.text).where(among(EXCEPTION.c.subject), EXCEPTION.c.resolved_at == 0),
    ],
)
def test_lists_of_values_are_looked_up_one_by_one(connection, query):
    said = plans(connection, lambda: list(rows_in(connection, query, ["a", "b", "c"])))
    assert said
    assert all(each.startswith("SEARCH") for each in said), said
