"""How SQLite answers: what is asked of large tables goes by an index."""

import pytest
from sqlalchemy import Connection, create_engine, delete, event, select, update

from crossdock.ports.rows import Chosen
from crossdock.storage.log import SqlLog
from crossdock.storage.statements import among, rows_in
from crossdock.storage.tables import EVENT, STATE
from crossdock.storage.tables_exchange import COMMAND
from crossdock.storage.tables_work import EXCEPTION
from crossdock.storage.views_exceptions import ExceptionViews
from crossdock.storage.views_records import RecordViews
from crossdock.storage.views_shipments import ShipmentViews


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


@pytest.mark.parametrize(
    "query",
    [
        select(STATE.c.name).where(among(STATE.c.subject)),
        select(EVENT.c.body).where(among(EVENT.c.place)),
        select(EVENT.c.body).where(among(EVENT.c.subject), EVENT.c.key != ""),
        select(COMMAND.c.seq).where(among(COMMAND.c.id)),
        select(EXCEPTION.c.text).where(among(EXCEPTION.c.subject), EXCEPTION.c.resolved_at == 0),
        update(COMMAND).where(among(COMMAND.c.id)).values(attempt=7),
        delete(COMMAND).where(among(COMMAND.c.id)),
    ],
)
def test_lists_of_values_are_looked_up_one_by_one(connection, query):
    def ask():
        many = {"many": ["a", "b", "c"]}
        return connection.execute(query, many) if query.is_dml else list(rows_in(connection, query, many["many"]))

    said = plans(connection, ask)
    assert said
    assert all(each.startswith("SEARCH") for each in said), said


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda tx: tx.workloads(9), "business_exception_work"),
        (lambda tx: tx.cause_groups(Chosen(queue="business")), "business_exception_cause"),
        (lambda tx: tx.cause_groups(), "business_exception_cause"),
        (lambda tx: tx.exceptions(), "business_exception_open"),
        (lambda tx: tx.exceptions(chosen=Chosen(queue="technical")), "business_exception_queue"),
    ],
)
def test_exceptions_that_stand_are_counted_and_listed_from_an_index(connection, question, index):
    said = [each for each in plans(connection, lambda: question(ExceptionViews(connection))) if "TEMP" not in each]
    assert any(index in each for each in said), said
    assert not any(each.startswith("SCAN business_exception") and "INDEX" not in each for each in said), said


def test_lists_of_exceptions_come_sorted_from_their_index(connection):
    for chosen in (Chosen(), Chosen(queue="business")):
        said = plans(connection, lambda chosen=chosen: ExceptionViews(connection).exceptions(chosen=chosen))
        assert not any("TEMP B-TREE" in each for each in said), said


def test_a_text_that_few_orders_have_is_found_by_its_letters(connection):
    said = plans(connection, lambda: ShipmentViews(connection).shipments(text="so00012"))
    assert any("VIRTUAL TABLE INDEX" in each for each in said), said
    newest, *_ = [each for each in said if each.startswith("SCAN state ")]
    assert "state_updated" in newest


def test_events_of_an_hour_are_counted_along_their_time(connection):
    said = plans(connection, lambda: RecordViews(connection).recorded(5, 9))
    assert said == ["SEARCH event USING COVERING INDEX event_recorded (recorded_at>? AND recorded_at<?)"]


def test_what_is_known_of_a_whole_batch_is_looked_up_pair_by_pair(connection):
    pairs = [(f"do:odoo:{n}", f"key{n}") for n in range(400)]
    connection.exec_driver_sql("ANALYZE")  # of a log that was small then: what is in it is no reason to read it all
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES ('event', 'event_key', '3 1 1')")
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    said = plans(connection, lambda: SqlLog(connection).known(pairs))
    assert [each for each in said if "event" in each] == [
        "SEARCH event USING COVERING INDEX event_key (subject=? AND key=?)"
    ]
