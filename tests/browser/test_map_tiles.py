"""Orders' maps in a real browser over archives made here: what is drawn, in both themes, and what a bad file leaves."""

import base64
from functools import partial

import pytest
from playwright.async_api import expect

from api.serving import Site
from browser import scene
from browser.visiting import Visit
from crossdock.tower.context import MapFile
from map_archives import PLAIN, PNG, archive, picture, vector_tile

pytestmark = pytest.mark.req("L2")
WEST = [(0, 0), (1200, 0), (1200, 4096), (0, 4096)]
SQUARE = [(0, 0), (4096, 0), (4096, 4096), (0, 4096)]
HIGHWAYS = [[(0, row), (4096, row)] for row in range(1200, 1700)]
TOWN = ("point", [(1700, 1500)], {"kind": "locality", "kind_detail": "city", "name": "Midwater"})
PROTOMAPS = {
    "earth": [("polygon", SQUARE, {"kind": "earth"})],
    "landuse": [("polygon", SQUARE, {"kind": "park"})],
    "water": [("polygon", WEST, {"kind": "ocean"})],
    "roads": [("line", each, {"kind": "highway"}) for each in HIGHWAYS],
    "places": [TOWN],
}
OPENMAPTILES = {
    "landcover": [("polygon", SQUARE, {"class": "wood"})],
    "water": [("polygon", WEST, {"class": "ocean"})],
    "transportation": [("line", each, {"class": "motorway"}) for each in HIGHWAYS],
    "place": [("point", [(1700, 1500)], {"class": "city", "name": "Midwater", "rank": "3"})],
}
VECTOR = archive({(0, 0, 0): vector_tile(PROTOMAPS)})
BAD_TILE = archive({(0, 0, 0): b"this is no tile"})
BAD_PICTURE = archive({(0, 0, 0): b"this is no picture"}, kind=PNG, packed=PLAIN)
MISSING = "Some streets are missing"
_SHARES = """async ([data, colours]) => {
  const figure = document.querySelector('figure.map');
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const context = canvas.getContext('2d');
  const pixels = () => context.getImageData(0, 0, canvas.width, canvas.height).data;
  const probe = document.createElement('span');
  figure.append(probe);
  const wanted = colours.map(name => {
    if (name === 'dim') return null;
    probe.style.color = name.startsWith('--') ? `var(${name})` : name;
    return getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number);
  });
  probe.remove();
  context.drawImage(image, 0, 0);
  const found = pixels();
  const same = (at, colour) => each => Math.abs(found[at + each] - colour[each]) < 3;
  const dim = (at) => each => found[at + each] < 140;
  const near = (at, colour) => [0, 1, 2].every(colour ? same(at, colour) : dim(at));
  return wanted.map(colour => {
    let count = 0;
    for (let at = 0; at < found.length; at += 4) count += near(at, colour);
    return count / (found.length / 4);
  });
}"""


def served(folder, data):
    file = folder / "world.pmtiles"
    file.write_bytes(data)
    given = MapFile(file, "© Mapmakers", "https://maps.example/licence")
    return Site(partial(scene.opened, map_file=given), folder)


async def shares(page, *colours):
    """How much of the map has each of ``colours`` once it is drawn."""
    await page.goto("/orders/do:odoo:27")
    await page.locator(".map").scroll_into_view_if_needed()
    await page.locator('.live[data-ready="drawn"]').wait_for(timeout=60_000)
    return await seen(page, *colours)


async def seen(page, *colours):
    """The same of the map as it is."""
    shown = await page.locator(".map .live canvas").screenshot()
    return await page.evaluate(_SHARES, [base64.b64encode(shown).decode(), list(colours)])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layers", [PROTOMAPS, OPENMAPTILES], ids=["protomaps", "openmaptiles"])
async def test_streets_of_the_file_are_drawn_in_the_pages_colours(tmp_path, layers, scheme):
    with served(tmp_path, archive({(0, 0, 0): vector_tile(layers)})) as site:
        async with Visit(site, color_scheme=scheme, viewport={"width": 1280, "height": 800}) as visit:
            green, sea = await shares(visit.page, "--green", "--sea")
            assert green > 0.5
            assert 0.05 < sea < 0.4
            whose = visit.page.get_by_role("link", name="© Mapmakers")
            assert await whose.get_attribute("href") == "https://maps.example/licence"
            await expect(visit.page.get_by_text(MISSING)).to_be_hidden()
            assert await visit.page.locator(".map .place.here").inner_text() == "Amsterdam"
            assert await nearer(visit.page, 0.2, 0.75), "roads of the file lie on its green"
            await visit.page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
            assert await settled(visit.page, 0.2, 0.75), "green is that of the other theme"


async def nearer(page, least, most):
    """Go nearer until the share of green lies between the two. A step that is asked for while the map still moves takes
    the place of the one before, so how many that takes is the machine's to say.
    """
    for _ in range(8):
        await page.get_by_role("button", name="Zoom in").click()
        if await settled(page, least, most, looks=4):
            return True
    return False


async def settled(page, least, most, looks=20):
    """Whether the share of green comes to lie between the two within that many half seconds, while the map moves."""
    for _ in range(looks):
        [green] = await seen(page, "--green")
        if least < green < most:
            return True
        await page.wait_for_timeout(500)
    return False


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pictures_of_the_file_are_drawn_over_the_countries(tmp_path, scheme):
    tiles = {(z, x, y): picture(200, 190, 190) for z in (0, 1, 2) for x in range(1 << z) for y in range(1 << z)}
    look = {"color_scheme": scheme, "viewport": {"width": 1280, "height": 800}}
    with served(tmp_path, archive(tiles, kind=PNG, packed=PLAIN)) as site, served_plainly(tmp_path) as bare:
        async with Visit(site, **look) as visit:
            land, sea, dim = await shares(visit.page, "--land", "--sea", "dim")
            assert land + sea < 0.05
            assert (dim > 0.7) == (scheme == "dark")
            await expect(visit.page.get_by_role("link", name="© Mapmakers")).to_be_visible()
        async with Visit(bare, **look) as visit:
            [land, sea] = await shares(visit.page, "--land", "--sea")
            assert land + sea > 0.6
            assert await visit.page.locator(".map .said").count() == 0


def served_plainly(folder):
    (folder / "bare").mkdir()
    return Site(scene.opened, folder / "bare")


@pytest.mark.parametrize(
    ("data", "spoilt"),
    [
        (BAD_TILE, None),
        (BAD_PICTURE, None),
        (VECTOR, lambda file: file.write_bytes(VECTOR[:-40])),
        (VECTOR, lambda file: file.write_bytes(VECTOR[:60])),
        (VECTOR, lambda file: file.write_bytes(b"")),
        (VECTOR, lambda file: file.unlink()),
    ],
    ids=["bad-tile", "bad-picture", "cut-in-a-tile", "cut-in-the-head", "emptied", "gone"],
)
async def test_a_file_that_fails_leaves_countries_and_stops(tmp_path, data, spoilt):
    with served(tmp_path, data) as site:
        if spoilt:
            spoilt(tmp_path / "world.pmtiles")
        async with Visit(site, viewport={"width": 1280, "height": 800}) as visit:
            land, sea = await shares(visit.page, "--land", "--sea")
            assert land + sea > 0.6
            await expect(visit.page.get_by_text(MISSING)).to_be_visible()
            assert await visit.page.locator(".map .place.here").inner_text() == "Amsterdam"
            # the browser itself notes an answer that is an error; scripts of ours throw nothing
            assert [each for each in visit.complaints if not each.startswith("Failed to load resource")] == []
            visit.complaints.clear()
