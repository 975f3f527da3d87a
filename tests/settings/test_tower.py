"""The file of the map is looked at: there, readable, an archive that browsers can draw. Without it the rest goes on."""

import os
from pathlib import Path

import pytest

from crossdock import bootstrap
from crossdock.cli.serve_pages import map_file_of
from crossdock.settings.loading import load
from crossdock.settings.tower_checks import map_faults
from map_archives import archive, vector_tile

TILE = vector_tile({"earth": [("polygon", [(0, 0), (9, 0), (9, 9)], {"kind": "earth"})]})
GOOD = archive({(0, 0, 0): TILE})
CONFIGURATION = """\
tower:
  map:
    tiles: maps/benelux.pmtiles
    attribution: © OpenStreetMap contributors
    attribution_url: https://www.openstreetmap.org/copyright
"""


def loaded(folder, data, text=CONFIGURATION):
    (folder / "maps").mkdir()
    if data is not None:
        (folder / "maps" / "benelux.pmtiles").write_bytes(data)
    (folder / "crossdock.yaml").write_text(text)
    return judged(folder)


def judged(folder):
    read = load(folder / "crossdock.yaml")
    installation, faults = bootstrap.installed(read)
    return installation, (*faults, *map_faults(read))


def test_a_good_file_is_found_from_the_folder_of_the_configuration(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    installation, faults = loaded(tmp_path, GOOD)
    assert faults == ()
    found = map_file_of(installation)
    assert found.path.read_bytes() == GOOD
    assert found.attribution == "© OpenStreetMap contributors"
    assert found.attribution_url == "https://www.openstreetmap.org/copyright"


def test_without_one_there_is_none(tmp_path):
    installation, faults = loaded(tmp_path, None, "tower: {map: {}}\n")
    assert (map_file_of(installation), faults) == (None, ())


@pytest.mark.parametrize(
    ("data", "text", "hint"),
    [
        (None, "'maps/benelux.pmtiles' is not there", "put it into"),
        (b"", "'maps/benelux.pmtiles' is no PMTiles file", "pmtiles extract"),
        (b"SQLite format 3\0" + bytes(4096), "'maps/benelux.pmtiles' is an MBTiles file", "pmtiles convert"),
        (archive({(0, 0, 0): TILE}, version=2), "'maps/benelux.pmtiles' is PMTiles of version 2", "pmtiles convert"),
        (GOOD[:-1], "'maps/benelux.pmtiles' is cut short", "copy it again"),
    ],
)
def test_any_other_is_told_at_its_line_with_what_to_do_and_stops_nothing(tmp_path, data, text, hint):
    installation, [fault] = loaded(tmp_path, data)
    assert installation is not None
    assert (fault.key, fault.line) == ("tower.map.tiles", 3)
    assert fault.text.startswith(text)
    assert hint in fault.hint


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "maps" / "benelux.pmtiles").mkdir(parents=True)
    (tmp_path / "crossdock.yaml").write_text(CONFIGURATION)
    _, [fault] = judged(tmp_path)
    assert fault.text == "'maps/benelux.pmtiles' is a folder"


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    plainly = Path.open

    def refused(path, mode="r", *more, **others):
        if path.suffix == ".pmtiles" and mode == "rb":
            raise PermissionError(13, "Permission denied")
        return plainly(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", refused)
    _, [fault] = loaded(tmp_path, GOOD)
    assert fault.text == "'maps/benelux.pmtiles' cannot be read: Permission denied"
    assert "the right to read" in fault.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_rights_are_what_the_system_says(tmp_path):
    (tmp_path / "maps").mkdir()
    file = tmp_path / "maps" / "benelux.pmtiles"
    file.write_bytes(GOOD)
    file.chmod(0)
    (tmp_path / "crossdock.yaml").write_text(CONFIGURATION)
    _, [fault] = judged(tmp_path)
    assert "cannot be read" in fault.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", 'https://x" onclick="y', "//evil.example"])
def test_the_words_lead_to_a_page_only(tmp_path, address):
    _, faults = loaded(tmp_path, GOOD, CONFIGURATION.replace("https://www.openstreetmap.org/copyright", f"'{address}'"))
    assert [each.key for each in faults] == ["tower.map.attribution_url"]
