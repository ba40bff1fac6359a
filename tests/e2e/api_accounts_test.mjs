// How people come to an account and keep it: by mail, by password, by a second factor.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { kept_cookie, listening_client } from "./harness/api.mjs";
import { code_of, secret_bytes } from "./harness/authenticator.mjs";
import { dump_of, secrets_in, with_bytes } from "./harness/secrets.mjs";
import { shared_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "api-accounts" }, (world) => { here = world; });

const password = "correct horse battery";
let people = 0;
const somebody = () => `person${++people}@example.com`;
const anyone = () => new listening_client(here.server.url);
// Those that came in mails, to be searched for.
const mailed_tokens = new Set();
function token_in({ text }) {
  const [, token] = /#token=(\S+)/.exec(text);
  mailed_tokens.add(token);
  return token;
}
const sign_up = (email, more = {}) => anyone().post("/auth/sign-up", { email, password, name: "Bola", ...more });
const sign_in = (email, more = {}) => anyone().post("/auth/sign-in", { email, password, ...more });
const told = ({ status, body }) => [status, body?.type, ...(body?.errors ?? []).map(({ field }) => field)];
// Two at the same time. -> their answers, the lower status first
const both = async (ask) => (await Promise.all([ask(0), ask(1)])).sort((one, other) => one.status - other.status);
const reset_mails = async (email, count = 1) => (await here.sandbox.got_mails(email, count)).at(-1);

async function signed_up(email = somebody()) {
  assert.equal((await sign_up(email)).status, 202);
  const [mail] = await here.sandbox.got_mails(email);
  const { status, body } = await anyone().post("/auth/verify-email", { token: token_in(mail), password });
  assert.equal(status, 200);
  const client = new listening_client(here.server.url, { access_token: body.access_token });
  return { email, client, refresh_token: body.refresh_token };
}

async function with_second_factor(email = somebody()) {
  const { client } = await signed_up(email);
  const { body } = await client.post("/me/second-factor", { password });
  const first = code_of(body.otpauth_uri);
  const confirmed = await client.post("/me/second-factor/confirm", { code: first });
  assert.equal(confirmed.status, 200, confirmed.text);
  return { email, client, uri: body.otpauth_uri, secret: body.secret, first, codes: confirmed.body.recovery_codes };
}

// Makes the code of this step acceptable once more, as if half a minute had passed.
const forget_last_code = (email) =>
  here.server.sql(`UPDATE second_factors SET last_step = 0 WHERE account_id = (SELECT id FROM accounts WHERE email = '${email}')`);
// Where each kind of guess is counted.
const counted_in = { sign_ins: "accounts", codes: "second_factors", proofs: "sessions" };
const of_account = (email, kind) => `${kind === "sign_ins" ? "id" : "account_id"} = (SELECT id FROM accounts WHERE email = '${email}')`;
// So that a slow machine does not outlast it. -> whether there is one
const stretch_block = async (email, kind) => (await here.server.sql(`UPDATE ${counted_in[kind]} SET blocked_until = blocked_until + 600000 WHERE ${of_account(email, kind)} AND blocked_until > 0 RETURNING 1`)).length === 1;
const end_block = (email, kind) => here.server.sql(`UPDATE ${counted_in[kind]} SET blocked_until = 0 WHERE ${of_account(email, kind)}`);

test("from signing up to the first session by the mail's link", async () => {
  const email = somebody();
  const asked = await sign_up(email);
  assert.deepEqual([asked.status, asked.text], [202, ""]);
  const [mail] = await here.sandbox.got_mails(email);
  assert.equal(mail.from, '"Sellavie" <mail@sellavie.example>');
  assert.ok(mail.text.includes(`${here.server.url}/verify-email#token=`));
  assert.ok(!mail.text.includes("Bola"), "nothing that a stranger typed");
  const unproven = await sign_in(email), unknown = await sign_in(somebody());
  assert.equal(unproven.status, 401);
  assert.deepEqual({ ...unproven.body, request_id: "" }, { ...unknown.body, request_id: "" }, "a stranger who signed up with an address learns nothing");
  const wrong = await anyone().post("/auth/verify-email", { token: token_in(mail), password: "not the chosen one" });
  assert.deepEqual(told(wrong), [422, "/problems/invalid-fields", "/password"]);
  const { status, body } = await anyone().post("/auth/verify-email", { token: token_in(mail), password });
  assert.equal(status, 200);
  const me = (await anyone().get("/me", { token: body.access_token })).body;
  assert.deepEqual([me.email, me.name, me.memberships, me.has_second_factor], [email, "Bola", [], false]);
  const again = await anyone().post("/auth/verify-email", { token: token_in(mail), password });
  assert.deepEqual(told(again), [422, "/problems/invalid-fields", "/token"], "used once");
  assert.equal((await sign_in(email.toUpperCase())).status, 200);
});

