// Buttons that write a message's forms into its text, so that nobody has to remember them. Without script the hint says them.
const tools = document.querySelector("[data-tools]");
const text = document.getElementById(tools?.dataset.tools);

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
