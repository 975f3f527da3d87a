"""``python -m crossdock`` is the same as ``crossdock``."""

from crossdock.cli.main import run

run()
