// The browser's own print dialogue behind a button; without script the browser's menu has it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
