// The doorstep with a script: each tap is kept on this device at once, the next door comes without a page's reload, and
// nothing waits for the network. Without it the same pages are plain forms, which do the same.

const part = (name) => import(document.querySelector(`link[rel="modulepreload"][href$="/${name}"]`).href);
const [{ Outbox }, { OUTCOMES, button, count, link, showNotTaken, toast, verdictsInWords }] =
  await Promise.all([part("outbox.js"), part("told.js")]);

const AHEAD = 30; // doors kept in memory, so that one can go on without signal
const PATIENCE = 8_000;
const UNDO = 12_000; // how long a whole block stays on this phone, so that it can be taken back
const SLIP = 5_000; // how long a home that was not home stays on this phone for the same reason
const NOTHING = "Choose an answer for somebody, or tap Not home";
const NOTE_ALONE = "Say what happened at this home, with “Not home” or a button beside the note. The note alone does not";
const STATES = {
  "signed-out": "Sign in again. Answers on this phone are kept",
  "other-role": "Change back to your volunteer role. Answers on this phone are kept",
  closed: "Contact is closed just now. Answers are kept on this phone",
  busy: "Hustings does not answer just now. Answers are kept on this phone",
};
const NO_SIGNAL = "No signal here. Answers are kept on this phone";
const UNTIL = {
  "signed-out": "you sign in again",
  "other-role": "you change back to your volunteer role",
  closed: "Contact is open again",
  busy: "Hustings answers again",
};

const head = document.querySelector("[data-unsent]");
const outbox = new Outbox(head.dataset.unsent, showUnsent);
const pages = new Map(); // pages of doors ahead, by path: in memory only, gone with this page
let visit = new Map(); // what was put into the outbox at the door that is open, by person
let visits = new Map(); // the same of doors left behind, for going back by "Change"
let work = Promise.resolve(); // taps are kept one after the other
let leaving = false;
let unusable = false;
let ending;
let blockSent;

const form = () => document.querySelector("form[data-door]");

// ---- The outbox's count, in the head at all times

let unsent; // not known until the outbox has been read
let told = "";
let failing = false;
let refused = [];

function showUnsent({ unsent: now, failing: failed, state, verdicts, refused: notTaken }) {
  unsent = now;
  failing = failed;
  refused = notTaken;
  const before = told;
  told = state;
  drawUnsent();
  const words = verdictsInWords(verdicts);
  if (words) toast(words);
  if (verdicts.some(({ verdict }) => verdict === "quarantined")) work.then(stillHere);
  if (state !== before && state === "closed") document.dispatchEvent(new Event("hustings:ask"));
  if (state !== before && STATES[state]) toast(STATES[state], state === "signed-out" && link("Sign in", `/sign-in?ended=1&next=${location.pathname}`));
}

// What was sent is put aside: access may have ended, and then nobody's name stays on the screen.
async function stillHere() {
  try {
    await fetchPage(location.pathname + location.search);
  } catch (error) {
    if (error instanceof Gone) location.assign(error.to);
  }
}

function drawUnsent() {
  document.querySelectorAll("[data-unsent-count]").forEach((place) => { place.textContent = unsent ?? (unusable ? "?" : "…"); });
  const note = waitingInWords();
  document.querySelectorAll("[data-unsent-note]").forEach((place) => { place.textContent = note; });
  showNotTaken(refused, () => outbox.forget(refused.map(({ id }) => id)));
}

function waitingInWords() {
  if (unsent > 0) return failing || !navigator.onLine ? `Kept on this phone until ${UNTIL[told] ?? "there is signal"}` : "Sent in a moment";
  if (unusable) return "This phone cannot keep answers. Each is sent when you save it";
  return unsent === 0 ? "All answers sent" : "Looking";
}

addEventListener("online", drawUnsent);
addEventListener("offline", drawUnsent);

// ---- Answers

