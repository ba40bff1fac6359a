// Which messages make which turns: duplicates, gathering, marks, reactions, order.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { post, page_body, page_item, fresh_mid } from "./harness/meta.mjs";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "turns" }, (world) => { here = world; });

async function answered(who, count) {
  await here.sandbox.heard(who, count);
  await here.settled();
}

test("a message makes one turn, one reply, and its rows carry the turn", async (t) => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    await t.test(channel, async () => {
      const who = here.customer(channel);
      assert.equal((await here.sandbox.say(who, "Hello!")).status, 200);
      await answered(who, 1);
      assert.equal(await here.turns_of(who), 1);
      assert.equal(await here.messages_of(who, 0), 1);
      assert.equal(await here.messages_of(who, 1), 1);
      const unbound = await here.server.number(`SELECT count(*) FROM messages WHERE turn_id IS NULL AND conversation_id IN ${here.conversation_of(who)}`);
      assert.equal(unbound, 0, "messages without a turn");
    });
  }
});

test("a delivery that comes many times at once is one message, one turn, one order", async () => {
  const who = here.customer();
  await here.meet(who);
  const wish = here.message(who, "I want 2 Ankara 6 yards");
  const duplicates = await here.server.metric("sellavie_inbound_events_duplicate_total");
  const statuses = await Promise.all(Array.from({ length: 12 }, () => wish.post()));
  assert.deepEqual([...new Set(statuses)], [200]);
  await answered(who, 1);
  assert.equal(await here.messages_of(who), 1);
  assert.equal(await here.turns_of(who), 1);
  assert.equal(await here.orders_of(who), 1);
  assert.equal((await here.sandbox.replies(who, "app")).length, 1);
  assert.equal(await here.server.metric("sellavie_inbound_events_duplicate_total"), duplicates + 11);
});

test("a delivery that comes again after a stop and after a kill is the same message", async (t) => {
  for (const how of ["stop", "kill"]) {
    await t.test(how, async () => {
      const who = here.customer();
      await here.meet(who);
      const wish = here.message(who, "I want 1 French lace 5 yards");
      assert.equal(await wish.post(), 200);
      await answered(who, 1);
      if (how === "stop") assert.equal((await here.server.stop()).code, 0);
      else await here.server.kill();
      await here.server.start();
      assert.equal(await wish.post(), 200);
      await sleep(1000);
      await here.settled();
      assert.equal(await here.messages_of(who), 1);
      assert.equal(await here.turns_of(who), 1);
      assert.equal(await here.orders_of(who), 1);
      assert.equal((await here.sandbox.replies(who, "app")).length, 1);
    });
  }
});

test("the same message twice in one batch is one message", async () => {
  const who = here.customer();
  await here.meet(who);
  const one = here.message(who, "Hello!");
  assert.equal(await post(here.server, page_body(who.account, one.item, one.item)), 200);
  await answered(who, 1);
  assert.equal(await here.messages_of(who), 1);
});

test("three quick messages make one turn", async () => {
  const who = here.customer();
  await here.meet(who);
  for (const text of ["Hello!", "Do you have", "Ankara?"]) assert.equal(await here.message(who, text).post(), 200);
  await answered(who, 1);
  assert.equal(await here.messages_of(who), 3);
  assert.equal(await here.turns_of(who), 1);
  const stored = await here.server.sql(`SELECT body FROM messages WHERE direction = 0 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`);
  assert.deepEqual(stored.map(([text]) => text), ["Hello!", "Do you have", "Ankara?"]);
});

test("a batch out of order is stored and read in the customer's order", async () => {
  const who = here.customer();
  await here.meet(who);
  const at = Date.now();
  const items = ["one", "two", "three", "four"].map((text, i) => page_item({ ...who, text, at: at - 4000 + 1000 * i, mid: fresh_mid() }));
  assert.equal(await post(here.server, page_body(who.account, items[2], items[0], items[3], items[1])), 200);
  await answered(who, 1);
  assert.equal(await here.turns_of(who), 1);
  const stored = await here.server.sql(`SELECT body FROM messages WHERE direction = 0 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`);
  assert.deepEqual(stored.map(([text]) => text), ["one", "two", "three", "four"]);
});

test("what comes late, out of order over two webhooks, is answered with the next turn, and nothing twice", async () => {
  const who = here.customer();
  await here.meet(who);
  const at = Date.now();
  const [one, two, three, four] = ["one", "two", "three", "four"].map((text, i) => page_item({ ...who, text, at: at - 4000 + 1000 * i, mid: fresh_mid() }));
  assert.equal(await post(here.server, page_body(who.account, three, one)), 200);
  await answered(who, 1);
  assert.equal(await post(here.server, page_body(who.account, four, three, two)), 200);
  await answered(who, 2);
  assert.equal(await here.turns_of(who), 2);
  const stored = await here.server.sql(`SELECT body FROM messages WHERE direction = 0 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`);
  assert.deepEqual(stored.map(([text]) => text), ["one", "three", "two", "four"]);
});

