// A Fernet key is replaced while the shop is open: the new one is added, everything is sealed anew, the old one goes.
// The rotation is killed in its middle. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { api_client } from "./harness/api.mjs";
import { code_of } from "./harness/authenticator.mjs";
import { password, signed_in_owner } from "./harness/team.mjs";
import { open_world } from "./harness/world.mjs";
import { plain_environment, root } from "./harness/workspace.mjs";

const run = promisify(execFile);
const fault_binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
const waiting_mails = 900;

// -> {code, signal, stdout, stderr}
async function rotate(here, { binary = here.server.binary, env = {} } = {}) {
  try {
    return { code: 0, ...await run(binary, ["rotate-keys", "--config", here.server.config], { env: { ...plain_environment(), ...env }, timeout: 60_000 }) };
  } catch (error) {
    return { code: error.code, signal: error.signal, stdout: error.stdout, stderr: error.stderr };
  }
}

// The key with which a token of Fernet was made is not in it: what one ring opens, another does not.
const sealed_values = async (here) => (await here.server.sql(`SELECT access_token FROM connections UNION ALL SELECT secret_key FROM payment_connections
  UNION ALL SELECT secret FROM second_factors UNION ALL SELECT letter FROM mails WHERE letter <> '' ORDER BY 1`)).map(([one]) => one);

test("a key is rotated while a server runs, also when the rotation is killed", { timeout: 280_000 }, async (t) => {
  const here = await open_world(t, { name: "key-rotation" });
  const key_file = `${here.server.data}/fernet.key`;
  const old_key = readFileSync(key_file, "utf8").trim();
  const new_key = randomBytes(32).toString("base64url").padEnd(44, "=");
  const keys = (...all) => writeFileSync(key_file, `${all.join("\n")}\n`, { mode: 0o600 });

  // Sealed with the old key: tokens, a second factor, mails that wait, deliveries that were put aside.
  const { client } = await signed_in_owner(here);
  const begun = await client.post("/me/second-factor", { password });
  assert.equal(begun.status, 200, begun.text);
  const uri = begun.body.otpauth_uri;
  assert.equal((await client.post("/me/second-factor/confirm", { code: code_of(uri) })).status, 200);
  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_SMTP_URL: "" } });
  const email = "waits@example.com";
  await new api_client(here.server.url).post("/auth/sign-up", { email, name: "Waits", password });
  await here.server.sql(`INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at)
    SELECT gen_random_uuid(), '', kind, letter, created_at, expires_at, due_at FROM mails, generate_series(1, ${waiting_mails}) WHERE recipient = '${email}'`);
  await here.message({ channel: "messenger", account: "page_nobody", customer: "1" }, "Hello").post();
  assert.ok((await here.server.number("SELECT count(*) FROM quarantined_events")) > 0);

  // A new key that no server has: refused, nothing changed.
  const before = await sealed_values(here);
  keys(new_key, old_key);
  const early = await rotate(here);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /Start the server with these keys/);
  assert.deepEqual(await sealed_values(here), before);

  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_SMTP_URL: "" } });
  const killed = await rotate(here, { binary: fault_binary, env: { SELLAVIE_FAULT_POINT: "rotation.batch:9" } });
  assert.equal(killed.signal, "SIGKILL", JSON.stringify(killed));
  const halfway = await sealed_values(here);
  const changed = halfway.filter((one) => !before.includes(one)).length;
  assert.ok(changed > 0 && changed < before.length, `${changed} of ${before.length} were sealed anew when it was killed`);
  assert.equal(await here.server.number("SELECT count(*) FROM key_fingerprints WHERE purpose = 'fernet'"), 2, "the old key is still needed");
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);

  const done = await rotate(here);
  assert.equal(done.code, 0, JSON.stringify(done));
  assert.match(done.stdout, /the keys after it can be removed/);
  for (const key of [old_key, new_key]) assert.ok(!`${done.stdout}${done.stderr}`.includes(key.slice(0, 20)));
  const after = await sealed_values(here);
  assert.equal(after.length, before.length);
  assert.ok(after.every((one) => !before.includes(one)), "nothing is as it was");
  const again = await rotate(here);
  assert.match(again.stdout, /^0 secrets sealed anew/m);
  assert.deepEqual(await sealed_values(here), after);

  // Without the old key: the server starts, channels, payments, second factor and mails work.
  await here.server.stop();
  keys(new_key);
  await here.server.start();
  await here.sandbox.say(who, "Hello once more!");
  await here.sandbox.heard(who, 2);
  const { owner } = here.businesses[0];
  const anyone = new api_client(here.server.url);
  assert.equal((await anyone.post("/auth/sign-in", { email: owner.email, password })).status, 401);
  // No code is accepted twice: that of the next half minute.
  assert.equal((await anyone.post("/auth/sign-in", { email: owner.email, password, code: code_of(uri, 1) })).status, 200);
  await here.sandbox.got_mails(email);

  // The old key alone opens nothing any more.
  await here.server.stop();
  keys(old_key);
  await here.server.start({ wait: false });
  const { code } = await here.server.wait_until_dead(30, "a server with the old key alone ends");
  assert.notEqual(code, 0);
});
