// Other programs of a shop are told what happens: signed, again until they take it, and never anybody inside of our own network.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { if_match, listening_client } from "./harness/api.mjs";
import { is_signed, open_receiver } from "./harness/receiver.mjs";
import { dump_of, secrets_in } from "./harness/secrets.mjs";
import { all_of, chat, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const receiver = await open_receiver();
after(() => receiver.close());

let here;
let ada;
let kofi;
shared_world({ before, after }, { name: "api-webhooks-out", settings: { egress: receiver.egress } }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here, 0, { client_type: listening_client });
  kofi ??= await signed_in_owner(here, 1, { client_type: listening_client });
  receiver.answer = () => ({ status: 200 });
});

const endpoints = (whose = ada) => `${whose.shop}/webhook-endpoints`;
const at = ({ id }, whose = ada) => `${endpoints(whose)}/${id}`;
const secrets = [];
// What a receiver of a shop is called by is often a key of its own.
const url_tokens = [];

let paths = 0;
// -> the endpoint with its secret, and its path at the receiver
async function listening(events, { whose = ada, ...more } = {}) {
  url_tokens.push(randomUUID());
  const path = `/hooks/${++paths}/${url_tokens.at(-1)}`;
  const { status, body, text } = await whose.client.post(endpoints(whose), { url: receiver.url(path), events, ...more });
  assert.equal(status, 201, text);
  secrets.push(body.secret);
  return { ...body, path };
}

const log = { explain: () => here.place.log_tail("server") };
const heard = (endpoint, count = 1) => receiver.heard(endpoint.path, count, log);
const ping = (endpoint) => ada.client.post(`${at(endpoint)}/ping`);
const deliveries = async (endpoint, query = "") => (await ada.client.get(`${at(endpoint)}/deliveries${query}`)).body.items;

async function settled(endpoint, event_id, state) {
  let found;
  await until(`${event_id} is ${state}`, async () => {
    found = (await deliveries(endpoint)).find((one) => one.event_id === event_id);
    return found?.state === state;
  }, { seconds: 40, explain: () => `${JSON.stringify(found)}\n${here.place.log_tail("server")}` });
  return found;
}

async function sold() {
  const { id } = await chat(here, ada);
  const placed = await ada.client.post(`${ada.shop}/orders`, { conversation_id: id, items: [{ sku: "A1", quantity: 2 }] }, { headers: { "idempotency-key": randomUUID() } });
  assert.equal(placed.status, 201, placed.text);
  return placed.body.order;
}

const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });
// -> the answer's body
async function done(asked, what) {
  const { status, body, text } = await asked;
  assert.ok(status < 300, `${what}: ${status} ${text}`);
  return body;
}
const change = (order, what, body) => done(ada.client.post(`${ada.shop}/orders/${order.id}/${what}`, body, if_match(order.version)), what);

// Money for an order that was cancelled before it came.
async function late_money() {
  const order = await done(ada.client.post(`${ada.shop}/orders/${(await sold()).id}/payment-link`, {}, with_key()), "payment-link");
  const { reference } = order.payments[0];
  const cancelled = await change(order, "cancel", { reason: "out of stock" });
  await here.sandbox.pay(reference);
  await here.server.sql(`UPDATE jobs SET due_at = 0 WHERE unique_key = 'poll.${reference}' AND state = 0`);
  return cancelled;
}

