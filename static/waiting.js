// Before somebody comes in: answers that wait on this device. How many, and nothing of what they say.

const place = document.querySelector("[data-waiting]");

async function tell() {
  const { waiting } = await import(document.querySelector('link[rel="modulepreload"]').href);
  const { answers, accounts } = await waiting();
  if (answers === 0) return;
  const [begin, them] = answers === 1 ? ["1 answer waits on this phone.", "it"] : [`${answers} answers wait on this phone.`, "them"];
  const then = accounts > 1 ? "Each goes when the account that gave it signs in." : `Sign in to send ${them}.`;
  // Who joins anew gives up the session by which they could still go.
  const first = Object.assign(document.createElement("a"), { href: "/canvass", textContent: `Send ${them} first` });
  const way = "joins" in place.dataset ? [" ", first, "."] : [` ${then}`];
  place.querySelector("p").replaceChildren(Object.assign(document.createElement("b"), { textContent: begin }), ...way);
  place.hidden = false;
}

// Without a store there is nothing to tell.
if (place && isSecureContext && self.indexedDB) tell().catch(() => {});
