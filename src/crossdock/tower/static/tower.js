// Keys only: every page works without this file. "/" searches, "g" then o, e or p goes to a list.
const places = { o: "/", e: "/exceptions", p: "/parked" };
let going = false;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "/") {
    const box = [...document.querySelectorAll('input[type="search"]')].find((each) => each.offsetParent);
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  } else if (going && places[event.key]) {
    location.assign(places[event.key]);
  }
  going = event.key === "g";
});
