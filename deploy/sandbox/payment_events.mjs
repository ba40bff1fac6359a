// Tells the server what happened to a payment: signs, posts until it is taken, and keeps what was sent and answered. In order
// per payment while all goes well; by switch twice, late, out of order or never.

import { refusal, sleep } from "./http.mjs";
import { shuffled } from "./meta_webhooks.mjs";
import { post } from "./post.mjs";

// The real ones wait minutes to hours.
const manners = {
  paystack: { within_ms: 30_000, again_after_ms: [1000, 3000, 10_000, 30_000, 60_000], takes: (status) => status === 200 },
  flutterwave: { within_ms: 60_000, again_after_ms: [2000, 10_000, 30_000], takes: (status) => status === 200 },
  stripe: { within_ms: 20_000, again_after_ms: [1000, 3000, 10_000, 30_000, 60_000], takes: (status) => status >= 200 && status < 300 },
};
const most_events = 5000;
const shuffle_ms = 250;

export class payment_events {
  #merchants;
  #switches;
  #counters;
  #stream;
  #clock;
  #all = [];
  #lanes = new Map();    // payment -> the end of its newest delivery's first attempt
  #shuffling = [];
  #next_number = 1;
  #generation = 0;

  constructor({ merchants, switches, counters, stream, clock }) {
    this.#merchants = merchants;
    this.#switches = switches;
    this.#counters = counters;
    this.#stream = stream;
    this.#clock = clock;
  }

  // name: the event's; body: an object, frozen here; sign(bytes) -> headers, asked before each attempt.
  tell(payment, name, body, sign) {
    const { provider, mode } = payment.merchant;
    const event = {
      number: this.#next_number++,
      payment,
      provider,
      mode,
      event: name,
      reference: payment.reference,
      at: this.#clock(),
      bytes: Buffer.from(JSON.stringify(body)),
      sign,
      status: "recorded",
      deliveries: [],
    };
    this.#all.push(event);
    if (this.#all.length > most_events) this.#all.shift();
    if (!this.#merchants.address_of(payment.merchant)) return;
    if (this.#switches.take(`${provider}.lose_events`)) {
      event.status = "lost";
      return;
    }
    event.status = "sending";
    const copies = this.#switches.take(`${provider}.duplicate_events`) ? 2 : 1;
    const late = this.#switches.take(`${provider}.late_events`);
    if (late) return void this.#after(late.ms ?? 3000, () => this.#post_copies(event, copies));
    if (this.#switches.take(`${provider}.shuffle_events`)) return this.#join_shuffle(event, copies);
    this.#in_lane(payment, () => this.#post_copies(event, copies));
  }

  // Once more (or twice at once), whatever became of it. -> how often it was posted
  async resend(number, copies = 1) {
    const event = this.#all.find((one) => one.number === Number(number));
    if (!event) throw new refusal(404, "unknown event");
    if (!this.#merchants.address_of(event.payment.merchant)) throw new refusal(409, "no address is set for its events");
    await Promise.all(Array.from({ length: copies }, () => this.#attempt(event)));
    return copies;
  }

  // All events of one payment once more, out of order. -> how many
  async shuffle(payment) {
    const events = shuffled(this.#all.filter((one) => one.payment === payment));
    if (!this.#merchants.address_of(payment.merchant)) throw new refusal(409, "no address is set for its events");
    for (const event of events) await this.#attempt(event);
    return events.length;
  }

  // Newest last.
  all() {
    return this.#all;
  }

  reset() {
    this.#generation += 1;
    this.#all = [];
    this.#shuffling = [];
    this.#lanes.clear();
  }

  #in_lane(payment, work) {
    const generation = this.#generation;
    const mine = (this.#lanes.get(payment) ?? Promise.resolve()).then(() => (generation === this.#generation ? work() : undefined));
    this.#lanes.set(payment, mine);
    mine.then(() => {
      if (this.#lanes.get(payment) === mine) this.#lanes.delete(payment);
    });
  }

  #join_shuffle(event, copies) {
    if (this.#shuffling.length === 0) this.#after(shuffle_ms, () => this.#close_shuffle());
    this.#shuffling.push(...Array.from({ length: copies }, () => event));
  }

  async #close_shuffle() {
    const events = this.#shuffling;
    this.#shuffling = [];
    for (const event of shuffled(events)) await this.#post_copies(event, 1);
  }

  // Ends with the first attempts; those to come go on by themselves.
  #post_copies(event, copies) {
    return Promise.all(Array.from({ length: copies }, () => this.#until_taken(event)));
  }

  async #until_taken(event) {
    if (!(await this.#attempt(event))) void this.#again(event);
  }

  async #again(event) {
    const generation = this.#generation;
    for (const ms of manners[event.provider].again_after_ms) {
      await sleep(ms);
      if (generation !== this.#generation || (await this.#attempt(event))) return;
    }
    event.status = `given up: ${event.status}`;
  }

  // -> whether it was taken
  async #attempt(event) {
    const url = this.#merchants.address_of(event.payment.merchant);
    if (!url) return true;
    const { within_ms, takes } = manners[event.provider];
    const { status, body = "", error } = await post(url, event.bytes, { "content-type": "application/json", ...event.sign(event.bytes) }, within_ms);
    this.#counters.count("payment event_posted");
    if (takes(status)) this.#counters.count("payment event_taken");
    event.status = `answered ${status}`;
    event.deliveries.push({ at: this.#clock(), url, status, answer: error ?? body.slice(0, 200) });
    if (event.deliveries.length > 50) event.deliveries.shift();
    this.#stream.publish({ type: "payment_event", event: event.event, reference: event.reference, status });
    return takes(status);
  }

  #after(ms, act) {
    const generation = this.#generation;
    setTimeout(() => {
      if (generation === this.#generation) void act();
    }, ms).unref();
  }
}
