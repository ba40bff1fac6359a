// The commands beside a running server: what they say, what they leave and how they end.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { is_root, server } from "./harness/server.mjs";
import { demo_businesses } from "./harness/world.mjs";
import { free_ports, plain_environment, until, workspace } from "./harness/workspace.mjs";

const good = 0, wrong = 2;

// A configuration and no process. -> {server, run(...arguments): {code, stdout, stderr}, place}
async function a_shop(t, name, settings = {}) {
  const place = new workspace(name);
  t.after(() => place.close());
  const ports = await free_ports(2);
  const one = new server(place, { ports, settings: { llm: { order: [] }, ...settings } });
  const run = (...words) => new Promise((resolve) => {
    execFile(one.binary, [...words, "--config", one.config], { timeout: 60_000, env: plain_environment() }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }));
  });
  return { server: one, place, run, ports };
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => { socket.destroy(); resolve(true); }).once("error", () => resolve(false));
  });
}

test("a configuration with several mistakes: all are listed, the exit is 2, nothing is started", async (t) => {
  const shop = await a_shop(t, "bad_config", {
    workers: { io_threads: 0 },
    outbox: { evidence_s: "soon" },
    nonsense: { key: 1 },
    meta: { app_id: "an app" },
  });
  const mistakes = ["workers.io_threads", "outbox.evidence_s", "nonsense", "meta.app_id"];
  for (const command of [["check-config"], ["serve"], ["migrate"], ["migrate", "status"], ["provision", shop.server.config]]) {
    const { code, stdout, stderr } = await shop.run(...command);
    const problems = stderr.split("\n").filter((line) => line.startsWith("problem: "));
    assert.equal(code, wrong, `${command}: ${stderr}`);
    assert.equal(stdout, "", `${command}`);
    assert.equal(problems.length, mistakes.length, `${command}: ${stderr}`);
    for (const key of mistakes) assert.ok(problems.some((line) => line.startsWith(`problem: ${key}`)), `${command} says nothing of ${key}: ${stderr}`);
    assert.match(stderr, /4 problems, nothing was started\n$/);
  }
  assert.ok(!existsSync(shop.server.data), "a data folder was made");
});

test("check-config of a good configuration says so and touches nothing", async (t) => {
  const shop = await a_shop(t, "good_config");
  const { code, stdout, stderr } = await shop.run("check-config");
  assert.equal(code, good, stderr);
  assert.match(stdout, /configuration is valid\n$/);
  assert.ok(!existsSync(shop.server.data), "a data folder was made");
  for (const port of shop.ports) assert.equal(await listens(port), false);
});

test("migrate status, migrate, and both again", { timeout: 120_000 }, async (t) => {
  const shop = await a_shop(t, "migrate");
  const states = async () => {
    const { code, stdout, stderr } = await shop.run("migrate", "status");
    assert.equal(code, good, stderr);
    return [...stdout.matchAll(/^(\d{4}) {2}(applied|missing) +(\S+)$/gm)].map(([, version, state]) => [Number(version), state]);
  };
  const before = await states();
  assert.ok(before.length > 0);
  assert.deepEqual(before, before.map((_, i) => [i + 1, "missing"]));
  const first = await shop.run("migrate");
  assert.equal(first.code, good, first.stderr);
  assert.match(first.stdout, new RegExp(`^${before.length} migrations applied, the schema is up to date$`, "m"));
  assert.deepEqual(await states(), before.map((_, i) => [i + 1, "applied"]));
  const second = await shop.run("migrate", "up");
  assert.equal(second.code, good, second.stderr);
  assert.match(second.stdout, /^0 migrations applied/m);
});

