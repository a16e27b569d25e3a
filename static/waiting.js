// The sign-in page: answers that wait on this device. How many, and nothing of what they say.

const place = document.querySelector("[data-waiting]");

async function tell() {
  const { waiting } = await import(document.querySelector('link[rel="modulepreload"]').href);
  const { answers, accounts } = await waiting();
  if (answers === 0) return;
  const [begin, them] = answers === 1 ? ["1 answer waits on this phone.", "it"] : [`${answers} answers wait on this phone.`, "them"];
  const then = accounts > 1 ? "Each goes when the account that gave it signs in." : `Sign in to send ${them}.`;
  place.querySelector("p").replaceChildren(Object.assign(document.createElement("b"), { textContent: begin }), ` ${then}`);
  place.hidden = false;
}

// Without a store there is nothing to tell.
if (isSecureContext && self.indexedDB) tell().catch(() => {});