test("a browser that proves an address keeps its first refresh token in a cookie alone", async () => {
  const email = somebody();
  await sign_up(email);
  const [mail] = await here.sandbox.got_mails(email);
  const cookie = kept_cookie(await anyone().post("/auth/verify-email", { token: token_in(mail), password, keep_in: "cookie" }));
  kept_cookie(await anyone().post("/auth/refresh", {}, { headers: { cookie, "x-sellavie-client": "dashboard" } }));
});

test("the token of a mail works once, also for two at the same time", async () => {
  const email = somebody();
  await sign_up(email);
  const [mail] = await here.sandbox.got_mails(email);
  const proof = { token: token_in(mail), password };
  const verified = await both(() => anyone().post("/auth/verify-email", proof));
  assert.deepEqual(verified.map(told), [[200, undefined], [422, "/problems/invalid-fields", "/token"]]);
  assert.equal(await here.server.number(`SELECT count(*) FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE a.email = '${email}'`), 1);

  await anyone().post("/auth/request-password-reset", { email });
  const token = token_in(await reset_mails(email, 2));
  const words = ["another password", "a third password"];
  const reset = await both((i) => anyone().post("/auth/reset-password", { token, password: words[i] }));
  assert.deepEqual(reset.map(told), [[204, undefined], [422, "/problems/invalid-fields", "/token"]]);
  const signed_in = await Promise.all(words.map((word) => sign_in(email, { password: word })));
  assert.deepEqual(signed_in.map(({ status }) => status).sort(), [200, 401], "one password was set");
});

test("nobody prepares an account for somebody else's address", async () => {
  const email = somebody();
  await sign_up(email, { password: "the attacker's password", name: "Mallory" });
  const [first] = await here.sandbox.got_mails(email);
  await sign_up(email);
  const [, second] = await here.sandbox.got_mails(email, 2);
  assert.deepEqual(told(await anyone().post("/auth/verify-email", { token: token_in(first), password }))[2], "/password");
  assert.equal((await anyone().post("/auth/verify-email", { token: token_in(second), password })).status, 200);
  const late = await anyone().post("/auth/verify-email", { token: token_in(first), password: "the attacker's password" });
  assert.deepEqual(told(late)[2], "/token");
  assert.equal((await sign_in(email, { password: "the attacker's password" })).status, 401);
});

test("the mail is sent again on request, and its token ends after a day", async () => {
  const email = somebody();
  await sign_up(email);
  const [first] = await here.sandbox.got_mails(email);
  assert.equal((await anyone().post("/auth/resend-verification", { email })).status, 202);
  const [, second] = await here.sandbox.got_mails(email, 2);
  assert.equal(told(await anyone().post("/auth/verify-email", { token: token_in(first), password }))[2], "/token");
  await here.server.sql(`UPDATE sign_ups SET expires_at = expires_at - 86400000 WHERE email = '${email}'`);
  assert.equal(told(await anyone().post("/auth/verify-email", { token: token_in(second), password }))[2], "/token");
  assert.equal((await sign_in(email)).status, 401, "as if it had never been");
});

