// A figure with data-map says where a parcel has been: MapLibre draws that so that it can be moved and enlarged. The
// picture the server made stays until the map is there, and for good where there is no WebGL. Nothing comes from
// anybody else: countries are Natural Earth's, names are marks of ours (no fonts are fetched), streets come from the
// operator's own file where there is one.
import { resolved } from "./colours.js";
import { concerns, covers, lay, opened, repaint } from "./tiles.js";

const NEAR = 6.5;
const NEAR_WITH_STREETS = 11;
const FARTHEST_IN = 9;
const HALF = 180;

// Longitudes counted on where a ring crosses the line of date; one that goes around a pole is closed there.
function unwound(ring) {
  const points = [ring[0]];
  for (const [longitude, latitude] of ring.slice(1)) points.push([longitude + 360 * Math.round((points.at(-1)[0] - longitude) / 360), latitude]);
  if (Math.abs(points.at(-1)[0] - points[0][0]) > HALF) {
    const pole = points[0][1] > 0 ? 89.9 : -89.9;
    points.push([points.at(-1)[0], pole], [points[0][0], pole], points[0]);
  }
  return points;
}

function landOf(countries) {
  const polygons = countries.objects.countries.geometries.flatMap((each) => {
    const { type, coordinates } = self.topojson.feature(countries, each).geometry ?? {};
    return type === "Polygon" ? [coordinates] : type === "MultiPolygon" ? coordinates : [];
  });
  return { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map(unwound)) } };
}

