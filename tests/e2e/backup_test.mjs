// backup and restore: what comes back, what is refused, and that nothing is done twice afterwards.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { run_command } from "./harness/commands.mjs";
import { broken_invariants, resent_messages } from "./harness/invariants.mjs";
import { query } from "./harness/postgres.mjs";
import { crowd, shopper } from "./harness/shopper.mjs";
import { password } from "./harness/team.mjs";
import { open_world } from "./harness/world.mjs";
import { random_source, root, sleep, until } from "./harness/workspace.mjs";

const good = 0, failed = 1, refused = 2;
const fault_binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;

const backup = (here, file) => run_command(here.server, ["backup", file]);
const restore = (here, file, ...options) => run_command(here.server, ["restore", file, ...options]);

async function good_backup(here, name) {
  const file = here.place.file(name);
  const made = await backup(here, file);
  assert.equal(made.code, good, made.stderr);
  return { file, said: made.stdout };
}

async function good_restore(here, file, ...options) {
  const done = await restore(here, file, ...options);
  assert.equal(done.code, good, done.stderr);
  return done.stdout;
}

// The data folder as after a lost disk; the keys were kept elsewhere.
function lose_the_disk(here) {
  const kept = here.place.file("kept");
  mkdirSync(kept, { recursive: true });
  const keys = ["fernet.key", "jwt.key"];
  for (const key of keys) cpSync(`${here.server.data}/${key}`, `${kept}/${key}`);
  rmSync(here.server.data, { recursive: true });
  return {
    give_back: () => {
      mkdirSync(here.server.data, { recursive: true, mode: 0o711 });
      for (const key of keys) cpSync(`${kept}/${key}`, `${here.server.data}/${key}`);
    },
    kept,
  };
}

const sent_twice = async (here) => (await here.sandbox.counters()).resends;

