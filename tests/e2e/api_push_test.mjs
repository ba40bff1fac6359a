// Browsers of people subscribe to messages, and get them until they sign out or unsubscribe.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { listening_client } from "./harness/api.mjs";
import { push_browser, queue_push } from "./harness/browser_push.mjs";
import { open_receiver } from "./harness/receiver.mjs";
import { dump_of, secrets_in, with_bytes } from "./harness/secrets.mjs";
import { all_of, password, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const receiver = await open_receiver();
after(() => receiver.close());

let here;
let ada;
let kofi;
shared_world({ before, after }, { name: "api-push", settings: { egress: receiver.egress } }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here, 0, { client_type: listening_client });
  kofi ??= await signed_in_owner(here, 1, { client_type: listening_client });
  receiver.answer = () => ({ status: 201 });
});

const all = "/me/push-subscriptions";
const secrets = [];
const listed = async (client = ada.client) => (await all_of(client, all)).items;

async function subscribed(client = ada.client, browser = new push_browser(receiver)) {
  const { status, body, text } = await client.post(all, browser.subscription);
  assert.equal(status, 201, text);
  secrets.push(browser.path.slice("/push/".length), browser.auth.toString("base64url"));
  return { ...body, browser };
}

const ended = (job) => until(`the push job ${job} has ended`, async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE id = '${job}'`)) === 0, { seconds: 30, explain: () => here.place.log_tail("server") });
const push = (one, message = { title: "A chat waits" }, options) => queue_push(here, ada.business_id, one.id, message, options);

test("a browser is told which key to subscribe with, and the key is kept", async () => {
  const { status, body } = await ada.client.get("/push-key");
  assert.equal(status, 200);
  assert.deepEqual([Buffer.from(body.public_key, "base64url").length, Buffer.from(body.public_key, "base64url")[0]], [65, 4]);
  assert.equal(statSync(`${here.server.data}/push.key`).mode & 0o777, 0o600);
  await here.server.restart();
  assert.deepEqual((await ada.client.get("/push-key")).body, body);
});

test("a message reaches the browser's push service, encrypted and with its life", async () => {
  const one = await subscribed();
  assert.deepEqual([one.is_this_session, one.service, one.last_success_at], [true, receiver.url(""), null]);
  assert.equal(one.endpoint, undefined);
  await ended(await push(one, { title: "Xylophone" }));
  const [call] = await one.browser.heard();
  const { ttl, urgency, authorization, "content-encoding": coding } = call.headers;
  assert.deepEqual([call.method, urgency, coding], ["POST", "high", "aes128gcm"]);
  assert.ok(Number(ttl) > 3500 && Number(ttl) <= 3600, ttl);
  assert.match(authorization, /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]+$/);
  assert.ok(!call.bytes.includes("Xylophone"));
  await until("the success is known", async () => (await listed()).find(({ id }) => id === one.id).last_success_at);
});

test("a browser that has unsubscribed at its service is forgotten", async () => {
  for (const status of [404, 410]) {
    const one = await subscribed();
    receiver.answer = () => ({ status });
    await ended(await push(one));
    await one.browser.heard();
    assert.ok(!(await listed()).some(({ id }) => id === one.id), String(status));
  }
});

test("a service that is busy is asked again, and one that refuses is not", async () => {
  const one = await subscribed();
  receiver.answer = ({ path }) => ({ status: path === one.browser.path && receiver.at(path).length === 1 ? 503 : 201 });
  await ended(await push(one));
  assert.equal((await one.browser.heard(2)).length, 2);
  const other = await subscribed();
  receiver.answer = () => ({ status: 403 });
  await ended(await push(other));
  assert.equal((await other.browser.heard()).length, 1);
  assert.ok((await listed()).some(({ id }) => id === other.id), "the fault may be ours");
});

test("what is worthless by now is not sent", async () => {
  const one = await subscribed();
  await ended(await push(one, { title: "Late" }, { minutes: -1 }));
  await sleep(300);
  assert.deepEqual(receiver.at(one.browser.path), []);
});

test("who signs out hears nothing any more", async () => {
  const phone = await new listening_client(here.server.url).signed_in(here.businesses[0].owner.email, password);
  const one = await subscribed(phone);
  assert.deepEqual((await listed()).filter(({ id }) => id === one.id).map(({ is_this_session }) => is_this_session), [false]);
  assert.equal((await phone.post("/auth/sign-out")).status, 204);
  await ended(await push(one));
  await sleep(300);
  assert.deepEqual(receiver.at(one.browser.path), []);
  assert.ok(!(await listed()).some(({ id }) => id === one.id));
});

test("a browser has one subscription, of whoever subscribed last", async () => {
  const one = await subscribed();
  const other = await subscribed(kofi.client, one.browser);
  assert.ok(!(await listed()).some(({ id }) => id === one.id));
  assert.ok((await listed(kofi.client)).some(({ id }) => id === other.id));
});

test("of twenty browsers the oldest makes room", async () => {
  const first = await subscribed(kofi.client);
  for (let i = 0; i < 20; ++i) await subscribed(kofi.client);
  const left = await listed(kofi.client);
  assert.equal(left.length, 20);
  assert.ok(!left.some(({ id }) => id === first.id));
});

test("nobody removes another one's", async () => {
  const one = await subscribed();
  assert.equal((await kofi.client.delete(`${all}/${one.id}`)).status, 404);
  assert.equal((await ada.client.delete(`${all}/${one.id}`)).status, 204);
  assert.equal((await ada.client.delete(`${all}/${one.id}`)).status, 404);
});

test("what is no subscription is refused by its field", async () => {
  const { subscription } = new push_browser(receiver);
  const { keys } = subscription;
  for (const [wrong, field] of [
    [{ ...subscription, endpoint: "https://10.0.0.1/x" }, "/endpoint"], [{ ...subscription, endpoint: "ftp://push.example/" }, "/endpoint"],
    [{ ...subscription, endpoint: `https://${"a.".repeat(150)}example/` }, "/endpoint"],
    [{ ...subscription, keys: { ...keys, p256dh: `${keys.p256dh.slice(0, -4)}AAAA` } }, "/keys/p256dh"],
    [{ ...subscription, keys: { ...keys, auth: keys.p256dh.slice(0, 25) } }, "/keys/auth"],
  ]) {
    const { status, body } = await ada.client.post(all, wrong);
    assert.deepEqual([status, body.errors?.[0].field], [422, field]);
  }
});

// Last: it looks at what the tests above left behind.
test("no endpoint, no key and no word of a message is in an answer, in a line of the log, a metric or a dump of the database", async () => {
  const places = {
    answers: listening_client.answers.map(({ text }) => text).join("\n"), log: readFileSync(here.place.file("server.log"), "utf8"),
    metrics: await (await fetch(`${here.server.ops}/metrics`)).text(), dump: await dump_of(here.server.database),
  };
  const own = readFileSync(`${here.server.data}/push.key`, "utf8").trim();
  assert.ok(secrets.length > 20);
  for (const [place, text] of Object.entries(places)) assert.deepEqual(secrets_in(text, [...secrets, ...with_bytes(own), "Xylophone"]), [], place);
  assert.ok(secrets_in(places.answers, ["is_this_session"]).length > 0, "the search finds what is there");
});
