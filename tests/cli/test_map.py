"""check refuses a map's file that cannot be drawn, serve goes on without; doctor says what is in a good one."""

import json
import signal

import pytest

from cli.running import answers, commanded, ended, free_port, installed, start
from crossdock.cli.output import Exit
from map_archives import PLAIN, PNG, archive, picture, vector_tile

VECTOR = archive({(0, 0, 0): vector_tile({"earth": [("polygon", [(0, 0), (9, 0), (9, 9)], {})]})}, zooms=(0, 14))
RASTER = archive({(5, 1, 1): picture(9, 9, 9)}, kind=PNG, packed=PLAIN)


def configured(folder, data, more="", port=0):
    config = installed(folder, port=port)
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


async def test_check_refuses_a_file_that_cannot_be_drawn(tmp_path):
    code, out, _ = await commanded("check", "-c", configured(tmp_path, VECTOR[:-1]))
    assert code == Exit.FOUND
    assert "'world.pmtiles' is cut short" in out
    assert "copy it again" in out


async def test_everything_starts_without_the_file_and_says_so(tmp_path):
    port = free_port()
    config = configured(tmp_path, VECTOR, port=port)
    (tmp_path / "world.pmtiles").unlink()
    process = await start("serve", "--config", config)
    status, _ = await answers(f"http://127.0.0.1:{port}/livez", process)
    process.send_signal(signal.SIGTERM)
    code, _, said = await ended(process)
    assert (status, code) == (200, 0)
    assert "maps are drawn without streets: 'world.pmtiles' is not there; put it into" in said
