// tests/bench/api [--rounds 3] [--conversations 1000000] [--seconds 8] [--server FILE] [--tools FOLDER] [--report FILE]
//
// A page of 50 conversations out of a few and out of many, set against `pgbench -M prepared` with the same
// statement, role and settings on the same cluster, in alternating rounds; then webhooks with and without the
// API at its limit. Needs build/release/sellavie, bench_api, bench_load and pgbench. Everything is on loopback.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { server } from "../e2e/harness/server.mjs";
import { free_ports, root, sleep, workspace } from "../e2e/harness/workspace.mjs";
import { members } from "./members.mjs";

const run = promisify(execFile);
const { values: options } = parseArgs({ options: {
  rounds: { type: "string", default: "3" }, conversations: { type: "string", default: "1000000" }, seconds: { type: "string", default: "8" },
  server: { type: "string", default: `${root}/build/release/sellavie` }, tools: { type: "string", default: `${root}/build/release/tests/bench` },
  report: { type: "string", default: `${root}/build/bench/api.md` },
} });
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const of_business = 1000;
const few = 10_000;
const many = Number(options.conversations);
const accounts = 50;
const secret = "bench app secret";
const connections = 32;

const hex = (number) => number.toString(16).padStart(12, "0");
const business_of = (number) => `00000001-0000-7000-8000-${hex(number)}`;

// --- the server and its rows -------------------------------------------------------------------------

async function open_bench() {
  for (const file of [options.server, path.join(options.tools, "bench_api"), path.join(options.tools, "bench_load")])
    if (!existsSync(file)) throw new Error(`${file} is not built`);
  const place = new workspace("bench-api");
  const [http, ops, model, graph] = await free_ports(4);
  mkdirSync(place.file("data", "postgres"), { recursive: true, mode: 0o711 });
  writeFileSync(place.file("data", "postgres", "custom.conf"), "max_connections = 150\n", { mode: 0o644 });
  const inside = new server(place, { ports: [http, ops], binary: options.server, settings: { meta: { app_secrets: [secret] }, limits: { requests_per_minute: 60_000_000 } } });
  await inside.start();
  await inside.provision(Array.from({ length: accounts }, (_, i) => ({
    key: `bench${i + 1}`, business: `Bench shop ${i + 1}`, currency: "NGN", timezone: "Africa/Lagos", locale: "en-NG",
    connections: [{ channel: "messenger", external_id: `page_${String(i + 1).padStart(4, "0")}`, access_token: "token" }],
  })));
  return { place, inside, http, model, graph };
}

// Businesses number `from` to `to` - 1, each with so many conversations of three messages.
async function fill({ inside }, from, to) {
  await inside.sql(`
    CREATE OR REPLACE FUNCTION bench_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
      $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
    SET session_replication_role = replica;
    INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT bench_id(1,n), 'filled'||n, 'Filled '||n, 'NGN', 'UTC', 0 FROM generate_series(${from}, ${to} - 1) n;
    INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at) SELECT bench_id(2,n), bench_id(1,n), 'messenger', 'filled'||n, 't', 0 FROM generate_series(${from}, ${to} - 1) n;
    INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at)
      SELECT bench_id(3,b::bigint * 1000000 + n), bench_id(1,b), bench_id(2,b), 's'||n, 'Customer '||n, 0 FROM generate_series(${from}, ${to} - 1) b, generate_series(1, ${of_business}) n;
    INSERT INTO conversations (id, business_id, connection_id, contact_id, owner, last_customer_at, last_message_at, created_at)
      SELECT bench_id(4,b::bigint * 1000000 + n), bench_id(1,b), bench_id(2,b), bench_id(3,b::bigint * 1000000 + n), (n % 20 = 0)::int, 1700000000000 + n, 1700000000000 + n, 0 FROM generate_series(1, ${of_business}) n, generate_series(${from}, ${to} - 1) b;
    INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at)
      SELECT bench_id(4,b::bigint * 1000000 + n), bench_id(5,(b::bigint * 1000000 + n) * 4 + m), bench_id(1,b), 0, 0, 0, 'Do you still have the blue one with the small white flowers?', 0, 0
      FROM generate_series(1, 3) m, generate_series(1, ${of_business}) n, generate_series(${from}, ${to} - 1) b;
    SET session_replication_role = origin`);
  await inside.sql("VACUUM ANALYZE");
  await inside.sql("CHECKPOINT");
}

