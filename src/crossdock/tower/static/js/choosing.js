// Lists: filters apply as they are chosen, and picked rows are counted for what can be done to all of them.
function count(form) {
  const picked = form.querySelectorAll('tbody input[type="checkbox"]:checked').length;
  const bar = form.querySelector("[data-picked]");
  if (!bar) return;
  bar.hidden = picked === 0;
  bar.querySelector("[data-picked-count]").textContent = picked;
}

export function choosing() {
  document.addEventListener("change", (event) => {
    const filters = event.target.closest("form[data-filters]");
    if (filters && event.target.matches("select, input[type=checkbox]")) return filters.requestSubmit();
    const form = event.target.closest("form[data-pick]");
    if (!form) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of form.querySelectorAll('tbody input[type="checkbox"]')) box.checked = event.target.checked;
    }
    count(form);
  });
  document.addEventListener("submit", (event) => {
    const filters = event.target.closest("form[data-filters]");
    if (!filters) return;
    for (const each of filters.elements) if (!each.value) each.disabled = true; // short addresses
    addEventListener("pageshow", () => { for (const each of filters.elements) each.disabled = false; }, { once: true });
  });
}
