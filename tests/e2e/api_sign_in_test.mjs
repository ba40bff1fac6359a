// Signing in, staying signed in, and what a thief of a refresh token gets.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { api_client, cookie_rules, kept_cookie, session_of } from "./harness/api.mjs";
import { until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "api-sign-in", settings: { http: { trusted_proxies: ["127.0.0.1"] } } }, (world) => { here = world; });

const password = "a long demo password";
const owner_of = (i) => here.businesses[i].owner.email;
const anyone = () => new api_client(here.server.url);
const signed_in = (i = 0) => anyone().signed_in(owner_of(i), password);

test("an owner signs in and sees where she belongs", async () => {
  const ada = await signed_in();
  const me = await ada.get("/me");
  assert.equal(me.status, 200);
  assert.equal(me.body.email, owner_of(0));
  assert.deepEqual(me.body.memberships.map(({ business_name, role }) => [business_name, role]), [[here.businesses[0].business, "owner"]]);
});

test("an unknown account, a wrong password and a blocked account are told the same", async () => {
  const tell = async (email, word) => {
    const { status, body } = await anyone().post("/auth/sign-in", { email, password: word });
    delete body.request_id;
    return [status, body];
  };
  const expected = await tell("nobody@example.com", password);
  assert.equal(expected[0], 401);
  for (let i = 0; i < 6; ++i) assert.deepEqual(await tell(owner_of(1), `wrong password ${i}`), expected);
  // Stretched: a slow machine outlasts the seconds of the first blocks.
  await here.server.sql("UPDATE accounts SET blocked_until = blocked_until + 600000 WHERE blocked_until > 0");
  assert.deepEqual(await tell(owner_of(1), password), expected, "blocked after six failures");
  await here.server.sql("UPDATE accounts SET blocked_until = 0");
});

test("a refresh token is used once and its lost answer may be asked for again", async () => {
  const ada = await signed_in();
  const first = await ada.post("/auth/refresh", { refresh_token: ada.refresh_token });
  assert.equal(first.status, 200);
  const again = await ada.post("/auth/refresh", { refresh_token: ada.refresh_token });
  assert.equal(again.body.refresh_token, first.body.refresh_token, "within the overlap the same successor");
  assert.equal((await ada.get("/me", { token: again.body.access_token })).status, 200);
});

test("twenty who use one refresh token at the same time get one and the same successor", async () => {
  const ada = await signed_in();
  const { refresh_token } = ada;
  const crowd = await Promise.all(Array.from({ length: 20 }, () => anyone().post("/auth/refresh", { refresh_token })));
  assert.deepEqual(crowd.map(({ status }) => status), Array(20).fill(200));
  const successors = new Set(crowd.map(({ body }) => body.refresh_token));
  assert.equal(successors.size, 1);
  assert.ok(!successors.has(refresh_token));
  assert.equal(await here.server.number(`SELECT count(*) FROM refresh_tokens WHERE session_id = '${session_of(ada)}'`), 2, "the first one and its successor");
});

test("a refresh token that is used again later ends the session, also for the thief", async () => {
  const ada = await signed_in();
  const { body: rotated } = await ada.post("/auth/refresh", { refresh_token: ada.refresh_token });
  await here.server.sql("UPDATE refresh_tokens SET rotated_at = rotated_at - 31000 WHERE rotated_at IS NOT NULL");
  assert.equal((await ada.post("/auth/refresh", { refresh_token: ada.refresh_token })).status, 401);
  assert.equal((await ada.post("/auth/refresh", { refresh_token: rotated.refresh_token })).status, 401);
  assert.equal((await ada.get("/me", { token: rotated.access_token })).status, 401, "seen at once");
});

