// Live: numbers beside the screens' names change in place. A list that is read stays as it is: a pill says how many are
// new, and brings them when asked. A hidden tab listens to nothing.
let source = null;
let timer = 0;

function numbers(counts) {
  for (const badge of document.querySelectorAll("[data-badge]")) {
    const sum = badge.dataset.badge.split(" ").reduce((total, name) => total + (counts[name] || 0), 0);
    badge.textContent = sum ? String(sum) : "";
  }
  for (const each of document.querySelectorAll("[data-num]")) {
    const text = Number(counts[each.dataset.num] ?? 0).toLocaleString("en");
    if (each.textContent !== text) each.textContent = text;
  }
}

async function ask() {
  const list = document.querySelector("[data-fresh]");
  if (!list) return;
  const answer = await fetch(list.dataset.fresh, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { count } = await answer.json();
  const pill = document.querySelector("[data-fresh-pill]");
  pill.hidden = count === 0;
  pill.querySelector("[data-fresh-count]").textContent = count >= 100 ? "99+" : String(count);
}

async function bring() {
  const list = document.querySelector("[data-fresh]");
  const picked = new Set([...list.querySelectorAll("input:checked")].map((box) => box.value));
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-fresh]");
  if (!fresh) return location.reload();
  for (const box of fresh.querySelectorAll("input[type=checkbox]")) box.checked = picked.has(box.value);
  list.replaceWith(document.adoptNode(fresh));
  document.querySelector("[data-fresh-pill]").hidden = true;
}

function listen() {
  source?.close();
  source = null;
  if (document.hidden) return;
  source = new EventSource("/live");
  let first = true;
  source.addEventListener("counts", (event) => {
    numbers(JSON.parse(event.data));
    if (first) { first = false; return; }
    clearTimeout(timer);
    timer = setTimeout(ask, 600 + Math.random() * 900); // a hundred open pages do not ask at once
  });
}

export function live() {
  if (!document.querySelector(".framed")) return;
  document.querySelector("[data-fresh-pill]")?.addEventListener("click", bring);
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) ask(); });
  addEventListener("pagehide", () => source?.close());
  listen();
}