// What the form says of a person, or (without one) of the home.
function said({ dataset }, elector, outcome) {
  const data = new FormData(form());
  const end = elector ? `-${elector}` : "";
  const one = (key) => (data.get(key + end) ?? "").trim() || null;
  return {
    list: dataset.list, household: dataset.household, door: dataset.label, elector,
    outcome: outcome ?? one("outcome"), intention: elector ? one("intention") : null,
    issues: data.getAll(`issues${end}`), asks: data.getAll(`asks${end}`),
    voted: elector ? one("voted") : null, note: one("note"), base: one("base"),
  };
}

// A note by itself does not say what happened.
const noteAlone = (now) =>
  now.note && !now.outcome && !now.intention && !now.voted && now.issues.length + now.asks.length === 0;

// Whether somebody was answered for at the door that is open: then its home was spoken with.
const somebody = () => [...visit.keys()].some((slot) => slot !== "");

// Nobody who has gone gives an answer: the later tap of the two counts.
function goneOrAnswering(person, tapped) {
  const outcome = person.querySelector('[name^="outcome-"]');
  const gone = ["moved", "deceased"].includes(outcome?.value);
  if (!gone) return;
  if (tapped === outcome) person.querySelector('[name^="intention-"][value=""]').checked = true;
  else if (tapped.name.startsWith("intention-") && tapped.value) outcome.value = "";
}

// What was tapped while this script was still on its way.
function pickUp() {
  const door = form();
  const changed = ({ type, checked, defaultChecked, value, defaultValue, options }) =>
    type === "radio" || type === "checkbox" ? checked !== defaultChecked
      : options ? value !== ([...options].find((one) => one.defaultSelected)?.value ?? "")
      : type !== "hidden" && type !== "submit" && value !== defaultValue;
  const touched = [...(door?.elements ?? [])].filter((field) => field.matches("input, select, textarea") && changed(field));
  const whom = new Set(touched.map((field) => field.closest("[data-elector]")?.dataset.elector ?? null));
  for (const elector of whom) queue(() => keep(door, elector));
  if (whom.size > 0) outbox.soon();
}

// Puts an answer into the outbox: a new result, or in the place of this visit's former one as long as nobody has seen
// that, else as its correction.
async function keep(door, elector, outcome) {
  const before = visit.get(elector ?? "");
  const now = said(door, elector, outcome);
  const something = now.outcome ?? now.intention ?? now.voted ?? now.note ?? (now.issues.length + now.asks.length > 0 || null);
  const nothing = something === null || (noteAlone(now) && (elector || !somebody()));
  if (nothing && !before && !now.base) return;
  // A home where only a note changes keeps its outcome.
  const stood = elector ? null : before?.outcome ?? door.dataset.home ?? null;
  // Nothing is said any more of who was answered for: they were not seen.
  now.outcome ??= stood ?? (something === null ? "not-home" : "spoke");
  await put(elector ?? "", now, before, something === null && !now.base && (stood ?? "spoke") === "spoke");
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
  await outbox.put([result]);
  visit.set(slot, result);
}

// Taps are kept one after the other.
function queue(task) {
  work = work.then(task).catch(giveUp);
  return work;
}

// This device can keep nothing more: each answer goes straight to the server, by the plain form. What was counted before
// still waits.
function giveUp(error) {
  console.error("The outbox cannot be used", error);
  unusable = true;
  drawUnsent();
  form()?.removeAttribute("data-door");
}

document.addEventListener("change", ({ target }) => {
  const door = form();
  if (!door?.contains(target)) return;
  const person = target.closest("[data-elector]");
  if (person) goneOrAnswering(person, target);
  queue(() => keep(door, person?.dataset.elector ?? null));
  outbox.soon();
});

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.matches("[data-door]")) return event.preventDefault(), finishDoor(target, submitter);
  if (target.matches("[data-block]") && !unusable) return event.preventDefault(), finishBlock(target);
  if (target.matches('[action="/sign-out"]') && unsent > 0) return event.preventDefault(), signOut(target);
});