test("a known and an unknown address get the same answers; the mailbox alone learns more", async () => {
  const { email } = await signed_up();
  const stranger = somebody();
  const same = async (path, body_of) => {
    const [known, unknown] = [await anyone().post(path, body_of(email)), await anyone().post(path, body_of(stranger))];
    assert.deepEqual([known.status, known.text], [unknown.status, unknown.text], path);
    assert.deepEqual([...known.headers.keys()], [...unknown.headers.keys()]);
  };
  await same("/auth/request-password-reset", (address) => ({ email: address }));
  await same("/auth/resend-verification", (address) => ({ email: address }));
  const mails = await here.sandbox.got_mails(email, 2);
  assert.equal(mails.at(-1).subject, "Set a new password");
  assert.equal(await here.server.number(`SELECT count(*) FROM password_resets WHERE account_id IS NULL`), 1, "the same rows are written");
  await until("the mails to nobody are gone", async () => (await here.server.number("SELECT count(*) FROM mails")) === 0);
  assert.deepEqual(await here.sandbox.mails(stranger), []);
  await same("/auth/sign-up", (address) => ({ email: address, password, name: "B" }));
  assert.equal((await here.sandbox.got_mails(email, 3)).at(-1).subject, "You already have an account");
  assert.equal(await here.server.number(`SELECT count(*) FROM sign_ups WHERE email = '${email}'`), 0);
});

test("a forgotten password is set anew by mail, once, and ends all sessions", async () => {
  const { email, client } = await signed_up();
  await anyone().post("/auth/request-password-reset", { email });
  const first = token_in(await reset_mails(email, 2));
  await anyone().post("/auth/request-password-reset", { email });
  const token = token_in(await reset_mails(email, 3));
  const reset = (body) => anyone().post("/auth/reset-password", body);
  assert.equal(told(await reset({ token: first, password: "another password" }))[2], "/token", "a newer one replaces it");
  assert.equal(told(await reset({ token, password: "short" }))[2], "/password");
  assert.equal(told(await reset({ token, password: "ü".repeat(40) }))[2], "/password", "80 bytes");
  for (let i = 0; i < 6; ++i) await sign_in(email, { password: "guess guess" });
  assert.equal((await reset({ token, password: "another password" })).status, 204);
  assert.equal(told(await reset({ token, password: "another password" }))[2], "/token");
  assert.equal((await client.get("/me")).status, 401, "seen at once");
  assert.equal((await sign_in(email)).status, 401);
  assert.equal((await sign_in(email, { password: "another password" })).status, 200, "not blocked by the guesses of others");
  assert.equal((await reset_mails(email, 4)).subject, "Your password was changed");
});

test("a password token ends after an hour", async () => {
  const { email } = await signed_up();
  await anyone().post("/auth/request-password-reset", { email });
  const token = token_in(await reset_mails(email, 2));
  await here.server.sql("UPDATE password_resets SET expires_at = expires_at - 3600000");
  assert.equal(told(await anyone().post("/auth/reset-password", { token, password: "another password" }))[2], "/token");
});

test("changing the password asks the present one and ends the other sessions", async () => {
  const { email, client } = await signed_up();
  const other = await anyone().signed_in(email, password);
  const change = (current_password, new_password) => client.post("/me/password", { current_password, new_password });
  assert.equal(told(await change("not the present one", "another password"))[2], "/current_password");
  assert.equal(told(await change(password, "ü".repeat(37)))[2], "/new_password", "74 bytes");
  assert.equal((await change(password, "another password")).status, 204);
  assert.equal((await other.get("/me")).status, 401);
  assert.equal((await client.get("/me")).status, 200);
  assert.equal((await sign_in(email)).status, 401);
  assert.equal((await sign_in(email, { password: "another password" })).status, 200);
});

test("guessing the present password is slowed down like signing in, for the session that guesses", async () => {
  const { email, client } = await signed_up();
  const other = await anyone().signed_in(email, password);
  const change = (current_password) => client.post("/me/password", { current_password, new_password: "another password" });
  for (let i = 0; i < 5; ++i) assert.equal((await change(`guess number ${i}`)).status, 422);
  assert.ok(await stretch_block(email, "proofs"), "the fifth blocks");
  const told = await change(password);
  assert.equal(told.status, 429);
  assert.ok(Number(told.headers.get("retry-after")) > 1);
  assert.equal((await sign_in(email)).status, 200, "its owner is not shut out by it");
  assert.equal((await other.post("/me/password", { current_password: password, new_password: "another password" })).status, 204);
});

