// What was said at doors and has no verdict yet. It outlives the page, the browser and the session, encrypted under a
// key that this browser made and cannot give away. Each result leaves only after the server has it, or after the volunteer
// has seen that it was not taken.

const SEND = "/api/v1/results";
const MANY = 100;
const PATIENCE = 30_000;
const WAIT = { first: 2_000, most: 60_000 };
const CARRIED = 60_000; // what browsers still send for a page that goes, in bytes

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

// `door` is the address as the page had it, to tell of a result by; the server is not sent it.
const withoutDoor = ({ door: _, ...result }) => result;
const asSent = async (one) => withoutDoor(await unseal(one));

const inBody = (results) => JSON.stringify({ results });
const carried = (body) => new TextEncoder().encode(body).length < CARRIED;

// A line that hangs must not hold up every tab of this device, and a page that goes must not take with it what it sends.
function post(body) {
  const headers = { "content-type": "application/json" };
  return fetch(SEND, { method: "POST", headers, body, keepalive: carried(body), signal: AbortSignal.timeout(PATIENCE) });
}

// Which kind of problem an answer names, if it does.
const problem = (response) => response.json().then(({ type }) => type, () => "");

// The server kept nothing of it: its list never was this account's, or cannot be read. Every other refusal is kept for
// an organiser.
const notTaken = ({ verdict, field }) => verdict === "refused" && field === "list";

/** How many answers wait on this device, whoever gave them, and of how many accounts. */
export async function waiting() {
  const all = (await transaction("readonly", (results) => answered(results.getAll()))).filter(({ refused }) => !refused);
  return { answers: all.length, accounts: new Set(all.map(({ who }) => who)).size };
}

/**
 * One account's results on this device. `tell` hears { unsent, failing, state, verdicts, refused } after every change:
 * how many are to be sent, whether the last try failed, why it did if that is known, what the server said of those just
 * sent, and those that it did not take.
 */
export class Outbox {
  constructor(who, tell) {
    this.who = who;
    this.tell = tell;
    this.wait = 0;
    this.skip = 0;
    this.many = MANY;
    this.state = "";
    this.here = new Map(); // what this page put in, to be sent at its end: nothing can be read from the disk then
    this.seen = new Set(); // what was sent so: the disk does not say it
    addEventListener("online", () => this.back());
    document.addEventListener("visibilitychange", () => this.send());
    addEventListener("pagehide", () => this.leave());
  }

  /** Keeps results, all or none; resolves once they are on the disk. */
  async put(results) {
    const sealed = await Promise.all(results.map((result) => seal(this.who, result)));
    await transaction("readwrite", (stored) => sealed.forEach((one) => stored.put(one)));
    results.forEach((result) => this.here.set(result.id, result));
    await this.changed();
  }

  /** Puts another content under an id that no one has seen yet, or (without one) takes it back. False: it has been sent. */
  async replace(id, result) {
    const sealed = result && (await seal(this.who, result));
    const replaced = await transaction("readwrite", (results) => answered(results.get(id)).then((found) => {
      if (!found || found.sent || this.seen.has(id)) return false;
      if (sealed) results.put(sealed);
      else results.delete(id);
      return true;
    }));
    if (replaced) this.here.delete(id);
    if (replaced && result) this.here.set(id, result);
    await this.changed();
    return replaced;
  }

  /** The volunteer has seen that these were not taken. */
  async forget(ids) {
    await transaction("readwrite", (results) => ids.forEach((id) => results.delete(id)));
    await this.changed();
  }

  async changed(verdicts = []) {
    const all = await transaction("readonly", (results) => answered(results.getAll()));
    const mine = all.filter(({ who }) => who === this.who);
    const refused = mine.filter((one) => one.refused);
    const told = await Promise.all(refused.map(async (one) => ({ ...(await unseal(one)), why: one.refused })));
    const failing = this.wait > 0;
    this.tell({ unsent: mine.length - refused.length, failing, state: this.state, verdicts, refused: told });
  }

  /** Sends after a pause in which nothing more was tapped. */
  soon(pause = 4_000) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  // There is signal again. What was tried without it may still be on its way to failing: that is no reason to wait.
  async back() {
    await this.sending;
    this.wait = 0;
    return this.send();
  }

  // The page goes, and with it every timer. What comes of it nobody here hears: all of it stays on the disk, the next page
  // sends it again, and the server knows it by its id.
  leave() {
    const going = [...this.here.values()].slice(0, MANY);
    const body = inBody(going.map(withoutDoor));
    if (going.length === 0 || this.state || !carried(body)) return;
    going.forEach(({ id }) => this.seen.add(id));
    post(body).catch(() => {});
  }

  /** Sends what there is, once at a time on this device. */
  async send() {
    clearTimeout(this.timer);
    this.sending ??= (navigator.locks ? navigator.locks.request("hustings-outbox", () => this.round()) : this.round())
      .catch(() => this.failed(""))
      .catch((error) => console.error("The outbox cannot be used", error))
      .finally(() => { this.sending = undefined; });
    return this.sending;
  }

  async round() {
    for (;;) {
      const batch = await this.take();
      if (batch.length === 0) {
        this.state = "";
        return this.changed();
      }
      const response = await post(inBody(await Promise.all(batch.map(asSent))));
      if (!response.ok) return this.refused(response);
      await this.judged((await response.json()).verdicts);
    }
  }

  // What is sent next. From here on it may have been seen: what is changed now is a correction. Read and marked in one
  // go, so that a tap in between is not written over.
  take() {
    return transaction("readwrite", (results) => answered(results.getAll()).then((all) => {
      const mine = all.filter(({ who, refused }) => who === this.who && !refused);
      const start = mine.length && this.skip % mine.length;
      const batch = mine.slice(start, start + this.many);
      for (const one of batch) results.put({ ...one, sent: true });
      return batch;
    }));
  }

  // What the server has leaves this device. What it has not stays, marked, until the volunteer has seen why.
  async judged(verdicts) {
    this.wait = this.skip = 0;
    this.many = MANY;
    this.state = "";
    verdicts.forEach(({ id }) => this.here.delete(id));
    await transaction("readwrite", (results) => verdicts.forEach((verdict) => {
      if (!notTaken(verdict)) return results.delete(verdict.id);
      answered(results.get(verdict.id)).then((one) => one && results.put({ ...one, refused: verdict.reason }));
    }));
    await this.changed(verdicts.filter((verdict) => !notTaken(verdict)));
  }

  // Everything stays. One result that the server cannot take by any means must not stand in the others' way.
  async refused(response) {
    const { status } = response;
    if (status === 401) return this.failed("signed-out");
    if (status === 403) return this.failed("other-role");
    if (status === 503) return this.failed((await problem(response)) === "closed" ? "closed" : "busy");
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
