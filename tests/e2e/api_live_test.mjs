// Live events: what the actors commit arrives, is resumed without loss, and ends with the right to hear it.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { api_client, if_match, session_of } from "./harness/api.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { page_body, post, signature } from "./harness/meta.mjs";
import { chat, colleague } from "./harness/team.mjs";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
let ada;
let other;
const open_streams = [];
shared_world({ before, after }, { name: "api-live" }, (world) => { here = world; });
after(() => Promise.all(open_streams.map((one) => one.close())));

const password = "a long demo password";

async function signed_in({ owner }) {
  const client = await new api_client(here.server.url).signed_in(owner.email, password);
  const { body } = await client.get("/me");
  const { business_id } = body.memberships.find(({ role }) => role === "owner");
  return { client, id: body.id, email: owner.email, business_id };
}

beforeEach(async () => {
  if (!here.server.is_running) await here.server.start();
  [ada, other] = await Promise.all(here.businesses.slice(0, 2).map(signed_in));
});

async function watch(whose = ada, options) {
  const one = await event_stream.open(whose.client, whose.business_id, options);
  if (one.status === 200) open_streams.push(one);
  return one;
}

const types_of = ({ events }) => events.map(({ type }) => type);
const numbers_of = (events) => events.map(({ id }) => Number(id.split("-")[1]));

// Nothing happens in the other shop: its stream waits here while the tests before `a comment comes` run.
let quiet;

test("a customer writes, and whoever watches sees the chat, the message and the answer to its delivery", async () => {
  quiet = await watch(other);
  const stream = await watch();
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  assert.equal(stream.headers.get("cache-control"), "no-store");
  await stream.event("snapshot");
  assert.ok(stream.retry > 0);
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  const { data: started } = await stream.event("conversation.created");
  const { conversation_id } = started;
  const of_chat = (one) => one.conversation_id === conversation_id;
  await stream.event("conversation.answering", of_chat);
  const { data: came } = await stream.event("message.created", (one) => of_chat(one) && one.direction === "in");
  assert.deepEqual([came.origin, came.state], ["customer", "received"]);
  const { data: answer } = await stream.event("message.created", (one) => of_chat(one) && one.origin === "ai");
  await stream.event("message.changed", (one) => one.message_id === answer.message_id && one.state === "delivered");
  const { body } = await ada.client.get(`/businesses/${ada.business_id}/conversations/${conversation_id}/messages`);
  assert.deepEqual(body.items.map(({ id }) => id).sort(), [came.message_id, answer.message_id].sort());
  await stream.close();
});

test("a takeover and a purchase are told, to the business alone", async () => {
  const [stream, strange] = [await watch(), await watch(other)];
  await strange.event("snapshot");
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  const { data: { conversation_id } } = await stream.event("conversation.created");
  await here.sandbox.heard(who, 1);
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  const { data: order } = await stream.event("order.created", (one) => one.conversation_id === conversation_id);
  assert.ok(order.order_number > 0);
  const one = `/businesses/${ada.business_id}/conversations/${conversation_id}`;
  const taken = await ada.client.post(`${one}/take-over`);
  const { data: change } = await stream.event("conversation.owner_changed", (each) => each.conversation_id === conversation_id);
  assert.deepEqual([change.owner, change.epoch], ["person", taken.body.epoch]);
  await here.settled();
  assert.deepEqual(types_of(strange), ["snapshot"]);
  await Promise.all([stream.close(), strange.close()]);
});

test("a customer who asks for a person gets one on the stream, and the AI when the chat is given back", async () => {
  const stream = await watch();
  const who = here.customer();
  await here.sandbox.say(who, "Can I talk to a real person please?");
  const { data: { conversation_id } } = await stream.event("conversation.created");
  const of_chat = (one) => one.conversation_id === conversation_id;
  const { data: handed_over } = await stream.event("conversation.owner_changed", of_chat);
  assert.equal(handed_over.owner, "person", "without anybody's request");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const one = `/businesses/${ada.business_id}/conversations/${conversation_id}`;
  const { body: shown } = await ada.client.get(one);
  assert.deepEqual([shown.owner, shown.epoch], ["person", handed_over.epoch]);
  const from = stream.events.length;
  const returned = await ada.client.post(`${one}/return-to-ai`);
  const { data: given_back } = await stream.event("conversation.owner_changed", of_chat, { from });
  assert.deepEqual([given_back.owner, given_back.epoch], ["ai", returned.body.epoch]);
  await here.settled();
  const owners = stream.events.filter(({ type, data }) => type === "conversation.owner_changed" && of_chat(data)).map(({ data }) => data.owner);
  assert.deepEqual(owners, ["person", "ai"], "each once");
  await stream.close();
});