// What can be sent before one signs out is sent.
async function signOut(way) {
  await soonSent();
  way.submit();
}

async function finishDoor(door, submitter) {
  if (leaving) return;
  leaving = true;
  const outcome = submitter?.value || null;
  try {
    // A note that is being typed is said as well.
    const typing = document.activeElement?.closest?.("[data-elector]")?.dataset.elector;
    if (document.activeElement?.matches("textarea")) await queue(() => keep(door, typing ?? null));
    await work;
    if (!form()) return door.requestSubmit(submitter);
    const spoke = [...visit.values()].some((answer) => answer.elector && answer.outcome === "spoke");
    const mended = spoke && door.dataset.home && door.dataset.home !== "spoke" ? "spoke" : null;
    const ofTheHome = noteAlone(said(door, null)) && !visit.has("") && somebody();
    if (outcome ?? mended ?? ofTheHome) await queue(() => keep(door, null, outcome ?? mended));
    if (!form()) return door.requestSubmit(submitter);
    const unclear = [...door.querySelectorAll("[data-elector]")].find((one) => noteAlone(said(door, one.dataset.elector)));
    if (unclear) return askWhatHappened(unclear);
    const home = said(door, null);
    if (noteAlone(home) && !visit.has("") && !home.base) return complain(NOTE_ALONE).focus();
    if (visit.size === 0 && !door.querySelector('[name^="base"]')) return complain(NOTHING).focus();
    const { household, label, next } = door.dataset;
    const path = location.pathname;
    const people = somebody();
    const slip = outcome && !people && !door.querySelector('[name^="base"]');
    const answers = visit;
    pages.delete(path);
    if (slip) outbox.soon(SLIP);
    else outbox.send();
    done = Math.max(done, document.querySelector("progress")?.value ?? 0) + 1;
    if (!(await go(next))) return;
    if (outcome === "not-home" && people) toast(`${label}: the answers and “not home” are both kept`, button("Undo “not home”", () => undo(household)));
    else if (slip) toast(`${label}: ${inWords(answers)}`, button("Undo", () => takeBack(household, path)));
    else toast(`${label}: ${inWords(answers)}`, button("Change", () => goBack(household, path)));
  } finally {
    leaving = false;
  }
}

// As the button said it that was pressed.
const homeInWords = (outcome) => (outcome === "refused" ? "asked us to leave" : OUTCOMES[outcome] ?? outcome);

function inWords(answers) {
  const home = answers.get("");
  if (home && home.outcome !== "spoke") return homeInWords(home.outcome);
  return `kept, ${count(answers.size, "answer", "answers")}`;
}

// Says what is missing, at the top of the form.
function complain(words) {
  const place = document.getElementById("door");
  place.innerHTML = '<p class="error" role="alert" tabindex="-1"></p>';
  place.firstChild.textContent = words;
  return place.firstChild;
}

function askWhatHappened(person) {
  complain(`${person.querySelector("legend span").textContent}: say under “What happened” what the note is about`);
  const field = person.querySelector('[name^="outcome-"]');
  field.closest("details").open = true;
  field.focus();
}

// Not home was a slip: somebody was spoken with.
function undo(household) {
  const answers = visits.get(household);
  const before = answers?.get("");
  if (!before) return;
  queue(async () => {
    const here = visit;
    visit = answers;
    await put("", { ...before, outcome: "spoke", base: null }, before);
    visit = here;
  });
  outbox.soon(0);
  document.querySelector(".toast")?.remove();
}

// A home's outcome was a slip. As long as it has not been sent, nothing was said; afterwards it can be changed.
async function takeBack(household, path) {
  const answer = visits.get(household)?.get("");
  let taken = false;
  if (answer) await queue(async () => { taken = await outbox.replace(answer.id, null); });
  if (taken) {
    visits.delete(household);
    done = Math.max(0, done - 1);
  }
  goBack(household, path);
  if (taken) toast("Taken back: this home is still to do");
}

