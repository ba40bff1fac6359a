// A model provider fails: the next one answers, the breaker opens and closes again; all fail: the safe
// reply once, and a person gets the chat - and the AI gets it back when the providers do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "provider_outage", settings: { llm: { attempt_ms: 1000, deadline_ms: 4000 } } }, (world) => { here = world; });

const healthy = Object.fromEntries(["openai", "anthropic", "groq"].flatMap((name) =>
  ["outage", "rate_limit", "quota", "garbage", "hang"].map((fault) => [`llm.${name}.${fault}`, false])));

async function asked(provider) {
  const { requests } = await here.sandbox.counters();
  const path = { openai: "/openai/", anthropic: "/anthropic/", groq: "/groq/" }[provider];
  return Object.entries(requests).filter(([name]) => name.includes(path)).reduce((sum, [, count]) => sum + count, 0);
}

async function breakers_closed() {
  for (const provider of ["openai", "anthropic", "groq"]) {
    await until(`${provider}'s breaker is closed`, async () => {
      const closed = (await here.server.metric("sellavie_llm_breaker_state", { provider, state: "closed" })) === 1;
      if (!closed) await said_hello();
      return closed;
    }, { seconds: 60, every_ms: 500 });
  }
}

async function said_hello() {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  const replies = await here.sandbox.heard(who, 1, { seconds: 15 });
  return { who, replies };
}

async function answered_during(faults) {
  await breakers_closed();
  await here.sandbox.set({ ...healthy, ...faults });
  try {
    const before = await asked("openai");
    const { who, replies } = await said_hello();
    await here.settled();
    return { who, text: replies[0].text, person: (await here.owner_of(who)).person, tried_first: (await asked("openai")) > before };
  } finally {
    await here.sandbox.set(healthy);
  }
}

test("each way in which the first provider can fail leads to an answer of another", async (t) => {
  for (const fault of ["outage", "rate_limit", "quota", "garbage", "hang"]) {
    await t.test(fault, async () => {
      const { text, person, tried_first } = await answered_during({ [`llm.openai.${fault}`]: true });
      assert.ok(tried_first, "the first provider was not asked: nothing was shown");
      assert.match(text, /welcome/i, text);
      assert.equal(person, false);
    });
  }
  await t.test("the first two are out", async () => {
    const { text } = await answered_during({ "llm.openai.outage": true, "llm.anthropic.outage": true });
    assert.match(text, /welcome/i, text);
  });
});

test("a short Retry-After is waited for: the same provider answers", async () => {
  await breakers_closed();
  await said_hello();  // forgets earlier failures: too many in a row open the breaker for longer
  const [first, second] = [await asked("openai"), await asked("anthropic")];
  await here.sandbox.set({ ...healthy, "llm.openai.rate_limit": { times: 1, retry_after: 1 } });
  await said_hello();
  assert.deepEqual([(await asked("openai")) - first, (await asked("anthropic")) - second], [2, 0]);
});

test("a longer Retry-After, in seconds or as a date, is heeded: others answer, and this provider is not asked before it is over", { timeout: 90_000 }, async () => {
  await breakers_closed();
  const rest_ms = 8000;  // longer than the breaker's own pause
  const begun = Date.now();
  const date = new Date(begun + rest_ms + 1000).toUTCString();  // it has no fractions of a second
  await here.sandbox.set({ ...healthy, "llm.openai.rate_limit": { times: 1, retry_after: rest_ms / 1000 }, "llm.anthropic.rate_limit": { times: 1, retry_after: date } });
  const limited = Object.fromEntries(await Promise.all(["openai", "anthropic"].map(async (name) => [name, { before: await asked(name), again_ms: 0 }])));
  const asked_again = async (name) => (await asked(name)) > limited[name].before + 1;
  try {
    const { who } = await said_hello();
    assert.equal((await here.owner_of(who)).person, false);
    await until("both are asked again", async () => {
      await said_hello();
      for (const [name, one] of Object.entries(limited)) if (one.again_ms === 0 && (await asked_again(name))) one.again_ms = Date.now() - begun;
      // From then on the first would take every question.
      if (limited.openai.again_ms > 0) await here.sandbox.set({ "llm.openai.outage": true });
      return limited.openai.again_ms > 0 && limited.anthropic.again_ms > 0;
    }, { seconds: 40, every_ms: 200, explain: () => JSON.stringify(limited) });
  } finally {
    await here.sandbox.set(healthy);
  }
  for (const [name, { again_ms }] of Object.entries(limited)) assert.ok(again_ms >= rest_ms, `${name} was asked again after ${again_ms} ms`);
});

test("the breaker of a failing provider opens, and closes after a probe", async () => {
  await breakers_closed();
  await here.sandbox.set({ ...healthy, "llm.openai.outage": true });
  try {
    await until("openai's breaker is open", async () => {
      await said_hello();
      return (await here.server.metric("sellavie_llm_breaker_state", { provider: "openai", state: "open" })) === 1;
    }, { seconds: 60 });
    const before = await asked("openai");
    const crowd = Array.from({ length: 10 }, () => here.customer());
    await Promise.all(crowd.map((who) => here.sandbox.say(who, "Hello!")));
    await Promise.all(crowd.map((who) => here.sandbox.heard(who, 1, { seconds: 15 })));
    assert.ok((await asked("openai")) - before <= 3, `an open breaker let ${(await asked("openai")) - before} of 10 through`);
  } finally {
    await here.sandbox.set(healthy);
  }
  await breakers_closed();
});

test("all providers fail: the safe reply once, a person is told; afterwards the AI answers again", { timeout: 200_000 }, async () => {
  await breakers_closed();
  await here.sandbox.set({ ...healthy, "llm.openai.outage": true, "llm.anthropic.outage": true, "llm.groq.outage": true });
  const who = here.customer();
  try {
    await here.sandbox.say(who, "Hello!");
    const [first] = await here.sandbox.heard(who, 1, { seconds: 20 });
    assert.match(first.text, /colleague will answer/i, first.text);
    await until("a person has the chat", async () => (await here.owner_of(who)).person);
    await here.sandbox.say(who, "Is anybody there?");
    await here.settled();
    await sleep(1000);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1, "the safe reply was said again");
    assert.ok((await here.server.number(`SELECT count(*) FROM person_tasks WHERE conversation_id IN ${here.conversation_of(who)}`)) >= 1);
    assert.equal(await here.server.number("SELECT count(*) FROM parked_events"), 0, "an outage is not the delivery's fault");
  } finally {
    await here.sandbox.set(healthy);
  }
  // The breakers must close first; each try of the customer may bring the AI back.
  await until("the AI answers the untouched chat again", async () => {
    await here.sandbox.say(who, "Hello again, how much is the Beaded purse?");
    await sleep(2500);
    return (await here.sandbox.replies(who, "app")).some(({ text }) => /Beaded purse/.test(text));
  }, { seconds: 120, every_ms: 3000 });
  assert.equal((await here.owner_of(who)).person, false);
});