async function library(base) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${base}/maplibre.css` }));
  const [maplibre, countries] = await Promise.all([
    import(`${base}/maplibre.js`),
    fetch(`${base}/countries-50m.json`).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null),
    import(`${base}/topojson.js`),
  ]);
  maplibre.setWorkerUrl(new URL(`${base}/maplibre-worker.js`, location.href).href);
  return [maplibre, countries ? landOf(countries) : { type: "FeatureCollection", features: [] }];
}

function paints(figure) {
  const colour = (name) => resolved(name, figure);
  const [accent, panel, ink, faint] = ["--accent", "--panel", "--ink", "--ink-3"].map(colour);
  const kinds = (here, goal, past) => ["match", ["get", "kind"], "here", here, "goal", goal, past];
  return {
    sea: { "background-color": colour("--sea") },
    land: { "fill-color": colour("--land") },
    borders: { "line-color": colour("--border"), "line-width": 0.8 },
    way: { "line-color": accent, "line-width": 3 },
    ahead: { "line-color": accent, "line-width": 3, "line-dasharray": [0.1, 2] },
    rough: { "circle-radius": 14, "circle-opacity": 0, "circle-stroke-width": 1, "circle-stroke-color": faint },
    stops: { "circle-radius": kinds(7, 5.5, 4), "circle-color": kinds(accent, panel, panel), "circle-stroke-width": kinds(2.5, 3, 2.5), "circle-stroke-color": kinds(panel, ink, accent) },
  };
}

function styled(figure, land, stops) {
  const line = (points) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points.map((each) => each.at) } });
  const gone = stops.filter((each) => each.kind !== "goal");
  const ahead = gone.length && gone.length < stops.length ? [gone.at(-1), stops.at(-1)] : [];
  const points = stops.map((each) => ({ type: "Feature", properties: { kind: each.kind, rough: each.rough, label: each.label ?? "" }, geometry: { type: "Point", coordinates: each.at } }));
  const data = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });
  const round = { "line-cap": "round", "line-join": "round" };
  const paint = paints(figure);
  return {
    version: 8,
    sources: { land: { type: "geojson", data: land }, way: data(gone.length > 1 ? [line(gone)] : []), ahead: data(ahead.length ? [line(ahead)] : []), stops: data(points) },
    layers: [
      { id: "sea", type: "background", paint: paint.sea },
      { id: "land", type: "fill", source: "land", paint: paint.land },
      { id: "borders", type: "line", source: "land", paint: paint.borders },
      { id: "ahead", type: "line", source: "ahead", layout: round, paint: paint.ahead },
      { id: "way", type: "line", source: "way", layout: round, paint: paint.way },
      { id: "rough", type: "circle", source: "stops", filter: ["get", "rough"], paint: paint.rough },
      { id: "stops", type: "circle", source: "stops", paint: paint.stops },
    ],
  };
}

// Where it is and where it goes come first: a name that would cover one of them waits until the map is larger.
const ORDER = ["here", "goal", "past"];

function names(maplibre, map, stops) {
  const wanted = new Map(stops.filter((each) => each.label).map((each) => [each.label, each]));
  const shown = [...wanted.values()].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind)).map((stop) => {
    const name = Object.assign(document.createElement("span"), { textContent: stop.label, className: `place ${stop.kind}`, ariaHidden: "true" });
    new maplibre.Marker({ element: name, anchor: "bottom", offset: [0, -9] }).setLngLat(stop.at).addTo(map);
    return name;
  });
  const apart = () => {
    const taken = [];
    for (const name of shown) {
      const { left, right, top, bottom } = name.getBoundingClientRect();
      const covers = taken.some((each) => left < each.right && right > each.left && top < each.bottom && bottom > each.top);
      name.classList.toggle("waits", covers);
      if (!covers) taken.push({ left, right, top, bottom });
    }
  };
  map.on("moveend", apart);
  map.on("idle", apart);
}

// The same meridian, counted so that the way does not lead around the world.
function unrolled(stops) {
  return stops.map((each) => ({ ...each, at: [each.at[0] + 360 * Math.round((stops[0].at[0] - each.at[0]) / 360), each.at[1]] }));
}

// How far in a map begins: close to the ground only where the file knows it and the places are more than countries.
function nearest(file, stops) {
  return file?.kind && stops.every((each) => !each.rough && covers(file, each.at)) ? Math.min(NEAR_WITH_STREETS, file.zooms[1]) : NEAR;
}

// Whose the streets are, and that some are missing: words that wait in the corner of the map.
function say(figure, what) {
  for (const words of figure.querySelectorAll(`[data-said="${what}"]`)) words.hidden = false;
}

function streets(maplibre, map, file, figure, stops) {
  if (!file) return;
  if (file.failed) return say(figure, "missing");
  lay(maplibre, map, file, figure, stops.map((each) => each.label).filter(Boolean), "ahead");
  say(figure, "whose");
  map.on("error", (event) => {
    if (!concerns(event)) return console.error(event.error);
    if (figure.dataset.missing === undefined) console.warn("A piece of the map's file cannot be read:", event.error);
    figure.dataset.missing = "";
    say(figure, "missing");
  });
}

async function show(figure) {
  const stops = unrolled(JSON.parse(figure.dataset.map));
  const [[maplibre, land], file] = await Promise.all([library(figure.dataset.vendor), opened(figure.dataset)]);
  const place = Object.assign(document.createElement("div"), { className: "live" });
  figure.append(place);
  const bounds = stops.reduce((all, each) => all.extend(each.at), new maplibre.LngLatBounds(stops[0].at, stops[0].at));
  const fitting = { padding: { top: 44, bottom: 28, left: 52, right: 52 }, maxZoom: nearest(file, stops) };
  const map = new maplibre.Map({
    container: place, style: styled(figure, land, stops), bounds, fitBoundsOptions: fitting,
    maxZoom: Math.max(FARTHEST_IN, Math.min((file?.zooms?.[1] ?? 0) + 2, 17)), attributionControl: false, cooperativeGestures: true, dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0,
    locale: { "Map.Title": "Map of the parcel's way" },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-right");
  names(maplibre, map, stops);
  map.once("load", () => {
    figure.dataset.live = "";
    place.dataset.ready = "";
    map.resize();
    map.fitBounds(bounds, { ...fitting, animate: false });
    streets(maplibre, map, file, figure, stops);
    map.once("idle", () => { place.dataset.ready = "drawn"; });
    map.triggerRepaint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const [layer, paint] of Object.entries(paints(figure))) for (const [name, value] of Object.entries(paint)) map.setPaintProperty(layer, name, value);
    if (file?.kind && map.getSource("tiles")) repaint(map, file, figure);
  });
}

export function draw() {
  if (!document.createElement("canvas").getContext("webgl2")) return;
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      show(target).catch((problem) => {
        target.querySelector(".live")?.remove();
        console.error(problem);
      });
    }
  }, { rootMargin: "200px" });
  for (const figure of document.querySelectorAll("[data-map]")) seen.observe(figure);
}