// Back to a door that was left, knowing what was said there. The page that was left comes back as it was.
function goBack(household, path) {
  leave();
  const page = left.get(household);
  if (!page) return location.assign(`${path}?change=1`);
  const said = visits.get(household);
  show(page.main, page.title, page.path, true);
  visit = said ?? new Map();
  sayWhatStands(visit.get("")?.outcome);
}

// The home's outcome is no field of the form: what was tapped is said above it.
function sayWhatStands(outcome) {
  const place = document.getElementById("door");
  if (!place || !form()) return;
  place.replaceChildren();
  if (outcome) form().dataset.home = outcome;
  else delete form().dataset.home;
  if (!outcome || outcome === "spoke") return;
  const words = `Recorded for this home: ${homeInWords(outcome)}. Choose an answer and save, and that counts instead.`;
  place.append(Object.assign(document.createElement("p"), { className: "prose", textContent: words }));
}

// Kept and said at once; sent a little later, so that all of it can be taken back.
async function finishBlock(block) {
  if (leaving) return;
  leaving = true;
  const at = new Date().toISOString();
  const title = block.closest("section").querySelector("h2").textContent;
  const homes = [...new FormData(block)].filter(([name]) => name.startsWith("home-")).map(([name, id]) => {
    const household = name.slice(5);
    const tile = document.querySelector(`main .doors a[href$="/doors/${household}"]`);
    const result = { id, list: block.dataset.block, household, door: `${tile.querySelector("b").textContent}, ${title}`, outcome: "not-home", at };
    return { tile, was: tile.cloneNode(true), result };
  });
  await queue(() => outbox.put(homes.map(({ result }) => result)));
  leaving = false;
  // This device cannot keep anything: the plain form takes over.
  if (unusable) return block.submit();
  for (const { tile } of homes) {
    pages.delete(tile.pathname);
    tile.className = "out";
    tile.lastChild.data = " Not home";
  }
  pointOn();
  block.hidden = true;
  const progress = block.closest("section").querySelector(".panel-head span");
  const before = progress.textContent;
  progress.textContent = `${count(homes.length, "home", "homes")} not home`;
  toast(`${title}: ${count(homes.length, "home", "homes")} recorded as not home`, button("Undo", () => {
    progress.textContent = before;
    undoBlock(block, homes);
  }));
  clearTimeout(blockSent);
  blockSent = setTimeout(async () => {
    await soonSent();
    if (block.isConnected && unsent === 0) freshen(location.pathname);
  }, UNDO);
}

// The way on leads to a door that is still to do.
function pointOn() {
  const way = document.querySelector("main [data-ahead]");
  const tiles = [...document.querySelectorAll("main .doors a")];
  if (!way || !tiles.some((tile) => tile.pathname === way.pathname && tile.className === "out")) return;
  const next = tiles.find(({ className }) => className.trim() === "");
  way.hidden = !next;
  if (!next) return;
  way.href = next.href;
  way.textContent = `Go to ${next.querySelector("b").textContent}`;
}

async function undoBlock(block, homes) {
  clearTimeout(blockSent);
  blockSent = undefined;
  let kept = 0;
  await queue(async () => {
    for (const { result, tile, was } of homes) {
      if (await outbox.replace(result.id, null)) tile.replaceWith(was);
      else kept += 1;
    }
  });
  block.hidden = kept > 0;
  if (kept === 0) return toast(`Taken back: ${count(homes.length, "home is", "homes are")} still to do`);
  outbox.soon(0);
  toast(`${count(kept, "answer was", "answers were")} sent already. Open a home to change its answer`);
}

// ---- From page to page

const LISTS = "/canvass";
const OVER = [401, 403, 404];

let done = 0;
let here = location.pathname;
const left = new Map();

// The server's word that this page is not to be seen any more: access has ended, or the list is over.
class Gone extends Error {
  constructor(to) {
    super(to);
    this.to = to;
  }
}

