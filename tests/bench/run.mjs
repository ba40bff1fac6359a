// tests/bench/run [--rounds 5] [--quick] [--only accept,events,turns,rate,flight,idle] [--server FILE] [--tools FOLDER] [--report FILE]
//
// Starts a server of its own (embedded database, temporary folder), plays Meta, the model and Graph
// (bench_load), and sets each figure against pgbench on the same cluster, in alternating rounds.
// Needs build/release/sellavie and the programs bench_load and pgbench. Everything is on loopback
// and ends with this script, also when that is killed.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { server } from "../e2e/harness/server.mjs";
import { free_ports, root, sleep, workspace } from "../e2e/harness/workspace.mjs";

const run = promisify(execFile);
const { values: options } = parseArgs({ options: {
  rounds: { type: "string", default: "5" }, quick: { type: "boolean", default: false }, only: { type: "string", default: "" },
  server: { type: "string", default: `${root}/build/release/sellavie` }, tools: { type: "string", default: "" },
  report: { type: "string", default: `${root}/build/bench/report.md` },
} });

const rounds = options.quick ? 1 : Number(options.rounds);
const seconds = options.quick ? 3 : 8;        // of pgbench, and about that of each load
const accounts = 50;
const customers = 10_000;
const secret = "bench app secret";
const payment_key = "sk_test_bench";
const idle_conversations = options.quick ? 20_000 : 100_000;
const stages = ["accept", "events", "turns", "rate", "flight", "idle"].filter((one) => options.only === "" || options.only.split(",").includes(one));

function tool(name) {
  const places = [options.tools, `${root}/build/release/tests/bench`, `${root}/build/bench/tests/bench`].filter(Boolean);
  const found = places.map((place) => path.join(place, name)).find(existsSync);
  if (!found) throw new Error(`${name} is not built (looked in ${places.join(", ")}): cmake --build --preset release --target ${name}`);
  return found;
}

// --- the server --------------------------------------------------------------------------------------

async function open_bench() {
  if (!existsSync(options.server)) throw new Error(`${options.server} is not there: build it first`);
  const place = new workspace("bench");
  const [http, ops, model, graph] = await free_ports(4);
  // pgbench's 64 clients and the server's sessions do not fit into the default of 60.
  mkdirSync(place.file("data", "postgres"), { recursive: true, mode: 0o711 });
  writeFileSync(place.file("data", "postgres", "custom.conf"), "max_connections = 150\n", { mode: 0o644 });
  const settings = {
    meta: { app_secrets: [secret], graph_url: `http://127.0.0.1:${graph}`, instagram_url: `http://127.0.0.1:${graph}` },
    llm: { order: ["local"], attempt_ms: 30_000, deadline_ms: 60_000 },
    "llm.local": { base_url: `http://127.0.0.1:${model}/v1`, api_key: "bench", model: "stand-in", concurrency: 8192, queue: 100_000 },
    payments: { paystack_url: "http://127.0.0.1:9" },  // nobody answers there
    channels: { messenger_per_second: 100_000, instagram_per_second: 100_000, whatsapp_per_second: 100_000 },
    conversation: { gather_ms: 0, typing: false, passivate_after_s: 600 },
    limits: { requests_per_minute: 60_000_000 },
  };
  const inside = new server(place, { ports: [http, ops], binary: with_many_files(place), settings });
  const bench = { place, inside, http, model, graph };
  await inside.start();
  inside.binary = options.server;
  await inside.provision(Array.from({ length: accounts }, (_, i) => business(i + 1)));
  inside.binary = with_many_files(place);
  await sleep(2500);  // the running server reads its directory again within a second
  return bench;
}

// Thousands of turns in flight are thousands of sockets.
function with_many_files(place) {
  const script = place.file("server.sh");
  writeFileSync(script, `#!/bin/bash\nulimit -n "$(ulimit -Hn)"\nexec ${JSON.stringify(options.server)} "$@"\n`, { mode: 0o755 });
  return script;
}

function business(number) {
  const page = `page_${String(number).padStart(4, "0")}`;
  return {
    key: `bench${number}`, business: `Bench shop ${number}`, currency: "NGN", timezone: "Africa/Lagos", locale: "en-NG",
    connections: [{ channel: "messenger", external_id: page, access_token: `token-${page}` }],
    products: Array.from({ length: 6 }, (_, i) => ({ sku: `B${i + 1}`, name: `Bench product ${i + 1}`, price_minor: 100_000 * (i + 1), stock: 1000 })),
    payments: [{ provider: "paystack", mode: "test", secret_key: payment_key }],
    training: { tone: "warm and short", facts: ["We deliver within Lagos in 2 days."] },
  };
}

