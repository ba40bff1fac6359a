// deploy/up, from a copy of deploy/ of its own: what it prints works, a second run is no trouble, a failed step says what to do.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { is_root, server_binary } from "./harness/server.mjs";
import { root, until, workspace } from "./harness/workspace.mjs";

const ready = "Ctrl-C stops everything.";
const interrupted = 130;

class demo {
  // program: what takes the place of the server
  constructor(t, name, { program = server_binary() } = {}) {
    this.place = new workspace(name);
    t.after(() => this.place.close());
    this.tree = this.place.file("tree");
    cpSync(`${root}/deploy`, `${this.tree}/deploy`, { recursive: true });
    mkdirSync(`${this.tree}/build/release`, { recursive: true });
    if (program) symlinkSync(program, `${this.tree}/build/release/sellavie`);
  }

  noted_processes() {
    return readFileSync(this.place.file("demo", "demo.pids"), "utf8").trim();
  }

  // -> {printed(), ended: Promise<code>, ready(), stop(), kill()}
  // as: the words before the command; dir: the folder as it is spelt
  up({ folder = "demo", dir = this.place.file(folder), log = folder, env = {}, flags = [], as = [], cwd } = {}) {
    const [command, ...words] = [...as, `${this.tree}/deploy/up`, "--no-build", "--dir", dir, ...flags];
    const { pid, exited } = this.place.start(command, words, { log, env, cwd });
    const one = { printed: () => readFileSync(this.place.file(`${log}.log`), "utf8"), ended: exited.then(({ code }) => code) };
    exited.then(() => { one.is_over = true; });
    one.ready = () => until("the demo is ready", () => one.printed().includes(ready), { seconds: 90, given_up: () => one.is_over, explain: one.printed });
    one.kill = () => {
      process.kill(pid, "SIGKILL");
      return one.ended;
    };
    one.stop = () => {
      process.kill(pid, "SIGINT");
      return one.ended;
    };
    return one;
  }
}

// What it tells a person to open and to type.
function told(printed) {
  const after = (word) => printed.match(new RegExp(`^  ${word} +(\\S.*?)(?:  .*)?$`, "m"))?.[1] ?? assert.fail(`no ${word} in ${printed}`);
  return { api: after("API"), phones: after("phones"), mails: after("mails"), metrics: after("metrics"), logins: after("login").split(", "), password: after("password") };
}

async function assert_logins_work({ api, logins, password }) {
  assert.equal(logins.length, 2);
  for (const email of logins) {
    const client = await new api_client(new URL(api).origin).signed_in(email, password);
    const { status, body } = await client.get("/me");
    assert.deepEqual([status, body.memberships.length], [200, 1], email);
  }
}

const status_of = async (url) => (await fetch(url)).status;
const is_silent = (url) => fetch(url).then(() => false, () => true);

test("the printed logins and addresses work; a second demo runs beside it, and a later one finds the first one's data", { timeout: 240_000 }, async (t) => {
  const here = new demo(t, "up");
  const first = here.up();
  await first.ready();
  const addresses = told(first.printed());
  for (const url of [`${addresses.api}openapi.json`, addresses.phones, addresses.mails, addresses.metrics]) assert.equal(await status_of(url), 200, url);
  await assert_logins_work(addresses);

  const processes = here.noted_processes();
  for (const log of ["same_folder", "same_folder_again"]) {
    const same_folder = here.up({ log });
    assert.equal(await same_folder.ended, 1);
    assert.match(same_folder.printed(), new RegExp(`a demo is running already \\(processes ${processes}\\)`));
    assert.ok(same_folder.printed().includes(new URL(addresses.api).origin), same_folder.printed());
  }

  const beside = here.up({ folder: "beside" });
  await beside.ready();
  const others = told(beside.printed());
  assert.notEqual(others.api, addresses.api);
  await assert_logins_work(others);
  assert.equal(await beside.stop(), interrupted);
  await assert_logins_work(addresses);

  assert.equal(await first.stop(), interrupted);
  for (const url of [addresses.api, addresses.phones, addresses.metrics]) assert.ok(await is_silent(url), `${url} still answers`);
  const later = here.up({ log: "later" });
  await later.ready();
  assert.equal(told(later.printed()).password, addresses.password);
  await assert_logins_work(told(later.printed()));
  assert.equal(await later.stop(), interrupted);
});

