// What a person writes in the composer reaches the customer once, whatever the network or the server does.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { resent_messages } from "./harness/invariants.mjs";
import { chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { random_source, sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let grace;
shared_world({ before, after }, { name: "api-composer" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  grace ??= await colleague(here, ada);
});

function send(by, one, body, key = randomUUID()) {
  return by.client.post(`${one}/messages`, body, { headers: { "idempotency-key": key } });
}

const said_by_us = async (who) => (await here.sandbox.replies(who, "app")).map(({ text }) => text);

test("a person's message takes the chat over and reaches the customer, on each channel", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    const { who, one } = await chat(here, ada, { channel });
    const sent = await send(ada, one, { text: "This is Ada. How can I help?" });
    assert.equal(sent.status, 201, channel);
    assert.deepEqual([sent.body.owner, sent.body.taken_by], ["person", ada.account_id]);
    assert.deepEqual(sent.body.messages.map(({ origin, author_id, direction }) => [origin, author_id, direction]), [["person", ada.account_id, "out"]]);
    await here.settled();
    assert.equal((await said_by_us(who)).at(-1), "This is Ada. How can I help?");
    const { body } = await ada.client.get(`${one}/messages`);
    assert.equal(body.items[0].id, sent.body.messages[0].id, "our own echo is no second message");
    assert.equal(body.items[0].state, "delivered");
    assert.equal((await ada.client.get(one)).body.taken_by, ada.account_id);
  }
});

test("twenty identical sends at once are one message with one answer, also after a restart", async () => {
  const { who, one, id } = await chat(here, ada);
  const before = (await said_by_us(who)).length;
  const key = randomUUID();
  const wish = { text: "Only once, please." };
  const all = await Promise.all(Array.from({ length: 20 }, () => send(ada, one, wish, key)));
  await here.settled();
  await here.server.restart();
  all.push(await send(ada, one, wish, key));
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [201]);
  assert.deepEqual([...new Set(all.map(({ body }) => body.messages.map(({ id }) => id).join()))].length, 1);
  await here.settled();
  assert.equal((await said_by_us(who)).length, before + 1);
  assert.equal(await here.server.number(`SELECT count(*) FROM audit_log WHERE action = 'message.sent' AND subject_id = '${id}'`), 1);
});

test("another message under a known key is refused, and one without a key", async () => {
  const { who, one } = await chat(here, ada);
  const other = await chat(here, ada);
  const key = randomUUID();
  assert.equal((await send(ada, one, { text: "Hello" }, key)).status, 201);
  for (const [where, text] of [[one, "Good bye"], [other.one, "Hello"]]) {
    const refused = await send(ada, where, { text }, key);
    assert.deepEqual([refused.status, refused.body.errors?.map(({ field }) => field)], [422, ["Idempotency-Key"]]);
  }
  assert.equal((await send(grace, one, { text: "Good bye" }, key)).status, 201, "keys are each person's own");
  assert.equal((await ada.client.post(`${one}/messages`, { text: "Hello" })).status, 428);
  for (const body of [{}, { text: " \n\t" }, { image_url: "http://example.com/a.png" }]) {
    assert.equal((await send(ada, one, body)).status, 422, JSON.stringify(body));
  }
  await here.settled();
  assert.deepEqual((await said_by_us(who)).slice(-2), ["Hello", "Good bye"]);
  assert.equal((await ada.client.get(other.one)).body.owner, "ai", "a refused message takes nothing over");
});

test("a long text is split, and an image goes before it", async () => {
  const { who, one } = await chat(here, ada);
  const key = randomUUID();
  const wish = { text: "word ".repeat(900).trim(), image_url: "https://example.com/kaftan.png" };
  const sent = await send(ada, one, wish, key);
  assert.equal(sent.status, 201);
  assert.equal(sent.body.messages.length, 4, "one image and 4499 characters in three parts");
  assert.deepEqual(sent.body.messages[0].attachments.map(({ type, url }) => [type, url]), [["image", wish.image_url]]);
  await here.settled();
  assert.deepEqual((await send(ada, one, wish, key)).body.messages.map(({ id }) => id), sent.body.messages.map(({ id }) => id));
  const heard = (await here.sandbox.replies(who, "app")).slice(-4);
  assert.equal(heard.slice(1).map(({ text }) => text).join("").replaceAll(" ", ""), wish.text.replaceAll(" ", ""));
});

test("a person who writes while the AI thinks has the chat; nothing of the AI follows", async () => {
  const { who, one } = await chat(here, ada);
  await here.sandbox.set({ "llm.openai.latency_ms": 2000 });
  try {
    await here.sandbox.say(who, "I want 2 Ankara 6 yards");
    await sleep(900);
    assert.equal((await send(ada, one, { text: "I take this one." })).status, 201);
    await sleep(2000);
    await here.settled();
  } finally {
    await here.sandbox.set({ "llm.openai.latency_ms": 0 });
  }
  assert.deepEqual((await said_by_us(who)).slice(1), ["I take this one."]);
  assert.equal(await here.orders_of(who), 0);
  const { body } = await ada.client.get(`${one}/messages`);
  assert.deepEqual(body.items.slice(0, 2).map(({ text }) => text), ["I take this one.", "I want 2 Ankara 6 yards"], "in the order of the chat");
});