test("a refresh token ends after 30 days, and each rotation gives the session 30 more", async () => {
  const days_30 = 30 * 86_400_000;
  const ada = await signed_in();
  const id = session_of(ada);
  const refresh = (token) => ada.post("/auth/refresh", { refresh_token: token });
  const lives = async () => (await here.server.sql(`SELECT expires_at - created_at FROM refresh_tokens WHERE session_id = '${id}' ORDER BY created_at`)).map(([life]) => Number(life));
  // As if so long had passed.
  const age = (ms) => here.server.sql(`UPDATE refresh_tokens SET created_at = created_at - ${ms}, expires_at = expires_at - ${ms}, rotated_at = rotated_at - ${ms} WHERE session_id = '${id}';
    UPDATE sessions SET created_at = created_at - ${ms}, last_used_at = last_used_at - ${ms}, expires_at = expires_at - ${ms} WHERE id = '${id}'`);
  assert.deepEqual(await lives(), [days_30]);
  await age(days_30 - 600_000);
  const rotated = await refresh(ada.refresh_token);
  assert.equal(rotated.status, 200, "ten minutes before its end");
  assert.deepEqual(await lives(), [days_30, days_30]);
  assert.equal(await here.server.number(`SELECT expires_at - last_used_at FROM sessions WHERE id = '${id}'`), days_30);
  await age(days_30);
  const late = await refresh(rotated.body.refresh_token);
  assert.deepEqual([late.status, late.body.type], [401, "/problems/unauthenticated"]);
  assert.deepEqual((await lives()).at(-1), days_30, "it made no other");
  assert.equal(await here.server.number(`SELECT count(*) FROM sessions WHERE id = '${id}' AND revoked_at IS NOT NULL`), 0, "that is no theft");
  const listed = (await (await signed_in()).get("/sessions")).body.items;
  assert.ok(!listed.some((one) => one.id === id), "nor is it shown any more");
});

test("browsers keep the refresh token in a cookie that other sites cannot use", async () => {
  const cookie = kept_cookie(await anyone().post("/auth/sign-in", { email: owner_of(0), password, keep_in: "cookie" }));
  assert.equal((await anyone().post("/auth/refresh", {}, { headers: { cookie } })).status, 401, "without the header of our own client");
  const refresh = (sent, wish) => anyone().post("/auth/refresh", wish, { headers: { cookie: sent, "x-sellavie-client": "dashboard" } });
  const refreshed = await refresh(cookie, { keep_in: "cookie" });
  const next = kept_cookie(refreshed);
  for (const wish of [{}, { keep_in: "body" }]) kept_cookie(await refresh(next, wish), "no script turns the cookie into a text that it can read");
  const left = await anyone().post("/auth/sign-out", undefined, { token: refreshed.body.access_token });
  assert.deepEqual(cookie_rules(left), cookie_rules(refreshed).map((rule) => rule.replace(/^Max-Age=.*/, "Max-Age=0")), "the same cookie, ended");
  assert.match(left.headers.get("set-cookie"), /^sellavie_refresh=;/);
});

test("sessions are listed, and ended one by one or all", async () => {
  const began = Date.now();
  const phone = await signed_in();
  const tablet = await signed_in();
  const desk = await signed_in();
  const { body } = await desk.get("/sessions");
  for (const one of body.items.slice(0, 3)) {
    assert.equal(one.address, "127.0.0.1");
    assert.ok(Date.parse(one.last_used_at) >= began - 1000, one.last_used_at);
    assert.match(one.device, /./);
  }
  assert.equal(body.items.filter(({ is_current }) => is_current).length, 1);
  // Asked for before: what is remembered of a session must not outlive it.
  for (const one of [phone, tablet]) assert.equal((await one.get("/me")).status, 200);
  const of_phone = `/sessions/${session_of(phone)}`;
  assert.equal((await desk.delete(of_phone)).status, 204);
  assert.equal((await phone.get("/me")).status, 401, "seen at once on this node");
  assert.equal((await tablet.get("/me")).status, 200, "it alone");
  assert.equal((await desk.delete(of_phone)).status, 404);
  assert.equal((await desk.post("/sessions/end-others")).status, 200);
  assert.equal((await tablet.get("/me")).status, 401, "seen at once on this node");
  assert.equal((await desk.get("/me")).status, 200);
  assert.equal((await desk.post("/auth/sign-out")).status, 204);
  assert.equal((await desk.get("/me")).status, 401);
});

