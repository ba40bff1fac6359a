// Background jobs as people of a business and operators see them: what failed for good, and what this server cannot run.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { all_of, colleague, signed_in_owner } from "./harness/team.mjs";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

let here;
let ada;
let bola;
let grace;
shared_world({ before, after }, { name: "api-jobs" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  bola ??= await signed_in_owner(here, 1);
  grace ??= await colleague(here, ada);
});

const dead_of = (whose) => `${whose.shop}/jobs/dead`;
const listed = async (whose = ada) => (await all_of(whose.client, dead_of(whose))).items;
const entries = (action, id) => here.server.sql(`SELECT account_id, before, after FROM audit_log WHERE action = '${action}' AND subject_id = '${id}'`);

// -> its id
async function a_dead_job({ kind = "later.kind", key = null, died_at = Date.now(), of = ada } = {}) {
  const id = randomUUID();
  await here.server.sql(`INSERT INTO dead_jobs (id, business_id, kind, unique_key, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload)
    VALUES ('${id}', '${of.business_id}', '${kind}', ${key ? `'${key}'` : "NULL"}, 1, 2, 5, 1000, ${died_at}, '{no_answer,refused}', '{2000,3000}', '{"private":"of the server"}')`);
  return id;
}

test("what failed for good is shown with what went wrong and without its payload, the latest first, to admins of its business", async () => {
  const made = [];
  for (const n of [1, 2, 3, 4, 5]) made.unshift(await a_dead_job({ died_at: 10_000 + Math.floor(n / 2) }));
  const all = await all_of(ada.client, dead_of(ada), { limit: 2 });
  assert.equal(all.pages, 3);
  assert.deepEqual(all.items.map(({ id }) => id).sort(), [...made].sort());
  assert.deepEqual(all.items.map(({ died_at }) => died_at), all.items.map(({ died_at }) => died_at).sort().reverse());
  const { id, died_at, ...rest } = all.items.at(-1);
  assert.ok(id && died_at);
  assert.deepEqual(rest, { kind: "later.kind", attempts: 2, created_at: "1970-01-01T00:00:01.000Z",
    errors: [{ code: "no_answer", at: "1970-01-01T00:00:02.000Z" }, { code: "refused", at: "1970-01-01T00:00:03.000Z" }] });
  assert.equal((await grace.client.get(dead_of(ada))).status, 403);
  assert.deepEqual(await listed(bola), []);
});

test("a dead job that is retried is an open one with all its attempts before it, and the log says who wanted it", async () => {
  const id = await a_dead_job();
  assert.equal((await bola.client.post(`${dead_of(bola)}/${id}/retry`)).status, 404);
  assert.equal((await grace.client.post(`${dead_of(ada)}/${id}/retry`)).status, 403);
  assert.equal((await ada.client.post(`${dead_of(ada)}/${id}/retry`)).status, 204);
  assert.ok(!(await listed()).some((one) => one.id === id));
  const [[attempts, errors, payload]] = await here.server.sql(`SELECT attempts, error_codes, payload FROM jobs WHERE id = '${id}' AND business_id = '${ada.business_id}'`);
  assert.deepEqual([errors, payload], ["{}", '{"private":"of the server"}']);
  assert.ok(Number(attempts) <= 1);
  assert.deepEqual(await entries("job.retried", id), [[ada.account_id, '{"kind":"later.kind"}', ""]]);
  assert.equal((await ada.client.post(`${dead_of(ada)}/${id}/retry`)).status, 404, "it is not dead any more");
});

test("one whose work an open job does already is not opened twice", async () => {
  const id = await a_dead_job({ key: "order-7" });
  await here.server.sql(`INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, created_at, payload)
    VALUES ('${randomUUID()}', '${ada.business_id}', 'later.kind', 'order-7', 1, 0, ${Date.now() + 86_400_000}, 0, '{}')`);
  const refused = await ada.client.post(`${dead_of(ada)}/${id}/retry`);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /open job/);
  assert.ok((await listed()).some((one) => one.id === id), "it stays where it was");
});

test("a dead job that is dropped is gone, and the log says who did it", async () => {
  const id = await a_dead_job();
  assert.equal((await bola.client.delete(`${dead_of(bola)}/${id}`)).status, 404);
  assert.equal((await ada.client.delete(`${dead_of(ada)}/${id}`)).status, 204);
  assert.equal((await ada.client.delete(`${dead_of(ada)}/${id}`)).status, 404);
  assert.deepEqual(await entries("job.dropped", id), [[ada.account_id, '{"kind":"later.kind"}', ""]]);
  assert.equal(await here.server.number(`SELECT count(*) FROM jobs WHERE id = '${id}'`), 0);
});

test("a job of a kind that this server does not know stays for one that does, and operators see it wait", { timeout: 60_000 }, async () => {
  const id = randomUUID();
  const unknown = () => here.server.metric("sellavie_jobs_total", { kind: "other", outcome: "unknown" });
  const before = await unknown();
  await here.server.sql(`INSERT INTO jobs (id, business_id, kind, priority, state, due_at, created_at, payload)
    VALUES ('${id}', '${ada.business_id}', 'of.a.newer.server', 1, 1, 1000, 1000, '{}')`);
  await until("the job was looked at", async () => (await unknown()) > before);
  await until("and put off without counting as a failure", async () => (await here.server.number(
    `SELECT count(*) FROM jobs WHERE id = '${id}' AND state = 0 AND attempts = 0 AND claims = 1 AND error_codes = '{}'`)) === 1);
  await until("the open and the dead are counted", async () => (await here.server.metric("sellavie_jobs_open", {})) > 0 && (await here.server.metric("sellavie_jobs_dead", {})) > 0,
    { seconds: 30 });
});
