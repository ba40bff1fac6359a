// 200 customers race for 20 pieces, and each repeats the wish: 20 are sold, one order per customer,
// everybody is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo_businesses, open_world } from "./harness/world.mjs";
import { is_long, sleep } from "./harness/workspace.mjs";

const customers = is_long ? 600 : 200;
const pieces = 20;

test(`${customers} customers race for ${pieces} pieces`, { timeout: 280_000 }, async (t) => {
  const businesses = demo_businesses((business) => {
    for (const product of business.products) if (product.sku === "A6") product.stock = pieces;
    return business;
  });
  const here = await open_world(t, { name: "oversell", businesses, settings: { conversation: { gather_ms: 0, typing: false }, llm: { attempt_ms: 20_000, deadline_ms: 60_000 } } });
  const crowd = Array.from({ length: customers }, (_, i) => here.customer(["messenger", "instagram", "whatsapp"][i % 3], "ada"));
  const in_waves = async (size, work) => {
    for (let at = 0; at < crowd.length; at += size) await Promise.all(crowd.slice(at, at + size).map(work));
  };
  await in_waves(50, (who) => here.sandbox.say(who, "Hello!"));
  await in_waves(50, (who) => here.sandbox.heard(who, 1, { seconds: 60 }));

  // All at once, and again before anybody can have an answer to the first.
  const said = await Promise.all(crowd.map((who) => here.sandbox.say(who, "I want 1 Beaded purse")));
  said.push(...await Promise.all(crowd.map((who) => here.sandbox.say(who, "I want 1 Beaded purse"))));
  assert.deepEqual(said.filter(({ status }) => status !== 200), [], "a wish was not accepted at once");
  await in_waves(50, (who) => here.sandbox.heard(who, 2, { seconds: 120 }));
  await sleep(500);
  await here.settled({ seconds: 120 });

  const [[sold, orders, buyers, most]] = await here.server.sql(`
    SELECT coalesce(sum(i.quantity), 0), count(DISTINCT o.id), count(DISTINCT o.contact_id),
           coalesce(max(per.orders), 0)
      FROM orders o JOIN order_items i ON i.order_id = o.id
      JOIN (SELECT contact_id, count(*) AS orders FROM orders WHERE status <> 'cancelled' GROUP BY 1) per ON per.contact_id = o.contact_id
     WHERE i.sku = 'A6' AND o.status <> 'cancelled'`);
  const left = await here.server.number("SELECT stock FROM products WHERE sku = 'A6'");
  t.diagnostic(`sold ${sold}, left ${left}, orders ${orders}, buyers ${buyers}`);
  assert.equal(Number(sold), pieces, `${sold} pieces of ${pieces} were sold, ${left} are left`);
  assert.equal(left, 0);
  assert.equal(Number(most), 1, "a customer has several orders");
  assert.equal(orders, buyers);
  const served = new Set((await here.server.sql("SELECT DISTINCT k.scoped_id FROM orders o JOIN contacts k ON k.id = o.contact_id")).map(([id]) => id));
  const untold = [];
  for (const who of crowd.filter(({ customer }) => !served.has(customer))) {
    const texts = (await here.sandbox.replies(who, "app")).slice(1).map(({ text }) => text);
    if (!texts.some((text) => /sorry|sold out|only \d+|colleague/i.test(text))) untold.push(`${who.customer}: ${JSON.stringify(texts)}`);
  }
  assert.deepEqual(untold.slice(0, 3), [], `${untold.length} customers without a piece were not told so politely`);
  assert.equal(await here.server.number("SELECT count(*) FROM parked_events"), 0);
});
