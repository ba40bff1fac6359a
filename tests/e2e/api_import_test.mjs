// A sheet of products as a job: ordered, watched, cancelled, read again row by row, and gone on with after kill -9.
// Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { randomUUID } from "node:crypto";
import { all_of, signed_in_owner } from "./harness/team.mjs";
import { root, sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;

let here;
let ada;
let bola;
shared_world({ before, after }, { name: "api-import", binary }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  bola ??= await signed_in_owner(here, 1);
});

function order(lines, { query = "", key = randomUUID(), by = ada } = {}) {
  const headers = { "content-type": "text/csv", "idempotency-key": key };
  return by.client.call("POST", `${by.shop}/products/imports${query}`, { raw: lines.join("\n"), headers });
}

const look = async (id, by = ada) => (await by.client.get(`${by.shop}/products/imports/${id}`)).body;
const result_of = async (id) => (await ada.client.get(`${ada.shop}/products/imports/${id}/result`)).text;
const counts = ({ created, updated, unchanged, refused }) => [created, updated, unchanged, refused];

async function ended(id, by = ada) {
  let job;
  await until("the import has ended", async () => {
    job = await look(id, by);
    return job.finished_at !== null;
  }, { seconds: 60, every_ms: 50, explain: () => `${JSON.stringify(job)}\n${here.place.log_tail("server")}` });
  return job;
}

// A thousand rows, each fiftieth of them bad.
function a_thousand(prefix, { stock = (i) => i, price = (i) => `${i}.50` } = {}) {
  const lines = ["Code;Title;Unit price;In stock"];
  for (let i = 1; i <= 1000; i += 1) lines.push(`${prefix}-${i};"Sheet ""${i}""";${i % 50 === 0 ? "dear" : price(i)};${stock(i)}`);
  return lines;
}

// The server dies at the point's n-th pass while this sheet is imported, and is started again. -> the job
async function import_and_die(at, lines, options) {
  await here.server.kill();
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: at } });
  const { status, body } = await order(lines, options);
  assert.equal(status, 202);
  const how = await here.server.wait_until_dead(60, `the server passes ${at}`);
  assert.equal(how.signal, "SIGKILL");
  await here.server.start();
  return ended(body.id);
}

// Holds the table of products, so that imports stand still. -> {released}
function hold_products(seconds) {
  return here.server.sql(`BEGIN; LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`);
}

test("a sheet of a thousand rows with twenty bad ones becomes a job and a file that says what became of each row", async () => {
  const lines = a_thousand("ONE");
  const ordered = await order(lines);
  assert.deepEqual([ordered.status, ordered.body.rows, ordered.body.ordered_by], [202, 1000, ada.account_id]);
  const job = await ended(ordered.body.id);
  assert.deepEqual([job.state, job.rows_done, ...counts(job)], ["done", 1000, 980, 0, 0, 20]);
  const file = (await result_of(job.id)).trimEnd().split("\r\n");
  assert.equal(file.length, 1001);
  assert.equal(file[0], "Code,Title,Unit price,In stock,import outcome,import column,import reason");
  assert.equal(file[1], 'ONE-1,"Sheet ""1""",1.50,1,created,,');
  assert.equal(file[50], 'ONE-50,"Sheet ""50""",dear,50,refused,Unit price,must be an amount like 1500.00');
  const again = await ended((await order(lines)).body.id);
  assert.deepEqual(counts(again), [0, 0, 980, 20], "the same sheet changes nothing");
});

test("a corrected result can be imported as it is", async () => {
  const job = await ended((await order(["sku,name,price", "FIX-1,One,1", "FIX-2,Two,dear"])).body.id);
  assert.deepEqual(counts(job), [1, 0, 0, 1]);
  const corrected = (await result_of(job.id)).replace("dear", "2");
  assert.deepEqual(counts(await ended((await order([corrected])).body.id)), [1, 0, 1, 0]);
});

test("columns are taken by the names that the sheet gives them", async () => {
  const query = "?sku_column=Artikel&name_column=Bezeichnung&price_column=Preis";
  const job = await ended((await order(["Artikel,Bezeichnung,Preis,name", "MAP-1,Hut,3,not this"], { query })).body.id);
  assert.deepEqual(counts(job), [1, 0, 0, 0]);
  assert.deepEqual(await here.server.sql("SELECT name, price_minor FROM products WHERE sku = 'MAP-1'"), [["Hut", "300"]]);
});

