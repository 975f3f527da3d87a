// Charts: a figure with data-chart names where its numbers are; uPlot draws them in the page's own colours.
import { resolved } from "./colours.js";

async function library(base) {
  if (window.uPlot) return;
  const loaded = (tag, given) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement(tag), { ...given, onload: done, onerror: failed }));
  });
  await Promise.all([
    loaded("link", { rel: "stylesheet", href: `${base}/uplot.css` }),
    loaded("script", { src: `${base}/uplot.js` }),
  ]);
}

function plot(figure, data) {
  const axis = { stroke: resolved("--ink-3"), grid: { stroke: resolved("--line"), width: 1 }, ticks: { show: false }, font: `11px ${getComputedStyle(document.body).fontFamily}` };
  const place = figure.querySelector("[data-canvas]");
  place.replaceChildren();
  const chart = new uPlot({
    width: place.clientWidth, height: 168, legend: { show: false }, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    cursor: { y: false, points: { show: false } }, padding: [10, 4, 0, 0],
    scales: { x: { range: (_, low, high) => [low - 1800, high + 1800] }, y: { range: (_, low, high) => [0, Math.max(high, 4)] } },
    axes: [{ ...axis, grid: { show: false }, size: 28, values: (_, ticks) => ticks.map((at) => new Date(at * 1000).toISOString().slice(11, 16)) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000] }],
    series: [{}, { stroke: resolved("--accent"), fill: resolved("--accent-soft"), width: 1.5, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 28], radius: 0.15 }) }],
  }, [data.times, data.values], place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 168 })).observe(place);
}

export async function draw() {
  const figures = [...document.querySelectorAll("[data-chart]")];
  await library(figures[0].dataset.vendor);
  for (const figure of figures) {
    const answer = await fetch(figure.dataset.chart).catch(() => null);
    if (!answer?.ok) continue;
    const data = await answer.json();
    plot(figure, data);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot(figure, data));
  }
}
