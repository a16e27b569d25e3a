// The doorstep with a script: each tap is kept on this device at once, the next door comes without a page's reload, and
// nothing waits for the network. Without it the same pages are plain forms, which do the same.

const { Outbox } = await import(document.querySelector('link[rel="modulepreload"]').href);

const AHEAD = 60; // doors kept in memory, so that one can go on without signal
const PATIENCE = 8_000;
const NOTHING = "Choose an answer for somebody, or tap Not home";
const STATES = {
  "signed-out": "Sign in again. Answers on this phone are kept",
  "other-role": "Change back to your volunteer role. Answers on this phone are kept",
  closed: "Contact cannot take answers just now. They are kept on this phone",
};

const head = document.querySelector("[data-unsent]");
const outbox = new Outbox(head.dataset.unsent, showUnsent);
const pages = new Map(); // pages of doors ahead, by path: in memory only, gone with this page
let visit = new Map(); // what was put into the outbox at the door that is open, by person
let visits = new Map(); // the same of doors left behind, for going back by "Change"
let work = Promise.resolve(); // taps are kept one after the other
let leaving = false;
let ending;

const form = () => document.querySelector("form[data-door]");

// ---- The outbox's count, in the head at all times

let unsent = 0;
let told = "";

function showUnsent({ unsent: count, state, later } = { unsent, state: told, later: 0 }) {
  unsent = count;
  document.querySelectorAll("[data-unsent-count]").forEach((place) => { place.textContent = count; });
  if (later > 0) toast(`${later === 1 ? "1 answer waits" : `${later} answers wait`} for an organiser, who looks at it first`);
  if (state !== told && STATES[state]) toast(STATES[state], state === "signed-out" && link("Sign in", `/sign-in?ended=1&next=${location.pathname}`));
  told = state;
}

// ---- Answers

// What the form says of a person, or (without one) of the home.
function said({ dataset }, elector, outcome) {
  const data = new FormData(form());
  const end = elector ? `-${elector}` : "";
  const one = (key) => (data.get(key + end) ?? "").trim() || null;
  return {
    list: dataset.list, household: dataset.household, elector,
    outcome: outcome ?? one("outcome"), intention: elector ? one("intention") : null,
    issues: data.getAll(`issues${end}`), asks: data.getAll(`asks${end}`),
    voted: elector ? one("voted") : null, note: one("note"), base: one("base"),
  };
}

// Puts an answer into the outbox: a new result, or in the place of this visit's former one as long as nobody has seen
// that, else as its correction.
async function keep(door, elector, outcome) {
  const before = visit.get(elector ?? "");
  const now = said(door, elector, outcome);
  const something = now.outcome ?? now.intention ?? now.voted ?? now.note ?? (now.issues.length + now.asks.length > 0 || null);
  if (something === null && !before && !now.base) return;
  // Nothing is said any more of who was answered for: they were not seen.
  now.outcome ??= something === null ? "not-home" : "spoke";
  await put(elector ?? "", now, before, something === null && !now.base);
}

async function put(slot, now, before, takeBack = false) {
  const result = { ...now, id: crypto.randomUUID(), at: new Date().toISOString() };
  if (before) {
    const same = { ...result, id: before.id, base: before.base };
    if (await outbox.replace(before.id, takeBack ? null : same)) {
      if (takeBack) visit.delete(slot);
      else visit.set(slot, same);
      return;
    }
    result.base = before.id;
  }
  await outbox.put(result);
  visit.set(slot, result);
}

// One after the other; when this device cannot keep anything, the plain form takes over.
function queue(task) {
  work = work.then(task).catch((error) => {
    console.error("The outbox cannot be used", error);
    form()?.removeAttribute("data-door");
  });
  return work;
}

document.addEventListener("change", ({ target }) => {
  const door = form();
  if (!door?.contains(target)) return;
  const elector = target.closest("[data-elector]")?.dataset.elector ?? null;
  queue(() => keep(door, elector));
  outbox.soon();
});

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.matches("[data-door]")) return event.preventDefault(), finishDoor(target, submitter?.value || null);
  if (target.matches("[data-block]")) return event.preventDefault(), finishBlock(target);
});