// --- one measurement ---------------------------------------------------------------------------------

// The list's statement with its parameters as pgbench's: what the list leaves NULL is unknown to the planner here too.
function pgbench_script({ place }, statement, businesses) {
  const values = { 1: ":business", 2: ":before", 3: "'ffffffff-ffff-ffff-ffff-ffffffffffff'", 4: ":look", 8: ":nobody", 12: ":now", 13: `'${business_of(1)}'`, 14: ":look" };
  const sql = statement.replace(/\$(\d+)/g, (_, number) => (number === "1" ? "(:prefix::text || lpad(to_hex(:n::integer), 12, '0'))" : values[number] ?? "nullif(:none::text, '0')")).replace(/\s+/g, " ");
  const file = place.file("list.sql");
  writeFileSync(file, `\\set n random(0, ${businesses - 1})
\\set before 9223372036854775807
\\set look 51
\\set nobody false
\\set now 1800000000000
\\set none 0
BEGIN;
SELECT set_config('app.business_id', (:prefix::text || lpad(to_hex(:n::integer), 12, '0')), true);
${sql};
COMMIT;
`, { mode: 0o644 });
  return file;
}

async function pgbench({ inside }, script) {
  const { host, database } = inside.database;
  const settings = "-c role=sellavie_tenant -c plan_cache_mode=force_generic_plan -c jit=off";
  const { stdout } = await run("pgbench", ["-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", String(seconds), "-D", "prefix=00000001-0000-7000-8000-", "-f", script, "-h", host, "-p", "5432", "-U", inside.database.user, database],
    { timeout: 120_000, env: { ...process.env, PGOPTIONS: settings } });
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

async function get({ http, place }, businesses, token, ...more) {
  const file = place.file("requests");
  writeFileSync(file, Array.from({ length: businesses }, (_, n) => `/api/v1/businesses/${business_of(n)}/conversations?limit=50 ${token}`).join("\n") + "\n", { mode: 0o600 });
  const { stdout } = await run(path.join(options.tools, "bench_api"), ["--port", http, "--requests", file, ...more].map(String), { timeout: 300_000 });
  return JSON.parse(stdout);
}

async function webhooks({ http, model, graph, inside }, rate) {
  const args = ["--port", http, "--model-port", model, "--graph-port", graph, "--secret", secret, "--accounts", accounts, "--to-itself",
    "--connections", 64, "--rate", rate, "--count", rate * seconds, "--server-pid", inside.pid];
  const { stdout } = await run(path.join(options.tools, "bench_load"), args.map(String), { timeout: 300_000 });
  const found = JSON.parse(stdout);
  if (found.refused + found.broken > 0) throw new Error(`webhooks: ${stdout}`);
  return found.answer_p99_ms;
}

// --- the report --------------------------------------------------------------------------------------

const sample = new Map();
function note(name, value) {
  sample.set(name, [...(sample.get(name) ?? []), value]);
}
function median(name) {
  const sorted = [...sample.get(name)].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

async function measure_lists(bench, what, businesses, token, script) {
  for (let round = 1; round <= rounds; round += 1) {
    const tps = await pgbench(bench, script);
    const count = Math.max(1000, Math.round(0.5 * tps * seconds));
    const full = await get(bench, businesses, token, "--count", count, "--connections", connections);
    const half = await get(bench, businesses, token, "--count", Math.round(full.per_second / 2 * seconds), "--connections", connections, "--rate", full.per_second / 2);
    note(`${what} pgbench`, tps);
    note(`${what} per second`, full.per_second);
    note(`${what} ratio`, full.per_second / tps);
    note(`${what} half p99`, half.p99_ms);
    console.error(`${what}, round ${round}: pgbench ${tps.toFixed(0)}/s, API ${full.per_second.toFixed(0)}/s (${(full.per_second / tps).toFixed(2)} x), p99 at half ${half.p99_ms.toFixed(1)} ms`);
  }
}

// The same page costs as much out of many as out of few: of the rounds with the same number. They are not measured side by
// side, so a quarter is left to the machine.
const most_growth = 1.25;
function note_growth() {
  const [of_few, of_many] = [sample.get("few per second"), sample.get("many per second")];
  of_few.forEach((per_second, i) => note("growth", per_second / of_many[i]));
}

async function measure_webhooks(bench, businesses, token) {
  const rate = 500;
  for (let round = 1; round <= rounds; round += 1) {
    const idle = await webhooks(bench, rate);
    const load = get(bench, businesses, token, "--count", Math.round(median("many per second") * (seconds + 2)), "--connections", connections);
    await sleep(500);
    const loaded = await webhooks(bench, rate);
    await load;
    note("webhook p99 idle", idle);
    note("webhook p99 loaded", loaded);
    note("webhook ratio", loaded / idle);
    console.error(`webhooks at ${rate}/s, round ${round}: p99 ${idle.toFixed(1)} ms, with the API at its limit ${loaded.toFixed(1)} ms`);
  }
}

function report() {
  const shown = (value, digits) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const lines = [
    [`Pages of 50 a second out of ${shown(many, 0)} conversations`, "many per second", 0],
    ["… as ratio to pgbench -c8 with the same query", "many ratio", 2, "≥ 0.5", (value) => value >= 0.5],
    ["… p99 at half of that maximum (ms)", "many half p99", 1, "< 20", (value) => value < 20],
    [`… out of ${shown(few, 0)}, a second`, "few per second", 0],
    [`… cost of a page out of ${shown(many, 0)} as ratio to one out of ${shown(few, 0)}`, "growth", 2, `≤ ${most_growth}`, (value) => value <= most_growth],
    ["Webhook p99 at 500/s (ms), API idle", "webhook p99 idle", 1],
    ["… with the API at its limit", "webhook p99 loaded", 1],
    ["… as ratio", "webhook ratio", 2, "≤ 2", (value) => value <= 2],
  ].filter(([, name]) => sample.has(name)).map(([title, name, digits, target = "", holds]) => {
    const values = sample.get(name);
    return `| ${title} | ${shown(median(name), digits)} | ${shown(Math.min(...values), digits)} – ${shown(Math.max(...values), digits)} | ${target} | ${holds ? (holds(median(name)) ? "met" : "**missed**") : ""} |`;
  });
  return `| figure | median of ${rounds} | spread | target | |\n|---|---:|---:|---:|---|\n${lines.join("\n")}\n`;
}

async function main() {
  const bench = await open_bench();
  try {
    const statement = (await run(path.join(options.tools, "bench_api"), ["--statement"])).stdout;
    await fill(bench, 0, few / of_business);
    const all = Array.from({ length: many / of_business }, (_, n) => business_of(n));
    const [early] = await members(bench.inside, all.slice(0, few / of_business), 1);
    await measure_lists(bench, "few", few / of_business, early, pgbench_script(bench, statement, few / of_business));
    console.error(`filling up to ${many} conversations`);
    for (let from = few / of_business; from < all.length; from += 90) await fill(bench, from, Math.min(all.length, from + 90));
    await bench.inside.sql("DELETE FROM accounts WHERE email LIKE 'member%'");
    const [token] = await members(bench.inside, all, 1);
    await measure_lists(bench, "many", all.length, token, pgbench_script(bench, statement, all.length));
    note_growth();
    await measure_webhooks(bench, all.length, token);
    const text = report();
    mkdirSync(path.dirname(options.report), { recursive: true });
    writeFileSync(options.report, text);
    console.log(text);
    await bench.inside.stop();
  } catch (error) {
    throw new Error(`${error.message}\n${error.stderr ?? ""}\n${bench.place.log_tail("server")}`);
  } finally {
    await bench.place.close();
  }
}

await main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
