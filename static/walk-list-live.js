// Brings in what came since: asks for the same page every ten seconds while it is looked at, and swaps its live parts.
const EVERY = 10_000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = page.getElementById(part.id);
      const busy = part.contains(document.activeElement);
      if (now && !busy && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
    }
  } catch {
    // No signal: the next one will do, and the Refresh link says what is wrong.
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);

// The link to the form that assigns also opens it.
function openAssign() {
  if (location.hash === "#assign") document.getElementById("assign").open = true;
}

addEventListener("hashchange", openAssign);
openAssign();
