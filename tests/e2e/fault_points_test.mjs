// The server kills itself around each commit of a turn and around each send, at the first, the second … pass;
// then the same invariants as in crash_test. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { crowd, regular, waverer } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { is_long, random_source, root } from "./harness/workspace.mjs";

// Of a purchase. `reached`: what the outbox must show right after such a death: a row that is still under way, and
// whether its message has reached the customer. `short`: the passes of the short form; the six customers begin
// together, so the first six of most points are their orders, and later ones their checkouts.
const points = {
  "webhook.committed": { short: [4] },
  "journal.before_commit": { short: [1, 4] },
  "journal.after_commit": { short: [1, 4] },
  "model.answered": { short: [4] },
  "plan.stored": { short: [1] },
  "desk.committed": { short: [1, 8] },
  "checkout.intent_stored": { short: [1] },
  "checkout.answered": { short: [1, 3] },
  "invoice.committed": { short: [1, 4] },
  "turn.committed": { short: [1, 4] },
  "outbox.before_call": { short: [1, 4], reached: false },
  "outbox.answered": { short: [1, 4], reached: true },
  "outbox.settled": { short: [4] },
};
// Of a moment that a test of its own brings about.
const moments = ["composed.committed", "owner.committed", "inbox.begun"];
// Of other flows: the file whose test dies there.
const elsewhere = {
  "rotation.batch": "key_rotation",
  "restore.section_loaded": "backup",
  "restore.before_commit": "backup",
  "restore.committed": "backup",
  "import.before_commit": "api_import",
  "import.committed": "api_import",
  "import.counted": "api_import",
  "notice.told": "api_notifications",
  "notice.sent": "api_notifications",
  "payment_event.committed": "payment_webhooks",
  "refund.begun": "refund_crash",
  "refund.answered": "refund_crash",
  "reminder.told": "reminders",
  "untold.committed": "api_told",
};
const passes = ({ short }) => (is_long ? [1, 2, 3, 5, 8, 13] : short);
const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;

test("every fault point of the sources is listed here", () => {
  const in_sources = new Set(["actors", "config", "monitoring", "net", "protocol", "storage"].flatMap((folder) => sources_below(`${root}/${folder}`))
    .concat(files_of(root)).flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bfault_point\("([^"]+)"\)/g)].map(([, name]) => name)));
  assert.deepEqual([...in_sources].sort(), [...Object.keys(points), ...moments, ...Object.keys(elsewhere)].sort());
  for (const [name, file] of Object.entries(elsewhere))
    assert.ok(readFileSync(`${root}/tests/e2e/${file}_test.mjs`, "utf8").includes(name), `${file} dies at ${name}`);
});

test("the server itself passes its fault points and lives, whatever its environment says", async (t) => {
  const here = await open_world(t, { name: "no_fault_points", start: false });
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "webhook.committed:1" } });
  await here.provision();
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  assert.ok(here.server.is_running);
});

