// Keeps the parts of a page marked data-refresh="SECONDS" fresh: asks for the same page and swaps those parts.
// Stops while nobody looks, and after half an hour without a touch, so that a screen left on does not keep a session alive.
let parts = [...document.querySelectorAll("[data-refresh][id]")];
const quiet = 30 * 60 * 1000;
let touched = Date.now();
for (const event of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(event, () => { touched = Date.now(); }, { passive: true });
}

async function refresh() {
  if (!parts.length || document.hidden || Date.now() - touched > quiet) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
    // Signed out, or the tool was closed: the page itself says why.
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 503) return location.reload();
    // The page came of a form that was not taken: there is nothing to ask for.
    if (answer.status === 405) parts.length = 0;
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const { id } of parts) swap(document.getElementById(id), page.getElementById(id));
    // What came without the mark is over, and is asked for no more.
    parts = parts.filter(({ id }) => document.getElementById(id)?.hasAttribute("data-refresh"));
  } catch {
    // No network: the figures stay as they are, and the next try comes by itself.
  }
}

// What somebody is in the middle of stays as it is.
function swap(current, fresh) {
  if (current && fresh && !current.contains(document.activeElement)) current.replaceWith(fresh);
}

if (parts.length) setInterval(refresh, Math.min(...parts.map((part) => Number(part.dataset.refresh))) * 1000);
// Back at the page: at once, not at the next beat.
if (parts.length) document.addEventListener("visibilitychange", refresh);