test("what becomes of orders and their money is told, signed, to those who listen and to nobody else, and the list has all of it", async () => {
  const wanted = ["order.placed", "order.paid", "order.fulfilled", "order.cancelled", "order.refunded", "payment.review", "invoice.issued"];
  const all = await listening(wanted, { description: "Our stock system" });
  const paid_alone = await listening(["order.paid"]);
  const elsewhere = await listening(wanted, { whose: kofi });
  const order = await sold();
  const paid = await change(order, "mark-paid", { method: "cash" });
  const invoice = await done(ada.client.post(`${ada.shop}/orders/${order.id}/invoice`), "invoice");
  await change(paid, "fulfil", {});
  const refund = await done(ada.client.post(`${ada.shop}/orders/${order.id}/refunds`, { reason: "It came torn." }, with_key()), "refund");
  const cancelled = await late_money();
  const expected = [["order.placed", order.id], ["order.paid", order.id], ["invoice.issued", invoice.id], ["order.fulfilled", order.id], ["order.refunded", order.id],
    ["invoice.issued", "its credit note"], ["order.placed", cancelled.id], ["order.cancelled", cancelled.id], ["payment.review", "its task"]];
  const calls = await heard(all, expected.length);
  const of_type = (type) => calls.filter(({ event }) => event.type === type).map(({ event }) => event.data);
  assert.deepEqual(calls.map(({ event }) => event.type).sort(), expected.map(([type]) => type).sort(), "each once");
  for (const [type, subject] of expected.filter(([type]) => type.startsWith("order."))) assert.ok(of_type(type).some(({ order_id }) => order_id === subject), type);
  for (const call of calls) {
    assert.ok(is_signed(call, all.secret), call.event.type);
    assert.ok(!is_signed(call, paid_alone.secret));
    assert.deepEqual([call.method, call.headers["content-type"], call.headers["webhook-id"]], ["POST", "application/json", call.event.id]);
    assert.equal(call.event.business_id, ada.business_id);
  }
  const told = of_type("order.placed").find(({ order_id }) => order_id === order.id);
  assert.deepEqual([told.number, told.total_minor, told.currency], [order.number, order.total_minor, "NGN"]);
  assert.deepEqual(told.items.map(({ sku, quantity }) => [sku, quantity]), [["A1", 2]]);
  assert.deepEqual(["order.paid", "order.fulfilled", "order.refunded", "order.cancelled"].map((type) => of_type(type)[0].status), ["paid", "fulfilled", "refunded", "cancelled"]);
  assert.deepEqual(of_type("invoice.issued").map(({ kind, series, number, order_id, total_minor, corrects, refund_id }) => [kind, series, number, order_id, total_minor, corrects, refund_id]).sort(),
    [["credit_note", "CRN", 1, order.id, order.total_minor, "INV-000001", refund.id], ["invoice", "INV", 1, order.id, order.total_minor, null, null]]);
  const tasks = (await all_of(ada.client, `${ada.shop}/tasks?kind=payment_review`)).items.map(({ id }) => id);
  assert.ok(tasks.includes(of_type("payment.review")[0].task_id), "the task that is to be done");
  await heard(paid_alone, 1);
  await sleep(500);
  assert.deepEqual(receiver.at(paid_alone.path).map(({ event }) => event.type), ["order.paid"]);
  assert.deepEqual(receiver.at(elsewhere.path), []);
  await until("all are delivered", async () => (await deliveries(all)).every(({ state }) => state === "delivered"), log);
  const listed = await deliveries(all);
  assert.deepEqual(listed.map(({ attempts, last_status }) => [attempts, last_status]), listed.map(() => [1, 200]));
  assert.deepEqual(listed.map(({ event_id, type }) => `${event_id} ${type}`).sort(), calls.map(({ event }) => `${event.id} ${event.type}`).sort());
  assert.deepEqual((await all_of(ada.client, `${at(all)}/deliveries`, { limit: 2 })).items.map(({ event_id }) => event_id), listed.map(({ event_id }) => event_id));
});

test("a chat that the AI hands over is told, without a word of it", async () => {
  const one = await listening(["conversation.handed_over"]);
  const { who, id } = await chat(here, ada);
  await here.sandbox.say(who, "I want to talk to a human, my secret word is Xylophone");
  const [{ event, body }] = await heard(one);
  assert.deepEqual([event.type, event.data.conversation_id], ["conversation.handed_over", id]);
  assert.doesNotMatch(body, /Xylophone/);
});

test("what is not taken is sent again, under the same id and signed anew, until it is", async () => {
  const one = await listening(["order.placed"]);
  receiver.answer = () => ({ status: 500, text: "x".repeat(100_000) });
  const { status, body: { event_id } } = await ping(one);
  assert.equal(status, 202);
  await heard(one, 1);
  await until("the failure is known", async () => (await deliveries(one))[0].last_status === 500);
  const failing = (await ada.client.get(at(one))).body;
  assert.ok(failing.failing_since && failing.active);
  assert.deepEqual((await deliveries(one, "?state=delivered")), []);
  receiver.answer = () => ({ status: 204 });
  const [first, second] = await heard(one, 2);
  assert.deepEqual([second.headers["webhook-id"], second.body], [event_id, first.body]);
  assert.notEqual(second.headers["webhook-timestamp"], first.headers["webhook-timestamp"]);
  assert.ok(is_signed(second, one.secret));
  const done = await settled(one, event_id, "delivered");
  assert.deepEqual([done.attempts, done.last_status, done.next_attempt_at], [2, 204, null]);
  const { failing_since, last_success_at } = (await ada.client.get(at(one))).body;
  assert.equal(failing_since, null);
  assert.ok(last_success_at);
});

