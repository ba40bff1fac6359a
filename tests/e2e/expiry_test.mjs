// Reservations end: unpaid pieces go back on the shelf, and nobody who has paid loses an order to the clock.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { heard_of_payment_once, notices_to } from "./harness/paying_shops.mjs";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "expiry" }, (world) => { here = world; });

const order_of = async (who) => (await here.server.sql(`SELECT id, status, payment_reference, payment_url FROM orders WHERE conversation_id IN ${here.conversation_of(who)}`))[0];
const stock_left = () => here.server.number("SELECT stock FROM products p JOIN businesses b ON b.id = p.business_id WHERE sku = 'A1' AND b.key = 'ada'");

async function order(who, { with_link }) {
  await here.meet(who);
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 1);
  if (with_link) {
    await here.sandbox.say(who, "Send me the payment link please");
    await here.sandbox.heard(who, 2);
  }
  await here.settled();
  const [id, status, reference, url] = await order_of(who);
  return { id, status, reference, url };
}

// As if the time of the order had passed while the server was away.
async function let_time_pass(...orders) {
  await here.server.kill();  // its database goes on
  const ids = orders.map(({ id }) => `'${id}'`).join(", ");
  await here.server.sql(`UPDATE orders SET reserved_until = 1, created_at = created_at - 100000000 WHERE id IN (${ids})`);
  await here.server.start();
}

async function ends_as(who, status) {
  await until(`the order is ${status}`, async () => (await order_of(who))[1] === status, { seconds: 40, explain: async () => JSON.stringify(await order_of(who)) });
}

test("pieces that nobody paid go back on the shelf, and the timeline says why", async () => {
  const who = here.customer("messenger", "ada");
  const before = await stock_left();
  const wanted = await order(who, { with_link: false });
  assert.equal(wanted.status, "draft");
  assert.equal(await stock_left(), before - 2);
  await let_time_pass(wanted);
  await ends_as(who, "cancelled");
  assert.equal(await stock_left(), before);
  const timeline = (await here.server.sql(`SELECT what, actor FROM order_timeline WHERE order_id = '${wanted.id}' ORDER BY seq`)).map((row) => row.join(" by "));
  assert.match(timeline.at(-1), /expired.* by system/);
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 2);
  await here.settled();
  assert.equal(await here.orders_of(who), 2, "a closed order stays closed: the wish is a new one");
});

test("an order whose link was paid while the server was away is paid, not cancelled, and its customer hears of it once", async () => {
  const payer = here.customer("instagram", "ada"), idler = here.customer("whatsapp", "ada");
  const before = await stock_left();
  const paid = await order(payer, { with_link: true });
  const unpaid = await order(idler, { with_link: true });
  assert.ok(paid.url && unpaid.url, "both have links");
  await here.sandbox.pay(paid.reference);
  await let_time_pass(paid, unpaid);
  await ends_as(payer, "paid");
  await ends_as(idler, "cancelled");
  assert.equal(await stock_left(), before - 2);
  const [[by]] = await here.server.sql(`SELECT actor FROM order_timeline WHERE order_id = '${paid.id}' AND what = 'paid'`);
  assert.equal(by, "system", "the end of the reservation found it, no event and no poll");
  await heard_of_payment_once(here, payer);
  assert.ok(!(await notices_to(here, idler)).some((text) => /has arrived/.test(text)));
  await here.server.sql(`UPDATE jobs SET due_at = 0 WHERE unique_key IN ('poll.${paid.reference}', 'poll.${unpaid.reference}') AND state = 0`);
  await until("nobody looks any more", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE unique_key LIKE 'poll.%'`)) === 0, { explain: () => here.place.log_tail("server") });
  await heard_of_payment_once(here, payer);
});
