// Copies the browser assets that package-lock.json pins into static/vendor, with their licences; run by `make assets`.
// Of Lucide only the icons named in icons.json are taken, as one sprite under our own names.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "node_modules");
const to = join(here, "..", "static", "vendor");
const files = {
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "htmx.LICENSE": "htmx.org/LICENSE",
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "inter.LICENSE": "@fontsource-variable/inter/LICENSE",
  "plex-mono-400.woff2": "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2",
  "plex-mono-500.woff2": "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-500-normal.woff2",
  "plex-mono.LICENSE": "@fontsource/ibm-plex-mono/LICENSE",
  "uplot.js": "uplot/dist/uPlot.iife.min.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
  "uplot.LICENSE": "uplot/LICENSE",
  "maplibre.js": "maplibre-gl/dist/maplibre-gl.mjs",
  "maplibre-worker.js": "maplibre-gl/dist/maplibre-gl-worker.mjs",
  "maplibre.css": "maplibre-gl/dist/maplibre-gl.css",
  "maplibre.LICENSE": "maplibre-gl/LICENSE.txt",
  "pmtiles.js": "pmtiles/dist/pmtiles.js",
  "fflate.LICENSE": "fflate/LICENSE",
  "topojson.js": "topojson-client/dist/topojson-client.min.js",
  "topojson.LICENSE": "topojson-client/LICENSE",
  "countries-110m.json": "world-atlas/countries-110m.json",
  "countries-50m.json": "world-atlas/countries-50m.json",
  "world-atlas.LICENSE": "world-atlas/LICENSE",
  "lucide.LICENSE": "lucide-static/LICENSE",
};

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const [name, path] of Object.entries(files)) {
  copyFileSync(join(from, path), join(to, name));
}
copyFileSync(join(here, "pmtiles.LICENSE"), join(to, "pmtiles.LICENSE")); // its package carries none

const icons = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
const symbols = Object.entries(icons).map(([name, lucide]) => {
  const whole = readFileSync(join(from, "lucide-static", "icons", `${lucide}.svg`), "utf8");
  const inside = whole.slice(whole.indexOf(">", whole.indexOf("<svg")) + 1, whole.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replace(/\s+/g, " ").trim()}</symbol>`;
});
writeFileSync(join(to, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