// -> the answer that ends the session `ended`, asked for by itself or by another device of the same person
const ends_of_sessions = {
  "its sign-out": ({ ended }) => ended.post("/auth/sign-out"),
  "another device that ends it": ({ ended, desk }) => desk.delete(`/sessions/${session_of(ended)}`),
  "another device that ends all others": ({ desk }) => desk.post("/sessions/end-others"),
  "a change of the password": ({ desk }) => desk.post("/me/password", { current_password: password, new_password: password }),
  "a password set by mail": async ({ email }) => {
    assert.equal((await anyone().post("/auth/request-password-reset", { email })).status, 202);
    const { text } = await until("the mail", async () => (await here.sandbox.mails(email)).find(({ subject }) => subject === "Set a new password"), { seconds: 30 });
    return anyone().post("/auth/reset-password", { token: /#token=(\S+)/.exec(text)[1], password });
  },
};
for (const [way, end] of Object.entries(ends_of_sessions)) {
  test(`the refresh token of a session ends with ${way}`, async () => {
    const email = owner_of(0);
    const [ended, desk] = [await signed_in(), await signed_in()];
    const done = await end({ ended, desk, email });
    assert.ok([200, 204].includes(done.status), done.text);
    const refused = await anyone().post("/auth/refresh", { refresh_token: ended.refresh_token });
    assert.deepEqual([refused.status, refused.body.type], [401, "/problems/unauthenticated"]);
    assert.equal(await here.server.number(`SELECT count(*) FROM refresh_tokens WHERE session_id = '${session_of(ended)}'`), 1, "no successor was made");
    const survives = way !== "a password set by mail";
    assert.equal((await anyone().post("/auth/refresh", { refresh_token: desk.refresh_token })).status, survives ? 200 : 401, "of the other device");
  });
}

test("a session is shown with the device that signed in and the address that used it last", async () => {
  const desk = await signed_in();
  const firefox = { "user-agent": "Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0" };
  const from = (address) => ({ headers: { ...firefox, "x-forwarded-for": address } });
  const { body: first } = await anyone().post("/auth/sign-in", { email: owner_of(0), password }, from("203.0.113.7"));
  const shown = async () => (await desk.get("/sessions")).body.items.filter(({ is_current }) => !is_current)[0];
  const opened = await shown();
  assert.deepEqual([opened.device, opened.address], ["Firefox on Android", "203.0.113.7"]);
  assert.equal((await anyone().post("/auth/refresh", { refresh_token: first.refresh_token }, from("198.51.100.9"))).status, 200);
  const used = await shown();
  assert.deepEqual([used.id, used.device, used.address], [opened.id, "Firefox on Android", "198.51.100.9"]);
  assert.ok(used.last_used_at >= opened.last_used_at);
});

test("nobody ends another account's session", async () => {
  const ada = await signed_in(0);
  const { body } = await ada.get("/sessions");
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const kofi = await signed_in(1);
  assert.equal((await kofi.delete(`/sessions/${body.items[0].id}`)).status, 404);
  assert.equal((await ada.get("/me")).status, 200);
});

test("tokens that were tampered with are refused", async () => {
  const ada = await signed_in();
  const [header, payload, signature] = ada.access_token.split(".");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const guessed = createHmac("sha256", "secret").update(`${header}.${payload}`).digest("base64url");
  const tokens = [
    `${part({ alg: "none", typ: "JWT" })}.${payload}.`, `${header}.${part({ ...claims, exp: claims.exp + 9999 })}.${signature}`,
    `${header}.${payload}.${guessed}`, `${header}.${payload}`, `${header}.${payload}.`, "x", "a.b.c", ada.access_token.slice(0, -1),
  ];
  for (const token of tokens) assert.equal((await ada.get("/me", { token })).status, 401, token);
  assert.equal((await ada.get("/me", { token: undefined, headers: { authorization: `bearer ${ada.access_token}` } })).status, 401);
});

test("bad bodies name the field and never break anything", async () => {
  const told = async (options) => {
    const { status, body } = await anyone().call("POST", "/auth/sign-in", options);
    return [status, ...(body.errors ?? []).map(({ field }) => field)];
  };
  const headers = { "content-type": "application/json" };
  assert.deepEqual(await told({ raw: "{", headers }), [400]);
  assert.deepEqual(await told({ raw: "{}", headers: { "content-type": "text/plain" } }), [415]);
  assert.deepEqual(await told({ raw: `${"[".repeat(5000)}`, headers }), [400]);
  assert.deepEqual(await told({ raw: '{"email":"\\ud800"}', headers }), [400]);
  assert.deepEqual(await told({ body: {} }), [422, "/email", "/password"]);
  assert.deepEqual(await told({ body: { email: "x", password: 5, admin: true } }), [422, "/email", "/password", "/admin"]);
});