async function fetchPage(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
  if (response.ok && !response.redirected) return response.text();
  if (!response.redirected && !OVER.includes(response.status)) throw new Error(await whyNot(response));
  wipe();
  throw new Gone(response.redirected ? response.url : path);
}

// What the server cannot show just now, as it says itself. Nothing of it ends the list: what is on this phone stays, unless
// whoever closed Contact wants it wiped.
async function whyNot(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page.querySelector("[data-problem=closed]")) return "busy";
  if (page.querySelector("[data-phones=wipe]")) wipe();
  document.dispatchEvent(new Event("hustings:ask"));
  return "closed";
}

function wipe() {
  pages.clear();
  left.clear();
  visits = new Map();
}

// Sends, and waits for it a moment.
function soonSent() {
  clearTimeout(blockSent);
  blockSent = undefined;
  return Promise.race([outbox.send(), new Promise((resolve) => { setTimeout(resolve, 2_000); })]);
}

// Shows a page; false when it cannot be had now.
async function go(path, push = true) {
  const kept = pages.get(path);
  const household = path.split("/doors/")[1];
  const said = visits.get(household)?.size > 0;
  let page = kept;
  try {
    if (said || blockSent) await soonSent();
    // What was said there has not reached the server, which would show an empty door.
    if (said && unsent > 0) return goBack(household, path), true;
    page ??= await fetchPage(path);
  } catch (error) {
    if (error instanceof Gone) location.assign(error.to);
    else if (said) return goBack(household, path), true;
    else toast(STATES[error.message] ?? NO_SIGNAL, button("Try again", () => go(path, push)));
    return false;
  }
  const shown = new DOMParser().parseFromString(page, "text/html");
  const before = done;
  leave();
  show(shown.querySelector("main"), shown.title, path, push, shown.querySelector("nav.bar"));
  if (path === LISTS) putAway();
  else if (kept) freshen(path);
  else countOn(before);
  return true;
}

// A page that was fetched while an answer was on its way may not count it yet.
function countOn(before) {
  const bar = document.querySelector("progress");
  if (bar) bar.value = Math.max(bar.value, before);
  done = bar?.value ?? 0;
}

// At one's lists no list is open: nobody's name waits in memory, and nothing waits to be undone.
function putAway() {
  wipe();
  done = 0;
  outbox.send();
}

// A door's page as it is left: for "Change", and for coming back without signal.
function leave() {
  if (!form()) return;
  const { list, household } = form().dataset;
  left.set(household, { main: document.querySelector("main"), title: document.title, path: `/canvass/${list}/doors/${household}` });
  visits.set(household, visit);
}

function show(main, title, path, push, bar = null) {
  main.querySelector(".toast")?.remove();
  if (push) history.pushState({}, "", path);
  here = path;
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
      const [toasted, at] = [document.querySelector(".toast"), scrollY];
      show(fresh.querySelector("main"), fresh.title, path, false, fresh.querySelector("nav.bar"));
      if (toasted) document.querySelector("main").append(toasted);
      return scrollTo(0, at);
    }
    for (const part of ["progress", ".door-bar", "aside.panel"]) {
      const now = fresh.querySelector(`main ${part}`);
      if (now) document.querySelector(`main ${part}`)?.replaceWith(now);
    }
    // The server does not know yet what still waits here.
    const now = document.querySelector("progress");
    if (now && unsent > 0) now.value = Math.max(now.value, done);
    done = now?.value ?? done;
    markNeighbours();
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
  // From any other page a list opens as pages do.
  if (!location.pathname.startsWith(LISTS)) return;
  if (!anchor || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  const { origin, pathname, search } = new URL(anchor.href);
  if (origin !== location.origin || search || !/^\/canvass(\/[\d.]+(\/doors\/[\d.]+|\/done)?)?$/.test(pathname)) return;
  event.preventDefault();
  if (!pathname.includes("/doors/")) pages.delete(pathname);
  go(pathname);
});

addEventListener("popstate", () => {
  if (location.pathname === here) return; // the menu, which is a place on the page
  if (location.pathname === LISTS || location.pathname.startsWith(`${LISTS}/`)) go(location.pathname, false);
  else location.reload();
});