async function finishDoor(door, outcome) {
  if (leaving) return;
  leaving = true;
  try {
    // A note that is being typed is said as well.
    const typing = document.activeElement?.closest?.("[data-elector]")?.dataset.elector;
    if (document.activeElement?.matches("textarea")) await queue(() => keep(door, typing ?? null));
    await work;
    const spoke = [...visit.values()].some((answer) => answer.elector && answer.outcome === "spoke");
    const mended = spoke && door.dataset.home && door.dataset.home !== "spoke" ? "spoke" : null;
    if (outcome ?? mended) await queue(() => keep(door, null, outcome ?? mended));
    if (!form()) return door.requestSubmit();
    if (visit.size === 0 && !door.querySelector('[name^="base"]')) return complain();
    const { household, label, next } = door.dataset;
    const both = outcome === "not-home" && [...visit.keys()].some((slot) => slot !== "");
    visits.set(household, visit);
    outbox.send();
    done = Math.max(done, document.querySelector("progress")?.value ?? 0) + 1;
    await go(next);
    if (both) toast(`${label}: the answers and “not home” are both kept`, button("Undo “not home”", () => undo(household)));
    else toast(`${label}: ${inWords(visits.get(household))}`, link("Change", location.pathname, () => goBack(door)));
  } finally {
    leaving = false;
  }
}

const WORDS = JSON.parse(head.dataset.outcomes);

function inWords(answers) {
  const home = answers.get("");
  if (home && home.outcome !== "spoke") return WORDS[home.outcome] ?? home.outcome;
  return `kept, ${answers.size === 1 ? "1 answer" : `${answers.size} answers`}`;
}

function complain() {
  const place = document.getElementById("door");
  place.innerHTML = '<p class="error" role="alert" tabindex="-1"></p>';
  place.firstChild.textContent = NOTHING;
  place.firstChild.focus();
}

// Not home was a slip: somebody was spoken with.
function undo(household) {
  const answers = visits.get(household);
  const before = answers.get("");
  queue(async () => {
    const here = visit;
    visit = answers;
    await put("", { ...before, outcome: "spoke", base: null }, before);
    visit = here;
  });
  outbox.soon(0);
  document.querySelector(".toast")?.remove();
}

// Back to a door that was just left, knowing what was said there. The page that was left comes back as it was.
function goBack(door) {
  const { list, household } = door.dataset;
  const page = left.get(household);
  show(page.main, page.title, `/canvass/${list}/doors/${household}`, true);
  visit = visits.get(household);
}

async function finishBlock(block) {
  if (leaving) return;
  leaving = true;
  try {
    const at = new Date().toISOString();
    const homes = [...new FormData(block)].filter(([name]) => name.startsWith("home-"));
    for (const [name, id] of homes) {
      await queue(() => outbox.put({ id, list: block.dataset.block, household: name.slice(5), outcome: "not-home", at }));
    }
    await Promise.race([outbox.send(), new Promise((resolve) => { setTimeout(resolve, 2_000); })]);
    pages.clear();
    await go(location.pathname, false);
    toast(`${homes.length === 1 ? "1 home" : `${homes.length} homes`} not home`);
  } finally {
    leaving = false;
  }
}

// ---- From page to page

let done = 0;
const left = new Map();

// The server's word that this page is not to be seen: access has ended, the list is over, or the tool is closed.
class Gone extends Error {
  constructor(to) {
    super(to);
    this.to = to;
  }
}

async function fetchPage(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
  if (response.ok && !response.redirected) return response.text();
  wipe();
  throw new Gone(response.redirected ? response.url : path);
}

function wipe() {
  pages.clear();
  left.clear();
  visits = new Map();
}

