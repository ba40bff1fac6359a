// Every series that operators are promised moves in the real server, here or in the test that is named for it - but
// for dropped log lines, which are shown by their setter -, and promtool likes the whole page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { event_stream } from "./harness/event_stream.mjs";
import { fresh_mid, page_body, page_item, post } from "./harness/meta.mjs";
import { hold_table } from "./harness/postgres.mjs";
import { signed_in_owner } from "./harness/team.mjs";
import { shared_world } from "./harness/world.mjs";
import { root, sleep, until } from "./harness/workspace.mjs";

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

const after_a_turn = {
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
  sellavie_http_streams: [{}],
  sellavie_feed_events_total: [{}],
  sellavie_password_hashes_total: [{}],
};

const while_something_waits = ["sellavie_queue_depth", "sellavie_outbox_rows", "sellavie_outbox_oldest_age_seconds", "sellavie_database_pool_in_use"];

// What takes trouble: the test below tests/ that makes it, and how that test reads it.
const elsewhere = {
  sellavie_actor_respawns_total: ["actors/tenant_supervisor_test.cpp", "metrics->respawns()"],
  sellavie_deliveries_parked_total: ["actors/tenant_supervisor_test.cpp", "metrics->parked()"],
  sellavie_http_buffered_bytes: ["net/http_counts_test.cpp", "sellavie_http_buffered_bytes"],
  sellavie_http_outgoing_bytes: ["net/http_counts_test.cpp", "sellavie_http_outgoing_bytes"],
  sellavie_http_connections_evicted_total: ["net/http_counts_test.cpp", "sellavie_http_connections_evicted_total"],
  sellavie_http_refusals_total: ["e2e/api_edge_test.mjs", "sellavie_http_refusals_total"],
  sellavie_http_streams_overrun_total: ["e2e/api_live_test.mjs", "sellavie_http_streams_overrun_total"],
  sellavie_jobs_dead: ["e2e/api_jobs_test.mjs", "sellavie_jobs_dead"],
  sellavie_jobs_oldest_due_age_seconds: ["actors/job_runner_test.cpp", "metrics->jobs_oldest_due_age_seconds()"],
  sellavie_jobs_open: ["e2e/api_jobs_test.mjs", "sellavie_jobs_open"],
  sellavie_jobs_total: ["e2e/api_jobs_test.mjs", "sellavie_jobs_total"],
  sellavie_log_lines_dropped_total: ["monitoring/metrics_test.cpp", "sellavie_log_lines_dropped_total"],
  sellavie_mails_total: ["e2e/api_accounts_test.mjs", "sellavie_mails_total"],
  sellavie_outbox_overtaken_total: ["e2e/takeover_test.mjs", "sellavie_outbox_overtaken_total"],
  sellavie_outbox_unrecalled_total: ["actors/outbox_sender_test.cpp", "metrics->unrecalled()"],
  sellavie_payment_events_total: ["e2e/payment_webhooks_test.mjs", "sellavie_payment_events_total"],
  sellavie_notifications_total: ["e2e/api_notifications_test.mjs", "sellavie_notifications_total"],
  sellavie_webhooks_out_total: ["e2e/api_webhooks_out_test.mjs", "sellavie_webhooks_out_total"],
  sellavie_sends_repeated_without_evidence_total: ["e2e/takeover_test.mjs", "sellavie_sends_repeated_without_evidence_total"],
  sellavie_webhook_oddities_total: ["e2e/webhooks_test.mjs", "sellavie_webhook_oddities_total"],
  sellavie_webhooks_rejected_total: ["e2e/webhooks_test.mjs", "sellavie_webhooks_rejected_total"],
};

test("after one turn that somebody watches each promised counter and time has moved", async (t) => {
  const ada = await signed_in_owner(here);
  const stream = await event_stream.open(ada.client, ada.business_id);
  t.after(() => stream.close());
  await stream.event("snapshot");
  const who = here.customer();
  await here.meet(who);
  const wish = here.message(who, "I want 1 Ankara 6 yards");
  assert.equal(await wish.post(), 200);
  await here.sandbox.heard(who, 1);
  await here.settled();
  assert.equal(await wish.post(), 200);
  assert.equal(await post(here.server, page_body("page_9999", page_item({ account: "page_9999", customer: "1", text: "hi" }))), 200);
  for (const [name, series] of Object.entries(after_a_turn)) {
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
  for (const name of while_something_waits) {
    await until(`${name} is 0`, async () => (await here.server.metric(name)) === 0, { seconds: 20, every_ms: 50, explain: page });
  }
});

test("a pool is in use for as long as one of its queries is held up, and only that long", async () => {
  const ada = await signed_in_owner(here);
  const writes = () => here.sandbox.say(here.customer(), "Hello!").then(({ status }) => status);
  const held_up = {
    reader: ["contacts", "ACCESS EXCLUSIVE", writes],
    api: ["products", "ACCESS EXCLUSIVE", () => ada.client.get(`${ada.shop}/products`).then(({ status }) => status)],
    journal: ["inbound_events", "EXCLUSIVE", writes],
  };
  for (const [pool, [table, mode, ask]] of Object.entries(held_up)) {
    const in_use = () => here.server.metric("sellavie_database_pool_in_use", { pool });
    const is_idle = () => until(`${pool} is idle`, async () => (await in_use()) === 0, { explain: page });
    // Twice: what was sent until then comes back as marks of delivery and reading, which other pools would write.
    await here.settled();
    await here.settled();
    await is_idle();
    const lock = await hold_table(here.server.database, table, mode);
    let answer;
    try {
      answer = ask();
      const waiting = "SELECT left(query, 200) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
      await until(`a query waits for ${table}`, async () => (await here.server.sql(waiting)).length > 0, { every_ms: 20 });
      await moved("sellavie_database_pool_in_use", { pool });
      for (let look = 0; look < 5; look += 1) {
        await sleep(20);
        assert.ok((await in_use()) > 0, `${pool} is shown idle while these wait: ${JSON.stringify(await here.server.sql(waiting))}`);
      }
    } finally {
      await lock.release();
    }
    assert.equal(await answer, 200);
    await here.settled();
    await is_idle();
  }
});

test("each name on the page is shown at work by a test, and no other name is", async () => {
  const names = [...(await page()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  const shown = [...Object.keys(after_a_turn).map((name) => name.replace(/_count$/, "")), ...while_something_waits, ...Object.keys(elsewhere), "sellavie_build_info"];
  assert.deepEqual(names.sort(), shown.sort());
  for (const [name, [file, reading]] of Object.entries(elsewhere)) {
    assert.ok(readFileSync(`${root}/tests/${file}`, "utf8").includes(reading), `${file} does not read ${name}`);
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
