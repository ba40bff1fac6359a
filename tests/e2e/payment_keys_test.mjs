// A key that its payment provider revokes while it is in use: the connection is broken, people are told once, and it is well again as soon as
// the key works, in use or by a person's check. What only looks like it, a proxy's page or one call that is refused, breaks nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gets_a_link, look_now, order_becomes, paying_shops } from "./harness/paying_shops.mjs";
import { all_of, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const shops = paying_shops();
let here;
shared_world({ before, after }, { name: "payment-keys", businesses: shops.businesses }, (world) => { here = world; });

const brands = { paystack: "Paystack", flutterwave: "Flutterwave", stripe: "Stripe" };
const explain = () => here.place.log_tail("server");

async function shop_of(key) {
  const provider = shops.provider_of(key);
  const owner = await signed_in_owner(here, shops.keys.indexOf(key));
  const { client, shop } = owner;
  const connection = async () => (await client.get(`${shop}/payment-connections`)).body.items[0];
  return {
    ...owner,
    key,
    provider,
    connection,
    becomes: (state) => until(`${provider}'s connection is ${state}`, async () => (await connection()).state === state, { seconds: 30, explain }),
    told: async () => (await all_of(client, `${shop}/notifications`)).items.filter(({ kind }) => kind === "broken_connection"),
    tasks: async () => (await all_of(client, `${shop}/tasks?kind=payment_connection`)).items,
    refuses: (how) => here.sandbox.set({ [`${provider}.error`]: how }),
  };
}

const requests_to = async (path) => Object.entries((await here.sandbox.counters()).requests).filter(([name]) => name.includes(path)).reduce((sum, [, count]) => sum + count, 0);

// One look at the payment, to its end.
async function looked_at(reference) {
  const poll = `unique_key = 'poll.${reference}'`;
  await look_now(here, reference);
  await until("it was looked at", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE ${poll} AND state = 0 AND due_at > 0`)) === 1,
    { seconds: 30, explain: async () => `${JSON.stringify(await here.server.sql(`SELECT state, due_at, error_codes FROM jobs WHERE ${poll}`))}\n${explain()}` });
}

for (const key of shops.keys) {
  const provider = shops.provider_of(key);
  const refusal = `${brands[provider]} refuses the test key.`;

  test(`${provider}: the page of a proxy, however often it comes, breaks nothing`, async () => {
    const shop = await shop_of(key);
    const { reference } = await gets_a_link(here, key);
    await shop.refuses({ status: 403, page: true });
    for (let look = 0; look < 2; ++look) await looked_at(reference);
    const checked = await shop.client.post(`${shop.shop}/payment-connections/${(await shop.connection()).id}/check`);
    assert.deepEqual([checked.status, checked.body.type], [502, "/problems/provider-refused"], "a person's check does not take it for the key either");
    await shop.refuses(false);
    assert.deepEqual([(await shop.connection()).state, await shop.told(), await shop.tasks()], ["active", [], []]);
  });

  test(`${provider}: a key that is revoked breaks its connection, which people are told once, and use makes it well`, async () => {
    const shop = await shop_of(key);
    const { who, reference } = await gets_a_link(here, key);
    const other = await gets_a_link(here, key);
    // What was asked for the page of the proxy is forgotten.
    await here.server.restart();
    await shop.refuses({ status: 401 });
    await looked_at(reference);
    await shop.becomes("key_refused");
    const broken = await shop.connection();
    assert.equal(broken.last_error, refusal);
    await until("people are told", async () => (await shop.told()).length > 0, { seconds: 20, explain });
    for (const one of [reference, other.reference]) await looked_at(one);
    await here.server.restart();
    await looked_at(reference);
    const [task, ...more] = await shop.tasks();
    assert.deepEqual([task.reason, more.length, (await shop.told()).length], [refusal, 0, 1], "once, across a restart as well");
    assert.equal((await shop.told())[0].task_id, task.id);
    assert.equal((await shop.connection()).last_error_at, broken.last_error_at);

    await shop.refuses(false);
    await here.sandbox.pay(reference, { provider });
    await look_now(here, reference);
    await order_becomes(here, who, "paid");
    await shop.becomes("active");
    await until("its task is done", async () => (await shop.tasks()).length === 0, { explain });
    assert.equal((await shop.told()).length, 1);
  });
}

test("a link that cannot be made and a refund that cannot be sent notice it as well", async () => {
  const shop = await shop_of("esi");
  const bought = await gets_a_link(here, "esi");
  await here.sandbox.pay(bought.reference, { provider: "paystack" });
  await look_now(here, bought.reference);
  await order_becomes(here, bought.who, "paid");
  const wishes = {
    link: async () => {
      const who = here.customer("messenger", "esi");
      await here.meet(who);
      await here.sandbox.say(who, `I want 1 ${here.business("esi").products[0].name}`);
      await here.sandbox.heard(who, 1);
      await shop.refuses({ status: 401 });
      await here.sandbox.say(who, "Checkout please");
    },
    refund: async () => {
      await shop.refuses({ status: 401 });
      const asked = await shop.client.post(`${shop.shop}/orders/${bought.id}/refunds`, { reason: "torn" }, { headers: { "idempotency-key": "refund-1" } });
      assert.ok(asked.status < 300, asked.text);
    },
  };
  for (const [what, wish] of Object.entries(wishes)) {
    await here.server.restart();
    await wish();
    await shop.becomes("key_refused");
    assert.equal((await shop.tasks()).length, 1, what);
    await shop.refuses(false);
    const { body } = await shop.client.post(`${shop.shop}/payment-connections/${(await shop.connection()).id}/check`);
    assert.equal(body.state, "active", "a person's check finds it well");
    assert.deepEqual(await shop.tasks(), [], what);
  }
});

test("what a person's check found is what use goes by: broken and well again, told when it breaks in use", async () => {
  const shop = await shop_of("kofi");
  const { reference } = await gets_a_link(here, "kofi");
  await shop.refuses({ status: 401 });
  const check = async () => (await shop.client.post(`${shop.shop}/payment-connections/${(await shop.connection()).id}/check`)).body.state;
  assert.equal(await check(), "key_refused");
  await sleep(2500);  // the server hears of it
  const before = (await shop.told()).length;
  const asked = await requests_to("/flutterwave/balances");
  await looked_at(reference);
  assert.equal(await requests_to("/flutterwave/balances"), asked, "it is known");
  assert.equal((await shop.told()).length, before, "who asked knows");
  await shop.refuses(false);
  await looked_at(reference);
  await shop.becomes("active");
});

test("one kind of call that the key may not make is not a revoked key", async () => {
  const shop = await shop_of("ada");
  const { reference } = await gets_a_link(here, "ada");
  await here.server.restart();
  await shop.refuses({ status: 403, path: "/checkout/sessions" });
  const asked = await requests_to("/stripe/balance");
  await looked_at(reference);
  await until("the key itself was asked about", async () => (await requests_to("/stripe/balance")) > asked, { explain });
  await looked_at(reference);
  await shop.refuses(false);
  assert.equal((await shop.connection()).state, "active");
  assert.equal((await shop.tasks()).length, 0);
});
