// A link that says data-sheet opens beside the page instead of in its place; the server sends the page without frame.
const holder = () => document.getElementById("sheet");

export async function openSheet(address) {
  const answer = await fetch(address, { headers: { "x-sheet": "1" } }).catch(() => null);
  if (!answer || answer.redirected) return location.assign(address);
  fill(await answer.text());
  if (!holder().open) holder().showModal();
  begin();
}

const begin = () => holder().querySelector("[autofocus], textarea, input:not([type=hidden]), select, .button.main")?.focus();

function fill(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  holder().querySelector(".inside").replaceChildren(...page.body.childNodes);
}

export function sheets() {
  if (!holder()) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openSheet(link.href);
  });
  holder().addEventListener("click", (event) => {
    const back = event.target.closest("[data-close]");
    if (event.target === holder() || back) { event.preventDefault(); holder().close(); }
  });
  // A form with mistakes comes back into the sheet; one that worked leads where the server says.
  holder().addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "x-sheet": "1" } }).catch(() => null);
    if (!answer) return form.submit();
    if (answer.redirected) return location.assign(answer.url);
    fill(await answer.text());
    begin();
  });
}
