// What an address may ask for in a minute, and what too much does not touch.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { shared_world } from "./harness/world.mjs";

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
