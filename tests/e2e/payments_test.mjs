// Payments of all three providers, from the link in the chat to the money, whoever brings the news: the provider's event, a poll, the
// customer who comes back from the pay page. And how money goes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { paying_shops } from "./harness/paying_shops.mjs";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

const shops = paying_shops();
let here;
shared_world({ before, after }, { name: "payments", businesses: shops.businesses }, (world) => { here = world; });

const of_business = (key) => `(SELECT id FROM businesses WHERE key = '${key}')`;
const order_of = async (who) => {
  const [[id, status, reference, url, transaction]] = await here.server.sql(`SELECT id, status, payment_reference, payment_url, payment_transaction FROM orders WHERE conversation_id IN ${here.conversation_of(who)} ORDER BY number DESC LIMIT 1`);
  return { id, status, reference, url, transaction };
};

async function gets_a_link(key, channel = "messenger") {
  const who = here.customer(channel, key);
  await here.meet(who);
  const { products: [product] } = here.business(key);
  await here.sandbox.say(who, `I want 2 ${product.name}`);
  await here.sandbox.heard(who, 1);
  await here.sandbox.say(who, "Checkout please");
  await here.sandbox.heard(who, 2);
  await here.settled();
  const order = await order_of(who);
  assert.ok(order.url, "a link was made");
  return { who, ...order };
}

const becomes = (who, status, seconds = 30) => until(`the order is ${status}`, async () => (await order_of(who)).status === status,
  { seconds, explain: async () => `${JSON.stringify(await order_of(who))}\n${here.place.log_tail("server")}` });

for (const key of shops.keys) {
  const provider = shops.provider_of(key);
  test(`${provider}: an event brings the news, the customer hears of it once, and events that come again change nothing`, async () => {
    await shops.events_go(here, key);
    await here.sandbox.set({ [`${provider}.duplicate_events`]: 2 });
    const { who, reference } = await gets_a_link(key);
    await here.sandbox.pay(reference, { provider });
    await becomes(who, "paid");
    const replies = await here.sandbox.heard(who, 3);
    assert.match(replies.at(-1).text, /has arrived/);
    await here.sandbox.control("POST", "/payment_events", { reference });
    await here.settled();
    await until("all events are worked off", async () => (await here.server.number("SELECT count(*) FROM jobs WHERE kind = 'payment.check' AND payload LIKE '%\"event\"%'")) === 0, { seconds: 30 });
    assert.equal((await here.sandbox.replies(who, "app")).length, 3);
    const [[received, place, from]] = await here.server.sql(`SELECT received_minor, place, provider FROM payment_records WHERE reference = '${reference}'`);
    const [[total]] = await here.server.sql(`SELECT total_minor FROM orders WHERE payment_reference = '${reference}'`);
    assert.deepEqual([received, place, from], [total, "on_order", provider]);
    const timeline = (await here.server.sql(`SELECT what || ' by ' || actor FROM order_timeline t JOIN orders o ON o.id = t.order_id WHERE o.payment_reference = '${reference}'`)).flat();
    assert.ok(timeline.includes(`paid by provider:${provider}`), timeline.join("\n"));
    await shops.events_go(here, key, null);
  });

  test(`${provider}: an event that never comes is made up for by a poll`, async () => {
    const { who, reference } = await gets_a_link(key);
    await here.sandbox.pay(reference, { provider });
    const [[due, made]] = await here.server.sql(`SELECT due_at, created_at FROM jobs WHERE unique_key = 'poll.${reference}'`);
    assert.equal(due - made, 60_000, "the first look is a minute later");
    await here.server.sql(`UPDATE jobs SET due_at = 0 WHERE unique_key = 'poll.${reference}'`);
    await becomes(who, "paid");
    await until("nobody looks any more", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE unique_key = 'poll.${reference}'`)) === 0);
  });

  test(`${provider}: the customer who comes back has the payment looked at, and the page says what was found`, async () => {
    const { who, reference } = await gets_a_link(key);
    const page = async (changes = {}) => {
      const asked = new URLSearchParams({ shop: (await here.server.sql(`SELECT ${of_business(key)}`))[0][0], payment: reference, ...changes });
      const answer = await fetch(`${here.server.url}/pay/return?${asked}`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/);
      return answer.text();
    };
    assert.match(await page(), /We are checking your payment/);
    assert.equal((await order_of(who)).status, "awaiting_payment");
    assert.match(await page({ payment: reference.replace(/.-1$/, "0-1") }), /Nothing is known/);
    assert.match(await page({ shop: (await here.server.sql(`SELECT ${of_business(key === "ada" ? "kofi" : "ada")}`))[0][0] }), /Nothing is known/, "of another shop");
    await here.sandbox.pay(reference, { provider });
    assert.match(await page(), /Payment received/);
    assert.equal((await order_of(who)).status, "paid");
  });
}
