// A server, a sandbox and two shops: what nearly every test starts from.
//
//   const here = await open_world(t, { name: "duplicates" });
//   const ama = here.customer("messenger");
//   await here.sandbox.say(ama, "Hello!");
//   await here.sandbox.heard(ama, 1);

import { readFileSync } from "node:fs";
import { keep_activity } from "./api_record.mjs";
import { front_door } from "./front_door.mjs";
import { fresh_mid, post, signature } from "./meta.mjs";
import { own_cluster } from "./postgres.mjs";
import { sandbox } from "./sandbox.mjs";
import { server } from "./server.mjs";
import { free_ports, root, until, workspace } from "./workspace.mjs";

export const channels = ["messenger", "instagram", "whatsapp"];

// Of the operator; long enough to be searched for (secrets.mjs).
export const model_keys = { openai: "model-key-of-openai", anthropic: "model-key-of-anthropic", groq: "model-key-of-groq" };
export const smtp_password = "mail-password-of-the-tests";

// The shops of deploy/demo, with room in the stores; `change` may alter each before it is used.
export function demo_businesses(change = (business) => business) {
  const lines = readFileSync(`${root}/deploy/demo/business.jsonl`, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const business = JSON.parse(line.replaceAll("@DEMO_PASSWORD@", "a long demo password"));
    for (const product of business.products) product.stock = 100_000;
    return change(business);
  });
}

// options: {name, settings, businesses, cluster: true for a database.url, binary, start: false for a server that the test
// starts itself, on an empty database, door: true for an address of the webhooks that the test moves to another server}
// The world ends with the test `t` (anything that has `after`).
export async function open_world(t, { name, settings = {}, businesses = demo_businesses(), cluster = false, binary, start = true, door = false } = {}) {
  const place = new workspace(name);
  let ending;
  t.after(async () => {
    if (ending) await keep_activity(name, ending.server);
    await place.close();
  });
  const [http_port, ops_port, sandbox_port, smtp_port] = await free_ports(4);
  const front = door ? await front_door.open(t, http_port) : undefined;
  const outside = new sandbox(place, { port: sandbox_port, smtp_port, webhook: `http://127.0.0.1:${front?.port ?? http_port}/webhooks/meta`, businesses });
  await outside.ready();
  const own = cluster ? new own_cluster(place) : undefined;
  if (own) await own.create();
  const build = (ports, name) => new server(place, { ports, name, settings: sections(outside, settings), cluster: own, ...(binary ? { binary } : {}) });
  const here = new world(place, build([http_port, ops_port]), outside, own, businesses);
  here.door = front;
  here.another_server = async (name) => build(await free_ports(2), name);
  const inside = here.server;
  ending = here;
  if (!start) return here;
  await inside.start();
  await here.provision();
  return here;
}

// One world for all tests of a file: shared_world({ before, after }, {…}, (world) => { here = world; }).
export function shared_world({ before, after }, options, opened) {
  const ends = [];
  before(async () => opened(await open_world({ after: (end) => ends.push(end) }, options)));
  after(async () => { for (const end of ends) await end(); });
}

function sections({ url: outside, smtp }, over) {
  const provider = (path, api_key) => ({ base_url: `${outside}${path}`, api_key, model: "sandbox" });
  const base = {
    meta: { graph_url: `${outside}/graph`, instagram_url: `${outside}/instagram`, login_url: `${outside}/facebook`, instagram_login_url: `${outside}/instagram-login`,
      instagram_code_url: `${outside}/instagram-code`, login_config_id: "3000000000000003", whatsapp_config_id: "4000000000000004",
      instagram_app_id: "2000000000000002", instagram_app_secret: "sandbox instagram secret" },
    llm: { order: ["openai", "anthropic", "groq"], attempt_ms: 3000, deadline_ms: 9000 },
    "llm.openai": provider("/openai/v1", model_keys.openai),
    "llm.anthropic": provider("/anthropic", model_keys.anthropic),
    "llm.groq": provider("/groq/openai/v1", model_keys.groq),
    payments: { paystack_url: `${outside}/paystack`, flutterwave_url: `${outside}/flutterwave/v3`, stripe_url: `${outside}/stripe` },
    smtp: { url: smtp.replace("//", `//shop%40example.com:${smtp_password}@`), from: "Sellavie <mail@sellavie.example>" },
    outbox: { evidence_s: 5 },
    conversation: { gather_ms: 300, typing: false },
  };
  for (const [name, keys] of Object.entries(over)) base[name] = { ...base[name], ...keys };
  return base;
}