const as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];

test("whoever is not root runs the demo just so", { timeout: 120_000, skip: is_root ? false : "the other tests are run by such a one" }, async (t) => {
  const here = new demo(t, "up-nobody", { program: null });
  // The folder of the build may be closed to others, as root's home is.
  copyFileSync(server_binary(), `${here.tree}/build/release/sellavie`);
  const home = here.place.file("demo");
  mkdirSync(home);
  execFileSync("chown", ["nobody:nogroup", home]);
  const one = here.up({ as: as_nobody, env: { HOME: home } });
  await one.ready();
  await assert_logins_work(told(one.printed()));
  assert.equal(statSync(here.place.file("demo", "sellavie.toml")).uid, statSync(home).uid);
  assert.equal(await one.stop(), interrupted);
});

test("after a demo was killed, each next one names the processes that it left, until they are ended", { timeout: 240_000 }, async (t) => {
  const here = new demo(t, "up-killed");
  const first = here.up();
  await first.ready();
  const left = here.noted_processes();
  await first.kill();
  for (const [log, flags] of [["next", []], ["fresh", ["--fresh"]], ["last", []]]) {
    const next = here.up({ log, flags });
    assert.equal(await next.ended, 1);
    assert.match(next.printed(), new RegExp(`^failed: an earlier demo in .* was not stopped: processes ${left}$`, "m"));
    assert.match(next.printed(), new RegExp(`^what to do: end them \\(kill ${left}\\)`, "m"));
    assert.ok(existsSync(here.place.file("demo", "data")), "nothing is deleted under them");
  }
  await assert_logins_work(told(first.printed()));

  // Killed as well, they leave the database.
  const end = async (pids, signal) => {
    for (const pid of pids) process.kill(Number(pid), signal);
    await until(`${pids} ended`, () => pids.every((pid) => !existsSync(`/proc/${pid}`)), { seconds: 60 });
  };
  await end(left.split(" "), "SIGKILL");
  const over_database = here.up({ log: "over_database", flags: ["--fresh"] });
  assert.equal(await over_database.ended, 1);
  const database = over_database.printed().match(/^failed: the database of an earlier demo in .* was not stopped: process (\d+)$/m)?.[1] ?? assert.fail(over_database.printed());
  assert.match(over_database.printed(), new RegExp(`^what to do: end it \\(kill ${database}\\)`, "m"));
  await end([database], "SIGTERM");
  const fresh = here.up({ log: "after", flags: ["--fresh"] });
  await fresh.ready();
  assert.notEqual(told(fresh.printed()).password, told(first.printed()).password);
  await assert_logins_work(told(fresh.printed()));
  assert.equal(await fresh.stop(), interrupted);
});

const hangs = '[ "$1" = check-config ] && exit 0; while :; do sleep 1; done';