async function go(path, push = true) {
  const kept = pages.get(path);
  let page = kept;
  try {
    page ??= await fetchPage(path);
  } catch (error) {
    if (error instanceof Gone) return location.assign(error.to);
    return toast("No signal here. Answers are kept on this phone; this page comes when there is signal again");
  }
  const shown = new DOMParser().parseFromString(page, "text/html");
  const here = form();
  if (here) left.set(here.dataset.household, { main: document.querySelector("main"), title: document.title });
  show(shown.querySelector("main"), shown.title, path, push, shown.querySelector("nav.bar"));
  if (kept) freshen(path);
  else done = document.querySelector("progress")?.value ?? 0;
}

function show(main, title, path, push, bar = null) {
  if (push) history.pushState({}, "", path);
  document.title = title;
  document.querySelector("main").replaceWith(main);
  document.querySelector("nav.bar")?.remove();
  if (bar) document.body.append(bar);
  visit = new Map();
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
  begin();
}

// A page from memory is as old as its fetching: how much is done and how the neighbours stand are brought up to date
// once the network answers; a door that somebody else has done meanwhile shows so, unless something was tapped here.
async function freshen(path) {
  const bar = document.querySelector("progress");
  if (bar) bar.value = Math.max(bar.value, done);
  try {
    await outbox.sending;
    const page = await fetchPage(path);
    if (location.pathname !== path) return;
    const fresh = new DOMParser().parseFromString(page, "text/html");
    if (!fresh.querySelector("form[data-door]") && visit.size === 0) {
      return show(fresh.querySelector("main"), fresh.title, path, false, fresh.querySelector("nav.bar"));
    }
    for (const part of ["progress", ".door-bar", "aside.panel"]) {
      const now = fresh.querySelector(`main ${part}`);
      if (now) document.querySelector(`main ${part}`)?.replaceWith(now);
    }
    done = document.querySelector("progress")?.value ?? done;
  } catch (error) {
    // Without signal, or with an answer begun, what is shown stays.
    if (error instanceof Gone && visit.size === 0) location.assign(error.to);
  }
}

// Fetches the doors ahead, one after the other.
async function fetchAhead(path) {
  for (let n = 0; n < AHEAD && path && !path.endsWith("/done"); n += 1) {
    if (!pages.has(path)) pages.set(path, await fetchPage(path));
    const next = new DOMParser().parseFromString(pages.get(path), "text/html").querySelector("[data-next]");
    path = next?.dataset.next;
  }
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[href]");
  if (!anchor || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  const { origin, pathname, search } = new URL(anchor.href);
  if (origin !== location.origin || search || !/^\/canvass\/[\d.]+(\/doors\/[\d.]+|\/done)?$/.test(pathname)) return;
  event.preventDefault();
  if (!pathname.includes("/doors/")) pages.delete(pathname);
  go(pathname);
});

addEventListener("popstate", () => { if (location.pathname.startsWith("/canvass/")) go(location.pathname, false); else location.reload(); });

// ---- Toasts: until the next page, never the only record

function toast(text, way) {
  document.querySelector(".toast")?.remove();
  const made = Object.assign(document.createElement("div"), { className: "toast" });
  made.setAttribute("role", "status");
  made.append(Object.assign(document.createElement("span"), { textContent: text }), way || "");
  document.querySelector("main").append(made);
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { className: "btn", type: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
}

function link(text, href, act) {
  if (act) return button(text, act);
  return Object.assign(document.createElement("a"), { className: "btn", href, textContent: text });
}

// ---- Each page

function begin() {
  showUnsent();
  const main = document.querySelector("main");
  clearTimeout(ending);
  const ends = Number(main.querySelector("[data-ends]")?.dataset.ends) - Date.now();
  // Timers count to 24 days at most.
  if (ends > 0 && ends < 2 ** 31) ending = setTimeout(() => { wipe(); location.assign("/canvass"); }, ends);
  const ahead = form()?.dataset.next ?? main.querySelector("[data-ahead]")?.getAttribute("href");
  if (ahead) fetchAhead(ahead).catch(() => {});
}

if (isSecureContext && self.indexedDB) {
  begin();
  outbox.changed();
  outbox.send();
}