function postmaster(bench) {
  return Number(readFileSync(`${bench.inside.data}/postgres/cluster/postmaster.pid`, "utf8").split("\n")[0]);
}

async function load(bench, ...more) {
  const { host, user, database } = bench.inside.database;
  const args = ["--port", bench.http, "--model-port", bench.model, "--graph-port", bench.graph, "--secret", secret, "--accounts", accounts,
    "--server-pid", bench.inside.pid, "--postmaster-pid", postmaster(bench), "--database", `host=${host} user=${user} dbname=${database}`, ...more];
  const { stdout, stderr } = await run(tool("bench_load"), args.map(String), { timeout: 300_000, maxBuffer: 1 << 24 }).catch((error) => {
    throw new Error(`bench_load ${more.join(" ")}: ${error.message}\n${error.stdout ?? ""}${bench.place.log_tail("server")}`);
  });
  if (stderr) console.error(stderr.trim());
  const result = JSON.parse(stdout);
  const wrong = [];
  if (result.refused + result.broken > 0) wrong.push(`${result.refused} refused, ${result.broken} broken`);
  if (result.gave_up) wrong.push("gave up waiting");
  if (!result.settled) wrong.push("tables did not become empty");
  if (wrong.length > 0) console.error(`  ! ${wrong.join("; ")}: ${stdout.trim()}`);
  return { ...result, wrong };
}

// --- pgbench -----------------------------------------------------------------------------------------

// The same row as an accepted webhook's (inbound_events and inbound_keys in one), with the same two
// indexes: the primary key and the unique dedupe key. No row-level security, no fence, no partition.
async function prepare_pgbench(bench) {
  // A stray message's sealed body is kept: it tells how long a stored payload is.
  await load_stray(bench);
  const [[payload, key]] = await bench.inside.sql(
    "SELECT (SELECT max(length(payload)) FROM quarantined_events), coalesce((SELECT max(length(dedupe_key)) FROM inbound_keys), 74)");
  await bench.inside.sql(`
    CREATE TABLE IF NOT EXISTS bench_inbox (
      id bigint PRIMARY KEY, business_id uuid NOT NULL, connection_id uuid NOT NULL, dedupe_key text NOT NULL, day integer NOT NULL,
      accepted_at bigint NOT NULL, tries smallint NOT NULL DEFAULT 0, deaths smallint NOT NULL DEFAULT 0, alone boolean NOT NULL DEFAULT false, lane bigint NOT NULL DEFAULT 0,
      payload bytea NOT NULL, UNIQUE (connection_id, dedupe_key, day)) WITH (fillfactor = 90)`);
  const script = bench.place.file("insert.sql");
  const padding = "k".repeat(Math.max(0, Number(key) - 19));
  writeFileSync(script, `\\set n :n + 1
\\set id :client_id * 4294967296 + :n
\\set key random(1000000000000000000, 9000000000000000000)
INSERT INTO bench_inbox (id, business_id, connection_id, dedupe_key, day, accepted_at, payload) VALUES (:id, '01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058', '${padding}' || :key::text, 20000, 1700000000000, '\\x${"5a".repeat(Number(payload))}'::bytea);
`, { mode: 0o644 });
  console.error(`a stored row: payload ${payload} bytes, dedupe key ${key} characters`);
  return script;
}

async function load_stray(bench) {
  const { page_body, page_item, post, signature } = await import("../e2e/harness/meta.mjs");
  const text = "Good afternoon! I saw your fabrics on my sister's page and I like them very much. Could you tell me whether you still have the blue one? ".repeat(3).slice(0, 440);
  const body = page_body("page_9999", page_item({ account: "page_9999", customer: "7000000000001", text, mid: `m_${"x".repeat(70)}` }));
  await post(bench.inside, body, { headers: { "x-hub-signature-256": signature(body, { secret }) } });
}

