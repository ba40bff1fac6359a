// Payments of all three providers, from the link in the chat to the money, whoever brings the news: the provider's event, a poll, the
// customer who comes back from the pay page. And how money goes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { business_of, events_done, gets_a_link, heard_of_payment_once, look_now, order_becomes, order_of, paying_shops } from "./harness/paying_shops.mjs";
import { all_of, signed_in_owner } from "./harness/team.mjs";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

const shops = paying_shops();
let here;
shared_world({ before, after }, { name: "payments", businesses: shops.businesses }, (world) => { here = world; });

const at_provider = async (reference) => (await here.sandbox.payments()).transactions.find((one) => one.reference === reference);

// A person of the shop cancels the order, as it stands now.
async function cancelled(key, { id }) {
  const { client, shop } = await signed_in_owner(here, shops.keys.indexOf(key));
  const { version } = (await client.get(`${shop}/orders/${id}`)).body;
  return client.post(`${shop}/orders/${id}/cancel`, { reason: "out of stock" }, if_match(version));
}

for (const key of shops.keys) {
  const provider = shops.provider_of(key);
  test(`${provider}: an event brings the news, the customer hears of it once, and events that come again change nothing`, async () => {
    await shops.events_go(here, key);
    await here.sandbox.set({ [`${provider}.duplicate_events`]: 2 });
    const { who, reference } = await gets_a_link(here, key);
    await here.sandbox.pay(reference, { provider });
    await order_becomes(here, who, "paid");
    await here.sandbox.heard(who, 3);
    await here.sandbox.control("POST", "/payment_events", { reference });
    await events_done(here);
    await heard_of_payment_once(here, who);
    const [[received, place, from]] = await here.server.sql(`SELECT received_minor, place, provider FROM payment_records WHERE reference = '${reference}'`);
    const [[total]] = await here.server.sql(`SELECT total_minor FROM orders WHERE payment_reference = '${reference}'`);
    assert.deepEqual([received, place, from], [total, "on_order", provider]);
    const timeline = (await here.server.sql(`SELECT what || ' by ' || actor FROM order_timeline t JOIN orders o ON o.id = t.order_id WHERE o.payment_reference = '${reference}'`)).flat();
    assert.ok(timeline.includes(`paid by provider:${provider}`), timeline.join("\n"));
    await shops.events_go(here, key, null);
  });

  test(`${provider}: an event that never comes is made up for by a poll`, async () => {
    const { who, reference } = await gets_a_link(here, key);
    await here.sandbox.pay(reference, { provider });
    const [[due, made]] = await here.server.sql(`SELECT due_at, created_at FROM jobs WHERE unique_key = 'poll.${reference}'`);
    assert.equal(due - made, 60_000, "the first look is a minute later");
    await look_now(here, reference);
    await order_becomes(here, who, "paid");
    await until("nobody looks any more", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE unique_key = 'poll.${reference}'`)) === 0);
    await heard_of_payment_once(here, who);
  });

  test(`${provider}: after the first look in vain comes one three minutes after the link was made`, async () => {
    const { who, reference } = await gets_a_link(here, key);
    const poll = `unique_key = 'poll.${reference}'`;
    await here.server.sql(`UPDATE jobs SET created_at = created_at - 61000, due_at = 0 WHERE ${poll}`);  // as if a minute had passed
    await until("it was looked at", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE ${poll} AND state = 0 AND due_at > 0`)) === 1,
      { explain: async () => `${JSON.stringify(await here.server.sql(`SELECT state, due_at - created_at, error_codes FROM jobs WHERE ${poll}`))}\n${here.place.log_tail("server")}` });
    assert.equal(await here.server.number(`SELECT due_at - created_at FROM jobs WHERE ${poll}`), 180_000);
    assert.equal((await order_of(here, who)).status, "awaiting_payment");
  });

  test(`${provider}: a person's cancel that finds the order paid leaves it paid, and the customer hears of it once`, async () => {
    const order = await gets_a_link(here, key);
    await here.sandbox.pay(order.reference, { provider });
    const { status, text } = await cancelled(key, order);
    assert.equal(status, 409, text);
    assert.equal((await order_of(here, order.who)).status, "paid");
    await heard_of_payment_once(here, order.who);
    await look_now(here, order.reference);
    await until("nobody looks any more", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE unique_key = 'poll.${order.reference}'`)) === 0);
    await heard_of_payment_once(here, order.who);
  });

  test(`${provider}: the customer who comes back has the payment looked at, and the page says what was found`, async () => {
    const { who, reference } = await gets_a_link(here, key);
    const page = async (changes = {}) => {
      const asked = new URLSearchParams({ shop: (await here.server.sql(`SELECT ${business_of(key)}`))[0][0], payment: reference, ...changes });
      const answer = await fetch(`${here.server.url}/pay/return?${asked}`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/);
      return answer.text();
    };
    assert.match(await page(), /We are checking your payment/);
    assert.equal((await order_of(here, who)).status, "awaiting_payment");
    assert.match(await page({ payment: reference.replace(/.-1$/, (end) => (end === "0-1" ? "1-1" : "0-1")) }), /Nothing is known/);
    assert.match(await page({ shop: (await here.server.sql(`SELECT ${business_of(key === "ada" ? "kofi" : "ada")}`))[0][0] }), /Nothing is known/, "of another shop");
    await here.sandbox.pay(reference, { provider });
    assert.match(await page(), /Payment received/);
    assert.equal((await order_of(here, who)).status, "paid");
  });
}

// One shop, five orders: each is paid, and each time something else made the server ask.
test("the timeline of an order says why the provider was asked: its event, a poll, the customer's return, the customer's words, a person's cancel", async () => {
  const key = "ada";
  const provider = shops.provider_of(key);
  const { client, shop } = await signed_in_owner(here, shops.keys.indexOf(key));
  const noticed = async ({ id }) => (await all_of(client, `${shop}/orders/${id}/timeline`)).items.map(({ kind, actor, noticed_by }) => [kind, actor, noticed_by]);
  const pays = async (before_it = () => {}) => {
    const order = await gets_a_link(here, key);
    await before_it();
    await here.sandbox.pay(order.reference, { provider });
    return order;
  };
  const by = {
    event: async () => {
      const order = await pays(() => shops.events_go(here, key));
      await order_becomes(here, order.who, "paid");
      await shops.events_go(here, key, null);
      return order;
    },
    poll: async () => {
      const order = await pays();
      await look_now(here, order.reference);
      return order;
    },
    return: async () => {
      const order = await pays();
      const [[business]] = await here.server.sql(`SELECT ${business_of(key)}`);
      assert.match(await (await fetch(`${here.server.url}/pay/return?${new URLSearchParams({ shop: business, payment: order.reference })}`)).text(), /Payment received/);
      return order;
    },
    chat: async () => {
      const order = await pays();
      await here.sandbox.say(order.who, "I have paid");
      return order;
    },
    person: async () => {
      const order = await pays();
      assert.equal((await cancelled(key, order)).status, 409);
      return order;
    },
  };
  for (const [hint, happens] of Object.entries(by)) {
    const order = await happens();
    await order_becomes(here, order.who, "paid");
    await here.settled();
    const facts = await noticed(order);
    assert.deepEqual(facts.filter(([kind]) => kind === "paid").map(([, , noticed_by]) => noticed_by), [hint], JSON.stringify(facts));
    assert.ok(facts.every(([kind, , noticed_by]) => noticed_by === null || kind === "paid"), `nothing else was asked about: ${JSON.stringify(facts)}`);
  }
});

test("what stood in a timeline before this was kept has no word on it", async () => {
  const order = await gets_a_link(here, "ada");
  await here.server.sql(`INSERT INTO order_timeline (business_id, order_id, what, actor, at) VALUES (${business_of("ada")}, '${order.id}', 'payment_pending', 'provider:stripe', 1)`);
  const { client, shop } = await signed_in_owner(here, shops.keys.indexOf("ada"));
  const old = (await all_of(client, `${shop}/orders/${order.id}/timeline`)).items.find(({ kind }) => kind === "payment_pending");
  assert.deepEqual([old.actor, old.noticed_by], ["provider", null]);
});

test("stripe: the link of a cancelled order is ended there, and nobody can pay by it", async () => {
  const order = await gets_a_link(here, "ada");
  assert.equal((await at_provider(order.reference)).state, "open");
  const { status, text } = await cancelled("ada", order);
  assert.equal(status, 200, text);
  await until("the session is expired", async () => (await at_provider(order.reference)).state === "expired", { seconds: 30, explain: () => here.place.log_tail("server") });
  assert.equal((await here.sandbox.pay(order.reference, { provider: "stripe" })).state, "expired");
  assert.equal(await here.server.number(`SELECT count(*) FROM payment_records WHERE reference = '${order.reference}'`), 0);
});

test("stripe: a link that could not be ended at once is ended when the provider answers again", async () => {
  const order = await gets_a_link(here, "ada");
  await here.sandbox.set({ "stripe.error": { status: 503, path: "/expire" } });
  assert.equal((await cancelled("ada", order)).status, 200);
  const ending = `kind = 'payment.end_link' AND unique_key = '${order.reference}'`;
  await until("it was tried in vain", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE ${ending} AND cardinality(error_codes) > 0`)) === 1, { explain: () => here.place.log_tail("server") });
  assert.equal((await at_provider(order.reference)).state, "open");
  await here.sandbox.set({ "stripe.error": false });
  await here.server.sql(`UPDATE jobs SET due_at = 0 WHERE ${ending} AND state = 0`);
  await until("the session is expired", async () => (await at_provider(order.reference)).state === "expired", { seconds: 30, explain: () => here.place.log_tail("server") });
});