test("of two people who take a chat over at once one wins, and the other learns who", async () => {
  const { one } = await chat(here, ada);
  const both = await Promise.all([ada, grace].map(({ client }) => client.post(`${one}/take-over`)));
  assert.deepEqual(both.map(({ status }) => status), [200, 200]);
  assert.deepEqual(both[0].body, both[1].body);
  assert.ok([ada.account_id, grace.account_id].includes(both[0].body.taken_by));
  assert.equal((await ada.client.get(one)).body.taken_by, both[0].body.taken_by);
});

test("where the window is closed the person is told what to do, and nothing changes", async () => {
  for (const [channel, days, word] of [["whatsapp", 1.1, /template/], ["messenger", 7.5, /7 days/]]) {
    const { who, one, id } = await chat(here, ada, { channel });
    const before = (await said_by_us(who)).length;
    await here.server.sql(`UPDATE conversations SET last_customer_at = ${Date.now() - days * 86_400_000} WHERE id = '${id}'`);
    await here.server.restart();
    const refused = await send(ada, one, { text: "Are you still there?" });
    assert.deepEqual([refused.status, refused.body.type], [409, "/problems/send-window-closed"], channel);
    assert.match(refused.body.detail, word);
    assert.equal((await ada.client.get(one)).body.owner, "ai");
    assert.equal((await said_by_us(who)).length, before);
  }
});

test("a blocked customer is heard and not answered, by nobody, until unblocked", async () => {
  const { who, one, conversation } = await chat(here, ada);
  const customer = `${ada.shop}/customers/${conversation.customer_id}`;
  assert.equal((await ada.client.post(`${customer}/block`)).body.is_blocked, true);
  assert.equal((await ada.client.post(`${customer}/block`)).status, 200, "again changes nothing");
  const before = { said: (await said_by_us(who)).length, heard: await here.messages_of(who), tasks: await here.server.number("SELECT count(*) FROM person_tasks") };
  await here.sandbox.say(who, "Answer me!");
  await here.settled();
  await sleep(600);
  assert.equal(await here.messages_of(who), before.heard + 1);
  assert.equal((await said_by_us(who)).length, before.said);
  assert.equal(await here.server.number("SELECT count(*) FROM person_tasks"), before.tasks);
  const refused = await send(ada, one, { text: "Hello?" });
  assert.deepEqual([refused.status, refused.body.type], [409, "/problems/customer-blocked"]);
  await here.server.restart();
  await here.sandbox.say(who, "And now?");
  await here.settled();
  assert.equal((await said_by_us(who)).length, before.said, "blocked also after a restart");
  assert.equal((await ada.client.post(`${customer}/unblock`)).body.is_blocked, false);
  await here.sandbox.say(who, "How much is the Beaded purse?");
  await here.sandbox.heard(who, before.said + 1);
  await here.settled();
});

test("a server that is killed during sends sends each key once", { timeout: 180_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const resent = new resent_messages();
  const { who, one } = await chat(here, ada);
  const texts = Array.from({ length: 60 }, (_, i) => `Message number ${i}`);
  // Each person repeats until there is an answer, as a weak network does.
  const insist = async (text) => {
    const key = randomUUID();
    for (;;) {
      const answer = await send(ada, one, { text }, key).catch(() => undefined);
      if (answer?.status === 201) return answer.body.messages.map(({ id }) => id);
      assert.ok(answer === undefined || answer.status >= 500, `${answer?.status} ${answer?.text}`);
      await sleep(50 + random.below(200));
    }
  };
  let open = true;
  const people = Array.from({ length: 6 }, async (_, i) => {
    const ids = [];
    for (let n = i; n < texts.length; n += 6) ids.push(...(await insist(texts[n])));
    return ids;
  });
  const all = Promise.all(people).finally(() => { open = false; });
  for (let kill = 0; kill < 4 && open; kill += 1) {
    await sleep(100 + random.below(500));
    await here.server.kill();
    await resent.after_kill(here);
    await here.server.start();
  }
  const ids = (await all).flat();
  assert.equal(new Set(ids).size, texts.length, "each key has one message of its own");
  await here.settled({ seconds: 90 });
  const rows = await here.server.sql(`SELECT body, count(*) FROM messages WHERE origin = 2 AND direction = 1 AND conversation_id IN ${here.conversation_of(who)} GROUP BY 1`);
  assert.deepEqual(rows.map(([, count]) => count), texts.map(() => "1"), `seed ${random.seed}`);
  const marked = resent.all(here);
  const { resends } = await here.sandbox.counters();
  const unmarked = resends.filter(({ customer, key }) => customer === who.customer && !marked.has(key));
  assert.deepEqual(unmarked, [], `sent twice and not marked, seed ${random.seed}`);
  const heard = new Set(await said_by_us(who));
  assert.deepEqual(texts.filter((text) => !heard.has(text)), [], `never sent, seed ${random.seed}`);
  await until("nothing is unsettled", async () => (await here.server.number("SELECT count(*) FROM outbox")) === 0);
});