// --- what people do by the API

// A colleague listens, and so does the shop next door. Behind `act` one more change is made and waited for: what was told
// of `act` is there by then. -> what the colleague heard of `type`, without the mark
async function heard_of(type, act) {
  const [stream, strange] = [await watch(mate), await watch(other)];
  await Promise.all([stream.event("snapshot"), strange.event("snapshot")]);
  await act();
  const { body: mark } = await ada.client.post(`${shop}/labels`, { name: `Mark ${randomUUID()}`, colour: "grey" });
  await stream.event("label.changed", ({ label_id }) => label_id === mark.id);
  await sleep(50);
  assert.deepEqual(types_of(strange), ["snapshot"], "nothing next door");
  await Promise.all([stream.close(), strange.close()]);
  return stream.events.filter((one) => one.type === type && one.data.label_id !== mark.id).map(({ data: { type: _, ...ids } }) => ids);
}

let shop;
let mate;
async function two_at_work() {
  shop = `/businesses/${ada.business_id}`;
  mate ??= await colleague(here, { ...ada, shop, inbox: `${shop}/conversations` }, { i: 1 });
  return chat(here, { client: ada.client, inbox: `${shop}/conversations` });
}

const done = async (asked) => {
  const { status, body, text } = await asked;
  assert.ok(status >= 200 && status < 300, `${status} ${text}`);
  return body;
};

test("what a colleague does with a conversation is told, each once, and what changes nothing is not", async () => {
  const { one, id } = await two_at_work();
  const label = await done(ada.client.post(`${shop}/labels`, { name: "Live", colour: "teal" }));
  let note;
  const until_later = { until: new Date(Date.now() + 3_600_000).toISOString() };
  const changes = {
    assign: () => ada.client.put(`${one}/assignee`, { assignee_id: mate.account_id }),
    snooze: () => ada.client.put(`${one}/snooze`, until_later),
    "end the snooze": () => ada.client.delete(`${one}/snooze`),
    label: () => ada.client.put(`${one}/labels/${label.id}`),
    "take the label away": () => ada.client.delete(`${one}/labels/${label.id}`),
    note: async () => (note = await ada.client.post(`${one}/notes`, { text: "She asked twice.", mentions: [mate.account_id] })),
    "remove the note": () => ada.client.delete(`${one}/notes/${note.body.id}`),
  };
  for (const [what, act] of Object.entries(changes)) assert.deepEqual(await heard_of("conversation.changed", () => done(act())), [{ conversation_id: id }], what);
  const { body: page } = await ada.client.get(`${one}/messages?limit=1`);
  const nothing = {
    "assigned already": () => ada.client.put(`${one}/assignee`, { assignee_id: mate.account_id }),
    "has no such label": () => ada.client.delete(`${one}/labels/${label.id}`),
    "read by one person": () => ada.client.put(`${one}/read`, { message_id: page.items[0].id }),
    "only looked at": () => ada.client.get(`${one}/notes`),
  };
  for (const [what, act] of Object.entries(nothing)) assert.deepEqual(await heard_of("conversation.changed", () => done(act())), [], what);
  const refused = await heard_of("conversation.changed", async () => {
    assert.equal((await ada.client.put(`${one}/assignee`, { assignee_id: randomUUID() })).status, 422);
    assert.equal((await other.client.put(`/businesses/${other.business_id}/conversations/${id}/snooze`, until_later)).status, 404);
  });
  assert.deepEqual(refused, [], "a refusal");
});

test("labels that are made, renamed and removed are told", async () => {
  await two_at_work();
  let label;
  const steps = [
    async () => (label = await done(ada.client.post(`${shop}/labels`, { name: "Fresh", colour: "blue" }))),
    () => done(ada.client.put(`${shop}/labels/${label.id}`, { name: "Fresher", colour: "blue" }, if_match(1))),
    () => done(ada.client.delete(`${shop}/labels/${label.id}`)),
  ];
  for (const act of steps) assert.deepEqual(await heard_of("label.changed", act), [{ label_id: label.id }]);
});

