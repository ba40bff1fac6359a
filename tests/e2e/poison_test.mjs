// A delivery that kills the server each time, while others are under way: it alone is parked.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { open_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

test("of six who are answered together one kills the server each time: she alone is parked, the others are answered once", { timeout: 290_000 }, async (t) => {
  const model = await model_door.open(t);
  const here = await open_world(t, { name: "poison_beside_others", settings: {
    llm: { order: ["openai"], attempt_ms: 60_000, deadline_ms: 120_000 },
    "llm.openai": { base_url: `http://127.0.0.1:${model.port}/openai/v1` },
  } });
  model.to = here.sandbox.url;
  const everybody = ["Ama", "Esi", "Kofi (poison)", "Yaw", "Abena", "Kwame"].map((name, i) => ({ name, who: here.customer("messenger", ["ada", "kofi"][i % 2]) }));
  const [poison] = everybody.splice(2, 1);
  const innocents = everybody;
  const parked = () => here.server.sql("SELECT reason FROM parked_events");

  // Whose question reaches the model in this life of the server. As long as all run together nobody is answered before
  // the poison strikes; who runs alone is answered at once.
  let asked = new Set();
  let has_struck = false;
  let deaths_together = 0;
  const strangers = [];
  model.passes = async (question) => {
    const who = [poison, ...innocents].find(({ name }) => question.includes(`I am ${name}.`));
    if (!who) strangers.push(question);
    asked.add(who?.name);
    const runs_alone = (await here.server.number("SELECT count(*) FROM inbound_events WHERE alone")) > 0;
    const strikes = asked.has(poison.name) && (runs_alone || asked.size === 1 + innocents.length);
    if (!strikes || has_struck) return runs_alone;
    has_struck = true;
    if (!runs_alone) deaths_together += 1;
    process.kill(here.server.pid, "SIGKILL");
    return false;
  };

  for (const { name, who } of [...innocents.slice(0, 2), poison, ...innocents.slice(2)]) await here.sandbox.say(who, `Hello! I am ${name}.`);
  let lives = 1;
  for (; ; lives += 1) {
    await until(`life ${lives} ends, or somebody is parked`, async () => !here.server.is_running || (await parked()).length > 0, { seconds: 40, explain: () => here.place.log_tail("server") });
    if (here.server.is_running) break;
    assert.ok(lives < 10, "it never ends");
    asked = new Set();
    has_struck = false;
    await here.server.start({ wait: false });
  }
  t.diagnostic(`${lives} lives, ${deaths_together} of them ended while all six ran`);
  assert.ok(deaths_together > 0, "the innocents were never in danger");
  assert.deepEqual(strangers, [], "nobody else asks");

  for (const { who } of innocents) await here.sandbox.heard(who, 1, { seconds: 60 });
  await here.settled({ seconds: 60 });
  assert.deepEqual(await parked(), [["the server died while it handled only this delivery"]]);
  assert.equal(await here.server.number("SELECT count(*) FROM person_tasks WHERE kind = 'parked'"), 1);
  for (const { name, who } of innocents) {
    assert.equal(await here.turns_of(who), 1, name);
    assert.equal((await here.sandbox.replies(who, "app")).length, 1, name);
  }
  assert.equal(await here.turns_of(poison.who), 0);
  assert.equal((await here.sandbox.replies(poison.who, "app")).length, 0);
});

// Between the server and the sandbox's models: a question goes on when `passes(its text)` says so, else it has no answer.
class model_door {
  to = "";
  passes = async () => true;

  static async open(t) {
    const door = new model_door();
    door.listener = createServer(async (request, response) => {
      const question = Buffer.concat(await request.toArray()).toString();
      if (!(await door.passes(question).catch(() => false))) return;
      const { authorization, "content-type": type } = request.headers;
      const answer = await fetch(`${door.to}${request.url}`, { method: request.method, headers: { authorization, "content-type": type }, body: question });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") }).end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise((resolve) => door.listener.listen(0, "127.0.0.1", resolve));
    t.after(() => { door.listener.close(); door.listener.closeAllConnections(); });
    return door;
  }

  get port() {
    return this.listener.address().port;
  }
}
