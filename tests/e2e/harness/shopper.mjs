// A customer who buys: says hello, orders, asks for the payment link and the invoice, pays, and says so. Waits for each
// answer, as people do, so that what must be true afterwards is known exactly.

import { sleep, until } from "./workspace.mjs";

const usual_patience_s = 90;

// What every customer of a crowd has: a product in mind, and what was said. `order` is what must be true at the end of one who
// has finished: {counts: how many orders there may be, quantity and states: of each}
export class visitor {
  // random: see random_source
  constructor(here, who, random, patience_s = usual_patience_s) {
    const { products } = here.businesses.find((one) => one.connections.some(({ external_id }) => external_id === who.account));
    this.here = here;
    this.who = who;
    this.patience_s = patience_s;
    this.product = products[random.below(Math.min(2, products.length))];
    this.quantity = 1 + random.below(3);
    this.mids = [];
    this.accepted = 0;
    this.finished = false;
    this.leaves = false;
  }

  async say(text) {
    const { mid, status } = await this.here.sandbox.say(this.who, text);
    this.mids.push(mid);
    if (status === 200) this.accepted += 1;
  }

  async answers() {
    return (await this.here.sandbox.replies(this.who, "app")).length;
  }

  // -> the new answers
  async exchange(text) {
    const before = await this.answers();
    await this.say(text);
    const all = await this.here.sandbox.heard(this.who, before + 1, { seconds: this.patience_s, given_up: () => this.leaves });
    // The answer's other parts, and what a repeated send may bring.
    await sleep(30);
    return all.slice(before);
  }

  // Waits until `state` of this chat, asked of the database, is as wanted.
  until_stored(what, wanted, sql) {
    return until(`${what} (${this})`, async () => {
      const [found] = await this.here.server.sql(sql);
      return found.map(Number).join() === wanted.join();
    }, { seconds: this.patience_s, every_ms: 300, given_up: () => this.leaves });
  }

  // Everything that was said belongs to a completed turn, and nothing waits to be sent to this customer.
  until_at_rest(more = "") {
    const mids = this.mids.map((mid) => `'${mid}'`).join();
    return this.until_stored("everything is answered", [this.mids.length, 0, ...(more ? [1] : [])], `
      SELECT (SELECT count(*) FROM messages m JOIN turns t ON t.conversation_id = m.conversation_id AND t.turn_id = m.turn_id
               WHERE m.direction = 0 AND t.state = 1 AND m.external_id IN (${mids})),
             (SELECT count(*) FROM outbox WHERE recipient = '${this.who.customer}')${more}`);
  }

  toString() {
    return `${this.constructor.name} on ${this.who.channel}, customer ${this.who.customer}`;
  }
}

export class shopper extends visitor {
  constructor(...given) {
    const [, , random] = given;
    super(...given);
    this.pays = random.next() < 0.5;
    this.wants_invoice = true;
  }

  get order() {
    return { counts: [1], quantity: this.quantity, states: this.pays ? /^(paid|fulfilled)$/ : /^awaiting_payment$/ };
  }

  async shop() {
    await this.exchange("Hello!");
    await this.exchange(`I want ${this.quantity} ${this.product.name}`);
    const answers = await this.exchange("Checkout please");
    const link = answers.flatMap(urls_of).find((url) => url.includes("/pay/"));
    if (!link) throw new Error(`no payment link in ${JSON.stringify(answers.map(({ text }) => text))}`);
    await this.exchange("Please send me the invoice");
    if (this.pays) {
      await fetch(link, { method: "POST", body: "outcome=success", headers: { "content-type": "application/x-www-form-urlencoded" }, redirect: "manual" });
      await this.exchange("I have paid");
    }
    this.finished = true;
  }
}

// Asks in three quick messages, orders, takes more of it, and cancels.
export class waverer extends visitor {
  get order() {
    return { counts: [1], quantity: this.quantity, states: /^cancelled$/ };
  }

  async shop() {
    for (const text of ["Hello!", "Do you have", `${this.product.name}?`]) await this.say(text);
    await this.until_at_rest();
    await this.#settled(`I want ${this.quantity} ${this.product.name}`);
    this.quantity += 2;
    await this.#settled(`Please change it to ${this.quantity} ${this.product.name}`);
    await this.#settled("Please cancel my order");
    this.finished = true;
  }

  // The three may have been answered one by one: the answer to this one is there when nothing is open any more.
  async #settled(text) {
    const before = await this.answers();
    await this.say(text);
    await this.until_at_rest();
    if ((await this.answers()) === before) throw new Error(`no answer to "${text}"`);
  }
}

// Orders, and a person takes the chat over on the phone before the answer can be there. From then on the AI is silent.
export class regular extends visitor {
  get order() {
    return { counts: [0, 1], quantity: this.quantity, states: /^(none|draft|awaiting_payment)$/ };
  }

  async shop() {
    await this.exchange("Hello!");
    await this.say(`I want ${this.quantity} ${this.product.name}`);
    this.taken_over_by = (await this.here.sandbox.echo(this.who, "Good to hear from you! I will see to it myself.")).mid;
    await this.until_at_rest(`, (SELECT owner FROM conversations WHERE id IN ${this.here.conversation_of(this.who)})`);
    this.answers_before = await this.answers();
    await this.say("How much is it?");
    await this.say("Hello? Anybody?");
    await this.until_at_rest();
    this.finished = true;
  }
}

function urls_of(message) {
  const texts = [message.text, ...(message.buttons ?? []).map(({ url }) => url ?? "")].join("\n");
  return texts.match(/https?:\/\/[^\s<>"']+/g) ?? [];
}

// Keeps `count` shoppers busy on all accounts until told to stop, and one visitor at a time of each class in `others`.
export class crowd {
  #stopped = false;
  #busy = [];

  constructor(here, { count, others = [], random, patience_s }) {
    this.shoppers = [];
    this.failures = [];
    const accounts = here.businesses.flatMap(({ key }) => ["messenger", "instagram", "whatsapp"].map((channel) => [channel, key]));
    const visitors = [...Array.from({ length: count }, () => shopper), ...others];
    // The others meet another channel each time.
    visitors.forEach((kind, i) => this.#busy.push(this.#come_and_go(here, kind, (visit) => accounts[(i + (i < count ? 0 : visit)) % accounts.length], random, patience_s)));
  }

  async #come_and_go(here, kind, account_of, random, patience_s) {
    for (let visit = 0; !this.#stopped; visit += 1) {
      const [channel, key] = account_of(visit);
      const one = new kind(here, here.customer(channel, key), random, patience_s);
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
    return this.done_of(shopper);
  }

  done_of(kind) {
    return this.shoppers.filter((one) => one instanceof kind && one.finished).length;
  }

  // No new customers; those who are shopping finish.
  async close() {
    this.#stopped = true;
    await Promise.all(this.#busy);
  }
}
