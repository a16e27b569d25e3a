// Enters a pile without leaving the field: each line goes by itself, in order, while the next is typed. What is not taken
// comes back with the reason. Nothing is kept in the browser: a page that is closed while lines wait asks first.
const form = document.querySelector("form[data-entry]");
const field = form?.elements.line;
const waiting = [];
let going = false;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const at = (id) => document.getElementById(id);

// Made here, so that a line which is sent again is the same line.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function tell(words) {
  const lines = waiting.length === 1 ? "1 line waits" : `${waiting.length} lines wait`;
  at("waiting").textContent = waiting.length > 1 || words ? `${lines}. ${words ?? ""}` : "";
}

// An empty line keeps nothing, and what was kept before is not said of it.
function nothing() {
  at("verdict").textContent = "The line is empty, so nothing was kept. Type a number and what was said.";
  field.focus();
}

function put(line) {
  field.value = line;
  field.focus();
  field.setSelectionRange(line.length, line.length);
}

// The field may hold the next line by now: then what was not taken waits below it.
function giveBack({ line }, page) {
  const why = page.getElementById("line-error")?.textContent ?? "It was not kept.";
  if (!field.value) return put(page.querySelector("#line")?.value || line);
  const row = document.createElement("li");
  const words = document.createElement("div");
  const button = document.createElement("button");
  words.textContent = `${line}: ${why}`;
  Object.assign(button, { type: "button", className: "btn", textContent: "Mend this line" });
  button.addEventListener("click", () => { row.remove(); at("refused").hidden = !at("refused").children.length; put(line); });
  row.append(words, button);
  at("refused").append(row);
  at("refused").hidden = false;
}

function swap(page) {
  for (const id of ["verdict", "kept"]) {
    const fresh = page.getElementById(id);
    if (fresh) at(id).replaceWith(fresh);
  }
}

async function send(entry) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(entry), headers: { accept: "text/html" } });
  if (answer.status === 429 || answer.status >= 500) return tell("Hustings is busy or closed just now; they go by themselves.");
  if (new URL(answer.url).pathname !== new URL(form.action).pathname) return tell("Your session is over. Sign in on another tab; they go then.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("verdict")) return tell("Open this page again: it was drawn for another role.");
  waiting.shift();
  swap(page);
  if (!answer.ok) giveBack(entry, page);
  tell();
  return true;
}

async function go() {
  if (going) return;
  going = true;
  while (waiting.length) {
    const sent = await send(waiting[0]).catch(() => tell("There is no connection; they go by themselves."));
    if (!sent) await pause(3000);
  }
  going = false;
}

if (form && field) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = field.value.trim();
    if (!line) return nothing();
    waiting.push({ _grant: form.elements._grant.value, id: newId(), at: form.elements.namedItem("at").value, line });
    field.value = "";
    field.focus();
    tell();
    go();
  });
  field.addEventListener("invalid", (event) => { event.preventDefault(); nothing(); });
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  put(field.value);
}

// A photo is read in the browser where it can do that, and goes to the server where it cannot or finds nothing.
const photo = document.querySelector("form[data-photo]");
const OURS = /^[0-9A-Z]{1,12}-[0-9]{1,9}[0-9A-Z]$/;

async function codesOn(file) {
  if (!("BarcodeDetector" in window)) return [];
  const picture = await createImageBitmap(file);
  const found = await new BarcodeDetector({ formats: ["code_128"] }).detect(picture);
  return [...new Set(found.map((code) => code.rawValue).filter((code) => OURS.test(code)))];
}

photo?.elements.photo.addEventListener("change", async () => {
  const [file] = photo.elements.photo.files;
  if (!file) return;
  at("photo-verdict").textContent = "Reading the code…";
  const codes = await codesOn(file).catch(() => []);
  if (codes.length !== 1) return photo.requestSubmit();
  at("photo-verdict").textContent = `Found ${codes[0]}.`;
  photo.reset();
  if (field) return put(`${codes[0]} `);
  location.assign(`/paper/scan?code=${encodeURIComponent(codes[0])}`);
});
