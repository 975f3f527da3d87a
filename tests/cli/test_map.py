"""check refuses a map's file that cannot be drawn, and serve with it; doctor says what is in a good one."""

import json

import pytest

from cli.running import commanded, installed
from map_archives import PLAIN, PNG, archive, picture, vector_tile

VECTOR = archive({(0, 0, 0): vector_tile({"earth": [("polygon", [(0, 0), (9, 0), (9, 9)], {})]})}, zooms=(0, 14))
RASTER = archive({(5, 1, 1): picture(9, 9, 9)}, kind=PNG, packed=PLAIN)


def configured(folder, data, more=""):
    config = installed(folder)
    config.write_text(config.read_text() + f"\ntower: {{map: {{tiles: world.pmtiles{more}}}}}\n")
    (folder / "world.pmtiles").write_bytes(data)
    return config


@pytest.mark.parametrize(
    ("data", "said"), [(VECTOR, "vector tiles (MVT), zoom 0 to 14"), (RASTER, "raster tiles (PNG), zoom 5 to 5")]
)
async def test_doctor_tells_vector_tiles_from_pictures(tmp_path, data, said):
    config = configured(tmp_path, data, ", attribution: Ours")
    [found] = [each for each in await findings(config) if each["subject"] == "map"]
    assert found["status"] == "ok"
    assert found["text"].startswith(said)


async def test_data_of_nobody_is_warned_of(tmp_path):
    config = configured(tmp_path, VECTOR)
    [found] = [each for each in await findings(config) if each["subject"] == "map"]
    assert (found["status"], found["do"]) == ("warn", "set tower.map.attribution")
    code, _, said = await commanded("check", "-c", config)
    assert code == 0
    assert "tower.map.attribution" in said


async def findings(config):
    return json.loads((await commanded("doctor", "--json", "-c", config))[1])["findings"]


@pytest.mark.parametrize("command", ["check", "serve"])
async def test_nothing_starts_with_a_file_that_cannot_be_drawn(tmp_path, command):
    option = "--config" if command == "serve" else "-c"
    code, out, said = await commanded(command, option, configured(tmp_path, VECTOR[:-1]))
    assert code != 0
    assert "'world.pmtiles' is cut short" in out + said
    assert "copy it again" in out + said