for (const at of ["import.before_commit:3", "import.committed:1", "import.committed:3", "import.committed:5"]) {
  test(`dying at ${at} loses no row and takes none twice`, async () => {
    const prefix = at.replace(/\W/g, "");
    const job = await import_and_die(at, a_thousand(prefix));
    assert.deepEqual([job.state, job.rows_done, ...counts(job)], ["done", 1000, 980, 0, 0, 20]);
    const [[products, stock, movements, first_stock, logged]] = await here.server.sql(`SELECT
      (SELECT count(*) FROM products WHERE sku LIKE '${prefix}-%'), (SELECT sum(stock) FROM products WHERE sku LIKE '${prefix}-%'),
      (SELECT count(*) FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE sku LIKE '${prefix}-%'),
      (SELECT sum(delta) FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE sku LIKE '${prefix}-%'),
      (SELECT count(*) FROM audit_log WHERE action = 'product.created' AND after LIKE '%"${prefix}-%')`);
    const sum = 1000 * 1001 / 2 - 50 * (20 * 21 / 2);
    assert.deepEqual([products, stock, movements, first_stock, logged].map(Number), [980, sum, 980, sum, 980]);
    const rows = (await result_of(job.id)).trimEnd().split("\r\n").slice(1);
    assert.equal(rows.filter((line) => line.includes(",created,")).length, 980);
    assert.equal(rows.filter((line) => line.includes(",refused,")).length, 20);
  });
}

for (const at of ["import.committed:2", "import.counted:2"]) {
  test(`dying at ${at} counts the stock once`, async () => {
    const prefix = `S${at.replace(/\W/g, "")}`;
    await ended((await order(a_thousand(prefix))).body.id);
    const job = await import_and_die(at, a_thousand(prefix, { stock: (i) => i + 7 }), { query: "?stock=set" });
    assert.deepEqual([job.state, job.rows_done, ...counts(job)], ["done", 1000, 0, 980, 0, 20]);
    const wrong = await here.server.number(`SELECT count(*) FROM products WHERE sku LIKE '${prefix}-%' AND stock <> split_part(sku, '-', 2)::bigint + 7`);
    assert.equal(wrong, 0);
    const movements = await here.server.sql(`SELECT m.reason, count(*), min(delta), max(delta), count(DISTINCT product_id) FROM stock_movements m
      JOIN products p ON p.id = m.product_id WHERE sku LIKE '${prefix}-%' AND m.reason = 'imported' GROUP BY 1`);
    assert.deepEqual(movements, [["imported", "980", "7", "7", "980"]]);
  });
}

test("stock that is sold while a sheet is imported is not brought back, and its row says so", async () => {
  await ended((await order(["sku,name,price,stock", "SOLD-1,One,1,10", "SOLD-2,Two,1,10"])).body.id);
  const [[product]] = await here.server.sql("SELECT id FROM products WHERE sku = 'SOLD-1'");
  await here.server.kill();
  await here.server.start({ env: { SELLAVIE_FAULT_POINT: "import.committed:1" } });
  const { body } = await order(["sku,stock", "SOLD-1,50", "SOLD-2,60"], { query: "?stock=set" });
  await here.server.wait_until_dead(60, "the part is committed");
  // What a sale between the two would leave.
  await here.server.sql(`UPDATE products SET stock = 9 WHERE id = '${product}'`);
  await here.server.start();
  const job = await ended(body.id);
  assert.deepEqual([job.state, ...counts(job)], ["done", 0, 1, 0, 1]);
  assert.deepEqual(await here.server.sql("SELECT sku, stock FROM products WHERE sku LIKE 'SOLD-%' ORDER BY 1"), [["SOLD-1", "9"], ["SOLD-2", "60"]]);
  assert.match(await result_of(job.id), /SOLD-1,50,refused,,the stock was not set/);
});

test("the same key orders once, another sheet under it is refused, and twenty at once are one", async () => {
  const key = randomUUID();
  const lines = ["sku,name,price", "KEY-1,One,1"];
  const all = await Promise.all(Array.from({ length: 20 }, () => order(lines, { key })));
  assert.deepEqual(all.map(({ status }) => status), all.map(() => 202));
  assert.equal(new Set(all.map(({ body }) => body.id)).size, 1);
  await ended(all[0].body.id);
  assert.equal((await order(lines, { key })).body.state, "done");
  const other = await order([...lines, "KEY-2,Two,2"], { key });
  assert.deepEqual([other.status, other.body.type, other.body.errors[0].field], [422, "/problems/invalid-fields", "Idempotency-Key"]);
  const { status } = await ada.client.call("POST", `${ada.shop}/products/imports`, { raw: lines.join("\n"), headers: { "content-type": "text/csv" } });
  assert.equal(status, 428);
});

