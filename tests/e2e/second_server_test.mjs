// Two servers on one database: the later start owns it, the earlier one notices, ends and has broken nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { fresh_mid, page_body, page_item, post } from "./harness/meta.mjs";
import { crowd } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { random_source, sleep, until } from "./harness/workspace.mjs";

test("a second server on the database of a busy first one: the first exits with 1, every purchase is whole", { timeout: 180_000 }, async (t) => {
  const here = await open_world(t, { name: "second_server", cluster: true, door: true });
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const first = here.server;
  const second = await here.another_server("second");
  const shoppers = new crowd(here, { count: 10, random });
  t.after(() => shoppers.abort());
  await until("some purchases are complete", () => shoppers.done >= 4, { seconds: 60, explain: () => shoppers.failures.join("\n") });

  await second.start();
  here.server = second;
  const how = await first.wait_until_dead(30, "the first server ends by itself");
  assert.deepEqual([how.code, how.signal], [1, null], here.place.log_tail("server"));
  here.door.to = second.port;
  const at_takeover = shoppers.done;

  await until("20 purchases are complete", () => shoppers.done >= Math.max(20, at_takeover + 10), { seconds: 90, explain: () => `${shoppers.done} are; ${shoppers.failures.join("\n")}` });
  await shoppers.close();
  assert.deepEqual(shoppers.failures, [], "customers who were never answered");
  await here.settled({ seconds: 60 });
  const resent = new resent_messages().all(here);
  t.diagnostic(`${shoppers.done} purchases, ${at_takeover} before the takeover, ${resent.size} messages sent again`);
  assert.deepEqual(await broken_invariants(here, shoppers.shoppers, { resent }), []);
  assert.ok(second.is_running);
});

test("a first server that slept through the takeover accepts nothing when it wakes", { timeout: 120_000 }, async (t) => {
  const here = await open_world(t, { name: "sleeping_server", cluster: true, door: true });
  const first = here.server;
  const second = await here.another_server("second");
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();

  process.kill(first.pid, "SIGSTOP");
  await second.start();
  here.server = second;
  const mids = Array.from({ length: 8 }, fresh_mid);
  const asked = mids.map((mid) => post(first, page_body(who.account, page_item({ ...who, text: "How much is the Beaded purse?", mid }))));
  await sleep(200);  // the bytes wait in its sockets
  process.kill(first.pid, "SIGCONT");
  const statuses = await Promise.all(asked);
  assert.ok(!statuses.includes(200), `the fenced server accepted: ${statuses}`);
  const how = await first.wait_until_dead(30, "the first server ends by itself");
  assert.deepEqual([how.code, how.signal], [1, null], here.place.log_tail("server"));
  here.door.to = second.port;

  const stored = await second.number(`SELECT count(*) FROM messages WHERE external_id IN (${mids.map((mid) => `'${mid}'`)})`);
  assert.equal(stored, 0, "refused and stored all the same");
  for (const mid of mids) assert.equal(await post(second, page_body(who.account, page_item({ ...who, text: "How much is the Beaded purse?", mid }))), 200);
  await here.settled();
  assert.equal(await here.messages_of(who), 1 + mids.length);
});