test("a redirect is not followed and is no success", async () => {
  const one = await listening(["order.placed"]);
  receiver.answer = ({ path }) => (path === one.path ? { status: 307, headers: { location: receiver.url("/elsewhere") } } : { status: 200 });
  await ping(one);
  await heard(one);
  await until("the failure is known", async () => (await deliveries(one))[0].last_status === 307);
  assert.deepEqual(receiver.at("/elsewhere"), []);
  assert.equal((await ada.client.delete(at(one), if_match(1))).status, 204);
});

test("a replaced secret signs beside the new one", async () => {
  const one = await listening(["order.placed"]);
  const { status, body, headers } = await ada.client.post(`${at(one)}/rotate-secret`, undefined, if_match(1));
  assert.equal(status, 200);
  secrets.push(body.secret);
  assert.notEqual(body.secret, one.secret);
  assert.ok(Date.parse(body.previous_secret_until) > Date.now() + 23 * 3_600_000);
  assert.equal(headers.get("etag"), '"2"');
  await ping(one);
  const [call] = await heard(one);
  for (const secret of [one.secret, body.secret]) assert.ok(is_signed(call, secret));
  assert.equal((await ada.client.post(`${at(one)}/rotate-secret`, undefined, if_match(1))).status, 412);
});

test("one that says it is gone is turned off, people are told, and it begins anew when it is turned on", async () => {
  const one = await listening(["order.placed"]);
  receiver.answer = () => ({ status: 410 });
  const { body: { event_id } } = await ping(one);
  const dead = await settled(one, event_id, "dead");
  assert.equal(dead.last_status, 410);
  const off = (await ada.client.get(at(one))).body;
  assert.deepEqual([off.active, off.off_reason, off.version], [false, "gone", 2]);
  const tasks = (await ada.client.get(`${ada.shop}/tasks?kind=webhook`)).body.items;
  assert.ok(tasks.some(({ reason }) => reason.includes("gone")), JSON.stringify(tasks));
  for (const path of ["ping", `deliveries/${event_id}/replay`]) assert.equal((await ada.client.post(`${at(one)}/${path}`)).status, 409);
  receiver.answer = () => ({ status: 200 });
  const on = await ada.client.patch(at(one), { active: true }, if_match(2));
  assert.deepEqual([on.status, on.body.active, on.body.off_reason, on.body.failing_since], [200, true, null, null]);
  const again = await ada.client.post(`${at(one)}/deliveries/${event_id}/replay`);
  assert.deepEqual([again.status, again.body.replays], [202, 1]);
  await settled(one, event_id, "delivered");
  assert.equal(receiver.at(one.path).length, 2);
});

test("what waits is delivered by the next server when this one is killed", async () => {
  const one = await listening(["order.placed"]);
  receiver.answer = () => ({ status: 503 });
  const { body: { event_id } } = await ping(one);
  await heard(one);
  await here.server.restart();
  receiver.answer = () => ({ status: 200 });
  await settled(one, event_id, "delivered");
});

test("a receiver that takes its time does not keep the server from stopping", async () => {
  const one = await listening(["order.placed"]);
  receiver.answer = () => new Promise(() => {});
  const { body: { event_id } } = await ping(one);
  await heard(one);
  const how = await here.server.stop();
  assert.equal(how.code, 0, here.place.log_tail("server"));
  assert.ok(how.ms < 6000, `took ${how.ms} ms`);
  receiver.answer = () => ({ status: 200 });
  await here.server.start();
  assert.equal((await settled(one, event_id, "delivered")).attempts, 1);
});