test("a task is told as done once, however many say so", async () => {
  await two_at_work();
  const who = here.customer();
  await here.sandbox.say(who, "Can I talk to a real person please?");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const { items } = await done(ada.client.get(`${shop}/tasks?kind=handover&sort=oldest`));
  const task_id = items[0].id;
  const finish = ({ client }) => done(client.post(`${shop}/tasks/${task_id}/done`));
  assert.deepEqual(await heard_of("task.changed", () => Promise.all([ada, mate, ada].map(finish))), [{ task_id }]);
});

test("customers whose profile changes, who are blocked and who are merged are told", async () => {
  const { conversation } = await two_at_work();
  const { customer_id } = conversation;
  const path = `${shop}/customers/${customer_id}`;
  const { version } = await done(ada.client.get(path));
  const rename = () => done(ada.client.patch(path, { name: "Ama Live" }, if_match(version)));
  assert.deepEqual(await heard_of("customer.changed", rename), [{ customer_id }]);
  assert.deepEqual(await heard_of("customer.changed", () => done(ada.client.post(`${path}/block`))), [{ customer_id }]);
  assert.deepEqual(await heard_of("customer.changed", () => done(ada.client.post(`${path}/block`))), [], "blocked already");
  assert.deepEqual(await heard_of("customer.changed", () => done(ada.client.post(`${path}/unblock`))), [{ customer_id }]);
  const { conversation: twin } = await two_at_work();
  const merged = await heard_of("customer.changed", () => done(ada.client.post(`${shop}/customers/${twin.customer_id}/merge`, { into: customer_id })));
  assert.deepEqual(merged, [{ customer_id }, { customer_id: twin.customer_id }], "both of them");
});

test("products are told when they are edited, counted and sold, and a sheet of many as one", async () => {
  await two_at_work();
  const products = `${shop}/products`;
  const wanted = (number) => ({ sku: `LIVE-${number}`, name: `Live ${number}`, price_minor: 100 });
  let product;
  assert.equal((await heard_of("product.changed", async () => (product = await done(ada.client.post(products, wanted(1)))))).length, 1);
  const one = `${products}/${product.id}`;
  const key = () => ({ headers: { "idempotency-key": randomUUID() } });
  const steps = {
    rename: () => ada.client.patch(one, { name: "Livelier" }, if_match(1)),
    "more pieces": () => ada.client.post(`${one}/stock/adjust`, { delta: 5, reason: "came" }, key()),
    count: () => ada.client.put(`${one}/stock`, { stock: 4, expected: 5, reason: "counted" }),
    archive: () => ada.client.post(`${one}/archive`),
  };
  for (const [what, act] of Object.entries(steps)) assert.deepEqual(await heard_of("product.changed", () => done(act())), [{ product_id: product.id }], what);
  assert.deepEqual(await heard_of("product.changed", () => done(ada.client.post(`${one}/archive`))), [], "archived already");

  const { items } = await done(ada.client.get(`${products}?search=${encodeURIComponent("Ankara")}`));
  const sold = await heard_of("product.changed", async () => {
    const who = here.customer();
    await here.sandbox.say(who, "I want 2 Ankara 6 yards");
    await here.sandbox.heard(who, 1);
    await here.settled();
  });
  assert.deepEqual(sold, [{ product_id: items.find(({ name }) => name.includes("6 yards")).id }], "a sale takes from the stock");

  const rows = Array.from({ length: 20 }, (_, i) => `SHEET-${i},Of a sheet ${i},10.00`);
  const sheet = ["sku,name,price", ...rows].join("\n");
  const imported = await heard_of("product.changed", async () => {
    const { id } = await done(ada.client.call("POST", `${products}/imports`, { raw: sheet, headers: { "content-type": "text/csv", ...key().headers } }));
    await until("the sheet is taken", async () => (await ada.client.get(`${products}/imports/${id}`)).body.state === "done");
  });
  assert.deepEqual(imported, [{}], "which ones is not said");
});

test("the customer's read mark is told, and shown with the conversation", async () => {
  const { who, one, id, conversation } = await two_at_work();
  const at = Date.now();
  assert.ok(conversation.customer_read_at === null || Date.parse(conversation.customer_read_at) < at);
  const mark = { sender: { id: who.customer }, recipient: { id: who.account }, timestamp: at, read: { watermark: at } };
  const read = await heard_of("conversation.read", async () => {
    assert.equal(await post(here.server, page_body(who.account, mark)), 200);
    await until("it is stored", async () => (await ada.client.get(one)).body.customer_read_at === new Date(at).toISOString());
  });
  assert.deepEqual(read, [{ conversation_id: id }]);
  const { customer_read_at } = await done(ada.client.get(one));
  assert.equal(customer_read_at, new Date(at).toISOString());
  const { items } = await done(ada.client.get(`${one}/messages?direction=out`));
  assert.ok(items[0].state === "delivered" && items[0].at <= customer_read_at, "what was sent before it is read");
});

