// What the doorstep says besides its pages: what was kept just now, what the server made of it, and what it did not take.

export const OUTCOMES = JSON.parse(document.querySelector("[data-outcomes]")?.dataset.outcomes ?? "{}");

/** "1 answer", "2 answers". */
export const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** Until the next page, never the only record. */
export function toast(text, ...ways) {
  document.querySelector(".toast")?.remove();
  const made = Object.assign(document.createElement("div"), { className: "toast" });
  made.setAttribute("role", "status");
  made.append(Object.assign(document.createElement("span"), { textContent: text }), ...ways.filter(Boolean));
  document.querySelector("main").append(made);
}

export function button(text, act) {
  const made = Object.assign(document.createElement("button"), { className: "btn", type: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
}

export const link = (text, href) => Object.assign(document.createElement("a"), { className: "btn", href, textContent: text });

/** What the server said of results, where that is more than "stored". */
export function verdictsInWords(verdicts) {
  const later = verdicts.filter(({ verdict }) => verdict === "quarantined" || verdict === "refused");
  const twice = verdicts.filter(({ verdict }) => verdict === "conflict").length;
  const why = [...new Set(later.map(({ reason }) => reason).filter(Boolean))];
  const waits = later.length > 0
    && `${count(later.length, "answer waits", "answers wait")} for an organiser, who looks at it first${why.length ? `: ${why.join(". ")}` : ""}`;
  const both = twice > 0
    && `${count(twice, "answer was", "answers were")} sent before with other words: both are kept, and the one that came first counts`;
  return [waits, both].filter(Boolean).join(". ");
}

/** Shows what was not taken until the volunteer says that they have seen it. */
export function showNotTaken(refused, seen) {
  const there = document.querySelector("[data-not-taken]");
  if (there?.dataset.notTaken === String(refused.length)) return;
  there?.remove();
  if (refused.length === 0) return;
  const shown = Object.assign(document.createElement("section"), { className: "notice bad" });
  shown.dataset.notTaken = refused.length;
  shown.setAttribute("role", "alert");
  const words = Object.assign(document.createElement("div"), { className: "stack" });
  const line = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const list = document.createElement("ul");
  list.append(...refused.map((one) => line("li", notTakenInWords(one))));
  words.append(
    line("b", `${count(refused.length, "answer was", "answers were")} not taken.`),
    line("p", "The list is not one that was given to this account, so nothing of it is on record. Tell whoever runs your session what was said:"),
    list, button("I have seen this", seen));
  const icon = document.querySelector(".unsent svg").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#bad"));
  shown.append(icon, words);
  document.querySelector("main").prepend(shown);
}

function notTakenInWords({ door, outcome, intention, note, at }) {
  const time = new Date(at).toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", hour12: true });
  const said = [intention && `answer ${intention}`, outcome !== "spoke" || !intention ? OUTCOMES[outcome] ?? outcome : "", note && `“${note}”`];
  return `${door ?? "A door"}, ${time}: ${said.filter(Boolean).join(", ")}`;
}
