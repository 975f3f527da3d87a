"""How Alembic runs the revisions: always over a connection that `crossdock.storage.schema` hands over."""

from alembic import context

import crossdock.storage.tables_exchange
import crossdock.storage.tables_filters
import crossdock.storage.tables_knocks
import crossdock.storage.tables_kpis
import crossdock.storage.tables_notices
import crossdock.storage.tables_work  # noqa: F401 - both register their tables
from crossdock.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
