// Meta refuses a send, in the sandbox's words: by the code, what becomes of the message, who is told, and who must wait.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "send_errors" }, (world) => { here = world; });

const words = "How much is it?";
const ready = 1, backoff = 3, delivered = 5, dead = 7;
const minute_ms = 60_000;

const rows_of = (who) => here.server.sql(`SELECT state, attempts, due_at FROM outbox WHERE conversation_id IN ${here.conversation_of(who)}`)
  .then((rows) => rows.map(([state, attempts, due_at]) => ({ state: Number(state), attempts: Number(attempts), due_at: Number(due_at) })));
const ends_of = (who) => here.server.sql(`SELECT state FROM messages WHERE direction = 1 AND origin <> 2 AND conversation_id IN ${here.conversation_of(who)} ORDER BY id`)
  .then((rows) => rows.map(([state]) => Number(state)));
const tasks_of = (who) => here.server.sql(`SELECT kind, reason FROM person_tasks WHERE conversation_id IN ${here.conversation_of(who)}`);
const tasks_of_connections = () => here.server.sql("SELECT reason FROM person_tasks WHERE kind = 'connection' ORDER BY id").then((rows) => rows.flat());

// The next send of this channel is refused.
const refuse_next = (channel, error) => here.sandbox.set({ "graph.error": { ...error, channel, times: 1 } });

function waits_as(who, state) {
  return until(`the reply to ${who.customer} waits as ${state}`, async () => {
    const [row] = await rows_of(who);
    return row?.state === state && row;
  }, { every_ms: 20, explain: async () => JSON.stringify(await rows_of(who)) });
}

async function is_answered(who, count = 1) {
  await here.sandbox.say(who, words);
  return (await here.sandbox.heard(who, count))[count - 1];
}

// A person answers: what waits to be sent in this chat is not sent any more.
async function left_to_a_person(who) {
  await here.sandbox.echo(who, "I take this one.");
  await until(`nothing waits for ${who.customer}`, async () => (await rows_of(who)).length === 0);
}

const for_good = {
  "the window is closed on Messenger": { channel: "messenger", error: { code: 10, subcode: 2018278, status: 403 }, reason: "window_closed 10" },
  "the window is closed on Instagram": { channel: "instagram", error: { code: 10, subcode: 2534022, status: 403 }, reason: "window_closed 10" },
  "our request is wrong": { channel: "messenger", error: { code: 100 }, reason: "bad_request 100" },
  "our app may not": { channel: "instagram", error: { code: 10, status: 403 }, reason: "permission 10" },
  "the customer cannot be reached": { channel: "messenger", error: { code: 551 }, reason: "recipient_gone 551", is_unreachable: true },
  "the number is not on WhatsApp": { channel: "whatsapp", error: { code: 131026 }, reason: "recipient_gone 131026", is_unreachable: true },
  "this customer may not be written to": { channel: "whatsapp", error: { code: 131050 }, reason: "spam 131050" },
};
for (const [name, { channel, error, reason, is_unreachable = false }] of Object.entries(for_good)) {
  test(`${name} (${error.code}): the message is dead, a person is told, nobody waits`, async () => {
    const [who, neighbour] = [here.customer(channel), here.customer(channel)];
    await refuse_next(channel, error);
    await here.sandbox.say(who, words);
    await until("the message is given up", async () => (await ends_of(who)).includes(dead), { explain: () => here.place.log_tail("server") });
    assert.deepEqual(await rows_of(who), [], "it leaves the outbox");
    assert.deepEqual(await tasks_of(who), [["send_failed", reason]]);
    const since = await here.server.number(`SELECT unreachable_since FROM contacts WHERE scoped_id = '${who.customer}'`);
    assert.equal(since > 0, is_unreachable, "whether the customer is shown as unreachable");
    assert.equal((await here.sandbox.replies(who)).length, 0);
    await Promise.all([is_answered(who), is_answered(neighbour)]);
    assert.deepEqual(await ends_of(who), [dead, delivered]);
    assert.equal((await here.owner_of(who)).person, false);
  });
}

test("a passing trouble (2): the message is tried again, and nobody is told", async () => {
  const who = here.customer();
  await refuse_next("messenger", { code: 2 });
  await here.sandbox.say(who, words);
  const { attempts, due_at } = await waits_as(who, backoff);
  assert.equal(attempts, 1);
  const [reply] = await here.sandbox.heard(who, 1);
  assert.ok(reply.at >= due_at, `sent ${due_at - reply.at} ms before it was due`);
  await here.settled();
  assert.deepEqual([await ends_of(who), await tasks_of(who)], [[delivered], []]);
});

test("a limit of the pair (131056): this customer waits, others do not", async () => {
  const [who, neighbour, stranger] = [here.customer("whatsapp"), here.customer("whatsapp"), here.customer("whatsapp", "kofi")];
  const asked_at = Date.now();
  await refuse_next("whatsapp", { code: 131056, regain_minutes: 1 });
  await here.sandbox.say(who, words);
  const { due_at, attempts } = await waits_as(who, backoff);
  assert.ok(due_at >= asked_at + minute_ms, "Meta's own time is heeded");
  assert.equal(attempts, 0, "a limit is no failed try");
  await Promise.all([is_answered(neighbour), is_answered(stranger)]);
  assert.equal((await rows_of(who))[0]?.state, backoff);
  await left_to_a_person(who);
  assert.equal((await here.sandbox.replies(who, "app")).length, 0);
});

