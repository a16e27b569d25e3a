// What was said at doors and has no verdict yet. It outlives the page, the browser and the session, encrypted under a
// key that this browser made and cannot give away. Each result leaves only after the server's verdict on it.

const SEND = "/api/v1/results";
const MANY = 100;
const WAIT = { first: 2_000, most: 60_000 };

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("hustings-outbox", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("results", { keyPath: "id" });
      asked.result.createObjectStore("keys");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// Runs `work` on the stores and answers what it answered, once everything in it is on the disk.
async function transaction(mode, work) {
  const all = (await database()).transaction(["results", "keys"], mode, { durability: "strict" });
  const answer = work(all.objectStore("results"), all.objectStore("keys"));
  await new Promise((resolve, reject) => {
    all.oncomplete = resolve;
    all.onerror = all.onabort = () => reject(all.error);
  });
  return answer;
}

const answered = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });

let theKey;

// Two tabs may make a key at once: the first one on the disk counts.
function key() {
  theKey ??= crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then((made) =>
    transaction("readwrite", (_, keys) => answered(keys.get("outbox")).then((found) => {
      if (!found) keys.put(made, "outbox");
      return found ?? made;
    })));
  return theKey;
}

async function seal(who, result) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(result));
  return { id: result.id, who, iv, text: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text), sent: false };
}

async function unseal({ iv, text }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), text)));
}

/** One account's results on this device. `tell` hears { unsent, state, later } after every change. */
export class Outbox {
  constructor(who, tell) {
    this.who = who;
    this.tell = tell;
    this.wait = 0;
    this.skip = 0;
    this.many = MANY;
    this.state = "";
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => this.send());
  }

  async mine() {
    return (await transaction("readonly", (results) => answered(results.getAll()))).filter(({ who }) => who === this.who);
  }

  /** Keeps a result; resolves once it is on the disk. */
  async put(result) {
    const sealed = await seal(this.who, result);
    await transaction("readwrite", (results) => results.put(sealed));
    await this.changed();
  }

  /** Puts another content under an id that no one has seen yet, or (without one) takes it back. False: it has been sent. */
  async replace(id, result) {
    const sealed = result && (await seal(this.who, result));
    const replaced = await transaction("readwrite", (results) => answered(results.get(id)).then((found) => {
      if (!found || found.sent) return false;
      if (sealed) results.put(sealed);
      else results.delete(id);
      return true;
    }));
    await this.changed();
    return replaced;
  }

  async changed(later = 0) {
    this.tell({ unsent: (await this.mine()).length, state: this.state, later });
  }

  /** Sends after a pause in which nothing more was tapped. */
  soon(pause = 4_000) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  /** Sends what there is, once at a time on this device. */
  async send() {
    clearTimeout(this.timer);
    this.sending ??= (navigator.locks ? navigator.locks.request("hustings-outbox", () => this.round()) : this.round())
      .catch(() => this.failed(""))
      .finally(() => { this.sending = undefined; });
    return this.sending;
  }

  async round() {
    for (;;) {
      const mine = await this.mine();
      if (mine.length === 0) {
        this.state = "";
        return this.changed();
      }
      const start = this.skip % mine.length;
      const batch = mine.slice(start, start + this.many);
      // From here on it may have been seen: what is changed now is a correction.
      await transaction("readwrite", (results) => batch.forEach((one) => results.put({ ...one, sent: true })));
      const body = JSON.stringify({ results: await Promise.all(batch.map(unseal)) });
      const response = await fetch(SEND, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (!response.ok) return this.refused(response);
      await this.judged((await response.json()).verdicts);
    }
  }

  async judged(verdicts) {
    this.wait = this.skip = 0;
    this.many = MANY;
    this.state = "";
    await transaction("readwrite", (results) => verdicts.forEach(({ id }) => results.delete(id)));
    await this.changed(verdicts.filter(({ verdict }) => verdict !== "stored" && verdict !== "replayed").length);
  }

  // Everything stays. One result that the server cannot take by any means must not stand in the others' way.
  refused({ status }) {
    if (status === 401) return this.failed("signed-out");
    if (status === 403) return this.failed("other-role");
    if (status === 503) return this.failed("closed");
    if (this.many === 1) this.skip += 1;
    this.many = 1;
    return this.failed("");
  }

  failed(state) {
    this.state = state;
    this.wait = Math.min(WAIT.most, this.wait * 2 || WAIT.first);
    if (state !== "signed-out" && state !== "other-role") this.soon(this.wait * (0.5 + Math.random()));
    return this.changed();
  }
}
