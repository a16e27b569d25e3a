// Keeps the counts beside a new list's choices current: posts the same form and takes the counts out of the answer.
const form = document.getElementById("new-list");
let waiting;
let asking;

async function count() {
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  body.set("step", "streets");
  try {
    const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const counts = page.getElementById("counts");
    if (counts) document.getElementById("counts").replaceChildren(...counts.childNodes);
  } catch (error) {
    if (error.name !== "AbortError") console.debug("The counts stay as they were.");
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 400);
});
