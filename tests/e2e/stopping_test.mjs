// Starting and stopping: SIGTERM under load and during a start, what /readyz says, a second start, a second server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { hold_lock, wait_for_database } from "./harness/postgres.mjs";
import { stop_limit_ms } from "./harness/server.mjs";
import { crowd } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { plain_environment, random_source, sleep, until } from "./harness/workspace.mjs";

test("SIGTERM while idle and while busy: exit 0 in time, nothing lost, the next start goes on", { timeout: 240_000 }, async (t) => {
  const here = await open_world(t, { name: "stopping" });
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);

  const running = async () => { if (!here.server.is_running) await here.server.start(); };

  // It left nothing behind: its threads have ended, and its incarnation is closed.
  const ended_cleanly = () => {
    const last = here.place.log_tail("server", 1000).split("\n").filter((line) => line.includes('"event":"stopped"')).at(-1);
    assert.match(last ?? "", /"clean":true/);
  };

  await t.test("idle", async () => {
    const how = await here.server.stop();
    assert.equal(how.code, 0, here.place.log_tail("server"));
    ended_cleanly();
    assert.ok(how.ms < stop_limit_ms, `took ${how.ms} ms`);
    await here.server.start();
  });

  await t.test("its own database keeps what it commits through a power cut, and nobody is exempt", async () => {
    const settings = ["fsync", "full_page_writes", "synchronous_commit"];
    for (const name of settings) assert.deepEqual(await here.server.sql(`SHOW ${name}`), [["on"]], name);
    assert.deepEqual(await here.server.sql(`SELECT setconfig FROM pg_db_role_setting WHERE setconfig::text ~ '${settings.join("|")}'`), []);
    assert.doesNotMatch(here.place.log_tail("server", 1000), /power cut/);
  });

  await t.test("the keys are private and survive", () => {
    for (const name of readdirSync(here.server.data).filter((one) => one.endsWith(".key"))) {
      assert.equal(statSync(`${here.server.data}/${name}`).mode & 0o777, 0o600, name);
    }
  });

  await t.test("another Fernet key is refused before anything is touched, and says what to do", async () => {
    const file = `${here.server.data}/fernet.key`;
    const right = readFileSync(file, "utf8");
    const wrong = `${Buffer.alloc(32, 7).toString("base64url")}=\n`;
    await here.server.stop();
    writeFileSync(file, wrong);
    await here.server.start({ wait: false });
    const how = await here.server.wait_until_dead(30, "the server refuses to start");
    assert.equal(how.code, 1);
    assert.match(here.place.log_tail("server"), /none of the given Fernet keys is this database's.*restore fernet\.key/);
    await assert.rejects(here.server.provision(here.businesses), /none of the given Fernet keys/);
    // A rotation: the new key first, the old one still listed.
    writeFileSync(file, wrong + right);
    await here.server.start();
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
  });

  await t.test("under load, three times", async () => {
    const shoppers = new crowd(here, { count: 12, random });
    t.after(() => shoppers.abort());
    for (let round = 0; round < 3; round += 1) {
      await sleep(1500 + random.below(1000));
      const how = await here.server.stop({ seconds: 30 });
      assert.equal(how.code, 0, `round ${round}\n${here.place.log_tail("server")}`);
      ended_cleanly();
      assert.ok(how.ms < stop_limit_ms, `took ${how.ms} ms`);
      await here.server.start();
    }
    await shoppers.close();
    assert.deepEqual(shoppers.failures, []);
    await here.settled({ seconds: 60 });
    assert.deepEqual(await broken_invariants(here, shoppers.shoppers, { resent: new resent_messages().all(here) }), []);
  });

  await t.test("with a turn at the model: it is finished or parked, and answered after the next start", async () => {
    await running();
    const who = here.customer();
    await here.sandbox.set({ "llm.openai.hang": true, "llm.anthropic.hang": true, "llm.groq.hang": true });
    await here.sandbox.say(who, "Hello!");
    await until("the model has the question", async () => ((await here.sandbox.counters()).requests["POST /openai/chat/completions"] ?? 0) > 0);
    const stopping = here.server.stop({ seconds: 30 });
    const said = await readiness_until(here, ({ status }) => status !== 200);
    const how = await stopping;
    assert.equal(said.at(-1).status, 503, "a server that drains is not ready");
    assert.match(said.at(-1).text, /^not ready\ndraining$/m);
    await here.sandbox.set({ "llm.openai.hang": false, "llm.anthropic.hang": false, "llm.groq.hang": false });
    assert.equal(how.code, 0);
    ended_cleanly();
    assert.ok(how.ms < stop_limit_ms, `took ${how.ms} ms`);
    await here.server.start();
    const [reply] = await here.sandbox.heard(who, 1);
    await here.settled();
    assert.equal(await here.turns_of(who), 1);
    const reasons = await here.server.sql(`SELECT handover_reason FROM conversations WHERE id IN ${here.conversation_of(who)}`);
    assert.equal((await here.owner_of(who)).person, false, `stopping handed the chat over (${reasons}), the customer was told: ${reply.text}`);
  });

  await t.test("a second server on the same data is refused and hurts nobody", async () => {
    await running();
    const refused = await new Promise((resolve) => {
      execFile(here.server.binary, ["serve", "--config", here.server.config], { timeout: 40_000, env: plain_environment() }, (error, stdout, stderr) => resolve({ code: error?.code, text: stdout + stderr }));
    });
    assert.equal(refused.code, 1, refused.text);
    assert.equal((await here.server.readiness()).status, 200);
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
  });

  await t.test("the database is down with the server", async () => {
    await running();
    await here.settled();
    assert.equal((await here.server.stop()).code, 0);
    await assert.rejects(here.server.sql("SELECT 1"));
  });
});

