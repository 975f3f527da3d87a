"""How statements reach the driver."""

from sqlalchemy import Delete, Select, Update, create_engine, delete, select, update

from crossdock.storage.statements import among
from crossdock.storage.tables import EVENT, METADATA, STATE


def _plan(statement: Select[str] | Update | Delete) -> str:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        words = statement.compile(dialect=engine.dialect).construct_expanded_state({"many": ["a", "b"]})
        given = tuple(words.positional_parameters or ())
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words.statement}", given)
        return "; ".join(row[-1] for row in rows)


def test_a_list_of_values_is_looked_up_by_the_index_on_sqlite() -> None:
    """SQLAlchemy's "… IN (…) = 1" made every one of these read the whole table."""
    for statement in (
        select(STATE.c.subject).where(among(STATE.c.subject)),
        select(EVENT.c.key).where(among(EVENT.c.subject), EVENT.c.quiet),
        update(STATE).where(among(STATE.c.subject)).values(phase=""),
        delete(STATE).where(among(STATE.c.subject)),
    ):
        plan = _plan(statement)
        assert "SEARCH" in plan
        assert "SCAN" not in plan
