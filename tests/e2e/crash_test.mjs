// The server is killed again and again under load - also while it starts -, restarted each time, and
// then everything must be as if nothing had happened. SELLAVIE_LONG=1: 50 kills instead of 5.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { crowd, regular, waverer } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { is_long, random_source, sleep, until } from "./harness/workspace.mjs";

const kills = Number(process.env.SELLAVIE_KILLS ?? (is_long ? 50 : 5));

test(`${kills} kills at random moments under load`, { timeout: is_long ? 3_600_000 : 280_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  console.log(`seed=${random.seed}`);
  const here = await open_world(t, { name: "crash" });
  const resent = new resent_messages();
  // A server that dies each second or two may answer nobody until that is over: patience begins then.
  const shoppers = new crowd(here, { count: 12, others: [waverer, regular, waverer, regular], random, patience_s: 90 + 4 * kills });
  t.after(() => shoppers.abort());
  for (let i = 0; i < kills; i += 1) {
    await sleep(200 + random.below(2300));
    await here.server.kill();
    await resent.after_kill(here);
    if (random.next() < 0.25) {
      await here.server.start({ wait: false });
      await sleep(random.below(700));
      await here.server.kill();
      await resent.after_kill(here);
    }
    await here.server.start();
  }
  await until("some purchases are complete", () => shoppers.done >= 12, { seconds: 90, explain: () => `${shoppers.done} are; ${shoppers.failures.join("\n")}` });
  await shoppers.close();
  assert.deepEqual(shoppers.failures, [], "customers who were never answered");
  for (const kind of [waverer, regular]) assert.ok(shoppers.done_of(kind) >= 2, `a ${kind.name} has come to the end`);
  await here.settled({ seconds: 120 });
  const { resends } = await here.sandbox.counters();
  t.diagnostic(`${shoppers.done} purchases, ${shoppers.shoppers.reduce((sum, { mids }) => sum + mids.length, 0)} messages, `
    + `${resends.length} seen twice, ${resent.all(here).size} marked as sent again`);
  assert.deepEqual(await broken_invariants(here, shoppers.shoppers, { resent: resent.all(here) }), [], `seed ${random.seed}`);
});