test("what is said while the model thinks becomes the next turn", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await answered(who, 1);
  await here.sandbox.set({ "llm.openai.latency_ms": 1500 });
  try {
    await here.sandbox.say(who, "How much is the Beaded purse?");
    await sleep(700);  // gathered, and with the model
    await here.sandbox.say(who, "How much is the Adire kaftan?");
    await answered(who, 3);
  } finally {
    await here.sandbox.set({ "llm.openai.latency_ms": 0 });
  }
  assert.equal(await here.turns_of(who), 3);
  const [, second, third] = await here.sandbox.replies(who, "app");
  assert.match(second.text, /Beaded purse/);
  assert.match(third.text, /Adire kaftan/);
});

test("our own echoes, read marks, delivery marks and reactions start no turn", async () => {
  const who = here.customer();
  const { mid } = await here.sandbox.say(who, "Hello!");
  await answered(who, 1);
  const accepted = await here.server.metric("sellavie_inbound_events_accepted_total");
  assert.equal((await here.sandbox.say(who, "", { kind: "reaction", mid })).status, 200);
  const at = Date.now();
  const base = { sender: { id: who.customer }, recipient: { id: who.account }, timestamp: at };
  assert.equal(await post(here.server, page_body(who.account, { ...base, read: { watermark: at } }, { ...base, delivery: { watermark: at } })), 200);
  await until("the marks are accepted", async () => (await here.server.metric("sellavie_inbound_events_accepted_total")) >= accepted + 3);
  await here.settled();
  await sleep(500);
  assert.equal(await here.turns_of(who), 1);
  assert.equal((await here.sandbox.replies(who, "app")).length, 1);
  assert.equal((await here.owner_of(who)).person, false, "our own echo is no person");
  const [[seen]] = await here.server.sql(`SELECT read_up_to FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  assert.ok(Number(seen) >= at - 1000, "the read mark moved");
});

test("a message of a thread that another app owns is recorded once, and starts nothing", async () => {
  const who = here.customer();
  await here.meet(who);
  const asked = async () => Object.entries((await here.sandbox.counters()).requests).filter(([name]) => /completions|messages$/.test(name));
  const asked_before = await asked();
  const item = page_item({ ...who, text: "Hello!" });
  const body = JSON.stringify({ object: "page", entry: [{ id: who.account, time: Date.now(), standby: [item] }] });
  const keys = () => here.server.number("SELECT count(*) FROM inbound_keys");
  const before = await keys();
  for (let i = 0; i < 2; i += 1) assert.equal(await post(here.server, body), 200);
  assert.equal(await keys(), before + 1);
  await here.settled();
  await until("it is recorded", async () => (await here.messages_of(who)) === 1);
  await sleep(700);  // as long as gathering and a turn would take
  assert.equal(await here.messages_of(who), 1);
  assert.equal(await here.turns_of(who), 0);
  assert.equal((await here.sandbox.replies(who)).length, 0);
  assert.deepEqual(await asked(), asked_before, "the model was asked");
});

test("an item older than eight days is stored and not answered", async () => {
  const who = here.customer();
  await here.meet(who);
  assert.equal(await here.message(who, "Hello?", { at: Date.now() - 9 * 86_400_000 }).post(), 200);
  await until("it is stored", async () => (await here.messages_of(who)) === 1);
  await here.settled();
  assert.equal((await here.sandbox.replies(who)).length, 0);
});

test("one customer's trouble does not delay another", async () => {
  await here.sandbox.set({ "llm.openai.hang": 1 });
  const stuck = here.customer(), other = here.customer();
  await here.sandbox.say(stuck, "Hello!");
  await sleep(600);
  await here.sandbox.say(other, "Hello!");
  await here.sandbox.heard(other, 1, { seconds: 5 });
  await here.sandbox.heard(stuck, 1, { seconds: 20 });  // by the next provider
  await here.settled();
  assert.equal((await here.owner_of(stuck)).person, false);
});

test("trouble in a turn is logged in JSON with its business and its chat", async () => {
  const who = here.customer();
  await here.sandbox.set({ "graph.error": { code: 2, times: 1 } });
  await here.sandbox.say(who, "Hello!");
  await answered(who, 1);
  const [[business, chat]] = await here.server.sql(`SELECT business_id, id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  const of_chat = () => readFileSync(here.place.file("server.log"), "utf8").split("\n").filter((line) => line.includes(chat)).map((line) => JSON.parse(line));
  await until("its line is written", () => of_chat().length > 0);
  assert.deepEqual(of_chat().map(({ level, event, business_id, conversation_id }) => ({ level, event, business_id, conversation_id })),
    [{ level: "warn", event: "send_failed", business_id: business, conversation_id: chat }]);
});

test("no words of any chat are in the log", async () => {
  const said = (await here.server.sql("SELECT DISTINCT body FROM messages WHERE length(body) >= 12")).flat();
  const log = readFileSync(here.place.file("server.log"), "utf8");
  assert.ok(said.length >= 5 && log.includes('"event":"serving"'), `${said.length} texts`);
  assert.deepEqual(said.filter((text) => log.includes(text) || log.includes(JSON.stringify(text).slice(1, -1))), []);
});
