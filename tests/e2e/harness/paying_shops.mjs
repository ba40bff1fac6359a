// Three shops, each with its account at another payment provider, and their customers from the wish to the money.

import assert from "node:assert/strict";
import { demo_businesses } from "./world.mjs";
import { until } from "./workspace.mjs";

const tills = {
  ada: { provider: "stripe", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: ["whsec_sandbox"] },
  kofi: { provider: "flutterwave", mode: "test", secret_key: "FLWSECK_TEST-sandbox-X", webhook_secrets: ["sandbox-secret-hash"] },
  esi: { provider: "paystack", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [] },
};

export function paying_shops() {
  const [ada, kofi] = demo_businesses((business) => ({ ...business, currency: "NGN", payments: [tills[business.key]] }));
  const connections = [{ channel: "messenger", external_id: "page_0003", access_token: "sandbox-token-page_0003" }];
  const esi = { ...ada, key: "esi", business: "Esi Beads", owner: { ...ada.owner, email: "esi@demo.example" }, connections, payments: [tills.esi] };
  return {
    businesses: [ada, kofi, esi],
    keys: Object.keys(tills),
    providers: Object.values(tills).map(({ provider }) => provider),
    provider_of: (key) => tills[key].provider,
    // The sandbox sends this shop's events to the server of `here`, or with `where` null nowhere.
    async events_go(here, key, where = "here") {
      const { provider } = tills[key];
      const [[connection]] = await here.server.sql(`SELECT id FROM payment_connections WHERE business_id = ${business_of(key)} AND provider = '${provider}'`);
      const url = where === null ? null : `${here.server.url}/webhooks/payments/${provider}/${connection}`;
      await here.sandbox.control("POST", "/payment_webhook", { url, provider });
    },
  };
}

// SQL that names this business.
export const business_of = (key) => `(SELECT id FROM businesses WHERE key = '${key}')`;

// The customer's newest order.
export async function order_of(here, who) {
  const [[id, status, reference, url, transaction]] = await here.server.sql(
    `SELECT id, status, payment_reference, payment_url, payment_transaction FROM orders WHERE conversation_id IN ${here.conversation_of(who)} ORDER BY number DESC LIMIT 1`);
  return { id, status, reference, url, transaction };
}

// A new customer orders and asks for the link. -> {who, …order_of}
export async function gets_a_link(here, key, { channel = "messenger", quantity = 2 } = {}) {
  const who = here.customer(channel, key);
  await here.meet(who);
  await here.sandbox.say(who, `I want ${quantity} ${here.business(key).products[0].name}`);
  await here.sandbox.heard(who, 1);
  await here.sandbox.say(who, "Checkout please");
  await here.sandbox.heard(who, 2);
  await here.settled();
  const order = await order_of(here, who);
  assert.ok(order.url, "a link was made");
  return { who, ...order };
}

export const order_becomes = (here, who, status, { seconds = 30 } = {}) => until(`the order is ${status}`, async () => (await order_of(here, who)).status === status,
  { seconds, explain: async () => `${JSON.stringify(await order_of(here, who))}\n${here.place.log_tail("server")}` });

// As if it were time to look.
export const look_now = (here, reference) => here.server.sql(`UPDATE jobs SET due_at = 0 WHERE unique_key = 'poll.${reference}' AND state = 0`);

// What the server told this customer of its own accord (origin system), oldest first.
export async function notices_to(here, who) {
  return (await here.server.sql(`SELECT body FROM messages WHERE direction = 1 AND origin = 3 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`)).flat();
}

// Once everything is at rest the customer has heard once, of its payment and of nothing else.
export async function heard_of_payment_once(here, who) {
  await here.settled();
  const told = await notices_to(here, who);
  assert.equal(told.length, 1, JSON.stringify(told));
  assert.match(told[0], /Your payment .*has arrived/);
  const seen = (await here.sandbox.replies(who, "app")).filter(({ text }) => /has arrived/.test(text));
  assert.equal(seen.length, 1, "and saw it once");
}

// All events that came are worked off.
export const events_done = (here) => until("all events are worked off", async () =>
  (await here.server.number(`SELECT count(*) FROM jobs WHERE kind = 'payment.check' AND payload::jsonb ->> 'source' = 'event'`)) === 0,
  { seconds: 60, explain: async () => `${JSON.stringify(await here.server.sql("SELECT state, attempts, error_codes, payload FROM jobs WHERE kind = 'payment.check'"))}\n${here.place.log_tail("server")}` });
