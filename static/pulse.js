// An open page asks every few seconds whether the session that it was drawn for still lives. Once it does not, nobody's name
// stays on the screen: access has ended, another role was chosen in this browser, or this half of Hustings was closed.
// Asking keeps no session awake, and nobody asks for a page that nobody looks at.

const EVERY = 5_000;
const { grant, half } = document.body.dataset;
const main = () => document.querySelector("main");
const doorstep = () => document.querySelector("[data-unsent]") !== null;

let shown = "live"; // what this page has told
let asking = false;
let leaving = false;

async function ask() {
  if (document.hidden || asking) return;
  asking = true;
  try {
    const answer = await fetch(half ? `/api/v1/pulse?half=${half}` : "/api/v1/pulse", { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    if (answer.ok) tell(await answer.json());
  } catch {
    // No signal. A list in hand is there for that; whatever else came back from memory stays covered until somebody answers.
    if (doorstep()) uncover();
  } finally {
    asking = false;
  }
}

function tell(pulse) {
  const state = pulse.state === "live" || pulse.state === "closed" ? (pulse.grant === grant ? pulse.state : "other") : "ended";
  const seen = state === "closed" && (half === undefined || document.querySelector("[data-problem]")) ? "live" : state;
  // The doorstep knows better what becomes of a list in hand.
  const event = new CustomEvent("hustings:pulse", { cancelable: true, detail: { ...pulse, state: seen } });
  if (!document.dispatchEvent(event)) return uncover();
  if (seen !== shown) WAYS[seen](pulse);
  shown = seen;
  uncover();
}

const WAYS = {
  ended: () => blank("You are signed out here", "Access has ended, or this browser was signed out. What stood here is gone from the screen.",
    link("Sign in", `/sign-in?ended=1&next=${encodeURIComponent(location.pathname)}`)),
  other: () => blank("Another role is in use", "In this browser another role was chosen since this page was opened.", link("Go to its first page", "/")),
  closed: ({ notice }) => blank(notice, "What stood here is gone from the screen. You stay signed in, and nothing that was saved is lost.",
    link("Service notices", "/status")),
  live: () => blank("It is open again", "Load the page again to go on.", button("Load the page again", () => location.reload())),
};

const made = (name, more) => Object.assign(document.createElement(name), more);
const link = (textContent, href) => made("a", { className: "btn main", textContent, href });

function button(textContent, act) {
  const one = made("button", { className: "btn main", type: "button", textContent });
  one.addEventListener("click", act);
  return one;
}

function blank(title, text, way) {
  const words = made("div", { className: "read stack" });
  words.dataset.blank = "";
  words.setAttribute("role", "alert");
  const row = made("p", { className: "row" });
  row.append(way);
  words.append(made("h1", { textContent: title }), made("p", { textContent: text }), row);
  document.title = `${title} – Hustings`;
  main().replaceChildren(words);
}

function uncover() {
  main().classList.remove("covered");
}

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
document.addEventListener("hustings:ask", ask);
addEventListener("focus", ask);
// Who signs out takes the page along: neither Back nor the browser's memory brings it again.
document.addEventListener("submit", ({ target }) => { leaving = target.getAttribute("action") === "/sign-out"; });
addEventListener("pagehide", () => { if (leaving) WAYS.ended(); });
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  // Covered where it stands, so that Back comes to the same place.
  main().classList.add("covered");
  ask();
});
