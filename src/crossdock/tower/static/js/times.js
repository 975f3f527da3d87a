// "3 min ago" and countdowns go on while a page is open; the full time stands in the title.
const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function words(seconds) {
  for (const [size, unit] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return "0 s";
}

function turn() {
  for (const each of document.querySelectorAll("time[data-ago], time[data-until]")) {
    const away = (Date.parse(each.dateTime) - Date.now()) / 1000 + (skew || 0);
    let text;
    if ("ago" in each.dataset) text = away > -5 ? "just now" : `${words(-away)} ago`;
    else text = away >= 0 ? `in ${words(away)}` : `${words(-away)} over`;
    if (each.textContent !== text) each.textContent = text;
  }
}

let skew = 0;

export function times() {
  const now = Date.parse(document.body.dataset.now || "");
  if (now) skew = (Date.now() - now) / 1000;
  setInterval(() => { if (!document.hidden) turn(); }, 15000);
}
