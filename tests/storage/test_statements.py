"""How statements reach the driver."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Select,
    bindparam,
    create_engine,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from crossdock.storage.direct import STATEMENTS, Direct
from crossdock.storage.known import MOST_SHAPES
from crossdock.storage.statements import among
from crossdock.storage.tables import ENDED, METADATA
from crossdock.storage.tables_filters import SAVED_FILTER


@pytest.fixture
def direct() -> Iterator[Direct]:
    """A database in memory with three ended subjects and a shared filter."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(ENDED), [{"subject": f"s{number}", "ended_at": number} for number in (1, 2, 3)])
        kept = {"id": "f1", "place": "p", "name": "n", "query": "q", "owner": "o", "shared": True, "created_at": 1}
        connection.execute(insert(SAVED_FILTER), kept)
        yield Direct(connection)


_TWO_LISTS = (
    select(ENDED.c.subject, ENDED.c.ended_at)
    .where(
        or_(
            ENDED.c.subject.in_(bindparam("names", expanding=True)),
            ENDED.c.subject.in_(bindparam("names", expanding=True)),
            ENDED.c.ended_at == 3,
            ENDED.c.ended_at.in_(bindparam("times", expanding=True)),
        ),
        ENDED.c.ended_at < bindparam("before"),
    )
    .order_by(ENDED.c.subject)
)
_PAIRS = select(ENDED.c.subject).where(
    tuple_(ENDED.c.ended_at, ENDED.c.subject).in_(bindparam("many", expanding=True)), ENDED.c.ended_at > bindparam("a")
)


@pytest.mark.parametrize(
    ("statement", "given", "found"),
    [
        (_TWO_LISTS, {"names": ["s1"], "times": [2, 9], "before": 9}, [("s1", 1), ("s2", 2), ("s3", 3)]),
        (_TWO_LISTS, {"names": ["s2", "x"], "times": [], "before": 3}, [("s2", 2)]),
        (_PAIRS, {"many": [(1, "s1"), (2, "s1"), (3, "s3")], "a": 0}, [("s1",), ("s3",)]),
        (_PAIRS, {"many": [(1, "s1")], "a": 1}, []),
    ],
)
def test_a_statement_gives_the_same_the_second_time(
    direct: Direct, statement: Select[Any], given: dict[str, Any], found: list[Any]
) -> None:
    """The first time it is SQLAlchemy's; then its values go to the driver, in the right order whatever their number."""
    for _ in range(3):
        assert [tuple(row) for row in direct.execute(statement, given)] == found


def test_rows_have_names_and_booleans_and_changes_are_counted(direct: Direct) -> None:
    """SQLite has no booleans; who reads a filter gets one all the same."""
    seen = select(SAVED_FILTER.c.id, SAVED_FILTER.c.shared).where(SAVED_FILTER.c.id == bindparam("which"))
    later = update(ENDED).where(ENDED.c.ended_at < bindparam("before")).values(ended_at=ENDED.c.ended_at + 10)
    new = insert(ENDED)
    for turn in range(3):
        row = direct.execute(seen, {"which": "f1"}).first()
        assert (row.id, row.shared is True) == ("f1", True)
        assert direct.execute(seen, {"which": "f1"}).mappings().first() == {"id": "f1", "shared": True}
        assert direct.execute(seen, {"which": "f2"}).scalar() is None
        assert direct.execute(later, {"before": 4 + 10 * turn}).rowcount == 3
        assert direct.execute(new, {"subject": f"one{turn}", "ended_at": 1000}).rowcount == 1
        many = [{"ended_at": 1000, "subject": f"{turn} of {each}"} for each in range(2)]
        assert direct.execute(new, many).rowcount == 2


def test_a_list_of_no_known_type_is_a_list_the_second_time_too(direct: Direct) -> None:
    words = text("SELECT subject FROM ended WHERE subject IN :many ORDER BY subject")
    some = words.bindparams(bindparam("many", expanding=True))
    for _ in range(3):
        assert [row[0] for row in direct.execute(some, {"many": ["s1", "s3"]})] == ["s1", "s3"]


def test_what_is_known_of_a_statement_has_an_end(direct: Direct) -> None:
    """Batches come in hundreds of lengths; a process that runs for months must not keep them all."""
    some = select(ENDED.c.subject).where(among(ENDED.c.subject)).order_by(ENDED.c.subject)
    for length in range(1, 3 * MOST_SHAPES):
        given = {"many": ["s2", *(f"x{number}" for number in range(length))]}
        assert [row.subject for row in direct.execute(some, given)] == ["s2"]
    assert STATEMENTS.forms(some) <= MOST_SHAPES
