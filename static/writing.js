// Buttons that write the forms of a letter or a message into its text, so that nobody has to remember them. Without script the hint
// says them. Letters have passages under a condition as well.
const tools = document.querySelector("[data-tools]");
const text = document.getElementById(tools?.dataset.tools);
const passages = document.querySelector("[data-passages]");

function atLineStart(at) {
  return at === 0 || text.value[at - 1] === "\n";
}

// Typed as if by hand, so that Undo takes it back.
function type(words) {
  if (!document.execCommand("insertText", false, words)) text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
}

function write({ before = "", after = "", words = "", line }) {
  text.focus();
  const start = text.selectionStart;
  const chosen = text.value.slice(start, text.selectionEnd) || words;
  const lead = line !== undefined && !atLineStart(start) ? "\n" : "";
  type(lead + before + chosen + after);
  const from = start + lead.length + before.length;
  text.setSelectionRange(from, from + chosen.length);
}

// Whole lines: a condition and its end stand in lines of their own.
function writePassage(condition) {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const next = text.value.indexOf("\n", text.selectionEnd);
  text.setSelectionRange(start, next < 0 ? text.value.length : next);
  write({ before: `[if ${condition}]\n`, after: "\n[end]", words: "What they read" });
}

if (tools && text) {
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) write(button.dataset);
  });
  // One stop of the Tab key; arrows go from button to button.
  const buttons = [...tools.querySelectorAll("button")];
  buttons.forEach((button, n) => { button.tabIndex = n ? -1 : 0; });
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const here = buttons.indexOf(document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = buttons[(here + step + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
}

if (passages && text) {
  passages.hidden = false;
  passages.addEventListener("click", (event) => {
    const by = event.target.closest("[data-passage]")?.dataset.passage;
    if (by === "area") writePassage(`area ${passages.querySelector("select").value}`);
    if (by === "intention") {
      const groups = [...passages.querySelectorAll("[data-group]:checked")].map((box) => box.dataset.group);
      if (groups.length) writePassage(`intention ${groups.join(", ")}`);
    }
  });
}
