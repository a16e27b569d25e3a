// Passkeys: what the server asks, the browser's own dialogue, and the answer back. Without script, or where browsers know none, the
// other ways stand beside it.

const WAYS = {
  "sign-in": { begin: "/sign-in/passkey", end: "/sign-in/passkey/answer", call: "get" },
  prove: { begin: "/account/passkeys/prove", end: "/account/passkeys/proof", call: "get" },
  make: { begin: "/account/passkeys", end: "/account/passkeys/answer", call: "create" },
};

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What the server wrote as text and the browser wants as bytes. */
function opened(options) {
  const key = options.publicKey;
  const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return { publicKey: {
    ...key,
    challenge: bytes(key.challenge),
    ...(key.user && { user: { ...key.user, id: bytes(key.user.id) } }),
    ...(key.excludeCredentials && { excludeCredentials: ids(key.excludeCredentials) }),
    ...(key.allowCredentials && { allowCredentials: ids(key.allowCredentials) }),
  } };
}

/** What the browser gave as bytes and the server reads as text. */
function closed({ id, rawId, type, response }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = text(response[part]);
  }
  if (response.getTransports) said.transports = response.getTransports();
  return { id, rawId: text(rawId), type, response: said, extensions: {} };
}

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (answer.redirected) {
    location.assign(answer.url);
    return new Promise(() => {});
  }
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.detail);
  return json;
}

async function go(place, way) {
  const { ceremony, options } = await post(way.begin, {});
  const credential = await navigator.credentials[way.call](opened(options));
  const name = place.querySelector("input[name=name]")?.value ?? "";
  const { next } = await post(way.end, { ceremony, answer: closed(credential), next: place.dataset.next ?? "", name });
  location.assign(next);
}

function told(error) {
  if (error.name === "NotAllowedError") return "Nothing came of it: it was stopped, or took too long. Try again, or use another way.";
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  return error.message || "That passkey was not taken. Try again, or use another way.";
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!self.PublicKeyCredential) break;
  place.hidden = false;
  const [button, problem] = [place.querySelector("button"), place.querySelector("[role=alert]")];
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    problem.hidden = true;
    try {
      await go(place, WAYS[place.dataset.passkey]);
    } catch (error) {
      problem.textContent = told(error);
      problem.hidden = false;
    }
    button.removeAttribute("aria-busy");
  });
}