// Root's home is closed to the database's user. In a mount namespace of its own: the default folder of data belongs to
// the machine, where a real server may have its data.
test("as root with no data.dir and in root's home the server starts all the same, its data in /var/lib/sellavie", { timeout: 120_000, skip: is_root ? false : "needs root" }, async (t) => {
  const has_namespaces = spawnSync("unshare", ["--mount", "true"]).status === 0;
  if (!has_namespaces) return t.skip("this machine lets nobody mount");
  const shop = await a_shop(t, "root_home", { data: { dir: undefined } });
  const home = mkdtempSync("/root/sellavie-e2e-");
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const clone = `${home}/clone`;
  mkdirSync(clone);
  copyFileSync(shop.server.binary, `${clone}/sellavie`);
  copyFileSync(shop.server.config, `${clone}/sellavie.toml`);
  shop.server.binary = `${home}/serve`;
  writeFileSync(shop.server.binary, `#!/bin/sh
exec unshare --mount sh -c 'mount -t tmpfs tmpfs /var/lib && cd ${clone} && exec ./sellavie serve --config sellavie.toml'
`, { mode: 0o700 });
  await shop.server.start({ wait: false });
  const explain = () => shop.place.log_tail("server");
  const data = `/proc/${shop.server.pid}/root/var/lib/sellavie`;
  const postmaster = await until("its database starts", () => Number(readFileSync(`${data}/postgres/cluster/postmaster.pid`, "utf8").split("\n")[0]), { seconds: 60, explain });
  shop.place.take_along(postmaster);
  await until("it is ready", async () => (await shop.server.readiness()).status === 200, { seconds: 60, explain });
  assert.deepEqual(readdirSync(clone).sort(), ["sellavie", "sellavie.toml"], "something was left in the clone");
  assert.equal((await shop.server.stop()).code, good, explain());
  assert.ok(!existsSync(`/proc/${postmaster}`), "its database goes on");
});

test("provision refuses a bad file whole, with each line that is wrong", { timeout: 120_000 }, async (t) => {
  const shop = await a_shop(t, "provision");
  const [business] = demo_businesses();
  const file = shop.place.file("shops.jsonl");
  const provision = async (...lines) => {
    writeFileSync(file, lines.join("\n") + "\n");
    return shop.run("provision", file);
  };
  const bad = await provision(JSON.stringify(business), "{ no json", JSON.stringify({ ...business, key: "second", currency: "cowries" }));
  assert.equal(bad.code, wrong, bad.stderr);
  assert.match(bad.stderr, /^line 2: /m);
  assert.match(bad.stderr, /^line 3: currency/m);
  assert.doesNotMatch(bad.stderr, /^line 1: /m);
  const missing = await shop.run("provision", shop.place.file("nowhere.jsonl"));
  assert.notEqual(missing.code, good);
  // Nothing of the bad file is there: its good line is new now.
  await shop.server.start();
  assert.equal(await shop.server.number("SELECT count(*) FROM businesses"), 0);
  const fine = await provision(JSON.stringify(business));
  assert.equal(fine.code, good, fine.stderr);
  assert.equal(await shop.server.number("SELECT count(*) FROM businesses"), 1);
  assert.equal(await shop.server.number("SELECT count(*) FROM connections"), business.connections.length);
});

test("keys that were made are named once, by whoever made them", { timeout: 120_000 }, async (t) => {
  const lines = (text) => text.split("\n").filter((line) => line.startsWith("made a new key: "));
  const check = (shop, said, count) => {
    const keys = readdirSync(shop.server.data).filter((name) => name.endsWith(".key")).map((name) => `${shop.server.data}/${name}`);
    assert.equal(keys.length, count);
    assert.deepEqual(lines(said).map((line) => / (\S+) \(keep a copy/.exec(line)[1]).sort(), keys.sort(), said);
    for (const key of keys) assert.ok(!said.includes(readFileSync(key, "utf8").trim()), "the key itself was printed");
  };
  await t.test("by the server", async (s) => {
    const shop = await a_shop(s, "keys_server");
    const log = () => readFileSync(shop.place.file("server.log"), "utf8");
    await shop.server.start();
    check(shop, log(), 3);
    assert.equal((await shop.server.stop()).code, 0);
    await shop.server.start();
    assert.equal(lines(log()).length, 3, "the second start names them again");
  });
  await t.test("by provision", async (s) => {
    const shop = await a_shop(s, "keys_provision");
    const file = shop.place.file("shops.jsonl");
    writeFileSync(file, JSON.stringify(demo_businesses()[0]) + "\n");
    const first = await shop.run("provision", file);
    assert.equal(first.code, good, first.stderr);
    check(shop, first.stdout, 2);
    await shop.server.start();
    const made = lines(readFileSync(shop.place.file("server.log"), "utf8"));
    assert.deepEqual(made.map((line) => /\/(\w+\.key) /.exec(line)[1]), ["push.key"], "the one for browsers is the server's alone");
  });
});
