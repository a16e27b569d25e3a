// The link to the form that assigns a list also opens it.
function open() {
  if (location.hash === "#assign") document.getElementById("assign").open = true;
}

addEventListener("hashchange", open);
open();
