// Ctrl-K: screens, actions of this page, and whatever the server finds by reference. All text is set as text.
const dialog = () => document.getElementById("palette");
let options = [];
let at = 0;
let asked = 0;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${dialog().dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

function screens() {
  return [...document.querySelectorAll(".nav a")].map((link) => ({
    text: link.dataset.name, about: link.title, icon: link.dataset.icon, go: () => link.click(),
  }));
}

function actions() {
  return [...document.querySelectorAll("main [data-action]")].filter((each) => each.offsetParent).map((each) => ({
    text: each.dataset.action, about: "on this page", icon: "bolt", go: () => each.click(),
  }));
}

const fits = (word, option) => option.text.toLowerCase().includes(word) || (option.about || "").toLowerCase().includes(word);

function show() {
  const list = dialog().querySelector("ul");
  list.replaceChildren(...options.map((option, index) => {
    const row = document.createElement("li");
    row.id = `option-${index}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === at));
    const about = document.createElement("span");
    about.className = "about";
    about.textContent = option.about || "";
    const name = document.createElement("bdi");
    name.textContent = option.text;
    row.append(icon(option.icon || "arrow"), name, about);
    row.addEventListener("click", () => choose(index));
    row.addEventListener("pointermove", () => { if (at !== index) { at = index; mark(); } });
    return row;
  }));
  dialog().querySelector(".none").hidden = options.length > 0;
  mark();
}

function mark() {
  const rows = [...dialog().querySelectorAll('[role="option"]')];
  rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
  rows[at]?.scrollIntoView({ block: "nearest" });
  const input = dialog().querySelector("input");
  if (rows[at]) input.setAttribute("aria-activedescendant", rows[at].id);
  else input.removeAttribute("aria-activedescendant");
}

function choose(index) {
  const option = options[index];
  if (!option) return;
  dialog().close();
  option.go();
}

async function look() {
  const text = dialog().querySelector("input").value.trim();
  const word = text.toLowerCase();
  const mine = ++asked;
  options = [...actions(), ...screens()].filter((option) => fits(word, option));
  at = 0;
  show();
  if (word.length < 2) return;
  const answer = await fetch(`/palette?q=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const found = (await answer.json()).map((hit) => ({ ...hit, go: () => location.assign(hit.href) }));
  options = [...found, ...options];
  show();
}

function open() {
  const input = dialog().querySelector("input");
  dialog().showModal();
  input.value = "";
  look();
}

export function palette() {
  if (!dialog()) return;
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog().open) dialog().close();
      else open();
    }
  });
  const input = dialog().querySelector("input");
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % Math.max(options.length, 1);
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(at);
    }
  });
  dialog().addEventListener("click", (event) => { if (event.target === dialog()) dialog().close(); });
}
