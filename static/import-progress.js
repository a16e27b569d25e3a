// Looks every second at the page of an import at work, and puts its figures in place of the old ones. Once the page has
// no figures any more the work is over, and the page is opened anew.
const PAUSE = 1000;

async function look() {
  let page;
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" });
    if (!answer.ok) return location.reload();
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return setTimeout(look, PAUSE * 5);
  }
  const next = page.querySelector("[data-progress]");
  if (!next) return location.reload();
  document.querySelector("[data-progress]").replaceWith(next);
  document.querySelector("h1").textContent = page.querySelector("h1").textContent;
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
