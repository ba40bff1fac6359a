// PostgreSQL goes away for five seconds under load, in three ways, or the embedded one is killed. Webhooks
// are told 503, nothing accepted is lost, the server recovers by itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { post, page_body, page_item, fresh_mid } from "./harness/meta.mjs";
import { wait_for_database } from "./harness/postgres.mjs";
import { stop_limit_ms } from "./harness/server.mjs";
import { open_world } from "./harness/world.mjs";
import { random_source, sleep, until } from "./harness/workspace.mjs";

const away_ms = 5000;

const outages = {
  "stopped, sessions ended": { begin: (cluster) => cluster.stop("fast"), end: (cluster) => cluster.start() },
  "crashed": { begin: (cluster) => cluster.stop("immediate"), end: (cluster) => cluster.start() },
  "hung": { begin: (cluster) => cluster.freeze(), end: (cluster) => cluster.thaw() },
};

for (const [name, outage] of Object.entries(outages)) {
  test(`PostgreSQL is ${name}`, { timeout: 150_000 }, async (t) => {
    const here = await open_world(t, { name: `database_${name.split(",")[0]}`, cluster: true });
    const senders = new load(here);
    senders.start(8);
    await sleep(1500);
    await outage.begin(here.cluster);
    await sleep(500);  // what was committed before is answered
    const began = senders.statuses.length;
    await sleep(away_ms);
    const meanwhile = () => senders.statuses.slice(began);
    // Within seconds also when it hangs and nothing fails.
    const said = await until("/readyz says so", async () => {
      const { status, text } = await here.server.readiness();
      return status === 503 && text;
    });
    assert.match(said, /^not ready\nthe database is away$/m);
    await until("webhooks are told 503", () => meanwhile().includes(503), { explain: () => JSON.stringify(tally(meanwhile())) });
    assert.deepEqual(Object.keys(tally(meanwhile())), ["503"], "webhooks were accepted without a database, or not answered");
    await outage.end(here.cluster);
    await wait_for_database(here.server.database);
    await until("the server is ready again", async () => (await here.server.readiness()).status === 200, { seconds: 40, explain: () => here.place.log_tail("server") });
    await senders.accepted_again();
    await senders.stop();
    t.diagnostic(`answers: ${JSON.stringify(tally(senders.statuses))}`);
    assert.ok(here.server.is_running, here.place.log_tail("server"));
    await nothing_is_lost(here, senders);
  });
}

test("the embedded postmaster is killed with -9 under load: restarted, nothing accepted is lost", { timeout: 240_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const here = await open_world(t, { name: "database_killed" });
  const senders = new load(here);
  senders.start(8);
  for (let round = 1; round <= 2; round += 1) {
    await sleep(1500);
    const former = postmaster_of(here);
    process.kill(former, "SIGKILL");
    await until("/readyz says so", async () => (await here.server.readiness()).status === 503, { seconds: 20, every_ms: 10 });
    await until("the server is ready again", async () => (await here.server.readiness()).status === 200, { seconds: 60, explain: () => here.place.log_tail("server") });
    await senders.accepted_again();
    assert.notEqual(postmaster_of(here), former);
    assert.ok(here.server.is_running, here.place.log_tail("server"));
  }
  await senders.stop();
  t.diagnostic(`answers: ${JSON.stringify(tally(senders.statuses))}`);
  await nothing_is_lost(here, senders);

  // SIGTERM while it is dead or being started again: the server still ends, and the next start recovers.
  process.kill(postmaster_of(here), "SIGKILL");
  await sleep(random.below(2500));
  await stopped_in_time(here);
  await here.server.start();
  await nothing_is_lost(here, senders);
});

test("SIGTERM while PostgreSQL hangs under load: the server ends in time, and the next one answers what was accepted", { timeout: 150_000 }, async (t) => {
  const here = await open_world(t, { name: "database_hung_stop", cluster: true });
  const senders = new load(here);
  senders.start(8);
  await sleep(1500);
  here.cluster.freeze();
  const began = senders.statuses.length;
  await until("webhooks are told 503", () => senders.statuses.slice(began).includes(503), { explain: () => JSON.stringify(tally(senders.statuses)) });
  await stopped_in_time(here);
  here.cluster.thaw();
  await wait_for_database(here.server.database);
  await here.server.start();
  await senders.accepted_again();
  await senders.stop();
  t.diagnostic(`answers: ${JSON.stringify(tally(senders.statuses))}`);
  await nothing_is_lost(here, senders);
});

async function stopped_in_time(here) {
  const how = await here.server.stop();
  assert.deepEqual([how.code, how.signal], [0, null], here.place.log_tail("server"));
  assert.ok(how.ms < stop_limit_ms, `took ${how.ms} ms\n${here.place.log_tail("server")}`);
}

async function nothing_is_lost(here, senders) {
  await here.settled({ seconds: 90 });
  const rows = await here.server.sql(`
    SELECT m.external_id, count(*), count(t.turn_id) FROM messages m
      LEFT JOIN turns t ON t.conversation_id = m.conversation_id AND t.turn_id = m.turn_id AND t.state = 1
     WHERE m.direction = 0 GROUP BY 1`);
  const found = new Map(rows.map(([mid, ...counts]) => [mid, counts.join("/")]));
  const wrong = senders.accepted.filter((mid) => found.get(mid) !== "1/1");
  assert.deepEqual(wrong.map((mid) => `${mid}: ${found.get(mid) ?? "not stored"}`).slice(0, 5), [], `${wrong.length} of ${senders.accepted.length} accepted messages (stored/turns should be 1/1)`);
  assert.equal(await here.server.number("SELECT count(*) FROM parked_events"), 0);
  // A database that is away is no failure of a delivery, and nothing to hand over for.
  assert.equal(await here.server.number("SELECT count(*) FROM conversations WHERE owner = 1"), 0, JSON.stringify(await here.server.sql("SELECT DISTINCT handover_reason FROM conversations")));
}

function postmaster_of(here) {
  return Number(readFileSync(`${here.server.data}/postgres/cluster/postmaster.pid`, "utf8").split("\n")[0]);
}

// Customers who say one thing after the other; a refused one is posted again, as Meta does.
class load {
  statuses = [];
  accepted = [];
  #stopped = false;
  #busy = [];

  constructor(here) {
    this.here = here;
  }

  start(count) {
    for (let i = 0; i < count; i += 1) this.#busy.push(this.#talk());
  }

  async #talk() {
    const who = this.here.customer();
    await this.here.sandbox.say(who, "Hello!").catch(() => {});
    while (!this.#stopped) {
      const mid = fresh_mid();
      const body = page_body(who.account, page_item({ ...who, text: "How much is the Beaded purse?", mid }));
      for (;;) {
        const status = await post(this.here.server, body, { seconds: 30 });
        this.statuses.push(status);
        if (status === 200) {
          this.accepted.push(mid);
          break;
        }
        if (this.#stopped) break;
        await sleep(200);
      }
      await sleep(100);
    }
  }

  // 20 in a row, of those that are answered from now on.
  async accepted_again() {
    const since = this.statuses.length;
    await until("webhooks are accepted again", () => {
      const answered = this.statuses.slice(since);
      return answered.length >= 20 && answered.slice(-20).every((status) => status === 200);
    }, { seconds: 30, explain: () => JSON.stringify(tally(this.statuses.slice(since).slice(-40))) });
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#busy);
  }
}

function tally(values) {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
