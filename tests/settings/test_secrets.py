"""Secrets are found by reference and shown to nobody."""

import pytest
import structlog

from crossdock.ports.secrets import UnknownSecret
from crossdock.settings.secrets import ReferencedSecrets


def test_a_variable_is_revealed(tmp_path):
    assert ReferencedSecrets(tmp_path, {"KEY": "hunter2"}).reveal("secret://env/KEY") == "hunter2"


def test_a_file_is_revealed_without_its_last_line_end(tmp_path):
    (tmp_path / "key").write_text("hunter2 \n")
    (tmp_path / "key").chmod(0o600)
    with structlog.testing.capture_logs() as logs:
        assert ReferencedSecrets(tmp_path, {}).reveal("secret://file/key") == "hunter2 "
    assert logs == []


def test_a_file_open_to_everybody_is_warned_about_once(tmp_path):
    (tmp_path / "key").write_text("hunter2")
    (tmp_path / "key").chmod(0o644)
    secrets = ReferencedSecrets(tmp_path, {})
    with structlog.testing.capture_logs() as logs:
        secrets.reveal("secret://file/key")
        secrets.reveal("secret://file/key")
    assert len(logs) == 1
    assert "hunter2" not in repr(logs)


@pytest.mark.req("M4")
@pytest.mark.parametrize(
    "reference", ["hunter2", "secret://hunter2", "secret://env/NONE", "secret://file/none", "secret://vault/x"]
)
def test_a_reference_that_leads_nowhere_says_so_without_values(tmp_path, reference):
    secrets = ReferencedSecrets(tmp_path, {"KEY": "value"})
    with pytest.raises(UnknownSecret) as caught:
        secrets.reveal(reference)
    assert "hunter2" not in str(caught.value)
    assert "value" not in repr(secrets)


@pytest.mark.req("M3", "M4")
def test_a_rotated_secret_is_used_after_ten_seconds_and_not_read_at_every_use(tmp_path):
    key = tmp_path / "key"
    key.write_text("old")
    key.chmod(0o600)
    seconds = [100.0]
    secrets = ReferencedSecrets(tmp_path, {}, lambda: seconds[0])
    assert secrets.reveal("secret://file/key") == "old"
    key.write_text("new")
    seconds[0] += 9.9
    assert secrets.reveal("secret://file/key") == "old"
    seconds[0] += 0.1
    assert secrets.reveal("secret://file/key") == "new"
    key.unlink()
    assert secrets.reveal("secret://file/key") == "new"
    seconds[0] += 10
    with pytest.raises(UnknownSecret):
        secrets.reveal("secret://file/key")


def test_a_secret_that_appears_is_found_at_once(tmp_path):
    environ = {}
    secrets = ReferencedSecrets(tmp_path, environ)
    with pytest.raises(UnknownSecret):
        secrets.reveal("secret://env/KEY")
    environ["KEY"] = "there"
    assert secrets.reveal("secret://env/KEY") == "there"
