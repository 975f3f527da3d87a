"""A backup is whole or it is refused."""

import tarfile

import pytest

from crossdock.cli import archive
from crossdock.cli.databases import PostgresServer


@pytest.fixture
def backed_up(crossdock, home, config):
    (home / "documents").mkdir(exist_ok=True)
    (home / "documents" / "label.pdf").write_bytes(b"%PDF label")
    assert crossdock("backup", home / "backup.tar", "-c", config).code == 0
    return home / "backup.tar"


def test_what_was_backed_up_comes_back(crossdock, home, config, backed_up):
    crossdock("clients", "create", "later", "-c", config)
    (home / "documents" / "label.pdf").write_bytes(b"changed")
    answer = crossdock("restore", backed_up, "--yes", "--json", "-c", config)
    assert answer.code == 0, answer.err
    assert [row["name"] for row in crossdock("clients", "list", "--json", "-c", config).json] == ["first"]
    assert (home / "documents" / "label.pdf").read_bytes() == b"%PDF label"


def test_a_store_with_content_is_not_replaced_unasked(crossdock, config, backed_up):
    crossdock("clients", "create", "later", "-c", config)
    assert crossdock("restore", backed_up, "-c", config).code == 2
    assert len(crossdock("clients", "list", "--json", "-c", config).json) == 2


def test_an_empty_store_is_filled_unasked(crossdock, tmp_path, backed_up):
    other = tmp_path / "other"
    crossdock("init", other, "--preset", "demo", "--no-key")
    assert crossdock("restore", backed_up, "-c", other / "crossdock.yaml").code == 0
    assert len(crossdock("clients", "list", "--json", "-c", other / "crossdock.yaml").json) == 1


def test_a_dry_run_changes_nothing(crossdock, home, config, backed_up):
    (home / "documents" / "label.pdf").write_bytes(b"changed")
    assert crossdock("restore", backed_up, "--dry-run", "-c", config).code == 0
    assert (home / "documents" / "label.pdf").read_bytes() == b"changed"


def test_an_archive_is_not_replaced_unasked_and_is_for_its_owner_only(crossdock, config, backed_up):
    assert backed_up.stat().st_mode & 0o077 == 0
    assert crossdock("backup", backed_up, "-c", config).code == 2


def test_a_damaged_archive_changes_nothing(crossdock, home, config, backed_up):
    data = bytearray(backed_up.read_bytes())
    at = data.index(b"%PDF label")
    data[at : at + 4] = b"XXXX"
    backed_up.write_bytes(data)
    answer = crossdock("restore", backed_up, "--yes", "-c", config)
    assert answer.code == 1
    assert "label.pdf" in answer.err
    assert len(crossdock("clients", "list", "--json", "-c", config).json) == 1
    assert (home / "documents" / "label.pdf").read_bytes() == b"%PDF label"


def test_an_archive_cannot_write_outside(tmp_path):
    source = tmp_path / "evil"
    source.write_bytes(b"evil")
    archive.write(tmp_path / "a.tar", {"../evil": source}, "sqlite", "0", 0)
    (tmp_path / "in").mkdir()
    with pytest.raises(archive.BadArchive, match="outside"):
        archive.read(tmp_path / "a.tar", tmp_path / "in")
    with tarfile.open(tmp_path / "b.tar", "w"):
        pass
    with pytest.raises(archive.BadArchive):
        archive.read(tmp_path / "b.tar", tmp_path / "in")


@pytest.mark.req("K15")
@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://u:p@db:5433/x?connections=4", "postgresql://u@db:5433/x"),
        ("postgresql://u@/x?host=/run/pg&port=6999", "postgresql://u@/x?host=/run/pg&port=6999"),
        ("postgresql://u@/x?host=a:5433&host=b:5434", "postgresql://u@a:5433,b:5434/x?target_session_attrs=primary"),
        ("postgresql://u@pool:6432/x?pooler=transaction&listen=db:5432", "postgresql://u@db:5432/x"),
    ],
)
def test_postgresqls_own_programs_get_an_address_they_can_read(url, wanted):
    assert PostgresServer(url, "")._url == wanted
