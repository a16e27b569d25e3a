// Keeps the part of a page marked data-refresh="SECONDS" fresh: asks for the same page and swaps that part.
// Stops while nobody looks, and after half an hour without a touch, so that a screen left on does not keep a session alive.
const part = document.querySelector("[data-refresh]");
const quiet = 30 * 60 * 1000;
let touched = Date.now();
for (const event of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(event, () => { touched = Date.now(); }, { passive: true });
}

async function refresh() {
  const current = document.getElementById(part.id);
  if (document.hidden || Date.now() - touched > quiet || current.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
    // Signed out, or the tool was closed: the page itself says why.
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 503) return location.reload();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) current.replaceWith(fresh);
  } catch {
    // No network: the figures stay as they are, and the next try comes by itself.
  }
}

if (part?.id) {
  setInterval(refresh, Number(part.dataset.refresh) * 1000);
  document.addEventListener("visibilitychange", refresh);
}