test("who comes again gets what it missed, once and in order, and a snapshot when that is not there any more", async () => {
  const first = await watch();
  await first.event("snapshot");
  const talk = async () => {
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
    await here.settled();
  };
  await talk();
  await first.event("message.changed");
  await first.close();
  const seen = first.events.length;
  const control = await watch(ada, { last_event_id: first.last_id });
  await talk();
  const again = await watch(ada, { last_event_id: first.last_id });
  await talk();
  await until("both have the same", () => control.events.length > 0 && control.last_id === again.last_id, { every_ms: 20 });
  assert.deepEqual(again.events, control.events);
  const numbers = numbers_of([...first.events, ...again.events]);
  assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i), "no gap, no double");
  assert.ok(seen > 1 && again.events.length > 1);

  const incarnation = first.last_id.split("-")[0];
  for (const last_event_id of [`${incarnation}-999999999`, `${Number(incarnation) - 1}-1`, "rubbish", "-"]) {
    const stranger = await watch(ada, { last_event_id });
    const { id } = await stranger.event("snapshot");
    assert.equal(id, control.last_id, last_event_id);
    await stranger.close();
  }
  await Promise.all([control.close(), again.close()]);
});

// ADR 28, for streams what is so for requests: this server looks every 0.7 s, and at once after a revocation of its own.
const revoked_within = 1000;

test("a stream ends with its session and says so", async () => {
  const device = await new api_client(here.server.url).signed_in(ada.email, password);
  const leaving = await watch({ client: device, business_id: ada.business_id });
  const staying = await watch();
  await Promise.all([leaving.event("snapshot"), staying.event("snapshot")]);
  assert.equal((await device.post("/auth/sign-out")).status, 204);
  const last = await in_time(leaving.ended, revoked_within);
  assert.deepEqual(last.data, { type: "end", reason: "signed_out" });
  assert.equal((await watch({ client: device, business_id: ada.business_id })).status, 401);
  assert.ok(staying.is_open);
  await staying.close();
});

test("a stream ends when somebody else revokes the session, or takes the membership away, also past this server", async () => {
  const device = await new api_client(here.server.url).signed_in(ada.email, password);
  const one = await watch({ client: device, business_id: ada.business_id });
  await one.event("snapshot");
  await here.server.sql(`UPDATE sessions SET revoked_at = 1 WHERE id = '${session_of(device)}'`);
  assert.equal((await in_time(one.ended, revoked_within)).data.reason, "signed_out");

  const two = await watch();
  await two.event("snapshot");
  await here.server.sql(`DELETE FROM memberships WHERE account_id = '${ada.id}'`);
  try {
    assert.equal((await in_time(two.ended, revoked_within)).data.reason, "access_lost");
    await until("the business is not found", async () => {
      const next = await watch();
      if (next.status === 200) await next.close();
      return next.status === 404;
    }, { every_ms: 200 });
  } finally {
    await here.server.sql(`INSERT INTO memberships VALUES ('${ada.id}', '${ada.business_id}', 'owner', 1)`);
  }
});