// Flutterwave knows each attempt under a reference by an id of its own.
test("flutterwave: the first attempt is declined, the second pays; what is told late of the first undoes nothing", async () => {
  await shops.events_go(here, "kofi");
  await here.sandbox.set({ "flutterwave.late_events": { times: 1, ms: 2500 } });
  const { who, reference } = await gets_a_link(here, "kofi");
  const told = async () => (await here.sandbox.payments()).events.filter((one) => one.reference === reference && one.deliveries.some(({ status }) => status === 200)).map(({ number }) => number);
  await here.sandbox.pay(reference, { provider: "flutterwave", outcome: "failed" });
  await here.sandbox.pay(reference, { provider: "flutterwave" });
  await order_becomes(here, who, "paid");
  const [first] = await told();
  await until("the first attempt's event came after the second's", async () => (await told()).some((number) => number < first), { seconds: 20 });
  await events_done(here);
  const rows = await here.server.sql(`SELECT e.transaction, e.transaction = r.transaction FROM payment_events e JOIN payment_records r USING (reference) WHERE reference = '${reference}' ORDER BY e.received_at`);
  assert.deepEqual(rows.map(([, is_of_the_money]) => is_of_the_money), ["t", "f"], "each told of its own attempt; the second's is the money");
  const [[received, total]] = await here.server.sql(`SELECT received_minor, total_minor FROM orders WHERE payment_reference = '${reference}'`);
  assert.equal(received, total);
  assert.equal((await order_of(here, who)).status, "paid");
  assert.equal(await here.server.number(`SELECT count(*) FROM payment_reviews WHERE reference = '${reference}'`), 0);
  await heard_of_payment_once(here, who);
  await shops.events_go(here, "kofi", null);
});

test("flutterwave: an attempt that was declined leaves the order waiting, and the event of the second one settles it", async () => {
  await shops.events_go(here, "kofi");
  const { who, reference } = await gets_a_link(here, "kofi");
  const events = `SELECT count(*) FROM payment_events WHERE reference = '${reference}'`;
  await here.sandbox.pay(reference, { provider: "flutterwave", outcome: "failed" });
  await until("the first attempt was told", async () => (await here.server.number(events)) === 1);
  await events_done(here);
  assert.equal((await order_of(here, who)).status, "awaiting_payment");
  await here.sandbox.pay(reference, { provider: "flutterwave" });
  await order_becomes(here, who, "paid");
  await heard_of_payment_once(here, who);
  await shops.events_go(here, "kofi", null);
});