test("one of a business runs, some wait, more are refused; each can be cancelled; other shops are not held up for long", async () => {
  const held = hold_products(4);
  await sleep(300);
  const first = (await order(a_thousand("RUN"))).body;
  await until("the first one runs", async () => (await look(first.id)).state === "running");
  const waiting = await Promise.all(Array.from({ length: 4 }, (_, i) => order(["sku,name,price", `WAIT-${i},One,1`])));
  assert.deepEqual(waiting.map(({ status, body }) => [status, body.state]), waiting.map(() => [202, "queued"]));
  const full = await order(["sku,name,price", "FULL,One,1"]);
  assert.equal(full.status, 409);
  assert.match(full.body.detail, /wait already/);
  assert.equal(await here.server.number("SELECT count(*) FROM product_imports WHERE state = 'running'"), 1);

  const cancel = (id) => ada.client.post(`${ada.shop}/products/imports/${id}/cancel`);
  const last = waiting[3].body.id;
  assert.deepEqual([(await cancel(last)).body.state, (await cancel(last)).status], ["cancelled", 409]);
  // It waits for the part that is under way.
  const cancelling = cancel(first.id);
  const foreign = (await order(["sku,name,price", "OTHER,One,1"], { by: bola })).body;
  await held;
  assert.equal((await cancelling).body.cancel_wanted, true);
  const stopped = await ended(first.id);
  assert.equal(stopped.state, "cancelled");
  assert.ok(stopped.rows_done < 1000, `${stopped.rows_done} rows`);
  assert.equal(await here.server.number("SELECT count(*) FROM products WHERE sku LIKE 'RUN-%'"), stopped.created, "what was taken stays");
  assert.equal((await ended(foreign.id, bola)).state, "done");
  for (const { body } of waiting.slice(0, 3)) assert.equal((await ended(body.id)).state, "done");
  assert.equal(await here.server.number("SELECT count(*) FROM products WHERE sku = 'WAIT-3'"), 0);
  const { items } = await all_of(ada.client, `${ada.shop}/products/imports`, { limit: 3 });
  assert.deepEqual(items.slice(0, 5).map(({ id }) => id).sort(), [first.id, ...waiting.map(({ body }) => body.id)].sort());
  const cancelled = (await all_of(ada.client, `${ada.shop}/products/imports?state=cancelled`, { limit: 1 })).items;
  assert.deepEqual(cancelled.map(({ id }) => id), [last, first.id], "by state, the newest first");
});

test("an import that kills the server each time is given up", async () => {
  const point = { env: { SELLAVIE_FAULT_POINT: "import.before_commit:1" } };
  await here.server.kill();
  await here.server.start(point);
  const { body } = await order(["sku,name,price", "POISON,One,1"]);
  for (let deaths = 1; ; deaths += 1) {
    await here.server.wait_until_dead(60, `the import kills the server for the ${deaths}. time`);
    if (deaths === 5) break;
    await here.server.start({ ...point, wait: false });
  }
  await here.server.start(point);
  const job = await ended(body.id);
  assert.deepEqual([job.state, job.rows_done], ["failed", 0]);
  assert.match(job.problem, /several attempts/);
  await here.server.restart();
});

test("a job of another business is not there", async () => {
  const mine = (await order(["sku,name,price", "MINE,One,1"])).body.id;
  await ended(mine);
  for (const [method, path] of [["GET", ""], ["GET", "/result"], ["POST", "/cancel"]])
    assert.equal((await bola.client.call(method, `${bola.shop}/products/imports/${mine}${path}`)).status, 404);
});

test("jobs are in the activity log, and go seven days after they ended", async () => {
  const { body } = await order(["sku,name,price", "OLD,One,1"]);
  await ended(body.id);
  const actions = await here.server.sql(`SELECT action, after FROM audit_log WHERE subject_id = '${body.id}' ORDER BY id`);
  assert.deepEqual(actions.map(([action]) => action), ["product_import.ordered", "product_import.ended"]);
  assert.equal(JSON.parse(actions[1][1]).created, 1);
  await here.server.sql(`UPDATE product_imports SET finished_at = finished_at - 7 * 86400000 - 1000 WHERE id = '${body.id}'`);
  await here.server.restart();
  await until("the job is gone", async () => (await ada.client.get(`${ada.shop}/products/imports/${body.id}`)).status === 404);
  assert.equal((await ada.client.get(`${ada.shop}/products/imports/${body.id}/result`)).status, 404);
  assert.equal(await here.server.number("SELECT count(*) FROM product_import_parts p WHERE NOT EXISTS (SELECT FROM product_imports i WHERE i.id = p.import_id)"), 0);
});

test("ended jobs make room for a new one, the oldest first, and none is refused", async () => {
  const names = ["sku,name,price", "ROOM,One,1"];
  const kept = [];
  for (let i = 0; i < 3; i += 1) kept.push((await ended((await order(names)).body.id)).id);
  // As if they had been large.
  await here.server.sql(`UPDATE product_imports SET sheet = convert_to(rpad('sku', 24000000, ' '), 'UTF8') WHERE id IN ('${kept.join("', '")}')`);
  assert.equal((await order(names)).status, 202);
  const statuses = [];
  for (const id of kept) statuses.push((await ada.client.get(`${ada.shop}/products/imports/${id}`)).status);
  assert.deepEqual(statuses, [404, 200, 200]);
  assert.equal((await ada.client.get(`${ada.shop}/products/imports/${kept[0]}/result`)).status, 404);
  await here.server.sql(`DELETE FROM product_imports WHERE id IN ('${kept.join("', '")}')`);
});
