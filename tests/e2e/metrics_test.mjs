// Every series that operators are promised moves in the real server, and promtool likes the whole page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fresh_mid, page_body, page_item, post } from "./harness/meta.mjs";
import { shared_world } from "./harness/world.mjs";
import { root, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "metrics" }, (world) => { here = world; });

const models = ["openai", "anthropic", "groq"];

function all_models(key, value) {
  return here.sandbox.set(Object.fromEntries(models.map((name) => [`llm.${name}.${key}`, value])));
}

function page() {
  return fetch(`${here.server.ops}/metrics`).then((answer) => answer.text());
}

function moved(name, labels, seconds = 20) {
  return until(`${name} ${JSON.stringify(labels)} is above 0`, async () => (await here.server.metric(name, labels)) > 0,
    { seconds, every_ms: 20, explain: page });
}

test("after one turn each promised counter and time has moved", async () => {
  const who = here.customer();
  await here.meet(who);
  const wish = here.message(who, "I want 1 Ankara 6 yards");
  assert.equal(await wish.post(), 200);
  await here.sandbox.heard(who, 1);
  await here.settled();
  assert.equal(await wish.post(), 200);
  assert.equal(await post(here.server, page_body("page_9999", page_item({ account: "page_9999", customer: "1", text: "hi" }))), 200);
  const promised = {
    sellavie_inbound_events_accepted_total: [{ channel: "messenger" }],
    sellavie_inbound_events_duplicate_total: [{}],
    sellavie_inbound_events_quarantined_total: [{ reason: "unknown_account" }],
    sellavie_turns_total: [{ outcome: "acted" }],
    sellavie_phase_duration_seconds_count: ["waiting", "loading", "gathering", "thinking", "acting", "committing", "sending", "total"].map((phase) => ({ phase })),
    sellavie_llm_attempts_total: [{ provider: "openai", result: "answered" }],
    sellavie_llm_attempt_duration_seconds_count: [{ provider: "openai" }],
    sellavie_llm_breaker_state: models.map((provider) => ({ provider, state: "closed" })),
    sellavie_sends_total: [{ channel: "messenger", result: "accepted" }],
    sellavie_commits_total: [{ outcome: "committed" }],
    sellavie_commit_duration_seconds_count: [{}],
    sellavie_commit_group_size_count: [{}],
    sellavie_database_pool_size: ["journal", "reader", "api"].map((pool) => ({ pool })),
    sellavie_http_requests_total: [{ status: "2xx" }],
    sellavie_http_connections: [{}],
  };
  for (const [name, series] of Object.entries(promised)) {
    for (const labels of series) assert.ok((await here.server.metric(name, labels)) > 0, `${name} ${JSON.stringify(labels)}`);
  }
});

test("what waits is shown while it waits, and not afterwards", async () => {
  const who = here.customer();
  await here.meet(who);
  await all_models("latency_ms", 2500);
  await here.sandbox.set({ "graph.latency_ms": 1500, "graph.error": { code: 2, times: 1 } });
  // More than one customer may have on the way: the rest waits in the table.
  const items = Array.from({ length: 60 }, () => page_item({ account: who.account, customer: who.customer, text: "Hello!", mid: fresh_mid() }));
  assert.equal(await post(here.server, page_body(who.account, ...items)), 200);
  for (const queue of ["inbox", "pump", "llm"]) await moved("sellavie_queue_depth", { queue });
  await moved("sellavie_outbox_rows", { state: "sending" });
  await moved("sellavie_outbox_rows", { state: "backoff" });
  await moved("sellavie_outbox_oldest_age_seconds", {});
  await all_models("latency_ms", 0);
  await here.sandbox.set({ "graph.latency_ms": 0 });
  await here.settled();
  for (const name of ["sellavie_queue_depth", "sellavie_outbox_rows", "sellavie_outbox_oldest_age_seconds", "sellavie_database_pool_in_use"]) {
    await until(`${name} is 0`, async () => (await here.server.metric(name)) === 0, { seconds: 20, every_ms: 50, explain: page });
  }
});

test("the page names the version that runs and is clean under promtool", async () => {
  const text = await page();
  const [, version] = /project\(sellavie VERSION (\S+)/.exec(readFileSync(`${root}/CMakeLists.txt`, "utf8"));
  assert.match(text, new RegExp(`^sellavie_build_info\\{version="${version.replaceAll(".", "\\.")}"\\} 1$`, "m"));
  const found = await new Promise((resolve, reject) => {
    const check = spawn("promtool", ["check", "metrics"]);
    let said = "";
    for (const stream of [check.stdout, check.stderr]) stream.on("data", (data) => { said += data; });
    check.once("error", reject);
    check.once("close", (code) => resolve({ code, said }));
    check.stdin.end(text);
  });
  assert.deepEqual(found, { code: 0, said: "" });
});