test("dying around each commit of a turn loses nothing and repeats nothing", { timeout: is_long ? 3_600_000 : 290_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  console.log(`seed=${random.seed}`);
  const here = await open_world(t, { name: "fault_points", binary });
  const resent = new resent_messages();
  const everybody = [];
  const ended = new Map([waverer, regular].map((kind) => [kind, 0]));

  for (const [name, expected] of Object.entries(points)) {
    await t.test(name, async () => {
      for (const pass of passes(expected)) {
        if (here.server.is_running) await here.server.kill();
        // It may die while it starts: that is one of the moments.
        await here.server.start({ env: { SELLAVIE_FAULT_POINT: `${name}:${pass}` } });
        const shoppers = new crowd(here, { count: 6, others: [waverer, regular], random });
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
        for (const [kind, count] of ended) ended.set(kind, count + shoppers.done_of(kind));
        assert.deepEqual(shoppers.failures, [], `${name}:${pass}: customers who were never answered`);
        await here.settled({ seconds: 90 });
        assert.deepEqual(await broken_invariants(here, everybody, { resent: resent.all(here) }), [], `after ${name}:${pass}`);
        if (under_way) check_sends(under_way, expected.reached, resent.all(here), `${name}:${pass}`);
      }
    });
  }
  for (const [kind, count] of ended) assert.ok(count >= 2, `${count} of ${kind.name} have come to the end`);
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

test("what a person asked for is done once, although its answer died with the server", { timeout: 180_000 }, async (t) => {
  const here = await open_world(t, { name: "persons_moments", binary });
  const [writes, takes] = [here.customer("messenger", "ada"), here.customer("whatsapp", "ada")];
  for (const who of [writes, takes]) {
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
  }
  await here.settled();
  const client = await new api_client(here.server.url).signed_in(here.business("ada").owner.email, "a long demo password");
  const shop = `/businesses/${(await client.get("/me")).body.memberships[0].business_id}`;
  const chat_of = async (who) => `${shop}/conversations/${(await here.server.sql(here.conversation_of(who).slice(1, -1)))[0][0]}`;
  // The answer never comes; the same is asked of the next life.
  const asked_twice = async (point, ask) => {
    await here.server.stop();
    await here.server.start({ env: { SELLAVIE_FAULT_POINT: `${point}:1` } });
    await assert.rejects(ask());
    assert.equal((await here.server.wait_until_dead(30, `the server passes ${point}`)).signal, "SIGKILL");
    await here.server.start();
    const again = await ask();
    assert.ok(again.status < 300, again.text);
    await here.settled();
    return again.body;
  };

  await t.test("a message", async () => {
    const chat = await chat_of(writes);
    await asked_twice("composed.committed", () => client.post(`${chat}/messages`, { text: "It is ready." }, { headers: { "idempotency-key": "a-key" } }));
    assert.equal((await here.sandbox.replies(writes, "app")).filter(({ text }) => text === "It is ready.").length, 1);
  });

  await t.test("a takeover", async () => {
    const chat = await chat_of(takes);
    const { epoch } = await here.owner_of(takes);
    await asked_twice("owner.committed", () => client.post(`${chat}/take-over`));
    assert.deepEqual(await here.owner_of(takes), { person: true, epoch: epoch + 1 });
    assert.equal(await here.server.number(`SELECT count(*) FROM audit_log WHERE action = 'conversation.taken_over' AND subject_id = '${chat.split("/").at(-1)}'`), 1);
    await here.sandbox.say(takes, "How much is the Adire kaftan?");
    await here.settled();
    assert.equal((await here.sandbox.replies(takes, "app")).length, 1, "the AI spoke over a person");
  });
});

test("dying when what an earlier life left has just been counted as begun: it runs in the next life, once", { timeout: 120_000 }, async (t) => {
  const here = await open_world(t, { name: "begun", binary });
  const customers = Array.from({ length: 4 }, () => here.customer());
  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "webhook.committed:1" } });
  await Promise.all(customers.map((who) => here.sandbox.say(who, "Hello!")));
  assert.equal((await here.server.wait_until_dead(30, "the server passes webhook.committed")).signal, "SIGKILL");
  const begun = () => here.server.number("SELECT count(*) FROM inbound_events WHERE deaths > 0");
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "inbox.begun:1" } });
  if (here.server.is_running) assert.equal((await here.server.wait_until_dead(30, "the server passes inbox.begun")).signal, "SIGKILL");
  assert.ok((await begun()) > 0, "nothing was counted");
  await here.server.start();
  for (const who of customers) await here.sandbox.heard(who, 1);
  await here.settled({ seconds: 60 });
  for (const who of customers) {
    assert.equal(await here.turns_of(who), 1);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1);
  }
  assert.equal(await here.server.number("SELECT count(*) FROM parked_events"), 0);
});

// The rows that are `sending` (2) in the table, whether the customer has the message, and whether it must go out in the end:
// a person's word may overtake it. -> Map(id, {reached, must_go})
async function sends_under_way(here, shoppers) {
  const taken_over = new Set(shoppers.filter((one) => one instanceof regular).map(({ who }) => who.customer));
  const rows = await here.server.sql("SELECT id, recipient FROM outbox WHERE state = 2");
  const reached = new Set((await Promise.all(shoppers.map(({ who }) => here.sandbox.replies(who, "app")))).flat().map(({ correlation }) => correlation));
  return new Map(rows.map(([id, customer]) => [id, { reached: reached.has(id), must_go: !taken_over.has(customer) }]));
}

// Of a message that left without an answer the next life knows nothing but its row. Without evidence it goes out
// again, marked. That with its evidence it does not is looked at by the invariants.
function check_sends(under_way, expected, resent, when) {
  assert.ok([...under_way.values()].some(({ reached }) => reached === expected), `${when}: no row was under way whose message had ${expected ? "" : "not "}reached the customer: ${JSON.stringify([...under_way])}`);
  for (const [id, { reached, must_go }] of under_way) {
    if (!reached && must_go) assert.ok(resent.has(id), `${when}: ${id} had never left and was not marked when it went out`);
  }
}

function sources_below(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.isFile() && /\.[ch]pp$/.test(one.name)).map((one) => `${one.parentPath ?? one.path}/${one.name}`);
}

function files_of(folder) {
  return readdirSync(folder).filter((name) => /\.[ch]pp$/.test(name)).map((name) => `${folder}/${name}`);
}
