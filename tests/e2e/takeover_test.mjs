// Who speaks: a person's echo takes the chat over, and nothing of the AI follows.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "takeover" }, (world) => { here = world; });

function taken_over(who) {
  return until(`a person owns the chat of ${who.customer}`, async () => (await here.owner_of(who))?.person);
}

test("a person's echo takes the chat over; the AI is silent from then on", async (t) => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    await t.test(channel, async () => {
      const who = here.customer(channel);
      await here.sandbox.say(who, "Hello!");
      await here.sandbox.heard(who, 1);
      await here.settled();
      const before = await here.owner_of(who);
      await here.sandbox.echo(who, "This is Ada, how can I help?");
      await taken_over(who);
      assert.ok((await here.owner_of(who)).epoch > before.epoch);
      assert.equal((await here.sandbox.say(who, "How much is the Adire kaftan?")).status, 200);
      await here.settled();
      await sleep(800);
      assert.equal((await here.sandbox.replies(who, "app")).length, 1, "the AI spoke over a person");
      const person = await here.server.number(`SELECT count(*) FROM messages WHERE origin = 2 AND conversation_id IN ${here.conversation_of(who)}`);
      assert.equal(person, 1, "the person's message is kept as a person's");
    });
  }
});

test("a takeover while the model thinks: no AI message afterwards", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.sandbox.set({ "llm.openai.latency_ms": 2000 });
  try {
    await here.sandbox.say(who, "I want 2 Ankara 6 yards");
    await sleep(800);
    await here.sandbox.echo(who, "I take this one.");
    await taken_over(who);
    await sleep(2000);
    await here.settled();
  } finally {
    await here.sandbox.set({ "llm.openai.latency_ms": 0 });
  }
  assert.equal((await here.sandbox.replies(who, "app")).length, 1);
  assert.equal(await here.orders_of(who), 0, "the model's proposal ran although a person had the chat");
  const open = await here.server.number(`SELECT count(*) FROM turns WHERE state = 0 AND conversation_id IN ${here.conversation_of(who)}`);
  assert.equal(open, 0);
});

// Before the message was accepted: it never reaches the customer, and what is known of it differs.
const refusals = {
  "in the outbox for its next try": { error: { code: 2 }, state: 3 },
  "for evidence, because nobody knows whether it was sent": { error: { code: 2, status: 500 }, state: 4 },
};
for (const [waits, { error, state }] of Object.entries(refusals)) {
  test(`a takeover while the reply waits ${waits}: it ends as overtaken`, async () => {
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
    await here.settled();
    const overtaken = await here.server.metric("sellavie_outbox_overtaken_total");
    await here.sandbox.set({ "graph.error": { ...error, channel: "messenger" } });
    try {
      await here.sandbox.say(who, "How much is the Beaded purse?");
      const states = () => here.server.sql(`SELECT DISTINCT state FROM outbox WHERE conversation_id IN ${here.conversation_of(who)}`);
      await until(`the reply waits ${waits}`, async () => (await states()).join() === `${state}`, { every_ms: 20, explain: states });
      await here.sandbox.echo(who, "I take this one.");
      await taken_over(who);
    } finally {
      await here.sandbox.set({ "graph.error": false });
    }
    await here.settled({ seconds: 60 });
    await sleep(1500);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1, "an overtaken reply was sent");
    const ends = await here.server.sql(`SELECT state FROM messages WHERE direction = 1 AND origin = 1 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`);
    assert.deepEqual(ends.map(([end]) => end), ["5", "6"], "the greeting arrived, the answer is overtaken");
    assert.equal(await here.server.metric("sellavie_outbox_overtaken_total"), overtaken + 1);
  });
}

test("a customer who asks for a person gets one farewell and a task for a person", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Can I talk to a real person please?");
  await here.sandbox.heard(who, 1);
  await taken_over(who);
  await here.sandbox.say(who, "Hello? Anybody?");
  await here.settled();
  await sleep(800);
  assert.equal((await here.sandbox.replies(who, "app")).length, 1);
  const tasks = await here.server.number(`SELECT count(*) FROM person_tasks WHERE kind = 'handover' AND conversation_id IN ${here.conversation_of(who)}`);
  assert.equal(tasks, 1);
});

test("an echo that overtakes the send's answer is ours, not a person's", async () => {
  await here.sandbox.set({ "graph.echo_first": true, "graph.latency_ms": 100 });
  try {
    for (const channel of ["messenger", "instagram", "whatsapp"]) {
      const who = here.customer(channel);
      await here.sandbox.say(who, "Hello!");
      await here.sandbox.heard(who, 1);
      await here.settled();
      assert.equal((await here.owner_of(who)).person, false, channel);
    }
  } finally {
    await here.sandbox.set({ "graph.echo_first": false, "graph.latency_ms": 0 });
  }
});

test("a lost answer is settled by its echo or status and not sent again", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    const who = here.customer(channel);
    await here.sandbox.set({ "graph.lost_answer": 1 });
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
    await here.settled();
    await sleep(500);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1, channel);
    assert.equal((await here.owner_of(who)).person, false, channel);
  }
  assert.equal((await here.sandbox.counters()).resends.length, 0);
});

test("a lost answer without evidence is sent once more, and counted", async () => {
  const counted = await here.server.metric("sellavie_sends_repeated_without_evidence_total");
  const who = here.customer();
  // Neither echo nor marks of the next sends arrive.
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.sandbox.set({ "graph.lost_answer": 1, "webhook.lose": { times: 8 } });
  try {
    const price = here.message(who, "How much is the Beaded purse?");
    assert.equal(await price.post(), 200);
    await here.sandbox.heard(who, 3, { seconds: 40 });
  } finally {
    await here.sandbox.set({ "webhook.lose": false, "graph.lost_answer": false });
  }
  await here.settled({ seconds: 60 });
  const replies = await here.sandbox.replies(who, "app");
  assert.equal(replies.length, 3);
  assert.equal(replies[1].text, replies[2].text);
  assert.equal(await here.server.metric("sellavie_sends_repeated_without_evidence_total"), counted + 1);
});

test("after a restart the late, bare echo of our own message is still ours", async () => {
  const who = here.customer("instagram");
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  // The echo does not come; the server dies; then it comes without metadata and app id.
  await here.sandbox.set({ "webhook.lose": { times: 8 } });
  assert.equal(await here.message(who, "How much is the Beaded purse?").post(), 200);
  await here.sandbox.heard(who, 2);
  await here.settled();
  await here.server.restart();
  await here.sandbox.set({ "webhook.lose": false });
  const [[mid, text]] = await here.server.sql(`SELECT external_id, body FROM messages WHERE direction = 1 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id DESC LIMIT 1`);
  assert.equal(await here.message(who, text, { mid, message: { is_echo: true } }).post(), 200);
  await here.settled();
  assert.equal((await here.owner_of(who)).person, false, "our own message was taken for a person's");
  await here.sandbox.say(who, "How much is the Adire kaftan?");
  await here.sandbox.heard(who, 3);
  // In the same words, but not ours.
  assert.equal(await here.message(who, text, { message: { is_echo: true } }).post(), 200);
  await taken_over(who);
});
