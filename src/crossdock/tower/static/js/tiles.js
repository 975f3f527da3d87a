// What the operator's own PMTiles file adds to a map: streets, water, names, drawn quietly in the page's colours. The layers
// are those of the Protomaps basemap and of OpenMapTiles. Names are drawn with the page's own font, so no glyphs are
// fetched. Whatever the file cannot give is left out: the countries stand below.
import { resolved } from "./colours.js";
import { loaded } from "./loading.js";

const SOURCE = "tiles";
const PATIENCE = 5000;
const KINDS = { 1: "vector", 2: "raster", 3: "raster", 4: "raster", 5: "raster" };
const PICTURE = 256;

// The file's head, or nothing where there is no file, or none that can be read now.
export async function opened({ tiles, vendor }) {
  if (!tiles) return null;
  try {
    if (!self.pmtiles) await loaded("script", { src: `${vendor}/pmtiles.js` });
    const archive = new self.pmtiles.PMTiles(new URL(tiles, location.href).href);
    const late = new Promise((_, failed) => setTimeout(failed, PATIENCE, new Error("no answer in time")));
    const head = await Promise.race([archive.getHeader(), late]);
    if (!KINDS[head.tileType]) throw new Error(`tiles of type ${head.tileType}`);
    return { archive, key: archive.source.getKey(), kind: KINDS[head.tileType], zooms: [head.minZoom, head.maxZoom], bounds: [head.minLon, head.minLat, head.maxLon, head.maxLat] };
  } catch (problem) {
    console.warn("The file of the map cannot be read:", problem);
    return { failed: true };
  }
}

export function covers({ bounds: [west, south, east, north] }, [longitude, latitude]) {
  return west <= longitude && longitude <= east && south <= latitude && latitude <= north;
}

const KIND = ["coalesce", ["get", "kind"], ["get", "class"], ""];
const among = (...names) => ["in", KIND, ["literal", names]];
const shaped = (shape) => ["in", ["geometry-type"], ["literal", [shape, `Multi${shape}`]]];
const level = (word, number) => ["all", ["any", ["==", KIND, word], ["==", ["get", "admin_level"], number]], ["!=", ["get", "maritime"], 1]];
const GREEN = among("park", "national_park", "nature_reserve", "forest", "wood", "grass", "grassland", "garden", "scrub", "cemetery", "golf_course", "protected_area");
const BUILT = among("residential", "urban_area", "industrial", "commercial", "retail", "suburb", "neighbourhood", "pedestrian", "aerodrome", "railway");
const HIGHWAYS = among("highway", "motorway", "trunk");
const STREETS = among("major_road", "primary", "secondary", "tertiary");
const LANES = among("minor_road", "minor", "service", "residential");
const PLACE = ["coalesce", ["get", "kind_detail"], ["get", "class"], ["get", "kind"], ""];
const NAME = ["coalesce", ["get", "name:en"], ["get", "name:latin"], ["get", "name"], ""];
const grown = (...stops) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops];

function streets(colour, taken) {
  const layer = (id, sources, type, filter, paint, rest = {}) => sources.map((name) => ({ id: `${SOURCE}-${id}-${name}`, type, source: SOURCE, "source-layer": name, filter, paint, ...rest }));
  const road = (id, filter, minzoom, name, width) => layer(id, ["roads", "transportation"], "line", filter, { "line-color": colour(name), "line-width": width }, { minzoom, layout: { "line-cap": "round", "line-join": "round" } });
  const border = (id, filter, paint) => layer(id, ["boundaries", "boundary"], "line", filter, { "line-color": colour("--border"), ...paint });
  const label = { "text-color": colour("--ink-3"), "text-halo-color": colour("--land"), "text-halo-width": 1.4 };
  const names = (id, kinds, minzoom, size) => layer(id, ["places", "place"], "symbol", ["all", ["in", PLACE, ["literal", kinds]], ["!", ["in", NAME, ["literal", taken]]]], label, {
    minzoom, layout: { "text-field": NAME, "text-font": ["Inter", "sans-serif"], "text-size": size, "text-max-width": 8, "text-padding": 6, "symbol-sort-key": ["coalesce", ["get", "rank"], ["-", 0, ["coalesce", ["get", "population_rank"], 0]]] },
  });
  return [
    layer("earth", ["earth"], "fill", shaped("Polygon"), { "fill-color": colour("--land") }),
    layer("green", ["landcover", "landuse", "park"], "fill", GREEN, { "fill-color": colour("--green") }),
    layer("built", ["landcover", "landuse"], "fill", BUILT, { "fill-color": colour("--built") }),
    layer("water", ["water"], "fill", shaped("Polygon"), { "fill-color": colour("--sea") }),
    layer("rivers", ["water", "waterway"], "line", shaped("LineString"), { "line-color": colour("--sea"), "line-width": grown(8, 0.8, 14, 3) }, { minzoom: 8 }),
    border("region", level("region", 4), { "line-width": 0.6, "line-dasharray": [3, 2] }),
    layer("buildings", ["buildings", "building"], "fill", shaped("Polygon"), { "fill-color": colour("--building") }, { minzoom: 13 }),
    road("lanes", LANES, 11, "--road", grown(11, 0.4, 16, 6)),
    road("streets", STREETS, 7, "--road", grown(7, 0.4, 16, 9)),
    road("highways", HIGHWAYS, 4, "--highway", grown(4, 0.5, 9, 1.6, 16, 12)),
    border("country", level("country", 2), { "line-width": 1 }),
    names("villages", ["village", "suburb", "hamlet"], 11, 11),
    names("towns", ["town"], 8, 11.5),
    names("cities", ["city"], 4, 12.5),
  ].flat();
}

// Names of stops keep their room: what the file would write there waits. They themselves are marks over the map.
const ROOM = { id: `${SOURCE}-room`, type: "symbol", source: "stops", paint: { "text-opacity": 0 }, layout: { "text-field": ["get", "label"], "text-font": ["Inter", "sans-serif"], "text-size": 13, "text-anchor": "bottom", "text-offset": [0, -0.5], "text-padding": 4, "text-allow-overlap": true } };

const pictures = (dark) => [{ id: `${SOURCE}-pictures`, type: "raster", source: SOURCE, paint: { "raster-saturation": -0.55, "raster-brightness-max": dark ? 0.42 : 1, "raster-contrast": dark ? 0.1 : -0.1, "raster-fade-duration": 0 } }];

function layers(file, figure, taken) {
  const colour = (name) => resolved(name, figure);
  return file.kind === "raster" ? pictures(parseFloat(colour("--panel").replace(/^\D+/, "")) < 128) : streets(colour, taken);
}

// Below everything that says where the parcel is.
export function lay(maplibre, map, file, figure, taken, below) {
  const protocol = new self.pmtiles.Protocol();
  protocol.add(file.archive);
  maplibre.addProtocol("pmtiles", protocol.tile);
  const [west, south, east, north] = file.bounds;
  const within = west < east && south < north ? { bounds: file.bounds } : {};
  map.addSource(SOURCE, { type: file.kind, tiles: [`pmtiles://${file.key}/{z}/{x}/{y}`], minzoom: file.zooms[0], maxzoom: file.zooms[1], ...within, ...(file.kind === "raster" ? { tileSize: PICTURE } : {}) });
  for (const layer of layers(file, figure, taken)) map.addLayer(layer, below);
  if (file.kind === "vector") map.addLayer(ROOM);
}

export function repaint(map, file, figure) {
  for (const { id, paint } of layers(file, figure, [])) for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
}

export const concerns = (event) => event.sourceId === SOURCE || event.source?.id === SOURCE;