test("a start is not ready while it migrates, says why, and answers its health meanwhile", { timeout: 120_000 }, async (t) => {
  const here = await open_world(t, { name: "readiness", cluster: true, start: false });
  // As another server that migrates: ours waits with its own migrations until that one is done.
  const another = await hold_lock(here.server.database, "1936027753, 1");
  await here.server.start({ wait: false });
  const early = await readiness_until(here, ({ status }) => status !== 0);
  await until("the server waits for the lock", () => /another server is migrating/.test(here.place.log_tail("server")), { seconds: 20 });
  const waiting = await here.server.readiness();
  assert.equal(waiting.status, 503);
  assert.match(waiting.text, /^not ready\nstarting$/m);
  assert.equal((await fetch(`${here.server.ops}/healthz`)).status, 200);
  await another.release();
  const late = await readiness_until(here, ({ status }) => status === 200);
  assert.match(here.place.log_tail("server", 1000), /migration 0001_/);
  // The operator's own database, which the tests run without it.
  assert.match(here.place.log_tail("server", 1000), /^warning: the database has fsync = off: a power cut/m);
  // 0: the listener was not there yet.
  const statuses = [...early, ...late].map(({ status }) => status).filter((status) => status !== 0);
  assert.equal(statuses.pop(), 200);
  assert.deepEqual([...new Set(statuses)], [503], "ready before it was");
});

test("SIGTERM ends a start that waits for another server's migrations, and one on a database that hangs", { timeout: 180_000 }, async (t) => {
  const here = await open_world(t, { name: "stopped_start", cluster: true, start: false });
  const stopped = async () => {
    const how = await here.server.stop();
    assert.deepEqual([how.code, how.signal], [0, null], here.place.log_tail("server"));
    assert.ok(how.ms < stop_limit_ms, `took ${how.ms} ms`);
  };
  const has_schema = async () => (await here.server.sql("SELECT to_regclass('schema_migrations') IS NOT NULL"))[0][0] === "t";

  const another = await hold_lock(here.server.database, "1936027753, 1");
  await here.server.start({ wait: false });
  await until("the server waits for the lock", () => /another server is migrating/.test(here.place.log_tail("server")));
  await stopped();
  assert.match(here.place.log_tail("server"), /^sellavie ends before it has started: it was asked to stop$/m);
  await another.release();
  assert.equal(await has_schema(), false, "it ended because the lock was free");

  here.cluster.freeze();
  await here.server.start({ wait: false });
  await until("the server lives", async () => (await fetch(`${here.server.ops}/healthz`)).ok);
  await stopped();
  here.cluster.thaw();
  await wait_for_database(here.server.database);
  assert.equal(await has_schema(), false, "the database did not hang");

  await here.server.start();
  await here.provision();
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
});

// Asks /readyz without a pause until it says what is wanted. -> every {status, text}; status 0: nobody listened
async function readiness_until(here, holds) {
  const said = [];
  await until("/readyz says what is waited for", async () => {
    said.push(await here.server.readiness().catch(() => ({ status: 0, text: "" })));
    return holds(said.at(-1));
  }, { seconds: 60, every_ms: 2, explain: () => `it said ${JSON.stringify(said.slice(-5))}\n${here.place.log_tail("server")}` });
  return said;
}