test("a hash that is cheaper than today's is made anew with the next sign-in", async () => {
  const { email } = await signed_up();
  await here.server.sql(`CREATE EXTENSION IF NOT EXISTS pgcrypto; UPDATE accounts SET password_hash = replace(crypt('${password}', gen_salt('bf', 5)), '$2a$', '$2b$') WHERE email = '${email}'`);
  const hash = async () => (await here.server.sql(`SELECT password_hash FROM accounts WHERE email = '${email}'`))[0][0];
  assert.ok((await hash()).startsWith("$2b$05$"));
  assert.equal((await sign_in(email, { password: "a wrong password" })).status, 401);
  assert.ok((await hash()).startsWith("$2b$05$"), "not by a wrong one");
  assert.equal((await sign_in(email)).status, 200);
  assert.ok((await hash()).startsWith("$2b$12$"));
  assert.equal((await sign_in(email)).status, 200);
});

test("people change their name", async () => {
  const { client } = await signed_up();
  const { status, body } = await client.patch("/me", { name: "Bọ́lá Adé" });
  assert.deepEqual([status, body.name], [200, "Bọ́lá Adé"]);
  assert.equal((await client.get("/me")).body.name, "Bọ́lá Adé");
  assert.equal(told(await client.patch("/me", { name: "two\nlines" }))[2], "/name");
});

test("a second factor is turned on in two steps and asked for from then on", async () => {
  const email = somebody();
  const { client } = await signed_up(email);
  assert.equal(told(await client.post("/me/second-factor", { password: "a wrong password" }))[2], "/password");
  assert.equal((await client.post("/me/second-factor/confirm", { code: "123456" })).status, 409, "nothing was begun");
  const { body } = await client.post("/me/second-factor", { password });
  assert.ok(body.otpauth_uri.startsWith(`otpauth://totp/Sellavie:${encodeURIComponent(email)}?secret=${body.secret}&`));
  assert.ok(body.qr_svg.startsWith("<svg "));
  assert.equal((await sign_in(email)).status, 200, "not on yet");
  assert.equal(told(await client.post("/me/second-factor/confirm", { code: code_of(body.otpauth_uri, 5) }))[2], "/code");
  const confirmed = await client.post("/me/second-factor/confirm", { code: code_of(body.otpauth_uri) });
  assert.equal(new Set(confirmed.body.recovery_codes).size, 10);
  assert.equal((await client.post("/me/second-factor", { password })).status, 409, "one is on");
  assert.deepEqual((({ has_second_factor, recovery_codes_left }) => [has_second_factor, recovery_codes_left])((await client.get("/me")).body), [true, 10]);
  assert.deepEqual(told(await sign_in(email)), [401, "/problems/second-factor-needed"]);
  assert.deepEqual(told(await sign_in(email, { password: "a wrong password" })), [401, "/problems/wrong-credentials"]);
  assert.equal((await sign_in(email, { code: code_of(body.otpauth_uri, 1) })).status, 200);
});

test("a code is accepted once, also by two at the same time", async () => {
  const { email, uri, first } = await with_second_factor();
  assert.deepEqual(told(await sign_in(email, { code: first })), [401, "/problems/second-factor-needed"], "the code that turned it on");
  const next = code_of(uri, 1);
  const both = await Promise.all([sign_in(email, { code: next }), sign_in(email, { code: next })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401]);
});

test("wrong codes block codes, wherever they are given, until a right one", async () => {
  const { email, client, uri, codes } = await with_second_factor();
  for (let i = 0; i < 5; ++i) assert.equal((await sign_in(email, { code: "000000" })).status, 401);
  assert.ok(await stretch_block(email, "codes"), "the fifth blocks");
  const held_up = await sign_in(email, { code: code_of(uri, 1) });
  assert.deepEqual(told(held_up), [429, "/problems/too-many-requests"]);
  assert.ok(Number(held_up.headers.get("retry-after")) > 1);
  assert.equal((await client.post("/me/second-factor/turn-off", { password, code: codes[0] })).status, 429);
  assert.deepEqual(told(await sign_in(email)), [401, "/problems/second-factor-needed"], "the password is not blocked by it");
  await end_block(email, "codes");
  assert.equal((await sign_in(email, { code: code_of(uri, 1) })).status, 200, "what was refused used no code up");
  for (let i = 0; i < 4; ++i) assert.equal((await client.post("/me/second-factor/turn-off", { password, code: "000000" })).status, 422, "a right one ended the count");
  assert.equal((await client.post("/me/second-factor/turn-off", { password, code: codes[0] })).status, 204, "so four more were free");
});