// ---- Access that ends, a half that closes, while a page is open

let readOnly = ""; // the notice, while lists in hand can be read and not answered

document.addEventListener("hustings:pulse", (event) => {
  const { state, phones, notice } = event.detail;
  if (state === "closed" && phones === "read-only") {
    event.preventDefault();
    if (!readOnly) keepQuiet(notice);
  } else if (state === "ended") {
    event.preventDefault();
    signedOut();
  } else if (state === "live" && readOnly) {
    event.preventDefault();
    speakAgain();
    outbox.soon(0);
  } else if (state !== "live") {
    wipe();
  }
});

// What was said is sent, or waits on this phone; the list goes.
async function signedOut() {
  await soonSent();
  wipe();
  location.assign(`/sign-in?ended=1&next=${location.pathname}`);
}

function keepQuiet(notice) {
  readOnly = notice;
  const shown = Object.assign(document.createElement("section"), { className: "notice warn" });
  shown.dataset.closed = "";
  shown.setAttribute("role", "alert");
  const words = document.createElement("div");
  words.append(Object.assign(document.createElement("b"), { textContent: `${notice}.` }),
    " This list can be read and not answered until it is open again. What you said before is kept and sent then.");
  shown.append(words);
  document.querySelector("main").prepend(shown);
  for (const field of document.querySelectorAll("main form :is(input, select, textarea, button):not([disabled])")) {
    field.disabled = true;
    field.dataset.quiet = "";
  }
  const next = form()?.dataset.next;
  if (next) words.append(Object.assign(document.createElement("p"), { className: "row" }));
  words.querySelector("p")?.append(link("Next door", next));
}

function speakAgain() {
  readOnly = "";
  document.querySelector("[data-closed]")?.remove();
  for (const field of document.querySelectorAll("[data-quiet]")) {
    field.disabled = false;
    delete field.dataset.quiet;
  }
}

// ---- Each page

// Doors answered on this phone show so among their neighbours before the server knows.
function markNeighbours() {
  for (const [household, answers] of visits) {
    const tile = document.querySelector(`aside .doors a[href$="/doors/${household}"]:not(.here)`);
    if (!tile || answers.size === 0 || tile.className !== "") continue;
    const home = answers.get("")?.outcome;
    const out = home && home !== "spoke";
    tile.className = out ? "out" : "spoke";
    tile.lastChild.data = ` ${out ? homeInWords(home) : "Answered"}`;
  }
}

function begin() {
  const closed = readOnly;
  speakAgain();
  if (closed) keepQuiet(closed);
  drawUnsent();
  markNeighbours();
  const main = document.querySelector("main");
  clearTimeout(ending);
  const ends = Number(main.querySelector("[data-ends]")?.dataset.ends) - Date.now();
  // Timers count to 24 days at most.
  if (ends > 0 && ends < 2 ** 31) ending = setTimeout(() => { wipe(); location.assign("/canvass"); }, ends);
  const ahead = form()?.dataset.next ?? main.querySelector("[data-ahead]")?.getAttribute("href");
  if (ahead) fetchAhead(ahead).catch(() => {});
}

// What waited when the page came is sent, and said so: the page may be older than that.
async function start() {
  begin();
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") pickUp();
  await outbox.changed();
  head.dataset.ready = ""; // what is tapped from here on waits for its own pause, not for what waited before
  const [waited, before] = [unsent, refused.length];
  if (waited === 0) return;
  await outbox.send();
  if (unsent > 0) return;
  await freshen(location.pathname);
  const sent = waited - (refused.length - before);
  const which = `${count(sent, "answer", "answers")} that waited on this phone`;
  if (sent > 0 && !document.querySelector(".toast")) toast(`${which} ${sent === 1 ? "is" : "are"} sent`);
}

if (isSecureContext && self.indexedDB) {
  start().catch(giveUp);
}