for (const [what, count] of [["sandbox", 1], ["server", 2]])
  test(`a demo that was killed before its ${what} was ready is found from another checkout and by another spelling of its folder`, { timeout: 60_000 }, async (t) => {
    const [here, elsewhere] = ["up-early", "up-elsewhere"].map((name) => new demo(t, `${name}-${what}`, { program: null }));
    for (const { tree, place } of [here, elsewhere]) symlinkSync(fake(place.folder, hangs), `${tree}/build/release/sellavie`);
    if (what === "sandbox") writeFileSync(`${here.tree}/deploy/sandbox/server.mjs`, "setInterval(() => {}, 1000);");
    const first = here.up({ dir: "demo", cwd: here.place.folder });
    const noted = () => (existsSync(here.place.file("demo", "demo.pids")) ? here.noted_processes().split(" ").filter(Boolean) : []);
    await until("its processes are noted", () => noted().length === count, { given_up: () => first.is_over, explain: first.printed });
    const left = noted();
    t.after(() => left.forEach((pid) => process.kill(Number(pid), "SIGKILL")));
    await first.kill();
    // What the killed script was waiting for holds its lock a moment longer.
    execFileSync("flock", [here.place.file("demo", "lock"), "true"]);
    const next = elsewhere.up({ dir: here.place.file("demo") });
    assert.equal(await next.ended, 1);
    assert.match(next.printed(), new RegExp(`^failed: an earlier demo in .* was not stopped: processes ${left.join(" ")}$`, "m"));
  });

// Each says what failed and what to do, ends with 1, and leaves nothing running.
async function assert_fails(here, said, options) {
  const one = here.up(options);
  assert.equal(await one.ended, 1, one.printed());
  for (const words of said) assert.match(one.printed(), words);
  assert.match(one.printed(), /^what to do: \S/m);
  const running = one.printed().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  for (const url of running) assert.ok(await is_silent(url), `${url} still answers`);
  const folder = here.place.folder;
  await until("nothing of the demo runs", () => !command_lines().some((line) => line.includes(folder) && !line.includes("guard.sh")), { seconds: 20 });
}

function command_lines() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1");
    } catch {
      return "";  // ended meanwhile
    }
  });
}

function fake(folder, body) {
  const file = `${folder}/program`;
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

test("without a built server it says to build one", { timeout: 30_000 }, async (t) => {
  await assert_fails(new demo(t, "up-unbuilt", { program: null }), [/^failed: .*sellavie is not there$/m, /without --no-build/]);
});

test("a folder that is not its own is not emptied", { timeout: 30_000 }, async (t) => {
  const here = new demo(t, "up-foreign");
  mkdirSync(here.place.file("demo"));
  writeFileSync(here.place.file("demo", "letter"), "keep me");
  await assert_fails(here, [/^failed: .* was not made by deploy\/up$/m], { flags: ["--fresh"] });
  assert.equal(readFileSync(here.place.file("demo", "letter"), "utf8"), "keep me");
});

test("a refused configuration is shown with what is wrong", { timeout: 30_000 }, async (t) => {
  await assert_fails(new demo(t, "up-configuration"), [/^failed: the configuration is refused$/m, /SELLAVIE_NONSENSE/, /^what to do: unset SELLAVIE_/m], { env: { SELLAVIE_NONSENSE: "1" } });
});

test("a sandbox that ends is shown with its last lines", { timeout: 30_000 }, async (t) => {
  const here = new demo(t, "up-sandbox");
  writeFileSync(`${here.tree}/deploy/sandbox/server.mjs`, 'console.error("no sand today"); process.exit(3);');
  await assert_fails(here, [/^failed: the sandbox ended$/m, /^no sand today$/m]);
});

test("a server that ends is shown with its last lines, and the sandbox is stopped", { timeout: 60_000 }, async (t) => {
  const here = new demo(t, "up-server", { program: null });
  symlinkSync(fake(here.place.folder, '[ "$1" = check-config ] && exit 0; echo "no database today"; exit 7'), `${here.tree}/build/release/sellavie`);
  await assert_fails(here, [/^sandbox … ready on http/m, /^failed: the server ended$/m, /^no database today$/m]);
});

test("a demo business that is refused is shown with the reason, and everything is stopped", { timeout: 120_000 }, async (t) => {
  const here = new demo(t, "up-business");
  appendFileSync(`${here.tree}/deploy/demo/business.jsonl`, '{"key":"zoe"}\n');
  await assert_fails(here, [/^server … ready on http/m, /^failed: demo business$/m, /line 3/, /--fresh starts with an empty database/]);
});
