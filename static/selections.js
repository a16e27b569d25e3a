// The builder of selections: its buttons swap the rows instead of the page, and the counts follow what is chosen. Without script each
// button posts the form, and the server draws the same.
const form = document.getElementById("builder");
let waiting;
let counting;
let drawing;

// Only the newest question's answer counts.
async function ask(address, fields, signal) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body, signal });
  if (!answer.ok && answer.status !== 422) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The line at the foot of a phone's page says what the counts say.
function inOneLine(counts) {
  const figures = [...counts.querySelectorAll(".fig")].map((figure) => figure.textContent);
  const places = [...counts.querySelectorAll("a[href^='#']")];
  const unfinished = places.length === 1 ? `Finish ${places[0].textContent}` : "Not counted yet";
  document.getElementById("count-line").textContent =
    figures.length === 2 ? `Doors ${figures[0]}, electors ${figures[1]}` : unfinished;
}

function stays(error) {
  if (error.name !== "AbortError") console.debug("The page stays as it was.");
}

async function count() {
  counting?.abort();
  counting = new AbortController();
  try {
    const part = await ask(form.dataset.counts, {}, counting.signal);
    const counts = document.getElementById("counts");
    if (part.querySelector("h1")) return;
    counts.replaceChildren(...part.body.childNodes);
    inOneLine(counts);
  } catch (error) {
    stays(error);
  }
}

function countSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(count, 250);
}

function focusOn(name) {
  const marked = form.querySelector("#rules [autofocus]");
  const same = name && form.querySelector(`#rules [name="${CSS.escape(name)}"]`);
  (marked ?? same)?.focus();
}

async function draw(act, name) {
  clearTimeout(waiting);
  counting?.abort();
  drawing?.abort();
  drawing = new AbortController();
  try {
    const page = await ask(form.action, { do: act }, drawing.signal);
    const rules = page.getElementById("rules");
    if (!rules) return;
    document.getElementById("rules").replaceWith(rules);
    document.getElementById("counts").replaceChildren(...page.getElementById("counts").childNodes);
    document.getElementById("count-line").textContent = page.getElementById("count-line").textContent;
    filters();
    focusOn(name);
  } catch (error) {
    stays(error);
  }
}

// A box above a long list to tick: what does not hold its words is hidden, what is ticked stays.
function filters() {
  for (const list of form.querySelectorAll("[data-filter]")) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { className: "input", type: "search", autocomplete: "off" });
    label.append(`Find in ${list.dataset.filter.toLowerCase()}`, box);
    label.className = "part";
    box.addEventListener("input", (event) => {
      event.stopPropagation();
      const words = box.value.toLowerCase().split(/\s+/);
      for (const tick of list.querySelectorAll(".tick")) {
        const fits = words.every((word) => tick.textContent.toLowerCase().includes(word));
        tick.hidden = !fits && !tick.querySelector("input").checked;
      }
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    list.querySelector(".choose").before(label);
  }
}

form.classList.add("scripted");
filters();
form.addEventListener("input", (event) => {
  if (event.target.name && event.target.name !== "name" && !event.target.matches("[data-redraws]")) countSoon();
});
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-redraws]")) draw("draw", event.target.name);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("#rules button[name=do]");
  if (!button) return;
  event.preventDefault();
  draw(button.value);
});
