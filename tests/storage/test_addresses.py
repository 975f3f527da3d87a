"""What a store's address means to PostgreSQL's driver: one server, several, a socket, a pooler."""

import pytest
from sqlalchemy import make_url, text

from crossdock.ports.stores import StoreUnavailable
from crossdock.storage.opening import open_store
from crossdock.storage.postgresql import connect_options


@pytest.mark.req("K15")
@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://u:p@db/x", {"user": "u", "password": "p", "database": "x", "host": ["db"], "port": [5432]}),
        ("postgresql://u@db:6432/x", {"user": "u", "database": "x", "host": ["db"], "port": [6432]}),
        ("postgresql://u@/x?host=/pg&port=6999", {"user": "u", "database": "x", "host": ["/pg"], "port": [6999]}),
        (
            "postgresql://u@/x?host=db1:5433&host=db2",
            {"user": "u", "database": "x", "host": ["db1", "db2"], "port": [5433, 5432],
             "target_session_attrs": "primary"},
        ),
        (
            "postgresql://u@/x?host=[::1]:5433&host=::2&target_session_attrs=read-write&ssl=require",
            {"user": "u", "database": "x", "host": ["::1", "::2"], "port": [5433, 5432],
             "target_session_attrs": "read-write", "ssl": "require"},
        ),
    ],
)  # fmt: skip
def test_addresses(url, wanted):
    assert connect_options(make_url(url)) == wanted


@pytest.mark.req("K13")
async def test_the_server_ends_a_transaction_that_stands_still(migrated_postgres_url):
    """Else a stopped process would keep its locks for as long as it sleeps."""
    store = open_store(migrated_postgres_url)
    question = text(
        "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('application_name')"
    )
    assert await store.read(lambda tx: tuple(tx._connection.execute(question).one())) == ("15s", "crossdock")
    await store.close()


@pytest.mark.req("K15")
async def test_a_server_that_became_read_only_is_left_for_the_primary(migrated_postgres_url):
    """After a switch-over the old connections still stand, to a server that refuses writes."""
    store = open_store(f"{migrated_postgres_url}{'&' if '?' in migrated_postgres_url else '?'}connections=1")
    number = text("SELECT pg_backend_pid()")

    def refused(tx):
        tx._connection.execute(text("SET TRANSACTION READ ONLY"))
        tx.partners.save_health("odoo", tx.partners.health("other"))

    before = await store.run(lambda tx: tx._connection.execute(number).scalar())
    with pytest.raises(StoreUnavailable):
        await store.run(refused)
    assert await store.run(lambda tx: tx._connection.execute(number).scalar()) != before
    await store.close()