test("whoever keeps an account's sign-in blocked holds up neither its sessions nor, after a password set by mail, its owner with the second factor", async () => {
  const { email, client, uri, codes } = await with_second_factor();
  for (let i = 0; i < 5; ++i) await sign_in(email, { password: "guess guess" });
  assert.ok(await stretch_block(email, "sign_ins"), "the fifth blocks");
  assert.deepEqual(told(await sign_in(email, { code: code_of(uri, 1) })), [401, "/problems/wrong-credentials"], "told the same as anybody");
  assert.equal((await client.post("/me/second-factor/recovery-codes", { password, code: codes[0] })).status, 200);
  await anyone().post("/auth/request-password-reset", { email });
  // Mails that are due together may come in any order.
  const token = token_in((await here.sandbox.got_mails(email, 4)).find(({ subject }) => subject === "Set a new password"));
  assert.equal((await anyone().post("/auth/reset-password", { token, password: "another password" })).status, 204);
  assert.equal((await sign_in(email, { password: "another password", code: code_of(uri, 1) })).status, 200);
});

test("a recovery code is used once, in place of the app, and its owner is told", async () => {
  const { email, codes } = await with_second_factor();
  const typed = codes[0].toUpperCase().replaceAll("-", " ");
  assert.equal((await sign_in(email, { code: typed })).status, 200);
  assert.equal((await sign_in(email, { code: codes[0] })).status, 401);
  // Mails that are due together may come in any order.
  const used = (await here.sandbox.got_mails(email, 3)).find(({ subject }) => subject === "A recovery code was used");
  assert.ok(used?.text.includes("9 are left"));
});

test("a recovery code is used once, also by two at the same time", async () => {
  const { email, client, codes } = await with_second_factor();
  const given = await both(() => sign_in(email, { code: codes[0] }));
  assert.deepEqual(given.map(told), [[200, undefined], [401, "/problems/second-factor-needed"]]);
  assert.equal((await client.get("/me")).body.recovery_codes_left, 9);
});

test("recovery codes are replaced, and the second factor turned off, by password and code", async () => {
  const { email, client, uri, codes } = await with_second_factor();
  const fresh = await client.post("/me/second-factor/recovery-codes", { password, code: codes[0] });
  assert.equal(fresh.body.recovery_codes.length, 10);
  assert.equal((await sign_in(email, { code: codes[1] })).status, 401);
  assert.equal(told(await client.post("/me/second-factor/turn-off", { password, code: "000000" }))[2], "/code");
  assert.equal(told(await client.post("/me/second-factor/turn-off", { password: "a wrong password", code: code_of(uri, 1) }))[2], "/password");
  assert.equal((await client.post("/me/second-factor/turn-off", { password, code: code_of(uri, 1) })).status, 204);
  for (const step of ["turn-off", "recovery-codes"])
    assert.equal((await client.post(`/me/second-factor/${step}`, { password, code: code_of(uri, 1) })).status, 409, step);
  assert.equal((await sign_in(email)).status, 200);
  assert.equal(await here.server.number("SELECT count(*) FROM recovery_codes r JOIN accounts a ON a.id = r.account_id WHERE a.email = '" + email + "'"), 0);
});

test("a password set by mail does not turn the second factor off", async () => {
  const { email, uri } = await with_second_factor();
  for (let i = 0; i < 5; ++i) await sign_in(email, { code: "000000" });
  assert.ok(await stretch_block(email, "codes"), "the fifth blocks");
  await anyone().post("/auth/request-password-reset", { email });
  const token = token_in(await reset_mails(email, 3));
  assert.equal((await anyone().post("/auth/reset-password", { token, password: "another password" })).status, 204);
  assert.deepEqual(told(await sign_in(email, { password: "another password" })), [401, "/problems/second-factor-needed"]);
  await forget_last_code(email);
  assert.equal((await sign_in(email, { password: "another password", code: code_of(uri) })).status, 429, "whoever owns the mailbox alone gets no new guesses");
  await end_block(email, "codes");
  assert.equal((await sign_in(email, { password: "another password", code: code_of(uri) })).status, 200);
});

