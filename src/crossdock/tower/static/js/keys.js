// Keys: "/" searches, "g" and a letter goes to a screen, j and k go through a list, x picks, "?" lists them all.
// A letter acts on the line that has the focus (data-row-press) before it acts on the page (data-press); Ctrl and Enter
// send the form one writes in, from any of its fields.
const typing = (event) => event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
const shown = (element) => element && element.offsetParent !== null;
let going = 0;

export const rowsOf = () => [...document.querySelectorAll("[data-row]")].filter(shown);

function step(by) {
  const rows = rowsOf();
  if (!rows.length) return document.querySelector(`a[rel="${by > 0 ? "next" : "prev"}"]`)?.click();
  const here = rows.findIndex((row) => row.contains(document.activeElement) || row.closest("tr, li")?.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const one = {
  "/": () => { const box = [...document.querySelectorAll('input[type="search"]')].find(shown); box?.focus(); box?.select(); return box; },
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement?.closest("tr, li")?.querySelector('input[type="checkbox"]')?.click(),
  n: () => document.querySelector("[data-fresh-pill]:not([hidden])")?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
};

export function keys() {
  document.querySelector("[data-open-keys]")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("keys").showModal();
  });
  addEventListener("keydown", (event) => {
    const form = (event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.closest?.("form");
    if (form) { event.preventDefault(); return form.requestSubmit(form.querySelector("button.main")); }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (document.querySelector("dialog.palette[open], dialog.keys[open]")) return;
    const place = going && Date.now() - going < 1500 && document.querySelector(`.nav a[data-key="${CSS.escape(event.key)}"]`);
    going = event.key === "g" ? Date.now() : 0;
    if (place) return place.click();
    const line = document.activeElement?.closest("tr, li")?.querySelector(`[data-row-press="${CSS.escape(event.key)}"]`);
    if (shown(line)) { event.preventDefault(); return line.click(); }
    const own = document.querySelector(`dialog[open] [data-press="${CSS.escape(event.key)}"], main [data-press="${CSS.escape(event.key)}"]`);
    if (shown(own)) { event.preventDefault(); return own.click(); }
    if (one[event.key]) { event.preventDefault(); one[event.key](); }
  });
}