test("a shop under load is backed up, loses its disk and comes back whole", { timeout: 290_000 }, async (t) => {
  const here = await open_world(t, { name: "backup" });
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const folder = here.place.file("backups");
  mkdirSync(folder);
  const everybody = new crowd(here, { count: 6, random });
  t.after(() => everybody.abort());
  let early, during, finished_before;

  await t.test("while customers buy", async () => {
    await until("some have bought", () => everybody.done >= 8, { seconds: 90 });
    finished_before = everybody.shoppers.filter(({ finished }) => finished);
    during = `${folder}/during.backup`;
    early = await backup(here, during);
    assert.equal(early.code, good, early.stderr);
    assert.deepEqual(readdirSync(folder), ["during.backup"]);
    assert.equal(statSync(during).mode & 0o777, 0o600);
  });

  await t.test("it names the keys that must be kept and holds none", () => {
    const bytes = readFileSync(during);
    for (const name of ["fernet.key", "jwt.key"]) {
      assert.match(early.stdout, new RegExp(`${here.server.data}/${name} \\(fingerprint [0-9a-f]+\\)`));
      const key = readFileSync(`${here.server.data}/${name}`, "utf8").trim().split(":").at(-1);
      assert.ok(!bytes.includes(key) && !early.stdout.includes(key), name);
      assert.ok(!bytes.includes(Buffer.from(key, "base64url")), `${name}, as bytes`);
    }
    const [fingerprint] = /"fernet_fingerprints":\["([0-9a-f]+)"\]/.exec(bytes.subarray(-2000).toString()).slice(1);
    assert.match(early.stdout, new RegExp(fingerprint));
  });

  await t.test("a name that is taken is refused, the file stays", async () => {
    const before = readFileSync(during);
    const again = await backup(here, during);
    assert.equal(again.code, failed);
    assert.match(again.stderr, /is there already: choose another name/);
    assert.ok(readFileSync(during).equals(before));
    const nowhere = await backup(here, `${folder}/nowhere/x.backup`);
    assert.equal(nowhere.code, failed);
    assert.match(nowhere.stderr, /nowhere/);
  });

  await t.test("a running server is not restored over", async () => {
    const done = await restore(here, during, "--replace");
    assert.equal(done.code, failed);
    assert.match(done.stderr, /nothing was restored: another sellavie uses .*stop it/);
    assert.equal((await here.server.readiness()).status, 200);
  });

  await everybody.close();
  assert.deepEqual(everybody.failures, []);
  await here.settled();
  const { file: last } = await good_backup(here, "last.backup");
  const shoppers = everybody.shoppers;
  const resent = new resent_messages();
  const counts = () => here.server.sql("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM invoices), (SELECT max(incarnation) FROM nodes)");
  const [[orders_before, invoices_before, incarnation_before]] = await counts();
  await here.server.stop();
  const lost = lose_the_disk(here);

  await t.test("without its keys, or with others, it is not restored and nothing is made", async () => {
    const none = await restore(here, last);
    assert.equal(none.code, refused);
    assert.match(none.stderr, /nothing was restored: .*neither are the keys.*fernet\.key and jwt\.key/s);
    assert.ok(!existsSync(here.server.data));
    lost.give_back();
    writeFileSync(`${here.server.data}/fernet.key`, `${Buffer.alloc(32, 7).toString("base64url")}=\n`);
    const wrong = await restore(here, last);
    assert.equal(wrong.code, refused);
    assert.match(wrong.stderr, /the backup needs the Fernet key [0-9a-f]+ \(fingerprint\), given is [0-9a-f]+/);
    assert.ok(!existsSync(`${here.server.data}/postgres`));
    lost.give_back();
  });

  await t.test("restored, it says what it holds and the server goes on", async () => {
    const said = await good_restore(here, last);
    assert.match(said, new RegExp(`restored: 2 businesses, \\d+ accounts, ${orders_before} orders, ${invoices_before} invoices, as of 20\\d\\d-`));
    assert.match(said, /next: start the server/);
    assert.doesNotMatch(said, /replaced/);
    await here.server.start();
    await here.routed();
    await here.settled();
    assert.deepEqual(await broken_invariants(here, shoppers, { resent: resent.all(here) }), []);
    const [[orders, invoices, incarnation]] = await counts();
    assert.deepEqual([orders, invoices], [orders_before, invoices_before]);
    assert.ok(Number(incarnation) > Number(incarnation_before) + 1000, `incarnation ${incarnation} after ${incarnation_before}`);
  });

  await t.test("people sign in, old sessions are over, customers buy, numbers go on", async () => {
    const client = await new api_client(here.server.url).signed_in(here.businesses[0].owner.email, password);
    assert.equal((await client.get("/me")).status, 200);
    const one = new shopper(here, here.customer(), random);
    await one.shop();
    shoppers.push(one);
    await here.settled();
    const [[, invoices]] = await counts();
    assert.equal(Number(invoices), Number(invoices_before) + 1);
    assert.deepEqual(await broken_invariants(here, shoppers, { resent: resent.all(here) }), []);
  });

  await t.test("row-level security is as in a new database", async () => {
    const tenant = (sql) => query({ ...here.server.database, user: "sellavie_tenant" }, sql);
    const businesses = (await here.server.sql("SELECT id FROM businesses")).map(([id]) => id);
    assert.equal((await tenant("SELECT count(*) FROM orders"))[0][0], "0");
    for (const id of businesses) {
      const seen = await tenant(`SET app.business_id = '${id}'; SELECT DISTINCT business_id FROM messages`);
      assert.deepEqual(seen.flat().filter((one) => one !== id), []);
      assert.equal(seen.length, 1);
    }
    const owners = await here.server.sql("SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    assert.deepEqual(owners, [["sellavie_owner"]]);
  });

  await t.test("what is there is replaced only on demand, by a backup taken under load", async () => {
    await here.server.stop();
    const kept = await restore(here, during);
    assert.equal(kept.code, refused);
    assert.match(kept.stderr, /nothing was restored: the database holds 2 businesses, .* orders, .* invoices: nothing was changed\. --replace/);
    const twice_before = await sent_twice(here);
    const said = await good_restore(here, during, "--replace");
    assert.match(said, /replaced: 2 businesses/);
    await here.server.start();
    await here.routed();
    await here.settled();
    const broken = (await broken_invariants(here, finished_before, { resent: resent.all(here) }))
      .filter((what) => !/^nothing_parked: .*restored/.test(what));
    assert.deepEqual(broken, []);
    const one = new shopper(here, here.customer("whatsapp"), random);
    await one.shop();
    await here.settled();
    await sleep(1000);
    assert.deepEqual(await sent_twice(here), twice_before);
  });
});

test("what was open when a backup was taken is not done again, and people are told", { timeout: 290_000 }, async (t) => {
  const here = await open_world(t, { name: "backup_open", settings: { outbox: { evidence_s: 12 } } });
  const replies = async (who) => (await here.sandbox.replies(who, "app")).length;
  const silent = here.customer(), waiting = here.customer("whatsapp"), asks = here.businesses[0].owner.email;
  const slow = { "llm.openai.hang": true, "llm.anthropic.hang": true, "llm.groq.hang": true };
  const quick = Object.fromEntries(Object.keys(slow).map((key) => [key, false]));
  const everything_held = async () => {
    await here.sandbox.set({ "graph.error": { code: 2, status: 503, channel: "messenger" } });
    await here.sandbox.say(silent, "How much is the Beaded purse?");
    await until("the reply waits", () => here.server.number("SELECT count(*) FROM outbox"));
    await here.sandbox.set({ "smtp.outage": true });
    await new api_client(here.server.url).post("/auth/request-password-reset", { email: asks });
    await until("a mail waits", () => here.server.number("SELECT count(*) FROM mails WHERE dead_at IS NULL"));
    await here.sandbox.set(slow);
    await here.sandbox.say(waiting, "How much is the Ankara?");
    await until("a delivery waits", () => here.server.number("SELECT count(*) FROM inbound_events"));
  };
  for (const who of [silent, waiting]) {
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
  }
  await here.settled();
  let taken, before;

  await t.test("a reply, a question and a mail wait; they go out after the backup", async () => {
    await everything_held();
    taken = await good_backup(here, "open.backup");
    await here.sandbox.set({ ...quick, "graph.error": false, "smtp.outage": false });
    await here.sandbox.heard(silent, 2, { seconds: 60 });
    await here.sandbox.heard(waiting, 2, { seconds: 60 });
    await here.settled({ seconds: 60 });
    before = { silent: await replies(silent), waiting: await replies(waiting) };
  });

  await t.test("--resume is refused: a server went on", async () => {
    await here.server.stop();
    const done = await restore(here, taken.file, "--replace", "--resume");
    assert.equal(done.code, refused);
    assert.match(done.stderr, /--resume: a server ran when the backup was taken/);
  });

  await t.test("restored, it says what is not done again and makes tasks", async () => {
    const mails = (await here.sandbox.mails(asks)).length;
    const said = await good_restore(here, taken.file, "--replace");
    assert.match(said, /not sent or answered again: 1 replies, \d answers in preparation, 1 deliveries/);
    assert.match(said, /tasks in the inbox ask people to compare/);
    assert.match(said, /1 mails that waited were given up/);
    await here.server.start();
    await here.routed();
    await here.settled();
    await sleep(14_000);  // longer than evidence_s and the first back-offs
    assert.deepEqual({ silent: await replies(silent), waiting: await replies(waiting) }, before);
    assert.equal((await here.sandbox.mails(asks)).length, mails);
    assert.deepEqual(await sent_twice(here), []);
    const tasks = await here.server.sql("SELECT kind, reason, conversation_id IS NOT NULL FROM person_tasks ORDER BY kind");
    assert.deepEqual(tasks.map(([kind, , of_a_chat]) => [kind, of_a_chat]), [["parked", "f"], ["unconfirmed", "t"]]);
    for (const [, reason] of tasks) assert.match(reason, /^restored from a backup: .*compare with the channel/);
    assert.equal(await here.server.number("SELECT count(*) FROM messages WHERE state = 8"), 1);
  });

  await t.test("both customers are answered when they write again", async () => {
    for (const who of [silent, waiting]) {
      const heard = await replies(who);
      await here.sandbox.say(who, "Are you there? Hello!");
      await here.sandbox.heard(who, heard + 1, { seconds: 30 });
    }
    await here.settled();
  });

  await t.test("a server that was stopped first moves with --resume: what was open goes out once", async () => {
    await everything_held();
    await here.server.stop();
    const { file } = await good_backup(here, "moving.backup");
    const lost = lose_the_disk(here);
    lost.give_back();
    const counted = { silent: await replies(silent), waiting: await replies(waiting) };
    const said = await good_restore(here, file, "--resume");
    assert.doesNotMatch(said, /not sent or answered again|sessions were ended|given up/);
    await here.sandbox.set({ ...quick, "graph.error": false, "smtp.outage": false });
    await here.server.start();
    await here.sandbox.heard(silent, counted.silent + 1, { seconds: 60 });
    await here.sandbox.heard(waiting, counted.waiting + 1, { seconds: 60 });
    await here.settled({ seconds: 60 });
    await sleep(1500);
    assert.deepEqual({ silent: await replies(silent), waiting: await replies(waiting) },
      { silent: counted.silent + 1, waiting: counted.waiting + 1 });
    assert.deepEqual(await sent_twice(here), []);
  });
});

test("files that are no good are refused, and whatever ends a restore half-way changes nothing", { timeout: 290_000 }, async (t) => {
  const here = await open_world(t, { name: "backup_refused" });
  const who = here.customer();
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const { file } = await good_backup(here, "good.backup");
  await here.server.stop();
  const bytes = readFileSync(file);
  const write = (name, content) => {
    const path = here.place.file(name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  // The label changed and the digest made good: what a newer version would write.
  const relabelled = (change) => {
    const at = bytes.lastIndexOf("\nsellavie-backup 1 ");
    const label = JSON.parse(bytes.subarray(at + 19, bytes.length - 73).toString());
    change(label);
    const body = Buffer.concat([bytes.subarray(0, at), Buffer.from(`\nsellavie-backup 1 ${JSON.stringify(label)}\n`)]);
    return Buffer.concat([body, Buffer.from(`sha256 ${createHash("sha256").update(body).digest("hex")}\n`)]);
  };
  const flipped = (at) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 0x40;
    return copy;
  };
  const cases = [
    ["not there", here.place.file("nowhere.backup"), /nowhere\.backup/],
    ["a folder", here.place.folder, /is not a plain file/],
    ["empty", write("empty", ""), /is no backup of sellavie/],
    ["something else", write("text", "hello\n".repeat(100)), /is no backup of sellavie/],
    ["cut off", write("cut", bytes.subarray(0, bytes.length / 2)), /is not a whole backup/],
    ["without its last byte", write("short", bytes.subarray(0, -1)), /is not a whole backup/],
    ["damaged in the middle", write("flip1", flipped(bytes.length >> 1)), /is damaged/],
    ["damaged at its head", write("flip2", flipped(20)), /is damaged/],
    ["damaged in its label", write("flip3", flipped(bytes.length - 200)), /is damaged/],
    ["pg_dump's alone", write("raw", bytes.subarray(0, bytes.lastIndexOf("\nsellavie-backup"))), /is not a whole backup/],
    ["of a newer version", write("newer", relabelled((label) => { label.schema_version = 9999; })), /made by a newer sellavie \(schema 9999/],
    ["of another owner", write("owner", relabelled((label) => { label.owner = "somebody"; })), /role "somebody".*database\.url a user of that name/],
    ["that lost rows", write("rows", relabelled((label) => { label.orders += 1; })), /its label says 2 businesses/],
  ];
  const everything = () => here.server.sql("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM messages), (SELECT max(incarnation) FROM nodes)");
  await here.server.start();
  const before = await everything();
  await here.server.stop();

  for (const [what, path, said] of cases) {
    await t.test(what, async () => {
      const done = await restore(here, path, "--replace");
      assert.equal(done.code, refused, done.stderr);
      assert.match(done.stderr, /^nothing was restored: /m);
      assert.match(done.stderr, said);
      assert.equal(done.stdout.replace(/^making.*\n|^adopting.*\n/gm, ""), "");
    });
  }

  await t.test("killed between tables, before the commit and after it", async () => {
    assert.ok(existsSync(fault_binary), "build sellavie_with_fault_points");
    for (const point of ["restore.section_loaded:2", "restore.before_commit:1", "restore.committed:1"]) {
      const done = await run_command(here.server, ["restore", file, "--replace"], { binary: fault_binary, env: { SELLAVIE_FAULT_POINT: point } });
      assert.equal(done.code, "SIGKILL", `${point}: ${done.code} ${done.stderr}`);
      await here.server.start();
      const [[orders, messages, incarnation]] = await everything();
      assert.deepEqual([orders, messages], before[0].slice(0, 2), point);
      const is_raised = Number(incarnation) > 100_000;
      assert.equal(is_raised, point.startsWith("restore.committed"), `${point}: incarnation ${incarnation}`);
      await here.server.stop();
    }
  });

  await t.test("the file of pg_dump is a plain archive for whoever has only PostgreSQL", async () => {
    const { stdout } = await import("node:child_process").then(({ execFile }) => new Promise((resolve, reject) =>
      execFile("pg_restore", ["--list", file], (error, out) => (error ? reject(error) : resolve({ stdout: out })))));
    assert.match(stdout, /TABLE DATA public orders sellavie_owner/);
  });
});

test("a database of one's own: in use it is refused, otherwise restored; another program's tables stay", { timeout: 290_000 }, async (t) => {
  const here = await open_world(t, { name: "backup_url", cluster: true });
  const who = here.customer();
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const { file, said } = await good_backup(here, "url.backup");
  assert.match(said, /2 businesses, \d+ accounts, 1 order,/);

  await t.test("while a server runs", async () => {
    const done = await restore(here, file, "--replace");
    assert.equal(done.code, failed);
    assert.match(done.stderr, /nothing was restored: a server uses the database \(session "sellavie\/.*stop it/);
    assert.equal((await here.server.readiness()).status, 200);
  });

  await t.test("with somebody else connected", async () => {
    await here.server.stop();
    const sleeping = query(here.server.database, "SELECT pg_sleep(4)");
    await until("the other is connected", async () => (await here.server.number("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(4)%' AND pid <> pg_backend_pid()")) > 0);
    const done = await restore(here, file, "--replace");
    assert.equal(done.code, failed);
    assert.match(done.stderr, /somebody is connected to the database \(session "psql"/);
    await sleeping;
  });

  await t.test("a lost server's database is replaced, its row-level security with it", async () => {
    await here.server.sql("DELETE FROM order_items");
    const done = await good_restore(here, file, "--replace");
    assert.match(done, /replaced: 2 businesses/);
    assert.equal(await here.server.number("SELECT count(*) FROM order_items"), 1);
    assert.deepEqual(await here.server.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relforcerowsecurity <> relrowsecurity"), []);
    await here.server.start();
    await here.routed();
    const heard = (await here.sandbox.replies(who, "app")).length;
    await here.sandbox.say(who, "Checkout please");
    await here.sandbox.heard(who, heard + 1);
    await here.settled();
    await here.server.stop();
  });

  await t.test("another program's tables are never touched", async () => {
    await here.server.sql("DROP TABLE schema_migrations");
    const done = await restore(here, file, "--replace");
    assert.equal(done.code, refused);
    assert.match(done.stderr, /tables that are not sellavie's/);
    assert.equal(await here.server.number("SELECT count(*) FROM orders"), 1);
  });
});
