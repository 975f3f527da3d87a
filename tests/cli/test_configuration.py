"""init writes what check accepts; check tells every fault; nothing prints a secret."""

import re
import stat

import pytest

from crossdock.settings.loading import load


@pytest.mark.req("Q8")
@pytest.mark.parametrize("preset", ["demo", "mvp"])
def test_what_init_writes_passes_check(crossdock, tmp_path, preset):
    made = crossdock("init", tmp_path, "--preset", preset, "--json")
    assert made.code == 0, made.err
    assert made.json["api_key"].startswith("xd_")
    answer = crossdock("check", "--json", "-c", tmp_path / "crossdock.yaml")
    assert answer.code == 0, answer.out
    lists = {"fallbacks", "unowned_exceptions", "routing", "assumed_flows", "deprecated", "blind_credit"}
    told = {name: value for name, value in answer.json.items() if name not in lists}
    assert told == {"ok": True, "faults": [], "broken_plugins": []}


def test_what_init_writes_is_the_defaults_word_for_word(tmp_path, crossdock):
    """Every commented-out line can be uncommented: what it says is true and accepted."""
    crossdock("init", tmp_path, "--preset", "demo", "--no-key")
    for path in (tmp_path / "crossdock.yaml", *(tmp_path / "partners").iterdir()):
        lines = [
            line.replace("# ", "", 1) if re.match(r" *# [a-z_]+: ", line) else line
            for line in path.read_text().splitlines()
            if line != "# partners: {}"
        ]
        path.write_text("\n".join(lines) + "\n")
    assert load(tmp_path / "crossdock.yaml", {}).faults == ()


@pytest.mark.req("M4")
def test_secrets_are_for_their_owner_only_and_never_printed(crossdock, tmp_path):
    answer = crossdock("init", tmp_path, "--preset", "demo")
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    values = [path.read_text().strip() for path in folder.iterdir()]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    config = tmp_path / "crossdock.yaml"
    said = [answer, *(crossdock(*each, "-c", config) for each in (("check",), ("doctor",), ("doctor", "--json")))]
    for value in values:
        assert len(value) >= 32
        assert all(value not in each.out + each.err for each in said)
    assert "secrets/" in (tmp_path / ".gitignore").read_text()


def test_the_demo_says_how_its_simulators_are_started(crossdock, tmp_path):
    answer = crossdock("init", tmp_path, "--preset", "demo", "--no-key")
    written = (tmp_path / "partners" / "odoo.yaml").read_text()
    [odoo] = [line for line in answer.err.splitlines() if "crossdock sim odoo" in line]
    options = dict(re.findall(r'--option (\w+)="?\$?\(?(?:cat )?([^\s")]+)', odoo))
    assert f"database: {options['database']}\n" in written
    assert (tmp_path / "secrets" / "odoo-api-key").samefile(options["api_key"])
    assert "crossdock sim easypost --option webhook_url=http://127.0.0.1:8480/in/easypost/events" in answer.err


def test_init_does_not_overwrite(crossdock, home):
    signing = (home / "secrets" / "signing").read_text()
    assert crossdock("init", home).code == 2
    assert crossdock("init", home, "--force", "--no-key").code == 0
    assert (home / "secrets" / "signing").read_text() == signing


@pytest.mark.req("M4")
def test_check_tells_every_fault_at_its_line_and_repeats_no_secret(crossdock, config):
    partner = config.parent / "partners" / "odoo.yaml"
    config.write_text("enviroment: dev\n" + config.read_text())
    text = partner.read_text().replace('api_key: "secret://file/secrets/odoo-api-key"', "api_key: hunter2")
    partner.write_text(text.replace("database: demo", "databse: demo"))
    answer = crossdock("check", "-c", config)
    assert answer.code == 3
    assert "hunter2" not in answer.out + answer.err
    assert "crossdock.yaml:1: enviroment" in answer.out
    for key, needle in (("api_key", "api_key:"), ("databse", "databse:")):
        line = 1 + next(i for i, each in enumerate(partner.read_text().splitlines()) if each.strip().startswith(needle))
        assert f"odoo.yaml:{line}: partners.odoo.config.{key}" in answer.out
    rows = crossdock("check", "--json", "-c", config).json["faults"]
    assert len(rows) == 4  # the misspelt key, the literal, the misspelt one, and the one it should have been
    assert all(set(row) == {"file", "line", "key", "text", "hint"} for row in rows)


def test_other_commands_stop_at_a_bad_configuration(crossdock, tmp_path):
    path = tmp_path / "crossdock.yaml"
    path.write_text("listn: 1\n")
    answer = crossdock("parked", "list", "-c", path)
    assert answer.code == 1
    assert "did you mean 'listen'?" in answer.err
    assert answer.out == ""


@pytest.mark.req("K9")
def test_every_partners_fallback_is_listed_and_a_carrier_without_one_is_warned_of(crossdock, config):
    answer = crossdock("check", "-c", config)
    assert "carrier 'easypost' has no fallback" in answer.err
    rows = {each["partner"]: each for each in crossdock("check", "--json", "-c", config).json["fallbacks"]}
    assert {name: (row["do"], row["missing"]) for name, row in rows.items()} == {
        "odoo": ("hold", False), "easypost": ("by_level", True),
    }  # fmt: skip
    partner = config.parent / "partners" / "easypost.yaml"
    text = partner.read_text().replace(
        "connector: easypost",
        "connector: easypost\n    fallback: {do: manual, words: Call the depot., contacts: [Ann]}",
    )
    partner.write_text(text)
    answer = crossdock("check", "-c", config)
    assert "no fallback" not in answer.err
    assert "Call the depot." in answer.out
    partner.write_text(text.replace("do: manual", "do: next, next: [easypots, easypost]"))
    faults = crossdock("check", "--json", "-c", config).json["faults"]
    assert [(each["key"], each["text"]) for each in faults] == [
        ("partners.easypost.fallback.next[0]", "'easypots' is not among the partners"),
        ("partners.easypost.fallback.next[1]", "'easypost' is itself"),
    ]
