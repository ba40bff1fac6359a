// Five hundred orders are paid at three providers, rightly, wrongly, twice and late; their events come doubled and out of order; the
// server is killed ten times meanwhile. Then the books balance to the last minor unit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { paying_shops } from "./harness/paying_shops.mjs";
import { open_world } from "./harness/world.mjs";
import { random_source, sleep, until } from "./harness/workspace.mjs";

const orders = 500;
const least_deliveries = 2000;
const kills = 10;

test(`${orders} orders, at least ${least_deliveries} deliveries of their events, ${kills} kills: the books balance`, { timeout: 600_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const shops = paying_shops();
  const here = await open_world(t, { name: "money_storm", businesses: shops.businesses, settings: { conversation: { gather_ms: 0, typing: false }, llm: { attempt_ms: 20_000, deadline_ms: 60_000 } } });
  const crowd = Array.from({ length: orders }, (_, i) => ({ key: shops.keys[i % shops.keys.length], who: here.customer("messenger", shops.keys[i % shops.keys.length]) }));
  const in_waves = async (size, work) => {
    for (let at = 0; at < crowd.length; at += size) await Promise.all(crowd.slice(at, at + size).map(work));
  };
  await in_waves(50, async ({ key, who }) => {
    await here.meet(who);
    await here.sandbox.say(who, `I want 1 ${here.business(key).products[0].name}`);
    await here.sandbox.heard(who, 1, { seconds: 120 });
    await here.sandbox.say(who, "Checkout please");
    await here.sandbox.heard(who, 2, { seconds: 120 });
  });
  await here.settled({ seconds: 120 });
  const links = new Map((await here.server.sql(`
    SELECT k.scoped_id, o.id, o.payment_reference, o.total_minor FROM orders o JOIN contacts k ON k.id = o.contact_id WHERE o.payment_url <> ''`))
    .map(([customer, id, reference, total]) => [customer, { id, reference, total: Number(total) }]));
  assert.equal(links.size, orders, "each customer has a link");

  for (const key of shops.keys) await shops.events_go(here, key);
  const faults = Object.fromEntries(shops.providers.flatMap((provider) => [[`${provider}.duplicate_events`, true], [`${provider}.shuffle_events`, true]]));
  await here.sandbox.set(faults);
  let came = 0;
  const pay_all = async () => {
    for (const { key, who } of crowd) {
      const { reference, total } = links.get(who.customer);
      const provider = shops.provider_of(key);
      const fate = random.next();
      const amount = fate < 0.1 && provider === "paystack" ? total - 100 : total;
      if (fate > 0.95) continue;  // never pays
      await here.sandbox.pay(reference, { provider, amount });
      came += amount;
    }
  };
  const kill_often = async () => {
    for (let i = 0; i < kills; i += 1) {
      await sleep(300 + random.below(900));
      await here.server.kill();
      await here.server.start();
    }
  };
  await Promise.all([pay_all(), kill_often()]);
  const deliveries = async () => Object.values((await here.sandbox.counters()).payments).reduce((sum, count) => sum + count, 0);
  const open_events = `SELECT count(*) FROM jobs WHERE kind = 'payment.check' AND payload LIKE '%"source": "event"%' OR payload LIKE '%"source":"event"%'`;
  // An event that was given up is made up for by the poll.
  await here.server.sql("UPDATE jobs SET due_at = 0 WHERE kind = 'payment.check' AND state = 0");
  await until("all money is written down and nothing waits", async () =>
    (await here.server.number("SELECT coalesce(sum(received_minor), 0) FROM payment_records")) === came && (await here.server.number(open_events)) === 0,
    { seconds: 180, explain: async () => `${await here.server.number("SELECT coalesce(sum(received_minor), 0) FROM payment_records")} of ${came}, ${await here.server.number(open_events)} open\n${here.place.log_tail("server")}` });

  assert.ok((await deliveries()) >= least_deliveries, `only ${await deliveries()} events were delivered`);
  const [[on_orders, in_review, settled, reviews]] = await here.server.sql(`
    SELECT (SELECT coalesce(sum(received_minor - refunded_minor), 0) FROM orders WHERE status = 'paid'),
           (SELECT coalesce(sum(received_minor - returned_minor), 0) FROM payment_records WHERE place = 'in_review'),
           (SELECT count(*) FROM orders WHERE status = 'paid'), (SELECT count(*) FROM payment_reviews WHERE state = 'open')`);
  t.diagnostic(`${came} came: ${on_orders} on ${settled} orders, ${in_review} under ${reviews} reviews`);
  assert.equal(Number(on_orders) + Number(in_review), came, "the books balance");
  assert.equal(await here.server.number("SELECT count(*) FROM payment_records") , Number(settled) + Number(reviews), "no money stands in two places");
  assert.equal(await here.server.number("SELECT count(*) FROM orders o WHERE status = 'paid' AND received_minor <> total_minor"), 0);
  assert.equal(await here.server.number("SELECT count(*) FROM dead_jobs"), 0);
  const told = await here.server.sql("SELECT conversation_id, count(*) FROM messages WHERE direction = 1 AND origin = 2 GROUP BY 1 HAVING count(*) > 1");
  assert.deepEqual(told, [], "customers who heard of their payment more than once");
});
