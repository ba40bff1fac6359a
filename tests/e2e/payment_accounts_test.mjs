// Accounts at payment providers that change under payments which are on their way: another one makes the links now, a key was
// replaced by that of another account, two shops share one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { business_of, gets_a_link, heard_of_payment_once, look_now, order_becomes, order_of, paying_shops } from "./harness/paying_shops.mjs";
import { all_of, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { demo_businesses, open_world } from "./harness/world.mjs";

const at_provider = async (here, reference) => (await here.sandbox.payments()).transactions.find((one) => one.reference === reference);
const poll_of = (here, reference) => here.server.sql(`SELECT state, due_at, array_to_string(error_codes, ',') FROM jobs WHERE unique_key = 'poll.${reference}'`);

test("a Stripe link is ended at Stripe though an account at Paystack makes the links now", async (t) => {
  const shops = paying_shops();
  const here = await open_world(t, { name: "payment-accounts-later", businesses: shops.businesses });
  const { client, shop } = await signed_in_owner(here, 0);
  const order = await gets_a_link(here, "ada");
  // Live goes before test.
  const added = await client.post(`${shop}/payment-connections`, { provider: "paystack", secret_key: "sk_live_sandbox" });
  assert.equal(added.status, 201, added.text);
  await until("Paystack makes the links", async () => (await at_provider(here, (await gets_a_link(here, "ada")).reference)).provider === "paystack", { seconds: 30 });
  assert.equal((await at_provider(here, order.reference)).state, "open");
  const { version } = (await client.get(`${shop}/orders/${order.id}`)).body;
  const cancelled = await client.post(`${shop}/orders/${order.id}/cancel`, { reason: "out of stock" }, if_match(version));
  assert.equal(cancelled.status, 200, cancelled.text);
  await until("the session is expired", async () => (await at_provider(here, order.reference)).state === "expired", { seconds: 30, explain: () => here.place.log_tail("server") });
  await until("its job is done", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE unique_key = '${order.reference}'`)) === 0, { seconds: 30, explain: () => here.place.log_tail("server") });
  assert.equal(await here.server.number("SELECT count(*) FROM dead_jobs"), 0);
});

test("Paystack's word under another account's key is no word: nobody hears that it is unpaid, the reservation's end does not cancel it, and it is found when the key is back", async (t) => {
  const shops = paying_shops();
  const here = await open_world(t, { name: "payment-accounts-replaced", businesses: shops.businesses });
  const { client, shop } = await signed_in_owner(here, shops.keys.indexOf("esi"));
  const other = "sk_test_of_another_account";
  await here.sandbox.control("POST", "/merchants", { provider: "paystack", key: other });
  const { who, id, reference } = await gets_a_link(here, "esi");
  const key_is = async (secret_key) => {
    const { body: { items: [{ id: connection, version }] } } = await client.get(`${shop}/payment-connections`);
    const replaced = await client.put(`${shop}/payment-connections/${connection}/keys`, { secret_key }, if_match(version));
    assert.equal(replaced.status, 200, replaced.text);
    await sleep(2500);  // every server hears of it
  };
  await key_is(other);
  await here.sandbox.pay(reference, { provider: "paystack" });
  for (let look = 1; look <= 3; ++look) {
    await look_now(here, reference);
    await until(`look ${look} is over`, async () => (await poll_of(here, reference)).some(([state, due]) => state === "0" && Number(due) > 0),
      { explain: async () => `${JSON.stringify(await poll_of(here, reference))}\n${here.place.log_tail("server")}` });
  }
  const [[, due, errors]] = await poll_of(here, reference);
  assert.equal(errors, "", "a silent provider is no failure of the job");
  assert.ok(Number(due) > Date.now() - 60_000);
  assert.equal((await order_of(here, who)).status, "awaiting_payment");
  const page = await (await fetch(`${here.server.url}/pay/return?${new URLSearchParams({ shop: (await here.server.sql(`SELECT ${business_of("esi")}`))[0][0], payment: reference })}`)).text();
  assert.match(page, /We are checking your payment/);
  await here.sandbox.say(who, "I have paid");
  const [, , answer] = await here.sandbox.heard(who, 3);
  await here.settled();
  assert.match(answer.text, /provider unavailable/, "what is not known is not said");
  // The end of the reservation: asked in vain, it leaves the order to the people of the shop for a while.
  const asked = async () => Object.entries((await here.sandbox.counters()).requests).filter(([name]) => name.includes("/paystack/transaction/verify")).reduce((sum, [, count]) => sum + count, 0);
  await here.server.kill();
  const before = await asked();
  await here.server.sql(`UPDATE orders SET reserved_until = reserved_until - 2400000, created_at = created_at - 2400000 WHERE id = '${id}';
    UPDATE jobs SET due_at = due_at + 3600000 WHERE unique_key = 'poll.${reference}'`);
  await here.server.start();
  await until("the provider was asked before the order ends", async () => (await asked()) > before, { seconds: 40, explain: () => here.place.log_tail("server") });
  await sleep(1000);
  assert.equal((await order_of(here, who)).status, "awaiting_payment");
  const kinds = (await all_of(client, `${shop}/orders/${id}/timeline`)).items.map(({ kind }) => kind);
  assert.ok(!kinds.some((kind) => /failed|expired|cancelled/.test(kind)), kinds.join());
  assert.equal(await here.server.number("SELECT count(*) FROM payment_reviews"), 0);

  await key_is("sk_test_sandbox");
  await until("the money is found", async () => {
    await look_now(here, reference);
    return (await order_of(here, who)).status === "paid";
  }, { seconds: 30, every_ms: 500, explain: () => here.place.log_tail("server") });
  await heard_of_payment_once(here, who);
});

test("two shops share one account, whose events all go to the first: the second finds its money by its poll, and the first books none of it", async (t) => {
  const till = { provider: "paystack", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [] };
  const here = await open_world(t, { name: "payment-accounts-shared", businesses: demo_businesses((one) => ({ ...one, currency: "NGN", payments: [till] })) });
  const [[connection]] = await here.server.sql(`SELECT id FROM payment_connections WHERE business_id = ${business_of("ada")}`);
  await here.sandbox.control("POST", "/payment_webhook", { provider: "paystack", url: `${here.server.url}/webhooks/payments/paystack/${connection}` });
  const { who, reference } = await gets_a_link(here, "kofi");
  await here.sandbox.pay(reference, { provider: "paystack" });
  const event = `kind = 'payment.check' AND business_id = ${business_of("ada")}`;
  await until("the first shop was told of the second one's money", async () => (await here.server.number(`SELECT count(*) FROM payment_events WHERE reference = '${reference}' AND business_id = ${business_of("ada")}`)) === 1);
  await look_now(here, reference);
  await order_becomes(here, who, "paid");
  await heard_of_payment_once(here, who);
  await until("the first shop has made up its mind", async () => {
    await here.server.sql(`UPDATE jobs SET due_at = 0 WHERE ${event} AND state = 0`);
    return (await here.server.number(`SELECT count(*) FROM jobs WHERE ${event}`)) === 0;
  }, { seconds: 60, every_ms: 200, explain: async () => `${JSON.stringify(await here.server.sql(`SELECT state, attempts, error_codes FROM jobs WHERE ${event}`))}\n${here.place.log_tail("server")}` });
  const money_of = async (key) => ({
    records: await here.server.sql(`SELECT place, received_minor FROM payment_records WHERE business_id = ${business_of(key)}`),
    reviews: await here.server.sql(`SELECT reason, state FROM payment_reviews WHERE business_id = ${business_of(key)}`),
  });
  assert.deepEqual(await money_of("kofi"), { records: [["on_order", "90000"]], reviews: [] });
  assert.deepEqual(await money_of("ada"), { records: [], reviews: [] });
});