test("a stream ends with its access token", async () => {
  const [kid, key] = readFileSync(`${here.server.data}/jwt.key`, "utf8").trim().split("\n")[0].split(":");
  const now = Math.floor(Date.now() / 1000);
  const claims = { ...claims_of(ada.client), iat: now - 10, nbf: now - 10, exp: now + 2 };
  const text = [{ ...header_of(ada.client), kid }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const token = `${text}.${createHmac("sha256", Buffer.from(key, "base64url")).update(text).digest("base64url")}`;
  const stream = await watch(ada, { token });
  assert.equal(stream.status, 200);
  const last = await in_time(stream.ended, 6000);
  assert.deepEqual(last.data, { type: "end", reason: "token_expired" });
});

test("an account watches from so many places and no more, and a place that is left is free", async () => {
  const all = [];
  for (let i = 0; i < 10; ++i) all.push(await watch());
  await Promise.all(all.map((one) => one.event("snapshot")));
  const refused = await watch();
  assert.deepEqual([refused.status, refused.body.type], [429, "/problems/too-many-requests"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const others = await watch(other);
  assert.equal(others.status, 200, "somebody else may");
  await all.pop().close();
  await until("the place is free", async () => {
    const next = await watch();
    if (next.status === 200) all.push(next);
    return next.status === 200;
  }, { every_ms: 50 });
  await Promise.all([...all, others].map((one) => one.close()));
});

test("without a business, or with a foreign one, there is nothing to hear", async () => {
  const missing = await ada.client.get("/events");
  assert.deepEqual([missing.status, missing.body.errors], [422, [{ field: "business_id", detail: "is missing" }]]);
  for (const id of [other.business_id, randomUUID(), "x", ""]) {
    assert.equal((await ada.client.get(`/events?business_id=${id}`)).status, 404, id);
  }
  assert.equal((await ada.client.get(`/events?business_id=${ada.business_id}`, { token: null })).status, 401);
  const { status, text } = await ada.client.call("HEAD", `/events?business_id=${ada.business_id}`);
  assert.deepEqual([status, text], [200, ""], "HEAD ends by itself");
});

test("a comment comes on a stream where nothing happens, so that nobody on the way takes it for dead", async () => {
  quiet ??= await watch(other);
  await until("a heartbeat came", () => quiet.comments > 0, { seconds: 45 });
  assert.ok(quiet.is_open);
  assert.deepEqual(types_of(quiet), ["snapshot"], "it is no event: it has no id, and nothing to read");
  await quiet.close();
});

test("who does not read is cut off, and nobody else notices", { timeout: 120_000 }, async () => {
  const brisk = await watch();
  await brisk.event("snapshot");
  const dropped = () => here.server.metric("sellavie_http_streams_overrun_total");
  const before_it = await dropped();
  const deaf = connect(here.server.port, "127.0.0.1");
  deaf.on("error", () => {});
  deaf.write(`GET /api/v1/events?business_id=${ada.business_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.client.access_token}\r\n\r\n`);
  await new Promise((resolve) => deaf.once("data", resolve));
  deaf.pause();
  // Messages that another app answers: stored, no turn.
  const account = here.customer().account;
  let number = 0;
  await until("the deaf one is cut off", async () => {
    const items = Array.from({ length: 500 }, () => ({
      sender: { id: `71000000${String(number % 20).padStart(4, "0")}` }, recipient: { id: account }, timestamp: Date.now(),
      message: { mid: `m_deaf_${++number}`, text: "noise" },
    }));
    const body = JSON.stringify({ object: "page", entry: [{ id: account, time: Date.now(), standby: items }] });
    assert.equal(await post(here.server, body, { headers: { "x-hub-signature-256": signature(body) } }), 200);
    await until("the brisk one has them", () => brisk.events.length > number, { every_ms: 10 });
    return (await dropped()) > before_it;
  }, { seconds: 100, every_ms: 10 });
  deaf.destroy();
  const who = here.customer();
  await here.settled({ seconds: 60 });
  const from = brisk.events.length;
  await here.sandbox.say(who, "Hello!");
  await brisk.event("conversation.created", () => true, { from });
  const numbers = numbers_of(brisk.events);
  assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i));
  await brisk.close();
});

test("stopping the server ends streams at once; after the restart the first event is a snapshot", async () => {
  const stream = await watch();
  await stream.event("snapshot");
  const { last_id } = stream;
  const how = await here.server.stop();
  assert.equal(how.code, 0, here.place.log_tail("server"));
  assert.deepEqual((await in_time(stream.ended, 3000)).data, { type: "end", reason: "restarting" });
  await here.server.start();
  const again = await watch(ada, { last_event_id: last_id });
  const { id } = await again.event("snapshot");
  assert.notEqual(id.split("-")[0], last_id.split("-")[0], "another run");
  await again.close();
});

// --- small things

async function in_time(promise, ms) {
  const late = Symbol("late");
  const first = await Promise.race([promise, sleep(ms, late)]);
  assert.notEqual(first, late, `not within ${ms} ms`);
  return first;
}

const part_of = ({ access_token }, index) => JSON.parse(Buffer.from(access_token.split(".")[index], "base64url"));
const header_of = (client) => part_of(client, 0);
const claims_of = (client) => part_of(client, 1);
