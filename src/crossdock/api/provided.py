"""What routes are given by name: the context and the keeper of idempotent answers."""

from typing import Annotated

from litestar.params import Dependency

from crossdock.api.context import Context
from crossdock.api.idempotency import Once

Here = Annotated[Context, Dependency(skip_validation=True)]
OnceOnly = Annotated[Once, Dependency(skip_validation=True)]
