// Charts: a figure with data-chart names where its numbers are; uPlot draws them in the page's own colours, over what the
// server drew. Bars count events; a line is a figure over time, with its threshold.
import { resolved } from "./colours.js";
import { loaded } from "./loading.js";

async function library(base) {
  if (window.uPlot) return;
  await Promise.all([
    loaded("link", { rel: "stylesheet", href: `${base}/uplot.css` }),
    loaded("script", { src: `${base}/uplot.js` }),
  ]);
}

const moment = (at) => `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

// Days where the whole is longer than two of them, else hours.
function ticks(_, found) {
  const long = found.length > 1 && found[found.length - 1] - found[0] > 2 * 86400;
  return found.map((at) => (long ? day.format(at * 1000) : new Date(at * 1000).toISOString().slice(11, 16)));
}

const bars = () => ({
  height: 168,
  range: { x: (_, low, high) => [low - 1800, high + 1800], y: (_, low, high) => [0, Math.max(high, 4)] },
  steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000],
  series: [{ stroke: resolved("--accent"), fill: resolved("--accent-soft"), width: 1.5, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 28], radius: 0.15 }) }],
});

const line = (data) => ({
  height: 240,
  range: { x: (_, low, high) => [low, high], y: (_, low, high) => spread(low, high, data) },
  series: [
    { stroke: resolved("--accent"), fill: resolved("--accent-soft"), width: 2, points: { show: data.values.filter((each) => each !== null).length < 32, size: 5, fill: resolved("--panel") } },
    { stroke: resolved("--ink-3"), width: 1, dash: [4, 4], points: { show: false } },
  ],
  more: [data.times.map(() => data.threshold)],
});

// Around what was, with the threshold in sight; shares end at 0 and 100.
function spread(low, high, data) {
  const known = [low, high, data.threshold].filter((each) => Number.isFinite(each));
  const [least, most] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const room = Math.max((most - least) * 0.15, most === least ? 1 : 0);
  const top = data.unit === "%" ? Math.min(most + room, Math.max(most, 100)) : most + room;
  return [Math.max(least - room, Math.min(least, 0)), top];
}

function plot(figure, data) {
  const shape = data.kind === "line" ? line(data) : bars();
  const axis = { stroke: resolved("--ink-3"), grid: { stroke: resolved("--line"), width: 1 }, ticks: { show: false }, font: `11px ${getComputedStyle(document.body).fontFamily}` };
  const place = figure.querySelector("[data-canvas]");
  const told = figure.querySelector("[data-told]");
  const silent = told?.textContent;
  const tell = (chart) => {
    const at = chart.cursor.idx;
    if (told) told.textContent = at === null || at === undefined ? silent : `${moment(data.times[at])}: ${data.values[at] === null ? "nothing to count" : `${Number(data.values[at].toFixed(2)).toLocaleString("en")} ${data.unit}`}`;
  };
  place.replaceChildren();
  const chart = new uPlot({
    width: place.clientWidth, height: shape.height, legend: { show: false }, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    cursor: { y: false, points: { show: data.kind === "line" } }, padding: [10, 8, 0, 0],
    scales: { x: { range: shape.range.x }, y: { range: shape.range.y } },
    axes: [{ ...axis, grid: { show: false }, size: 28, values: ticks }, { ...axis, size: 48, ...(shape.steps ? { incrs: shape.steps } : {}) }],
    series: [{}, ...shape.series],
    hooks: { setCursor: [tell] },
  }, [data.times, data.values, ...(shape.more || [])], place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: shape.height })).observe(place);
}

export async function draw() {
  const figures = [...document.querySelectorAll("[data-chart]")];
  await library(figures[0].dataset.vendor);
  for (const figure of figures) {
    const answer = await fetch(figure.dataset.chart).catch(() => null);
    if (!answer?.ok) continue;
    const data = await answer.json();
    if (!data.times.length) continue;
    plot(figure, data);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot(figure, data));
  }
}
