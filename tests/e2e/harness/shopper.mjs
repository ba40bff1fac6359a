// A customer who buys: says hello, orders, asks for the payment link and the invoice, pays, and says so. Waits for each
// answer, as people do, so that what must be true afterwards is known exactly.

import { sleep } from "./workspace.mjs";

const usual_patience_s = 90;

export class shopper {
  // random: see random_source
  constructor(here, who, random, patience_s = usual_patience_s) {
    const { products } = here.businesses.find((one) => one.connections.some(({ external_id }) => external_id === who.account));
    this.here = here;
    this.who = who;
    this.patience_s = patience_s;
    this.product = products[random.below(Math.min(2, products.length))];
    this.quantity = 1 + random.below(3);
    this.pays = random.next() < 0.5;
    this.mids = [];
    this.accepted = 0;
    this.finished = false;
    this.leaves = false;
  }

  async shop() {
    await this.#exchange("Hello!");
    await this.#exchange(`I want ${this.quantity} ${this.product.name}`);
    const answers = await this.#exchange("Checkout please");
    const link = answers.flatMap(urls_of).find((url) => url.includes("/pay/"));
    if (!link) throw new Error(`no payment link in ${JSON.stringify(answers.map(({ text }) => text))}`);
    await this.#exchange("Please send me the invoice");
    if (this.pays) {
      await fetch(link, { method: "POST", body: "outcome=success", headers: { "content-type": "application/x-www-form-urlencoded" }, redirect: "manual" });
      await this.#exchange("I have paid");
    }
    this.finished = true;
  }

  // -> the new answers
  async #exchange(text) {
    const before = (await this.here.sandbox.replies(this.who, "app")).length;
    const { mid, status } = await this.here.sandbox.say(this.who, text);
    this.mids.push(mid);
    if (status === 200) this.accepted += 1;
    const all = await this.here.sandbox.heard(this.who, before + 1, { seconds: this.patience_s, given_up: () => this.leaves });
    // The answer's other parts, and what a repeated send may bring.
    await sleep(30);
    return all.slice(before);
  }

  toString() {
    return `${this.who.channel} customer ${this.who.customer}`;
  }
}

function urls_of(message) {
  const texts = [message.text, ...(message.buttons ?? []).map(({ url }) => url ?? "")].join("\n");
  return texts.match(/https?:\/\/[^\s<>"']+/g) ?? [];
}

// Keeps `count` shoppers busy on all accounts until told to stop.
export class crowd {
  #stopped = false;
  #busy = [];

  constructor(here, { count, random, patience_s }) {
    this.shoppers = [];
    this.failures = [];
    const accounts = here.businesses.flatMap(({ key }) => ["messenger", "instagram", "whatsapp"].map((channel) => [channel, key]));
    for (let i = 0; i < count; i += 1) this.#busy.push(this.#come_and_go(here, accounts[i % accounts.length], random, patience_s));
  }

  async #come_and_go(here, [channel, key], random, patience_s) {
    while (!this.#stopped) {
      const one = new shopper(here, here.customer(channel, key), random, patience_s);
      this.shoppers.push(one);
      try {
        await one.shop();
      } catch (error) {
        this.failures.push(`${one}: ${error.message}`);
        if (this.failures.length > 20) this.#stopped = true;
      }
    }
  }

  // Everybody leaves at once: for a test that has failed.
  async abort() {
    this.#stopped = true;
    for (const one of this.shoppers) one.leaves = true;
    await Promise.all(this.#busy);
  }

  get done() {
    return this.shoppers.filter(({ finished }) => finished).length;
  }

  // No new customers; those who are shopping finish.
  async close() {
    this.#stopped = true;
    await Promise.all(this.#busy);
  }
}
