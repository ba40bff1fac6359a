// What an address may ask for in a minute, and what too much does not touch.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { password } from "./harness/team.mjs";
import { post } from "./harness/meta.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { open_world, shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, {
  name: "api-limits", settings: { http: { trusted_proxies: ["127.0.0.1"] }, limits: { requests_per_minute: 30, sign_ins_per_minute: 5, mails_per_hour: 8, mails_per_recipient_per_hour: 3 } },
}, (world) => { here = world; });

const from = (address) => ({ headers: { "x-forwarded-for": address } });
const guess = (address) => new api_client(here.server.url).post("/auth/sign-in", { email: "nobody@example.com", password: "guess" }, from(address));

test("guessing passwords is slowed down per address, and told when to come back", async () => {
  for (let i = 0; i < 5; ++i) assert.equal((await guess("203.0.113.7")).status, 401);
  const told = await guess("203.0.113.7");
  assert.equal(told.status, 429);
  assert.ok(Number(told.headers.get("retry-after")) >= 1);
  assert.equal((await guess("203.0.113.8")).status, 401, "others go on");
  assert.equal((await guess("2001:db8:1:2::1")).status, 401);
  for (let i = 0; i < 4; ++i) await guess(`2001:db8:1:2::${i + 2}`);
  assert.equal((await guess("2001:db8:1:2:3::9")).status, 429, "an IPv6 subscriber is one");
});

test("behind the free ones each wrong password makes its address wait twice as long, whichever account it tries", async (t) => {
  const free = 30;
  const own = await open_world(t, { name: "api-limits-delays", settings: { http: { trusted_proxies: ["127.0.0.1"] }, limits: { sign_ins_per_minute: free } } });
  const sign_in = (address, email = "nobody@example.com", word = "guess") => new api_client(own.server.url).post("/auth/sign-in", { email, password: word }, from(address));
  const guesser = "203.0.113.50";
  const refused = async (i) => {
    const answer = await sign_in(guesser, `nobody${i}@example.com`);
    assert.ok([401, 429].includes(answer.status), answer.text);
    return answer.status === 429 ? Number(answer.headers.get("retry-after")) : 0;
  };
  const { email } = own.businesses[0].owner;
  const { body: session } = await sign_in("203.0.113.53", email, password);
  const prove = (word) => new api_client(own.server.url, session).post("/me/password", { current_password: word, new_password: password }, from(guesser));
  // Somebody else blocked this account: that is told like a wrong password, and counts like one.
  const blocked = 3, unproven = 3;
  await own.server.sql(`UPDATE accounts SET blocked_until = ${Date.now() + 600_000} WHERE email = '${email}'`);
  for (let i = 0; i < blocked; ++i) assert.equal((await sign_in(guesser, email, i ? password : "guess")).status, 401);
  await own.server.sql(`UPDATE accounts SET blocked_until = 0 WHERE email = '${email}'`);
  for (let i = 0; i < unproven; ++i) assert.equal((await prove("guess")).status, 422, "also what a session proves");
  for (let i = blocked + unproven; i < free; ++i) assert.equal(await refused(i), 0, `${i}`);
  // The bucket of the same limit lets one through every two seconds: longer waits are not its doing.
  let failures = free;
  for (let tries = 0; tries < 100 && failures < free + 4; ++tries) {
    const wait = await refused(tries);
    if (wait === 0) failures += 1;
    else await sleep(wait * 1000);
  }
  assert.equal(failures, free + 4);
  const told = await sign_in(guesser, email, password);
  assert.equal(told.status, 429, "also with a right password");
  assert.equal((await prove(password)).status, 429, "nor is one proven from there");
  const wait = Number(told.headers.get("retry-after"));
  assert.ok(wait > 3 && wait <= 8, `${wait} s, of 8 behind the fourth`);
  assert.equal((await sign_in("203.0.113.51")).status, 401, "others go on");
  const { status, body } = await sign_in("203.0.113.52", email, password);
  assert.equal(status, 200, "no account was blocked by it");
  assert.equal((await new api_client(own.server.url, body).get("/me", from(guesser))).status, 200, "whoever is signed in goes on, from there too");

  await sleep(wait * 1000);
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, i) => sign_in(guesser, `crowd${i}@example.com`)));
  assert.deepEqual(crowd.map(({ status }) => status).sort(), [401, ...Array(11).fill(429)], "one at a time");
});

