"""pgbouncer in transaction mode before the tests' PostgreSQL; ``tests/conftest.py`` hands it to every suite."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture
def pooler(postgres_url, tmp_path):
    """pgbouncer in transaction mode before the server, with fewer connections than clients."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("no pgbouncer")
    parts = urlsplit(postgres_url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    database = parts.path[1:]
    folder = tmp_path / "pooler"
    folder.mkdir()
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()) or each == each.parent:
            break
        each.chmod(0o777)
    (folder / "users.txt").write_text('"postgres" ""\n')
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{database} = host={host} port={parts.port or 5432} user={parts.username or 'postgres'}\n"
        f"[pgbouncer]\nlisten_port = 6999\nlisten_addr =\nunix_socket_dir = {folder}\nauth_type = any\n"
        f"auth_file = {folder / 'users.txt'}\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    user = Path(host).owner() if host.startswith("/") else "nobody"  # who may enter the folder of the server's socket
    process = subprocess.Popen([program, "-q", "-u", user, str(settings)])  # noqa: S603 - found on PATH
    for _ in range(600):  # a loaded machine takes its time
        if (folder / ".s.PGSQL.6999").exists():
            break
        time.sleep(0.05)
    yield f"postgresql://postgres@/{database}?host={folder}&port=6999&pooler=transaction"
    process.terminate()
    process.wait(10)
