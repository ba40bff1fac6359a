// Meta delivers at least once, late and in no promised order: the customer notices nothing, and our own echoes stay ours.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { crowd } from "./harness/shopper.mjs";
import { channels, shared_world } from "./harness/world.mjs";
import { random_source, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "webhook_order" }, (world) => { here = world; });

const punctual = { "webhook.duplicate": false, "webhook.shuffle": false, "webhook.delay_ms": 0 };

async function while_webhooks_are(trouble, work) {
  await here.sandbox.set({ ...punctual, ...trouble });
  try {
    await work();
  } finally {
    await here.sandbox.set(punctual);
  }
}

// One message, one turn, one reply, and the AI still has the chat.
async function is_answered_once(who) {
  assert.equal(await here.messages_of(who), 1, `${who.channel}: messages`);
  assert.equal(await here.turns_of(who), 1, `${who.channel}: turns`);
  assert.equal((await here.sandbox.replies(who, "app")).length, 1, `${who.channel}: replies`);
  assert.equal((await here.owner_of(who)).person, false, `${who.channel}: our own echo was taken for a person's`);
}

test("each webhook comes twice: a message is answered once, an order is placed once", async () => {
  const customers = channels.map((channel) => here.customer(channel));
  const duplicates = await here.server.metric("sellavie_inbound_events_duplicate_total");
  await while_webhooks_are({ "webhook.duplicate": true }, async () => {
    await Promise.all(customers.map((who) => here.sandbox.say(who, "I want 2 Ankara 6 yards")));
    await here.settled();
  });
  for (const who of customers) {
    await is_answered_once(who);
    assert.equal(await here.orders_of(who), 1);
  }
  // Of each channel the message, the echo or the status, and the read mark at least.
  assert.ok((await here.server.metric("sellavie_inbound_events_duplicate_total")) >= duplicates + 3 * channels.length);
});

test("what a batch brings out of order is read in the customer's order", async () => {
  const texts = ["one", "two", "three", "four"];
  const customers = channels.map((channel) => here.customer(channel));
  const at = Date.now() - 5000;
  await while_webhooks_are({ "webhook.shuffle": true }, async () => {
    await Promise.all(customers.flatMap((who) => texts.map((text, i) => here.sandbox.say(who, text, { at: at + 1000 * i }))));
    await here.settled();
  });
  for (const who of customers) {
    const stored = await here.server.sql(`SELECT body FROM messages WHERE direction = 0 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`);
    assert.deepEqual(stored.map(([text]) => text), texts, who.channel);
    assert.equal(await here.turns_of(who), 1, who.channel);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1, who.channel);
  }
});

test("the answer of a send is lost and its echo or status is late: it is not sent again", async () => {
  const customers = channels.map((channel) => here.customer(channel));
  await while_webhooks_are({ "webhook.delay_ms": 1500, "graph.lost_answer": channels.length }, async () => {
    await Promise.all(customers.map((who) => here.sandbox.say(who, "Hello!")));
    const in_doubt = new Set();
    await until("every reply has waited for its evidence", async () => {
      for (const [id] of await here.server.sql("SELECT id FROM outbox WHERE state = 4")) in_doubt.add(id);
      return in_doubt.size === channels.length;
    }, { every_ms: 20, explain: () => `${in_doubt.size} have` });
    await here.settled();
  });
  for (const who of customers) await is_answered_once(who);
  assert.deepEqual((await here.sandbox.counters()).resends, []);
});

test("people buy while each webhook comes late, twice and out of order", { timeout: 120_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const before = await customers_served();
  const shoppers = new crowd(here, { count: 6, random });
  t.after(() => shoppers.abort());
  await while_webhooks_are({ "webhook.delay_ms": 200, "webhook.duplicate": true, "webhook.shuffle": true }, async () => {
    await until("some purchases are complete", () => shoppers.done >= 6, { seconds: 60, explain: () => shoppers.failures.join("\n") });
    await shoppers.close();
    await here.settled({ seconds: 60 });
  });
  assert.deepEqual(shoppers.failures, []);
  assert.equal(await customers_served(), before + shoppers.shoppers.length, "one chat for each");
  assert.deepEqual(await broken_invariants(here, shoppers.shoppers, { resent: new resent_messages().all(here) }), [], `seed ${random.seed}`);
});

function customers_served() {
  return here.server.number("SELECT count(*) FROM conversations");
}