test("an address that forges webhooks is told to wait, and what is signed passes from there all the same", async () => {
  const body = here.message(here.customer(), "Hello!").body;
  const forge = (address) => post(here.server, body, { headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}`, "x-forwarded-for": address } });
  const statuses = [];
  while (statuses.at(-1) !== 429 && statuses.length < 500) statuses.push(await forge("203.0.113.60"));
  assert.equal(statuses.pop(), 429);
  assert.ok(statuses.length >= 100, `${statuses.length}`);
  assert.deepEqual([...new Set(statuses)], [403]);
  assert.equal(await forge("203.0.113.61"), 403, "others have their own");
  for (let i = 0; i < 20; ++i) {
    const { body: good, headers } = here.message(here.customer(), `Hello ${i}`);
    assert.equal(await post(here.server, good, { headers: { ...headers, "x-forwarded-for": "203.0.113.60" } }), 200);
  }
  await here.settled();
});

test("one mailbox is not flooded, and one client does not mail everybody", async () => {
  const ask = (email, address) => new api_client(here.server.url).post("/auth/request-password-reset", { email }, from(address));
  for (let i = 0; i < 3; ++i) assert.equal((await ask("nobody@example.com", `203.0.113.${20 + i}`)).status, 202);
  assert.equal((await ask("NOBODY@example.com", "203.0.113.30")).status, 429, "whoever asks");
  for (let i = 0; i < 8; ++i) await ask(`nobody${i}@example.com`, "203.0.113.40");
  const told = await ask("nobody9@example.com", "203.0.113.40");
  assert.equal(told.status, 429);
  assert.ok(Number(told.headers.get("retry-after")) > 60);
  assert.equal((await ask("nobody9@example.com", "203.0.113.41")).status, 202);
});

test("the general limit answers 429, and webhooks never count", async () => {
  const me = () => new api_client(here.server.url).get("/me", from("203.0.113.9"));
  const statuses = [];
  for (let i = 0; i < 35; ++i) statuses.push((await me()).status);
  assert.deepEqual([...new Set(statuses.slice(0, 30))], [401]);
  assert.ok(statuses.slice(30).every((status) => status === 429), String(statuses.slice(30)));
  for (let i = 0; i < 40; ++i) assert.equal(await here.message(here.customer(), "Hello!").post(), 200);
  await here.settled();
});

// By the count of hashes and not by a clock: this machine has other things to do.
test("an account that nobody has costs the same work as one that somebody has", async () => {
  let address = 0;
  const work_of = async (path, body, expected) => {
    const before = await here.server.metric("sellavie_password_hashes_total");
    const { status } = await new api_client(here.server.url).post(path, body, from(`192.0.2.${++address}`));
    assert.equal(status, expected, path);
    return (await here.server.metric("sellavie_password_hashes_total")) - before;
  };
  const { email } = here.businesses[0].owner;
  for (const word of ["a wrong password", password]) {
    const is_right = word === password;
    assert.equal(await work_of("/auth/sign-in", { email: "nobody@example.com", password: word }, 401), 1);
    assert.equal(await work_of("/auth/sign-in", { email, password: word }, is_right ? 200 : 401), 1);
  }
  await here.server.sql(`UPDATE accounts SET blocked_until = ${Date.now() + 600_000} WHERE email = '${email}'`);
  assert.equal(await work_of("/auth/sign-in", { email, password }, 401), 1, "also while it is blocked");
  await here.server.sql(`UPDATE accounts SET failed_sign_ins = 0, blocked_until = 0 WHERE email = '${email}'`);
  for (const address_of of [email, "somebody-new@example.com"])
    assert.equal(await work_of("/auth/sign-up", { email: address_of, password, name: "Bola" }, 202), 1);
});

// Last: what waits is worked off for some time.
test("passwords wait in a bounded queue: who finds it full is told to come back, and nobody else waits", async () => {
  const client = new api_client(here.server.url);
  const { body: { access_token } } = await client.post("/auth/sign-in", { email: here.businesses[0].owner.email, password }, from("192.0.2.101"));
  const document = await client.document();
  assert.ok(document.paths["/api/v1/auth/sign-in"].post.responses["503"], "it is declared");
  const count = 90;
  const leave = new AbortController();
  const answers = [];
  const crowd = Array.from({ length: count }, (_, i) => fetch(`${here.server.url}/api/v1/auth/sign-in`, {
    method: "POST", signal: leave.signal, headers: { "content-type": "application/json", "x-forwarded-for": `198.51.100.${i}` },
    body: JSON.stringify({ email: "nobody@example.com", password: "guess guess" }),
  }).then((answer) => answers.push(answer), () => {}));
  try {
    const refused = await until("somebody is refused", () => answers.find(({ status }) => status === 503), { every_ms: 10 });
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
    for (let i = 0; i < 5; ++i) assert.equal((await client.get("/me", { token: access_token, ...from("192.0.2.102") })).status, 200);
    assert.equal(await here.message(here.customer(), "Hello!").post(), 200);
    assert.ok(answers.length < count, "while passwords wait");
    assert.ok(answers.every(({ status }) => status === 401 || status === 503));
  } finally {
    leave.abort();
    await Promise.all(crowd);
  }
});