test("a limit of the account (613): whoever writes to it waits, other accounts do not", async () => {
  const [who, neighbour] = [here.customer("instagram"), here.customer("instagram")];
  const others = [here.customer("messenger"), here.customer("instagram", "kofi")];
  const asked_at = Date.now();
  await refuse_next("instagram", { code: 613, regain_minutes: 1 });
  await here.sandbox.say(who, words);
  assert.ok((await waits_as(who, backoff)).due_at >= asked_at + minute_ms);
  await here.sandbox.say(neighbour, words);
  await waits_as(neighbour, ready);
  await Promise.all(others.map((one) => is_answered(one)));
  assert.equal((await rows_of(neighbour))[0]?.state, ready);
  for (const one of [who, neighbour]) {
    await left_to_a_person(one);
    assert.equal((await here.sandbox.replies(one, "app")).length, 0);
    assert.deepEqual(await tasks_of(one), []);
  }
});

test("a limit of our app (4): every account waits, and then all is sent", async () => {
  const who = here.customer();
  const others = [here.customer(), here.customer("whatsapp"), here.customer("instagram", "kofi")];
  await refuse_next("messenger", { code: 4, regain_minutes: 0 });
  await here.sandbox.say(who, words);
  const { due_at } = await waits_as(who, backoff);
  await Promise.all(others.map((one) => here.sandbox.say(one, words)));
  for (const one of [who, ...others]) {
    const [reply] = await here.sandbox.heard(one, 1, { seconds: 30 });
    assert.ok(reply.at >= due_at, `${one.channel}: sent ${due_at - reply.at} ms before the rest was over`);
  }
  await here.settled();
  for (const one of [who, ...others]) assert.deepEqual([await ends_of(one), await tasks_of(one)], [[delivered], []]);
});

test("the channel closes its window before we do: the message is dead, a person is told; the customer's next message opens it", async (t) => {
  const reasons = { messenger: "window_closed 10", instagram: "window_closed 10", whatsapp: "window_closed 131047" };
  const here_on = Object.keys(reasons).map((channel) => here.customer(channel, "kofi"));
  await here.sandbox.set({ "graph.window_hours": 0 });
  try {
    await Promise.all(here_on.map((who) => here.sandbox.say(who, words)));
    for (const who of here_on) await until(`${who.channel} has refused`, async () => (await ends_of(who)).includes(dead), { explain: () => here.place.log_tail("server") });
    await here.settled();
  } finally {
    await here.sandbox.set({ "graph.window_hours": 24 });
  }
  for (const who of here_on) {
    await t.test(who.channel, async () => {
      assert.deepEqual(await tasks_of(who), [["send_failed", reasons[who.channel]]]);
      assert.equal((await here.sandbox.replies(who)).length, 0);
      await is_answered(who);
      await until("it is settled", async () => (await ends_of(who)).join() === `${dead},${delivered}`);
    });
  }
});

test("the account is restricted (368): it is silent until somebody acts, a person is told once, other accounts are not concerned", async () => {
  const [who, neighbour] = [here.customer("whatsapp", "kofi"), here.customer("whatsapp", "kofi")];
  const others = [here.customer("messenger", "kofi"), here.customer("whatsapp")];
  const told_before = await tasks_of_connections();
  const asked_at = Date.now();
  await refuse_next("whatsapp", { code: 368, status: 403 });
  await here.sandbox.say(who, words);
  assert.ok((await waits_as(who, backoff)).due_at >= asked_at + 60 * minute_ms, "an hour until it is tried again");
  await here.sandbox.say(neighbour, words);
  await waits_as(neighbour, ready);
  await Promise.all(others.map((one) => is_answered(one)));
  assert.equal((await rows_of(neighbour))[0]?.state, ready);
  assert.deepEqual(await tasks_of_connections(), [...told_before, "the channel restricts this account (368): see its business settings"]);
  for (const one of [who, neighbour]) await left_to_a_person(one);
});

test("the token is refused (190): the account is silent, a person is told once; with another token all is sent", async () => {
  const [who, neighbour] = [here.customer(), here.customer()];
  const told_before = await tasks_of_connections();
  await refuse_next("messenger", { code: 190, status: 400 });
  await here.sandbox.say(who, words);
  await waits_as(who, backoff);
  await here.sandbox.say(neighbour, words);
  await waits_as(neighbour, ready);
  await is_answered(here.customer("messenger", "kofi"));
  assert.deepEqual((await rows_of(who)).concat(await rows_of(neighbour)).map(({ state }) => state), [backoff, ready]);
  assert.deepEqual(await tasks_of_connections(), [...told_before, "the channel refused our access token"]);
  const health = () => here.server.sql(`SELECT broken_at IS NULL, last_error FROM connections WHERE external_id = '${who.account}'`);
  assert.deepEqual(await health(), [["f", "Meta refuses the token."]]);

  const token = "sandbox-token-renewed";
  await here.sandbox.add_account({ channel: "messenger", id: who.account, business: "ada", name: "Ada Fabrics", token });
  const renewed = structuredClone(here.businesses);
  renewed[0].connections.find(({ external_id }) => external_id === who.account).access_token = token;
  await here.server.provision(renewed);
  await Promise.all([who, neighbour].map((one) => here.sandbox.heard(one, 1)));
  await here.settled();
  for (const one of [who, neighbour]) assert.deepEqual([await ends_of(one), await tasks_of(one)], [[delivered], []]);
  assert.deepEqual(await health(), [["t", ""]], "the connection is well again");
});
