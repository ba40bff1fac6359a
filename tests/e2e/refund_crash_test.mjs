// The server dies around the call that sends money back: before it, when it was made, and when its answer was lost as well. It
// is sent once all the same.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { gets_a_link, look_now, order_becomes, paying_shops } from "./harness/paying_shops.mjs";
import { signed_in_owner } from "./harness/team.mjs";
import { root, until } from "./harness/workspace.mjs";
import { open_world } from "./harness/world.mjs";

const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });
// "called": whether the provider has the refund when the server is dead.
const deaths = [{ point: "refund.begun", called: false }, { point: "refund.answered", called: true }];

for (const { point, called } of deaths) {
  test(`a server that dies at ${point} sends the money back once, at each provider`, { timeout: 200_000 }, async (t) => {
    const shops = paying_shops();
    const here = await open_world(t, { name: `refund-${point}`, binary, businesses: shops.businesses });
    for (const [i, key] of shops.keys.entries()) {
      const provider = shops.provider_of(key);
      const { client, shop } = await signed_in_owner(here, i);
      const order = await a_paid_order(here, key, provider);
      await here.server.kill();
      await here.server.start({ env: { SELLAVIE_FAULT_POINT: `${point}:1` } });
      await client.post(`${shop}/orders/${order.id}/refunds`, { reason: "It came torn." }, with_key()).catch(() => undefined);
      await until(`${provider}: the server has died at ${point}`, () => !here.server.is_running, { seconds: 60, explain: () => here.place.log_tail("server") });
      const refunds = async () => (await here.sandbox.payments()).transactions.find(({ reference }) => reference === order.reference).refunds ?? [];
      assert.equal((await refunds()).length, called ? 1 : 0, provider);
      await here.server.start();
      // As if the minutes had passed after which a call has arrived or never will.
      await here.server.sql("UPDATE refunds SET sent_at = sent_at - 600000 WHERE state = 'sending'");
      await until(`${provider}: the refund has succeeded`, async () => {
        await here.server.sql("UPDATE jobs SET due_at = 0 WHERE kind = 'refund.run' AND state = 0; UPDATE refunds SET sent_at = sent_at - 600000 WHERE state = 'sending'");
        return (await here.server.sql(`SELECT state FROM refunds WHERE order_id = '${order.id}'`))[0]?.[0] === "succeeded";
      }, { seconds: 90, every_ms: 500, explain: async () => `${JSON.stringify(await here.server.sql("SELECT state, attempt FROM refunds"))} ${JSON.stringify(await here.server.sql("SELECT kind, state, attempts, error_codes FROM jobs WHERE kind LIKE 'refund%'"))}\n${here.place.log_tail("server")}` });
      assert.equal((await refunds()).length, 1, `${provider} was asked once`);
      const [[status, back]] = await here.server.sql(`SELECT status, refunded_minor = received_minor FROM orders WHERE id = '${order.id}'`);
      assert.deepEqual([status, back], ["refunded", "t"]);
    }
  });
}

async function a_paid_order(here, key, provider) {
  const { who, id, reference } = await gets_a_link(here, key, { quantity: 1 });
  await here.sandbox.pay(reference, { provider });
  await look_now(here, reference);
  await order_becomes(here, who, "paid");
  return { id, reference };
}