test("what was done stands in the activity log, without secrets", async () => {
  const { email, client, secret, codes } = await with_second_factor();
  await client.patch("/me", { name: "Other" });
  const rows = await here.server.sql(`SELECT action, before, after FROM audit_log WHERE action LIKE 'account.%' AND account_id = (SELECT id FROM accounts WHERE email = '${email}') ORDER BY id`);
  assert.deepEqual(rows.map(([action]) => action), ["account.created", "account.second_factor_begun", "account.second_factor_turned_on", "account.renamed"]);
  assert.deepEqual(JSON.parse(rows.at(-1)[1]), { name: "Bola" });
  const everything = JSON.stringify(rows);
  for (const one of [password, secret, ...codes]) assert.ok(!everything.includes(one));
});

test("passwords, tokens, secrets and codes are nowhere, in clear, in hex or in base64: neither in a dump of the database nor in the log", async () => {
  const { email, uri, secret, codes } = await with_second_factor();
  const { client, refresh_token } = await signed_up();
  await here.sandbox.set({ "smtp.outage": true });
  try {
    await anyone().post("/auth/request-password-reset", { email });
    const [[letter]] = await here.server.sql(`SELECT letter FROM mails WHERE recipient = '${email}' AND kind = 'reset_password'`);
    assert.ok(letter.startsWith("gAAAA"), "sealed while it waits");
  } finally {
    await here.sandbox.set({ "smtp.outage": false });
  }
  const token = token_in((await until("the reset mail", async () => (await here.sandbox.mails(email)).find(({ subject }) => subject === "Set a new password"), { seconds: 30 })));
  const all = [password, secret, secret_bytes(uri), token, ...codes, ...codes.map((one) => one.replaceAll("-", "")), client.access_token,
    client.access_token.split(".")[2], ...with_bytes(token), ...with_bytes(refresh_token)];
  const log = readFileSync(here.place.file("server.log"), "utf8");
  const metrics = await (await fetch(`${here.server.ops}/metrics`)).text();
  const dump = await dump_of(here.server.database);
  for (const [place, text] of Object.entries({ dump, log, metrics })) assert.deepEqual(secrets_in(text, all), [], place);
  assert.ok(secrets_in(dump, [email]).length > 0, "the search finds what is there");
  assert.ok(!log.includes(email));
});

// What each answer hands over, which no other one may hold: its path, and the secrets in its body.
const hand_overs = {
  "/auth/verify-email": ({ refresh_token }) => [refresh_token],
  "/auth/refresh": ({ refresh_token }) => [refresh_token],
  "/auth/sign-in": ({ refresh_token }) => [refresh_token],
  "/me/second-factor": ({ secret }) => [secret],
  "/me/second-factor/confirm": ({ recovery_codes = [] }) => recovery_codes,
  "/me/second-factor/recovery-codes": ({ recovery_codes = [] }) => recovery_codes,
};

test("no answer holds a password or a mailed token, and what is handed over stands in one answer and no other", async () => {
  const { refresh_token } = await signed_up();
  assert.equal((await anyone().post("/auth/refresh", { refresh_token })).status, 200);
  const { answers } = listening_client;
  const handed = answers.flatMap((answer) => (hand_overs[answer.path]?.(answer.body ?? {}) ?? []).filter(Boolean).map((secret) => ({ secret, answer })));
  const paths = new Set(handed.map(({ answer }) => answer.path));
  assert.deepEqual(Object.keys(hand_overs).filter((path) => !paths.has(path)), []);
  assert.ok(answers.length > 100 && mailed_tokens.size > 10 && handed.length > 50, `${answers.length} ${mailed_tokens.size} ${handed.length}`);
  const everything = answers.map(({ text }) => text).join("\n");
  assert.deepEqual(secrets_in(everything, [password, "another password", ...[...mailed_tokens].flatMap(with_bytes)]), []);
  for (const { secret, answer } of handed) {
    assert.ok(answer.text.includes(secret), answer.path);
    const others = answers.filter((one) => one !== answer).map(({ text }) => text).join("\n");
    const bytes = answer.body.otpauth_uri ? [secret_bytes(answer.body.otpauth_uri)] : [];
    assert.deepEqual(secrets_in(others, [secret, secret.replaceAll("-", ""), ...bytes]), [], answer.path);
  }
  // An access token is made anew for each answer, and within one second the same.
  const gives_tokens = ({ path }) => path.startsWith("/auth/") && path in hand_overs;
  const access_tokens = answers.filter(gives_tokens).map(({ body }) => body?.access_token).filter(Boolean);
  assert.ok(access_tokens.length > 10);
  assert.deepEqual(secrets_in(answers.filter((one) => !gives_tokens(one)).map(({ text }) => text).join("\n"), access_tokens), []);
  assert.ok(secrets_in(everything, [handed[0].secret]).length > 0, "the search finds what is there");
});

