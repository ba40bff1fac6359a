// Signs webhook bodies and delivers them at least once, as Meta does: in order per conversation while all goes well, again on
// anything but 200, and - by switch - twice, late, out of order or never.

import { createHmac } from "node:crypto";
import { post, get } from "./post.mjs";
import { sleep } from "./http.mjs";

const answer_within_ms = 5000;
const retry_after_ms = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000];  // then every minute
const most_attempts = 40;
const most_pending = 10_000;
const batch_ms = 250;

// JSON as Meta writes it: ASCII only, lower-case escapes; also `/`, `<` and `@` are escaped.
export function meta_json(value) {
  return JSON.stringify(value)
    .replaceAll("/", "\\/")
    .replace(/[<@\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function signature(secret, bytes) {
  return `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;
}

export class meta_webhooks {
  #url;
  #secret;
  #verify_token;
  #switches;
  #counters;
  #lanes = new Map();    // conversation -> the first attempt of its newest delivery
  #batches = new Map();  // object -> {entries, waiting}
  #pending = 0;
  #expected = 0;
  #generation = 0;       // a reset drops what is waiting

  constructor({ url, secret, verify_token, switches, counters }) {
    this.#url = url;
    this.#secret = secret;
    this.#verify_token = verify_token;
    this.#switches = switches;
    this.#counters = counters;
  }

  // accepted(): called when one of its attempts is answered 200.
  // -> the HTTP status of the first attempt; 0 when nobody answered or the event was lost on purpose.
  async deliver(lane, body, accepted = () => {}) {
    if (!this.#url || this.#switches.take("webhook.lose")) {
      this.#counters.count("webhook lost");
      return 0;
    }
    if (this.#pending >= most_pending) {
      this.#counters.count("webhook dropped");
      return 0;
    }
    const generation = this.#generation;
    await sleep(this.#switches.value("webhook.delay_ms"));
    if (generation !== this.#generation) return 0;
    if (this.#switches.take("webhook.shuffle")) return this.#join_batch(body, accepted);
    return this.#in_lane(lane, () => this.#post(Buffer.from(meta_json(body), "ascii"), accepted));
  }

  // Any bytes, with a good, bad or absent signature; one attempt.
  async deliver_raw(bytes, kind) {
    const good = signature(this.#secret, bytes);
    const headers = kind === "none" ? {} : { "x-hub-signature-256": kind === "bad" ? signature("not the secret", bytes) : good };
    return this.#attempt(bytes, headers);
  }

  // The GET handshake. -> {ok, status, detail}
  async handshake() {
    if (!this.#url) return { ok: false, status: 0, detail: "no --webhook was given" };
    const challenge = String(Date.now());
    const url = new URL(this.#url);
    url.searchParams.set("hub.mode", "subscribe");
    url.searchParams.set("hub.challenge", challenge);
    url.searchParams.set("hub.verify_token", this.#verify_token);
    const { status, body, error } = await get(url, answer_within_ms);
    const ok = status === 200 && body === challenge;
    const detail = ok ? "verified" : error ?? (status === 200 ? "the body is not the challenge" : `refused with ${status}`);
    return { ok, status, detail };
  }

  reset() {
    this.#generation += 1;
  }

  get pending() {
    return this.#pending + this.#expected;
  }

  // More is to come until `told` is over: it counts as pending.
  async expect(told) {
    this.#expected += 1;
    try {
      await told;
    } finally {
      this.#expected -= 1;
    }
  }

  #in_lane(lane, work) {
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const mine = before.then(work);
    this.#lanes.set(lane, mine);
    mine.then(() => {
      if (this.#lanes.get(lane) === mine) this.#lanes.delete(lane);
    });
    return mine;
  }

  #join_batch(body, accepted) {
    return new Promise((resolve) => {
      let batch = this.#batches.get(body.object);
      if (!batch) {
        batch = { entries: [], waiting: [], accepted: [] };
        this.#batches.set(body.object, batch);
        setTimeout(() => this.#close_batch(body.object), batch_ms);
      }
      batch.entries.push(...body.entry);
      batch.waiting.push(resolve);
      batch.accepted.push(accepted);
    });
  }

  async #close_batch(object) {
    const { entries, waiting, accepted } = this.#batches.get(object);
    this.#batches.delete(object);
    const body = { object, entry: shuffled(entries) };
    const status = await this.#post(Buffer.from(meta_json(body), "ascii"), () => accepted.forEach((told) => told()));
    for (const resolve of waiting) resolve(status);
  }

  async #post(bytes, accepted) {
    const copies = this.#switches.take("webhook.duplicate") ? 2 : 1;
    const [first] = await Promise.all(Array.from({ length: copies }, () => this.#at_least_once(bytes, accepted)));
    return first;
  }

  async #at_least_once(bytes, accepted) {
    const headers = { "x-hub-signature-256": signature(this.#secret, bytes) };
    const status = await this.#attempt(bytes, headers);
    if (status === 200) accepted();
    else this.#retry(bytes, headers, accepted);
    return status;
  }

  async #retry(bytes, headers, accepted) {
    const generation = this.#generation;
    this.#pending += 1;
    for (let attempt = 0; attempt < most_attempts; attempt += 1) {
      await sleep(retry_after_ms[attempt] ?? 60_000);
      if (generation !== this.#generation) break;
      this.#counters.count("webhook retried");
      if ((await this.#attempt(bytes, headers)) === 200) {
        accepted();
        break;
      }
      if (attempt === most_attempts - 1) this.#counters.count("webhook given_up");
    }
    this.#pending -= 1;
  }

  async #attempt(bytes, headers) {
    this.#counters.count("webhook posted");
    const all = { "content-type": "application/json", "user-agent": "facebookexternalua", ...headers };
    const { status } = await post(this.#url, bytes, all, answer_within_ms);
    this.#counters.count(status === 200 ? "webhook accepted" : status === 0 ? "webhook unanswered" : `webhook answered_${status}`);
    return status;
  }
}

// The same order for the same batch, and never the order of arrival.
export function shuffled(entries) {
  const result = [...entries];
  let state = 0x9e3779b9 ^ entries.length;
  for (let i = result.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  const unchanged = result.every((entry, index) => entry === entries[index]);
  return unchanged ? result.reverse() : result;
}
