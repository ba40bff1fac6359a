// The server kills itself around each commit of a turn and around each send, at the first, the second … pass;
// then the same invariants as in crash_test. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { crowd } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { is_long, random_source, root } from "./harness/workspace.mjs";

// What the outbox must show right after such a death: a row that is still under way, and whether its message has
// reached the customer. Empty: nothing in particular.
const points = {
  "webhook.committed": {},
  "journal.before_commit": {},
  "journal.after_commit": {},
  "model.answered": {},
  "plan.stored": {},
  "desk.committed": {},
  "turn.committed": {},
  "outbox.before_call": { reached: false },
  "outbox.answered": { reached: true },
  "outbox.settled": {},
};
const passes = is_long ? [1, 2, 3, 5, 8, 13] : [1, 4];
const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;

test("every fault point of the sources is listed here and compiled in", () => {
  const in_sources = new Set(["actors", "config", "monitoring", "net", "protocol", "storage"].flatMap((folder) => sources_below(`${root}/${folder}`))
    .concat(files_of(root)).flatMap((file) => [...readFileSync(file, "utf8").matchAll(/SELLAVIE_FAULT_POINT\("([^"]+)"\)/g)].map(([, name]) => name)));
  // Those of other flows have their tests there: api_composer, api_import, key_rotation, backup.
  const elsewhere = ["composed.committed", "rotation.batch", "restore.section_loaded", "restore.before_commit", "restore.committed", "import.before_commit", "import.committed", "import.counted"];
  assert.deepEqual([...in_sources].sort(), [...Object.keys(points), ...elsewhere].sort());
  const code = readFileSync(binary);
  assert.deepEqual(Object.keys(points).filter((name) => !code.includes(name)), [], `not in ${binary}`);
});

test("dying around each commit of a turn loses nothing and repeats nothing", { timeout: is_long ? 3_600_000 : 290_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  console.log(`seed=${random.seed}`);
  const here = await open_world(t, { name: "fault_points", binary });
  const resent = new resent_messages();
  const everybody = [];

  for (const [name, expected] of Object.entries(points)) {
    await t.test(name, async () => {
      for (const pass of passes) {
        if (here.server.is_running) await here.server.kill();
        // It may die while it starts: that is one of the moments.
        await here.server.start({ env: { SELLAVIE_FAULT_POINT: `${name}:${pass}` } });
        const shoppers = new crowd(here, { count: 6, random });
        let under_way;
        try {
          if (here.server.is_running) {
            const how = await here.server.wait_until_dead(30, `the server passes ${name} for the ${pass}. time`);
            assert.equal(how.signal, "SIGKILL", `${name}:${pass}: it ended otherwise: ${JSON.stringify(how)}`);
          }
          if ("reached" in expected) under_way = await sends_under_way(here, shoppers.shoppers);
          await resent.after_kill(here);
          await here.server.start();
          await shoppers.close();
        } finally {
          await shoppers.abort();
        }
        everybody.push(...shoppers.shoppers);
        assert.deepEqual(shoppers.failures, [], `${name}:${pass}: customers who were never answered`);
        await here.settled({ seconds: 90 });
        assert.deepEqual(await broken_invariants(here, everybody, { resent: resent.all(here) }), [], `after ${name}:${pass}`);
        if (under_way) check_sends(under_way, expected.reached, resent.all(here), `${name}:${pass}`);
      }
    });
  }
});

test("a delivery that kills the server each time is parked and a person is told; its customer and the others are served", { timeout: 290_000 }, async (t) => {
  const here = await open_world(t, { name: "poison", binary });
  const unlucky = here.customer(), other = here.customer();
  const parked = () => here.server.sql("SELECT reason FROM parked_events");
  let deaths = 0;
  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "model.answered:1" } });
  await here.sandbox.say(unlucky, "Hello!");
  for (; deaths < 8; ++deaths) {
    if (here.server.is_running) {
      if ((await parked()).length > 0) break;
      assert.equal((await here.server.wait_until_dead(30, `life ${deaths + 1}`)).signal, "SIGKILL");
    }
    await here.server.start({ env: { SELLAVIE_FAULT_POINT: "model.answered:1" } });
  }
  assert.ok(deaths >= 3, `parked after ${deaths} deaths: too soon, a neighbour may have been the cause`);
  assert.deepEqual(await parked(), [["the server died while it handled only this delivery"]]);
  assert.equal(await here.server.number("SELECT count(*) FROM person_tasks WHERE kind = 'parked'"), 1);
  await here.server.stop();
  await here.server.start();
  for (const who of [unlucky, other]) {
    await here.sandbox.say(who, "Hello again!");
    await here.sandbox.heard(who, 1);
  }
  await here.settled();
});

test("a person's message whose answer died with the server is sent once: the same key finds it", { timeout: 120_000 }, async (t) => {
  const here = await open_world(t, { name: "composed", binary });
  const who = here.customer("messenger", "ada");
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "composed.committed:1" } });
  const client = await new api_client(here.server.url).signed_in(here.business("ada").owner.email, "a long demo password");
  const shop = `/businesses/${(await client.get("/me")).body.memberships[0].business_id}`;
  const chat = (await client.get(`${shop}/conversations?limit=1`)).body.items[0].id;
  const send = () => client.post(`${shop}/conversations/${chat}/messages`, { text: "It is ready." }, { headers: { "idempotency-key": "a-key" } });
  await assert.rejects(send());
  assert.equal((await here.server.wait_until_dead(30, "the server passes composed.committed")).signal, "SIGKILL");
  await here.server.start();
  const again = await send();
  assert.ok(again.status < 300, again.text);
  await here.settled();
  assert.equal((await here.sandbox.replies(who, "app")).filter(({ text }) => text === "It is ready.").length, 1);
});

// The rows that are `sending` (2) in the table, and whether the customer has the message. -> Map(id, bool)
async function sends_under_way(here, shoppers) {
  const rows = await here.server.sql("SELECT id FROM outbox WHERE state = 2");
  const reached = new Set((await Promise.all(shoppers.map(({ who }) => here.sandbox.replies(who, "app")))).flat().map(({ correlation }) => correlation));
  return new Map(rows.map(([id]) => [id, reached.has(id)]));
}

// Of a message that left without an answer the next life knows nothing but its row. Without evidence it goes out
// again, marked; with its echo it must not.
function check_sends(under_way, reached, resent, when) {
  assert.ok([...under_way.values()].includes(reached), `${when}: no row was under way whose message had ${reached ? "" : "not "}reached the customer: ${JSON.stringify([...under_way])}`);
  for (const [id, had_it] of under_way) {
    if (!had_it) assert.ok(resent.has(id), `${when}: ${id} had never left and was not marked when it went out`);
  }
}

function sources_below(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.isFile() && /\.[ch]pp$/.test(one.name)).map((one) => `${one.parentPath ?? one.path}/${one.name}`);
}

function files_of(folder) {
  return readdirSync(folder).filter((name) => /\.[ch]pp$/.test(name)).map((name) => `${folder}/${name}`);
}