// ---- the way of a mail ------------------------------------------------------------------------------------------------

test("while the mail server is down mails wait, and arrive once when it is back", async () => {
  await here.sandbox.set({ "smtp.outage": true });
  const email = somebody();
  await sign_up(email);
  await until("a first attempt failed", async () => (await here.server.number(`SELECT attempts FROM mails WHERE recipient = '${email}' AND claimed_by IS NULL`)) > 0);
  assert.ok((await here.server.metric("sellavie_mails_total", { result: "retried" })) > 0);
  assert.deepEqual(await here.sandbox.mails(email), []);
  await here.sandbox.set({ "smtp.outage": false });
  await here.sandbox.got_mails(email);
  await until("nothing waits", async () => (await here.server.number("SELECT count(*) FROM mails")) === 0);
  assert.equal((await here.sandbox.mails(email)).length, 1);
});

test("a mail whose answer was lost is sent again under the same Message-ID", async () => {
  await here.sandbox.set({ "smtp.lost_answer": 1 });
  const email = somebody();
  await sign_up(email);
  const [first, second] = await here.sandbox.got_mails(email, 2);
  assert.deepEqual([second.id, second.headers, second.text], [first.id, first.headers, first.text]);
});

test("a mail that was taken while the server was killed is sent again under the same Message-ID", async () => {
  await here.sandbox.set({ "smtp.hang": 1 });
  const email = somebody();
  await sign_up(email);
  const [first] = await here.sandbox.got_mails(email);
  await here.server.restart();
  const [, second] = await here.sandbox.got_mails(email, 2);
  assert.deepEqual([second.id, second.text], [first.id, first.text]);
  assert.equal((await anyone().post("/auth/verify-email", { token: token_in(second), password })).status, 200);
  await until("nothing waits", async () => (await here.server.number("SELECT count(*) FROM mails")) === 0);
});

test("a mail that is refused for good is given up: without its text, counted and logged", async () => {
  await here.sandbox.set({ "smtp.reject": { status: 550, times: 1 } });
  const email = somebody();
  await sign_up(email);
  const [[letter, status]] = await until("it is dead", async () => {
    const rows = await here.server.sql(`SELECT letter, last_status FROM mails WHERE recipient = '${email}' AND dead_at IS NOT NULL`);
    return rows.length > 0 && rows;
  });
  assert.deepEqual([letter, status], ["", "550"]);
  assert.equal(await here.server.metric("sellavie_mails_total", { result: "dead" }), 1);
  const line = readFileSync(here.place.file("server.log"), "utf8").split("\n").find((one) => one.includes('"mail_dead"'));
  assert.ok(line.includes("confirm_address") && !line.includes(email));
  await here.server.sql("DELETE FROM mails WHERE dead_at IS NOT NULL");
});

test("a wrong login of ours costs no mail: it is tried again", async () => {
  const login = (word) => ({ SELLAVIE_SMTP_URL: here.sandbox.smtp.replace("//", `//shop%40example.com:${word}@`) });
  await here.server.stop();
  await here.server.start({ env: login("wrong") });
  const email = somebody();
  await sign_up(email);
  await until("an attempt failed", async () => (await here.server.number(`SELECT last_status FROM mails WHERE recipient = '${email}' AND dead_at IS NULL`)) === 535);
  await here.server.stop();
  await here.server.start({ env: login("right") });
  await here.sandbox.got_mails(email);
});

test("without a mail server mails wait, and the log says so once", async () => {
  await here.server.stop();
  await here.server.start({ env: { SELLAVIE_SMTP_URL: "" } });
  const email = somebody();
  assert.equal((await sign_up(email)).status, 202);
  assert.equal(await here.server.number(`SELECT count(*) FROM mails WHERE recipient = '${email}'`), 1);
  assert.equal(readFileSync(here.place.file("server.log"), "utf8").split('"mail_not_configured"').length, 2);
  await here.server.stop();
  await here.server.start();
  assert.equal((await here.sandbox.got_mails(email)).length, 1);
});