async function pgbench(bench, script) {
  const { host, user, database } = bench.inside.database;
  await bench.inside.sql("TRUNCATE bench_inbox");
  const { stdout } = await run("pgbench", ["-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", String(seconds), "-D", "n=0", "-f", script, "-h", host, "-p", "5432", "-U", user, database],
    { timeout: 120_000 });
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

// What the stage before left behind (200,000 recorded events, dead rows) is cleared up outside of the next one's time.
async function clear_up(bench) {
  await bench.inside.sql("TRUNCATE recorded_events, payment_events, jobs");
  await bench.inside.sql("VACUUM ANALYZE");
  await bench.inside.sql("CHECKPOINT");
}

// --- the measurements --------------------------------------------------------------------------------

const sample = new Map();

function note(name, value) {
  if (!Number.isFinite(value)) return;
  if (!sample.has(name)) sample.set(name, []);
  sample.get(name).push(value);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function measure_accept(bench, tps) {
  const count = Math.round(Math.min(200_000, Math.max(10_000, 2.2 * tps * seconds)));
  const result = await load(bench, "--to-itself", "--connections", 256, "--count", count, "--customers", customers);
  note("accept/s", result.accepted_per_second);
  note("accept ratio", result.accepted_per_second / tps);
  note("accept p50 ms", result.answer_p50_ms);
  note("accept p99 ms", result.answer_p99_ms);
  note("accept cpu us", result.server_us + result.postgres_us);
  note("accept cpu us, until the last 200", result.server_us_answered + result.postgres_us_answered);
  note("accept server us", result.server_us);
  note("accept postgres us", result.postgres_us);
  note("accept generator us", result.bench_us);
  return result;
}

// Each is another event: one row and one job. The jobs are worked off meanwhile, and fail: nobody answers for Paystack.
async function measure_events(bench, tps) {
  const connections = (await bench.inside.sql("SELECT id FROM payment_connections ORDER BY id")).map(([id]) => id);
  const count = Math.round(Math.min(200_000, Math.max(10_000, 2.2 * tps * seconds)));
  const result = await load(bench, "--connections", 256, "--count", count, "--customers", customers, ...connections.flatMap((id) => ["--payments", id]), "--secret", payment_key);
  const [[events]] = await bench.inside.sql("SELECT count(*) FROM payment_events");
  if (Number(events) !== count) result.wrong.push(`${count} events left ${events} rows`);
  note("events/s", result.accepted_per_second);
  note("events ratio", result.accepted_per_second / tps);
  note("events p99 ms", result.answer_p99_ms);
  note("event cpu us", result.server_us + result.postgres_us);
  note("event server us", result.server_us);
  note("event postgres us", result.postgres_us);
  return result;
}

async function measure_turns(bench, tps) {
  const count = Math.round(Math.min(60_000, Math.max(5000, 0.6 * tps * seconds)));
  const result = await load(bench, "--turns", "--in-flight", 512, "--connections", 256, "--count", count, "--customers", customers);
  check_turns(result);
  note("turns/s", result.turns_per_second);
  note("turns ratio", result.turns_per_second / tps);
  note("turns p50 ms", result.reply_p50_ms);
  note("turns p99 ms", result.reply_p99_ms);
  note("turn cpu us", result.server_us + result.postgres_us);
  note("turn server us", result.server_us);
  note("turn postgres us", result.postgres_us);
  note("turn generator us", result.bench_us);
  return result;
}

async function measure_rate(bench) {
  const rate = 1000;
  const result = await load(bench, "--turns", "--rate", rate, "--connections", 256, "--count", rate * seconds, "--customers", customers);
  check_turns(result);
  note("rate turns/s", result.turns_per_second);
  note("rate p50 ms", result.reply_p50_ms);
  note("rate p99 ms", result.reply_p99_ms);
  note("rate cpu us", result.server_us + result.postgres_us);
  note("rate server us", result.server_us);
  note("rate postgres us", result.postgres_us);
  return result;
}

// One customer per message: each is one turn, and two stored messages.
function check_turns(result) {
  if (result.turns !== result.count || result.messages !== 2 * result.count) {
    const what = `${result.count} messages made ${result.turns} turns and ${result.messages} stored messages`;
    console.error(`  ! ${what}`);
    result.wrong.push(what);
  }
}

async function measure_flight(bench) {
  await bench.inside.stop({ seconds: 30 });
  await bench.inside.start();
  const flight = 5000;
  const result = await load(bench, "--turns", "--in-flight", flight, "--connections", 256, "--count", flight, "--customers", customers,
    "--latency-ms", 2000, "--spread-ms", 2000);
  check_turns(result);
  note("flight most at the model", result.most_thinking);
  note("flight last reply s", result.reply_after_last_answer_ms / 1000);
  note("flight peak MB", result.peak_resident_kb / 1024);
  return result;
}

async function measure_idle(bench) {
  const resident = async () => {
    await bench.inside.stop({ seconds: 30 });
    await bench.inside.start();
    await sleep(3000);
    const status = readFileSync(`/proc/${bench.inside.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  };
  note("idle before MB", await resident());
  await bench.inside.sql(`
    WITH account AS (SELECT business_id, id FROM connections ORDER BY external_id LIMIT 1), made AS (
      INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at)
      SELECT gen_random_uuid(), a.business_id, a.id, 'idle_' || n, 1700000000000 FROM account a, generate_series(1, ${idle_conversations}) n
      ON CONFLICT DO NOTHING RETURNING *)
    INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at)
    SELECT gen_random_uuid(), business_id, connection_id, id, 1700000000000 FROM made`);
  note("idle after MB", await resident());
}

// --- the report --------------------------------------------------------------------------------------

const table = [
  ["Durable webhooks/s, 256 connections", "accept/s", "", 0],
  ["… as ratio to pgbench -c64", "accept ratio", "≥ 2.0 x", 2, (value) => value >= 2],
  ["… p99 (ms)", "accept p99 ms", "< 25", 1, (value) => value < 25],
  ["CPU per accepted webhook (us), its row's end included", "accept cpu us", "≤ 60", 1, (value) => value <= 60],
  ["… until the last 200 only", "accept cpu us, until the last 200", "", 1],
  ["… server / ", "accept server us", "", 1],
  ["… PostgreSQL", "accept postgres us", "", 1],
  ["Durable payment events/s, 256 connections", "events/s", "", 0],
  ["… as ratio to pgbench -c64", "events ratio", "≥ 2.0 x", 2, (value) => value >= 2],
  ["… p99 (ms)", "events p99 ms", "", 1],
  ["CPU per payment event (us)", "event cpu us", "", 1],
  ["… server", "event server us", "", 1],
  ["… PostgreSQL", "event postgres us", "", 1],
  ["Whole turns/s, 512 in flight, model 0 ms", "turns/s", "", 0],
  ["… as ratio to pgbench -c64", "turns ratio", "≥ 0.50 x", 2, (value) => value >= 0.5],
  ["… p99 (ms)", "turns p99 ms", "", 1],
  ["CPU per turn at saturation (us)", "turn cpu us", "≤ 150", 1, (value) => value <= 150],
  ["… server", "turn server us", "", 1],
  ["… PostgreSQL", "turn postgres us", "", 1],
  ["… (generator and stand-ins, not counted)", "turn generator us", "", 1],
  ["CPU per turn at 1000/s open loop (us)", "rate cpu us", "≤ 430", 1, (value) => value <= 430],
  ["… turns/s reached", "rate turns/s", "", 0],
  ["… p50 (ms)", "rate p50 ms", "", 1],
  ["… p99 (ms)", "rate p99 ms", "", 1],
  ["5,000 in flight: at the model at once", "flight most at the model", "", 0],
  ["… last reply after the last model answer (s)", "flight last reply s", "≤ 1", 2, (value) => value <= 1],
  ["… peak memory of the server (MB)", "flight peak MB", "< 250", 0, (value) => value < 250],
  [`Memory after a restart (MB), few conversations`, "idle before MB", "", 0],
  [`… with ${idle_conversations.toLocaleString("en")} stored idle conversations`, "idle after MB", "at most 10 more", 0,
    (value) => value <= median(sample.get("idle before MB")) + 10],
  ["pgbench -c64 (transactions/s)", "pgbench", "", 0],
];

function report(wrong) {
  const lines = ["| figure | median | spread | target | |", "|---|---:|---:|---:|---|"];
  for (const [title, name, target, digits, holds] of table) {
    const values = sample.get(name);
    if (!values) continue;
    const shown = (value) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const verdict = holds === undefined ? "" : holds(median(values)) ? "met" : "**missed**";
    const spread = values.length > 1 ? `${shown(Math.min(...values))} – ${shown(Math.max(...values))}` : "";
    lines.push(`| ${title} | ${shown(median(values))} | ${spread} | ${target} | ${verdict} |`);
  }
  const how = [
    `${rounds} alternating rounds, ${seconds} s each, 50 accounts, ${customers.toLocaleString("en")} customers, typing off, gather_ms 0, row-level security and fencing on, \`fsync\` on; load generator and stand-ins on the same cores.`,
    "Accepted webhooks are messages of an account to itself (`is_self`): they take the whole inbox path and start no turn. That they are recorded afterwards is part of the CPU figure.",
    "Before each measurement, pgbench's too and that of 5,000 in flight apart, recorded events are removed, tables vacuumed and a checkpoint made. Keys, messages and turns of earlier rounds stay.",
    "A row's twin for pgbench: same columns, payload length and unique key in one table, primary key and unique index, one prepared INSERT per transaction.",
  ];
  return `# Benchmark\n\n    tests/bench/run --rounds ${rounds}${options.quick ? " --quick" : ""}\n\n${how.join("\n")}\n\n${lines.join("\n")}\n`
    + (wrong.length > 0 ? `\nNot clean:\n\n${wrong.map((one) => `* ${one}`).join("\n")}\n` : "");
}

// --- the way -----------------------------------------------------------------------------------------

async function main() {
  const began = performance.now();
  const say = (text) => console.error(`[${((performance.now() - began) / 1000).toFixed(0)} s] ${text}`);
  tool("bench_load");
  const bench = await open_bench();
  const wrong = [];
  const one = async (what, work) => {
    const result = await work;
    for (const problem of result?.wrong ?? []) wrong.push(`${what}: ${problem}`);
    return result;
  };
  try {
    say(`server ${bench.inside.pid}, database ${postmaster(bench)}`);
    if (stages.some((stage) => ["turns", "rate", "flight"].includes(stage))) {
      // Customers whom the shops know already, as most are; and plans made on filled tables.
      const warm = await one("warm-up", load(bench, "--turns", "--in-flight", 256, "--count", customers, "--customers", customers, "--connections", 128));
      say(`warm-up: ${warm.turns_per_second.toFixed(0)} turns/s with new customers`);
      await bench.inside.sql("ANALYZE");
    }
    const script = await prepare_pgbench(bench);
    for (let round = 1; round <= rounds; round += 1) {
      await clear_up(bench);
      const tps = ["accept", "events", "turns"].some((stage) => stages.includes(stage)) ? await pgbench(bench, script) : NaN;
      note("pgbench", tps);
      if (stages.includes("accept")) {
        await clear_up(bench);
        const { accepted_per_second, answer_p99_ms } = await one(`round ${round}, accept`, measure_accept(bench, tps));
        say(`round ${round}: pgbench ${tps.toFixed(0)}/s, accepted ${accepted_per_second.toFixed(0)}/s (${(accepted_per_second / tps).toFixed(2)} x), p99 ${answer_p99_ms.toFixed(1)} ms`);
      }
      if (stages.includes("events")) {
        await clear_up(bench);
        const { accepted_per_second, answer_p99_ms, server_us, postgres_us } = await one(`round ${round}, events`, measure_events(bench, tps));
        say(`round ${round}: pgbench ${tps.toFixed(0)}/s, payment events ${accepted_per_second.toFixed(0)}/s (${(accepted_per_second / tps).toFixed(2)} x), p99 ${answer_p99_ms.toFixed(1)} ms, ${server_us.toFixed(0)} + ${postgres_us.toFixed(0)} us`);
      }
      if (stages.includes("turns")) {
        await clear_up(bench);
        const { turns_per_second, server_us, postgres_us } = await one(`round ${round}, turns`, measure_turns(bench, tps));
        say(`round ${round}: ${turns_per_second.toFixed(0)} turns/s (${(turns_per_second / tps).toFixed(2)} x), ${server_us.toFixed(0)} + ${postgres_us.toFixed(0)} us`);
      }
      if (stages.includes("rate")) {
        await clear_up(bench);
        const { server_us, postgres_us, reply_p99_ms } = await one(`round ${round}, 1000/s`, measure_rate(bench));
        say(`round ${round}: at 1000/s ${server_us.toFixed(0)} + ${postgres_us.toFixed(0)} us, p99 ${reply_p99_ms.toFixed(1)} ms`);
      }
      if (stages.includes("flight")) {
        const { reply_after_last_answer_ms, peak_resident_kb, most_thinking } = await one(`round ${round}, 5000 in flight`, measure_flight(bench));
        say(`round ${round}: ${most_thinking} in flight, last reply ${reply_after_last_answer_ms.toFixed(0)} ms after the last answer, ${(peak_resident_kb / 1024).toFixed(0)} MB`);
      }
    }
    if (stages.includes("idle")) {
      await measure_idle(bench);
      say(`idle: ${sample.get("idle before MB")[0].toFixed(0)} -> ${sample.get("idle after MB")[0].toFixed(0)} MB`);
    }
    const text = report(wrong);
    mkdirSync(path.dirname(options.report), { recursive: true });
    writeFileSync(options.report, text);
    console.log(text);
    await bench.inside.stop({ seconds: 30 });
  } finally {
    await bench.place.close();
  }
}

await main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