class world {
  #next_customer = 0;

  constructor(place, inside, outside, cluster, businesses) {
    this.place = place;
    this.server = inside;
    this.sandbox = outside;
    this.cluster = cluster;
    this.businesses = businesses;
  }

  async provision() {
    await this.server.provision(this.businesses);
    await this.routed();
  }

  // A running server reads the directory again within a second: wait until the accounts are known.
  routed() {
    return until("the provisioned accounts are known to the server", async () => {
      const before = await this.server.metric("sellavie_inbound_events_accepted_total");
      const { external_id: page } = this.businesses.at(-1).connections.find(({ channel }) => channel === "messenger");
      const body = JSON.stringify({ object: "page", entry: [{ id: page, time: Date.now(), messaging: [
        { sender: { id: "1" }, recipient: { id: page }, timestamp: Date.now(), read: { watermark: Date.now() } }] }] });
      if ((await post(this.server, body)) !== 200) return false;
      return (await this.server.metric("sellavie_inbound_events_accepted_total")) > before;
    }, { seconds: 20, every_ms: 200, explain: () => this.place.log_tail("server") });
  }

  business(key) {
    return this.businesses.find((one) => (one.key ?? one.business) === key);
  }

  // A customer nobody knows yet. -> {channel, account, customer}
  customer(channel = "messenger", key = this.businesses[0].key) {
    const account = this.business(key).connections.find((one) => one.channel === channel).external_id;
    const number = 1_000_000_000 + ((process.pid % 100_000) * 10_000) + ++this.#next_customer;
    return { channel, account, customer: channel === "whatsapp" ? `234${number}` : `7000${number}` };
  }

  // Makes the sandbox know the customer (an open send window) without telling the server.
  async meet(who) {
    await this.sandbox.say(who, "(said elsewhere)", { lost: true });
  }

  // Messenger, Instagram: a body of our own, to be posted as often as a test likes. -> {mid, body, post()}
  message(who, text, more = {}) {
    const mid = more.mid ?? fresh_mid();
    const at = more.at ?? Date.now();
    const item = { sender: { id: who.customer }, recipient: { id: who.account }, timestamp: at, message: { mid, text, ...more.message } };
    if (more.message?.is_echo) [item.sender, item.recipient] = [item.recipient, item.sender];
    const object = who.channel === "instagram" ? "instagram" : "page";
    const body = JSON.stringify({ object, entry: [{ id: who.account, time: at, messaging: [item] }] });
    return { mid, at, body, item, headers: { "x-hub-signature-256": signature(body) }, post: () => post(this.server, body) };
  }

  // SQL that names this customer's conversation.
  conversation_of({ customer }) {
    return `(SELECT c.id FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.scoped_id = '${customer}')`;
  }

  turns_of(who) {
    return this.server.number(`SELECT count(*) FROM turns WHERE state = 1 AND conversation_id IN ${this.conversation_of(who)}`);
  }

  messages_of(who, direction = 0) {
    return this.server.number(`SELECT count(*) FROM messages WHERE direction = ${direction} AND conversation_id IN ${this.conversation_of(who)}`);
  }

  orders_of(who) {
    return this.server.number(`SELECT count(*) FROM orders WHERE conversation_id IN ${this.conversation_of(who)}`);
  }

  async owner_of(who) {
    const rows = await this.server.sql(`SELECT owner, epoch FROM conversations WHERE id IN ${this.conversation_of(who)}`);
    return rows.length === 0 ? undefined : { person: rows[0][0] === "1", epoch: Number(rows[0][1]) };
  }

  // Nothing is open here, and the sandbox has delivered all its webhooks.
  async settled({ seconds = 40 } = {}) {
    const all_told = () => until("the sandbox has delivered its webhooks", async () => (await this.sandbox.counters()).webhooks_pending === 0, {
      seconds, every_ms: 200, explain: async () => JSON.stringify((await this.sandbox.counters()).webhooks),
    });
    await all_told();
    await this.server.settled({ seconds });
    // What the server sent last has its echo and its marks.
    await all_told();
    await this.server.settled({ seconds });
  }
}