test("only public https addresses are taken, and those that the operator allows", async () => {
  for (const [url, why] of [["https://10.0.0.1/x", "public address"], ["https://169.254.169.254/latest/meta-data", "public address"], ["https://[::1]/x", "public address"],
    ["https://user:secret@shop.example/", "user name"], ["https://shop.example:22/", "port"], ["ftp://shop.example/", "https"], ["shop.example", "URL"]]) {
    const { status, body } = await ada.client.post(endpoints(), { url, events: ["order.placed"] });
    assert.deepEqual([status, body.errors?.[0].field], [422, "/url"], url);
    assert.ok(body.errors[0].detail.includes(why), `${url}: ${body.errors[0].detail}`);
  }
  // A name is judged by what it resolves to when it is called: this one by nothing.
  const { body: one } = await ada.client.post(endpoints(), { url: "https://nobody.invalid/hook", events: ["order.placed"] });
  await ping(one);
  await until("the attempt is known", async () => (await deliveries(one))[0].last_problem === "unreachable", log);
  assert.equal((await ada.client.delete(at(one), if_match(1))).status, 204);
});

test("endpoints are changed by who has read them, and shown without their secrets", async () => {
  const one = await listening(["order.placed"]);
  const changed = await ada.client.patch(at(one), { events: ["order.refunded", "order.paid", "order.paid"], description: "Books" }, if_match(1));
  assert.deepEqual([changed.body.events, changed.body.description, changed.body.url], [["order.paid", "order.refunded"], "Books", one.url]);
  assert.equal((await ada.client.patch(at(one), { active: false }, if_match(1))).status, 412);
  const { items } = await all_of(ada.client, endpoints());
  assert.ok(items.some(({ id }) => id === one.id));
  assert.equal(JSON.stringify(items).includes("whsec_"), false);
  assert.equal(one.secret_hint, one.secret.slice(-4));
  assert.equal((await kofi.client.get(at(one, kofi))).status, 404);
});

test("a business has a bounded number of endpoints", async () => {
  const { items } = await all_of(kofi.client, endpoints(kofi));
  for (let i = items.length; i < 10; ++i) await listening(["order.placed"], { whose: kofi });
  const { status, text } = await kofi.client.post(endpoints(kofi), { url: receiver.url("/hooks/more"), events: ["order.placed"] });
  assert.equal(status, 409, text);
});

// Last: they look at what the tests above left behind.
const log_and_metrics = async () => ({
  log: readFileSync(here.place.file("server.log"), "utf8"),
  metrics: await (await fetch(`${here.server.ops}/metrics`)).text(),
});

test("no secret is in an answer but the one that made it, in a line of the log, a metric or a dump of the database", async () => {
  const keys = secrets.flatMap((one) => [one, Buffer.from(one.replace("whsec_", ""), "base64")]);
  assert.ok(keys.length > 10);
  const found = listening_client.answers.filter(({ text }) => secrets_in(text, keys).length > 0);
  assert.equal(found.length, secrets.length, "each was shown once");
  for (const { path, body } of found) assert.ok(path === endpoints(ada) || path === endpoints(kofi) || path.endsWith("/rotate-secret"), `${path} shows ${Object.keys(body)}`);
  for (const [place, text] of Object.entries({ ...await log_and_metrics(), dump: await dump_of(here.server.database) })) assert.deepEqual(secrets_in(text, keys), [], place);
});

test("what an endpoint's URL says behind its host is in its own row and in no other, in no line of the log and in no metric", async () => {
  assert.ok(url_tokens.length > 5);
  const places = { ...await log_and_metrics(), dump: await dump_of(here.server.database, { without: ["webhook_endpoints"] }) };
  for (const [place, text] of Object.entries(places)) assert.deepEqual(secrets_in(text, url_tokens), [], place);
  const audited = await here.server.sql("SELECT before, after FROM audit_log WHERE action = 'webhook_endpoint.added'");
  assert.equal(audited.filter((row) => row.join().includes(receiver.url(""))).length, url_tokens.length, "the activity log says which host");
  const elsewhere = listening_client.answers.filter(({ path, text }) => !path.includes("/webhook-endpoints") && secrets_in(text, url_tokens).length > 0);
  assert.deepEqual(elsewhere.map(({ path }) => path), []);
});

test("what became of each attempt is counted", async () => {
  for (const result of ["delivered", "retried"]) assert.ok((await here.server.metric("sellavie_webhooks_out_total", { result })) > 0, result);
});
