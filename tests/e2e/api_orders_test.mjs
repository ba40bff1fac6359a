// Orders and invoices as a shop's people see and move them, while chats sell from the same shelf.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { all_of, chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let grace;  // an agent of Ada's
let kofi;   // another business
shared_world({ before, after }, { name: "api-orders" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  kofi ??= await signed_in_owner(here, 1);
  grace ??= await colleague(here, ada);
});

const orders = () => `${ada.shop}/orders`;
const at = (order, rest = "") => `${orders()}/${order.id}${rest}`;
const with_key = (key = randomUUID()) => ({ headers: { "idempotency-key": key } });
const read = async (order) => (await ada.client.get(at(order))).body;
const stock_of = async (sku) => (await ada.client.get(`${ada.shop}/products?search=${sku}`)).body.items[0].stock;
const said_to = async (who) => (await here.sandbox.replies(who, "app")).map(({ text, buttons = [] }) => [text, ...buttons.map(({ url }) => url)].join(" "));

async function say(who, text) {
  const heard = (await here.sandbox.replies(who, "app")).length;
  await here.sandbox.say(who, text);
  return (await here.sandbox.heard(who, heard + 1)).slice(heard);
}

async function product(sku, stock, price_minor = 10_000) {
  const { status, body } = await ada.client.post(`${ada.shop}/products`, { sku, name: `${sku[0]}${sku.slice(1).toLowerCase()}`, price_minor, stock });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

function place(conversation_id, sku, quantity, more = {}, key = randomUUID(), by = ada) {
  return by.client.post(orders(), { conversation_id, items: [{ sku, quantity }], ...more }, with_key(key));
}

async function placed(sku, quantity = 1, more = {}) {
  const { who, id } = await chat(here, ada);
  const { status, body } = await place(id, sku, quantity, more);
  assert.equal(status, 201, JSON.stringify(body));
  return { ...body.order, who };
}

async function with_link(order) {
  const { status, body } = await ada.client.post(at(order, "/payment-link"), {}, with_key());
  assert.equal(status, 200, JSON.stringify(body));
  assert.match(body.payment_url, /^http/);
  return { ...body, who: order.who };
}

const facts = async (order) => (await all_of(ada.client, at(order, "/timeline"), { limit: 2 })).items;

test("a purchase in a chat appears, is paid in the sandbox, and its timeline says who did what", async () => {
  const live = await event_stream.open(ada.client, ada.business_id);
  const { who, id } = await chat(here, ada, { channel: "instagram" });
  await say(who, "I want 2 Ankara 6 yards");
  await say(who, "Checkout please");
  await here.settled();
  const [order] = (await ada.client.get(`${orders()}?conversation=${id}`)).body.items;
  assert.deepEqual([order.status, order.channel, order.pieces, order.currency], ["awaiting_payment", "instagram", 2, "NGN"]);
  const detail = await read(order);
  assert.equal(detail.items[0].sku, "A1");
  assert.equal(detail.total_minor, 2 * detail.items[0].unit_price_minor);
  assert.deepEqual(detail.payments.map(({ status, provider }) => [status, provider]), [["link", "paystack"]]);
  await live.event("order.created", (data) => data.order_id === order.id);

  await here.sandbox.pay(detail.payments[0].reference);
  await say(who, "I have paid");
  await here.settled();
  const paid = await read(order);
  assert.deepEqual([paid.status, paid.payments[0].status], ["paid", "paid"]);
  assert.ok(paid.paid_at);
  await live.event("order.changed", (data) => data.order_id === order.id && data.status === "paid");

  const sent = await grace.client.post(at(order, "/fulfil"), { tracking: "GIG 4711", tell_customer: true }, if_match(paid.version));
  assert.deepEqual([sent.status, sent.body.status, sent.body.tracking], [200, "fulfilled", "GIG 4711"]);
  await live.event("order.changed", (data) => data.order_id === order.id && data.status === "fulfilled");
  await live.close();
  await here.settled();
  assert.match((await said_to(who)).at(-1), /GIG 4711/);

  const seen = (await facts(order)).map(({ kind, actor, account_id }) => [kind, actor, account_id]);
  assert.deepEqual(seen.map(([kind]) => kind).filter((kind) => kind !== "payment_pending"),
    ["placed", "checkout_started", "payment_link_recorded", "paid", "fulfilled", "customer_told"]);
  assert.deepEqual(seen.find(([kind]) => kind === "placed"), ["placed", "ai", null]);
  assert.deepEqual(seen.find(([kind]) => kind === "fulfilled"), ["fulfilled", "person", grace.account_id]);
  const { body: log } = await ada.client.get(`${ada.shop}/activity?subject_id=${order.id}`);
  assert.deepEqual(log.items.map(({ action, account_id }) => [action, account_id]), [["order.fulfilled", grace.account_id]]);
  const again = await grace.client.post(at(order, "/fulfil"), { tracking: "x" }, if_match(sent.body.version));
  assert.equal(again.status, 409);
  assert.match(again.body.detail, /is fulfilled/);
});

test("who cancels what the customer has just paid is told that it is paid, and nothing is lost", async () => {
  await product("RACE-1", 5);
  const order = await with_link(await placed("RACE-1"));
  await here.sandbox.pay(order.payments[0].reference);
  const refused = await ada.client.post(at(order, "/cancel"), { reason: "no stock" }, if_match(order.version));
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /is paid/);
  assert.equal((await read(order)).status, "paid");
  assert.equal(await stock_of("RACE-1"), 4);
});

test("money that comes after a cancel goes to a person, and the order stays closed", async () => {
  await product("RACE-2", 5);
  const order = await with_link(await placed("RACE-2"));
  const cancelled = await ada.client.post(at(order, "/cancel"), { reason: "out", tell_customer: true }, if_match(order.version));
  assert.deepEqual([cancelled.status, cancelled.body.status, cancelled.body.payments[0].status], [200, "cancelled", "expired"]);
  assert.equal(await stock_of("RACE-2"), 5);
  await here.settled();
  assert.match((await said_to(order.who)).at(-1), /is cancelled/);
  await here.sandbox.pay(order.payments[0].reference);
  await say(order.who, "I have paid");
  await here.settled();
  const now = await read(order);
  assert.deepEqual([now.status, now.payments[0].status], ["cancelled", "review"]);
  const { body } = await ada.client.get(`${ada.shop}/tasks?kind=payment_review`);
  assert.ok(body.items.some(({ reason }) => reason.includes(order.payments[0].reference)), JSON.stringify(body));
});

test("cancels and payments at the same time end as one of both, never as neither", async () => {
  await product("RACE-3", 50);
  for (let i = 0; i < 4; i += 1) {
    const order = await with_link(await placed("RACE-3"));
    const before = await stock_of("RACE-3");
    const [cancel] = await Promise.all([ada.client.post(at(order, "/cancel"), { reason: "race" }, if_match(order.version)),
      here.sandbox.pay(order.payments[0].reference)]);
    const now = await read(order);
    if (cancel.status === 200) assert.deepEqual([now.status, await stock_of("RACE-3")], ["cancelled", before + 1]);
    else assert.deepEqual([cancel.status, now.status, await stock_of("RACE-3")], [409, "paid", before]);
  }
});

test("of two people who move the same order one is told, and it moves once", async () => {
  await product("TWO", 10);
  const order = await placed("TWO", 2);
  const both = await Promise.all([ada, grace].map(({ client }) => client.put(at(order, "/items"), { items: [{ sku: "TWO", quantity: client === ada.client ? 3 : 4 }] }, if_match(1))));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
  const now = await read(order);
  assert.equal(await stock_of("TWO"), 10 - now.pieces);
  const ends = await Promise.all([
    ada.client.post(at(order, "/cancel"), { reason: "a" }, if_match(now.version)),
    ada.client.post(at(order, "/mark-paid"), { method: "cash" }, if_match(now.version))]);
  assert.deepEqual(ends.map(({ status }) => status).sort(), [200, 409]);
  const ended = await read(order);
  assert.ok(["paid", "cancelled"].includes(ended.status));
  assert.equal(await stock_of("TWO"), ended.status === "paid" ? 10 - now.pieces : 10);
  assert.equal((await ada.client.post(at(order, "/cancel"), { reason: "x" })).status, 428);
});

test("cash is taken once, by who may, with its payment and note", async () => {
  await product("CASH", 3, 2500);
  const order = await placed("CASH", 2);
  const heard = (await said_to(order.who)).length;
  assert.equal((await grace.client.post(at(order, "/mark-paid"), { method: "cash" }, if_match(order.version))).status, 403);
  const all = await Promise.all(Array.from({ length: 5 }, () => ada.client.post(at(order, "/mark-paid"), { method: "transfer", note: "slip 12", tell_customer: true }, if_match(order.version))));
  assert.deepEqual(all.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
  const paid = await read(order);
  assert.deepEqual(paid.payments.map(({ provider, amount_minor, status }) => [provider, amount_minor, status]), [["transfer", 5000, "paid"]]);
  assert.equal((await facts(order)).find(({ kind }) => kind === "paid").detail, "transfer, slip 12");
  const { body } = await ada.client.get(`${ada.shop}/activity?subject_id=${order.id}&action=order.paid_by_hand`);
  assert.deepEqual(body.items.map(({ before: was, after: is }) => [was, is]), [['{"status":"draft"}', '{"status":"paid"}']]);
  const until_then = new Date(Date.now() + 3_600_000).toISOString();
  for (const [method, what, body] of [["PUT", "/items", { items: [{ sku: "CASH", quantity: 1 }] }], ["PUT", "/reservation", { until: until_then }], ["DELETE", "/reservation"]])
    assert.equal((await ada.client.call(method, at(order, what), { body, ...if_match(paid.version) })).status, 409, `${method} ${what} of a paid one`);
  await here.settled();
  assert.equal((await said_to(order.who)).length, heard + 1, "one notice");
});

test("twenty identical orders of a person are one order, whatever their keys, also after a restart", async () => {
  await product("SAME", 100);
  const { who, id } = await chat(here, ada);
  const heard = (await said_to(who)).length;
  const key = randomUUID();
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => place(id, "SAME", 2, { tell_customer: true }, i < 10 ? key : randomUUID(), i % 2 ? grace : ada)));
  await here.settled();
  await here.server.restart();
  all.push(await place(id, "SAME", 2, { tell_customer: true }, key));
  assert.ok(all.every(({ status }) => status === 200 || status === 201), JSON.stringify(all.map(({ status }) => status)));
  assert.equal(new Set(all.map(({ body }) => body.order.id)).size, 1);
  assert.equal(all[0].body.is_new, all.at(-1).body.is_new, "the same key has the same answer");
  assert.equal(await here.orders_of(who), 1);
  assert.equal(await stock_of("SAME"), 98);
  await here.settled();
  assert.equal((await said_to(who)).length, heard + 1, "told once");

  const other = await place(id, "SAME", 3, {}, key);
  assert.deepEqual([other.status, other.body.errors[0].field], [422, "Idempotency-Key"]);
  const [order] = (await ada.client.get(`${orders()}?conversation=${id}`)).body.items;
  const beside = await place(id, "SAME", 5, { allow_duplicate: true });
  assert.equal(beside.status, 409);
  assert.match(beside.body.detail, new RegExp(`#${order.number}`));
  await ada.client.post(at(order, "/mark-paid"), { method: "cash" }, if_match(order.version));
  assert.deepEqual((({ status, body }) => [status, body.is_new, body.order.id])(await place(id, "SAME", 2)), [200, false, order.id]);
  const meant = await place(id, "SAME", 2, { allow_duplicate: true });
  assert.deepEqual([meant.status, meant.body.is_new], [201, true]);
  assert.notEqual(meant.body.order.id, order.id);
});

test("people and chats together never sell more than there is", async () => {
  await product("LASTBASKET", 5);
  const chats = [];
  for (let i = 0; i < 8; i += 1) chats.push(await chat(here, ada));
  const [people, customers] = [chats.slice(0, 4), chats.slice(4)];
  const [by_people] = await Promise.all([
    Promise.all(people.map(({ id }) => place(id, "LASTBASKET", 1))),
    Promise.all(customers.map(({ who }) => say(who, "I want 1 Lastbasket")))]);
  await here.settled();
  for (const { status, body } of by_people) {
    assert.ok([201, 409].includes(status));
    if (status === 409) assert.match(body.detail, /Only 0 of LASTBASKET are free/);
  }
  const held = await here.server.number("SELECT coalesce(sum(i.quantity), 0) FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.sku = 'LASTBASKET' AND o.status <> 'cancelled'");
  assert.equal(held + await stock_of("LASTBASKET"), 5);
  assert.equal(held, 5, "there were wishes for more");
});

test("an order can be placed with its payment link sent, and the link asked for again and replaced", async () => {
  await product("LINK", 10);
  const { who, id } = await chat(here, ada, { channel: "whatsapp" });
  const key = randomUUID();
  const first = await place(id, "LINK", 1, { send_payment_link: true }, key);
  assert.deepEqual([first.status, first.body.payment_link], [201, "sent"]);
  const again = await place(id, "LINK", 1, { send_payment_link: true }, key);
  assert.equal(again.body.order.payment_url, first.body.order.payment_url);
  await here.settled();
  const links = (await said_to(who)).filter((text) => text.includes(first.body.order.payment_url));
  assert.equal(links.length, 1, "sent once");
  const order = first.body.order;
  const kept = await ada.client.post(at(order, "/payment-link"), { send: true }, with_key());
  assert.equal(kept.body.payment_url, order.payment_url);
  const replaced = await ada.client.post(at(order, "/payment-link"), { replace: true }, with_key());
  assert.notEqual(replaced.body.payment_url, order.payment_url);
  assert.deepEqual(replaced.body.payments.map(({ status }) => status), ["link", "expired"]);
  await here.sandbox.set({ "paystack.error": true });
  const failed = await ada.client.post(at(order, "/payment-link"), { replace: true }, with_key());
  assert.equal(failed.status, 503);
  await here.sandbox.set({ "paystack.error": false });
  const mended = await ada.client.post(at(order, "/payment-link"), {}, with_key());
  assert.deepEqual([mended.status, mended.body.payments[0].status], [200, "link"]);
});

test("while the payment provider hangs, reads, other changes and other businesses are answered", async () => {
  await product("HANGS", 10);
  const all = [];
  for (let i = 0; i < 6; i += 1) all.push(await placed("HANGS"));
  await here.sandbox.set({ "paystack.latency_ms": 20_000 });
  let ended = 0;
  const links = all.map((order) => ada.client.post(at(order, "/payment-link"), {}, with_key()).finally(() => { ended += 1; }));
  await until("two of them are at work", async () => (await here.server.metric("sellavie_database_pool_in_use", { pool: "api" })) >= 2, { every_ms: 20 });
  assert.equal((await ada.client.get(orders())).status, 200);
  assert.equal((await kofi.client.get(`${kofi.shop}/orders`)).status, 200);
  assert.equal((await kofi.client.post(`${kofi.shop}/labels`, { name: "Meanwhile", colour: "blue" })).status, 201);
  assert.equal((await kofi.client.get("/me")).status, 200);
  assert.equal(ended, 0, "none of them was waited for");
  await here.sandbox.set({ "paystack.latency_ms": 0 });
  for (const { status } of await Promise.all(links)) assert.ok([200, 503].includes(status), `${status}`);
});

test("a repeated request is answered with what is stored, however long the customer has been silent", async () => {
  await product("LATE", 10);
  const { who, id } = await chat(here, ada, { channel: "whatsapp" });
  const key = randomUUID();
  const wish = { tell_customer: true, send_payment_link: true };
  const first = await place(id, "LATE", 1, wish, key);
  assert.deepEqual([first.status, first.body.payment_link], [201, "sent"]);
  const asks_for_link = (by) => ada.client.post(at(first.body.order, "/payment-link"), { send: true }, by);
  const link_key = with_key();
  assert.equal((await asks_for_link(link_key)).status, 200);
  await here.settled();
  const said = (await said_to(who)).length;

  await here.server.sql(`UPDATE conversations SET last_customer_at = 1 WHERE id = '${id}'`);
  const again = await place(id, "LATE", 1, wish, key);
  assert.deepEqual([again.status, again.body.is_new, again.body.payment_link, again.body.order?.id], [201, true, "sent", first.body.order.id]);
  const link = await asks_for_link(link_key);
  assert.deepEqual([link.status, link.body.payment_url], [200, first.body.order.payment_url]);
  assert.equal((await place(id, "LATE", 2, wish, key)).status, 422, "another wish under the key");
  for (const fresh of [await place(id, "LATE", 1, wish), await asks_for_link(with_key())])
    assert.deepEqual([fresh.status, fresh.body.type], [409, "/problems/send-window-closed"]);
  await here.settled();
  assert.equal((await said_to(who)).length, said, "nobody was told again");
});

test("a person lets the stock wait longer, and gives it back", async () => {
  await product("HOLD", 4);
  const order = await placed("HOLD", 3);
  const until_then = new Date(Date.now() + 5 * 86_400_000).toISOString();
  const held = await ada.client.put(at(order, "/reservation"), { until: until_then }, if_match(order.version));
  assert.deepEqual([held.status, held.body.reserved_until], [200, until_then]);
  for (const until of [new Date(Date.now() + 15 * 86_400_000).toISOString(), "2020-01-01T00:00:00.000Z"])
    assert.equal((await ada.client.put(at(order, "/reservation"), { until }, if_match(held.body.version))).status, 422);
  const released = await ada.client.delete(at(order, "/reservation"), if_match(held.body.version));
  assert.equal(released.status, 200);
  await until("the order has expired", async () => (await read(order)).status === "cancelled");
  assert.equal(await stock_of("HOLD"), 4);
  assert.deepEqual((await facts(order)).map(({ kind, actor }) => [kind, actor]),
    [["placed", "person"], ["hold_set", "person"], ["hold_released", "person"], ["expired", "system"]]);
});

test("invoices asked for at once have numbers without gaps, one an order", async () => {
  await product("BILL", 100, 1234);
  const made = [];
  for (let i = 0; i < 6; i += 1) made.push(await with_link(await placed("BILL", i + 1)));
  const draft = await placed("BILL");
  const early = await ada.client.post(at(draft, "/invoice"));
  assert.equal(early.status, 409);
  const live = await event_stream.open(ada.client, ada.business_id);
  await live.event("snapshot");
  const all = await Promise.all(made.flatMap((order) => [ada, grace, ada].map(({ client }) => client.post(at(order, "/invoice")))));
  assert.ok(all.every(({ status }) => status === 200), JSON.stringify(all.map(({ status }) => status)));
  assert.equal(new Set(all.map(({ body }) => body.id)).size, made.length);
  const rows = await here.server.sql(`SELECT count(*), max(number), count(DISTINCT number) FROM invoices WHERE business_id = '${ada.business_id}' AND series = 'INV'`);
  assert.equal(new Set(rows[0]).size, 1, rows[0].join());
  const invoice = all[0].body;
  for (const order of made) await live.event("invoice.created", (one) => one.order_id === order.id && one.kind === "invoice");
  await live.close();
  const told = live.events.filter(({ type }) => type === "invoice.created").map(({ data }) => data.invoice_id);
  assert.deepEqual(told.sort(), [...new Set(all.map(({ body }) => body.id))].sort(), "each is told once");
  assert.deepEqual([invoice.order_id, invoice.total_minor, invoice.lines.map(({ sku, quantity, total_minor }) => [sku, quantity, total_minor])], [made[0].id, 1234, [["BILL", 1, 1234]]]);
  assert.equal(invoice.public_url, null);
  const invoices = `${ada.shop}/invoices`;
  assert.deepEqual((await ada.client.get(`${invoices}/${invoice.id}`)).body, invoice);
  assert.equal((await ada.client.get(`${invoices}?number=${invoice.number}`)).body.items[0].id, invoice.id);
  assert.equal((await ada.client.get(`${invoices}?order=${made[1].id}`)).body.items.length, 1);
  assert.equal((await ada.client.get(`${invoices}?customer=${made[2].customer_id}`)).body.items[0].order_id, made[2].id);
  assert.equal((await ada.client.get(`${invoices}?number=12`)).status, 422);
  const { items } = await all_of(ada.client, invoices, { limit: 2 });
  assert.equal(items.length, Number(rows[0][0]));
  assert.deepEqual((await all_of(ada.client, `${invoices}?sort=oldest`, { limit: 3 })).items.map(({ id }) => id), items.map(({ id }) => id).reverse());
  // As if a second lay between any two.
  await here.server.sql(`UPDATE invoices SET issued_at = issued_at + number * 1000 WHERE business_id = '${ada.business_id}'`);
  const by_time = (await all_of(ada.client, `${invoices}?sort=oldest`)).items;
  const within = async (query) => (await all_of(ada.client, `${invoices}?sort=oldest&${query}`, { limit: 2 })).items.map(({ id }) => id);
  const ids = by_time.map(({ id }) => id);
  assert.deepEqual(await within(`since=${by_time[1].issued_at}`), ids.slice(1), "that moment, too");
  assert.deepEqual(await within(`until=${by_time[4].issued_at}`), ids.slice(0, 4), "without that moment");
  assert.deepEqual(await within(`since=${by_time[1].issued_at}&until=${by_time[4].issued_at}`), ids.slice(1, 4));
  assert.equal((await ada.client.get(`${invoices}?since=yesterday`)).status, 422);
  await until("the facts are there", async () => (await facts(made[0])).some(({ kind, detail }) => kind === "invoice_issued" && detail === invoice.number));
  assert.equal((await read(made[0])).invoices[0].number, invoice.number);
});

test("the list pages in every order without gaps, and filters", async () => {
  await product("LIST", 1000, 100);
  const made = [];
  for (let i = 0; i < 7; i += 1) made.push(await placed("LIST", [3, 1, 7, 2, 2, 9, 4][i]));
  const walk = async (query) => (await all_of(ada.client, `${orders()}?${query}`, { limit: 2 })).items;
  const everything = await walk("sort=newest");
  assert.deepEqual(everything.slice(0, 7).map(({ id }) => id), made.map(({ id }) => id).reverse());
  assert.deepEqual((await walk("sort=oldest")).map(({ id }) => id), everything.map(({ id }) => id).reverse());
  const totals = (await walk("sort=largest")).map(({ total_minor }) => total_minor);
  assert.deepEqual(totals, [...totals].sort((a, b) => b - a));
  assert.equal(totals.length, everything.length);
  for (const status of ["draft", "cancelled", "paid", "fulfilled", "awaiting_payment"])
    assert.deepEqual((await walk(`status=${status}`)).map(({ id }) => id), everything.filter((one) => one.status === status).map(({ id }) => id), status);
  for (const channel of ["messenger", "instagram", "whatsapp"])
    assert.deepEqual((await walk(`channel=${channel}`)).map(({ id }) => id), everything.filter((one) => one.channel === channel).map(({ id }) => id), channel);
  assert.deepEqual((await walk(`search=%23${made[3].number}`)).map(({ id }) => id), [made[3].id]);
  assert.deepEqual((await walk(`customer=${made[4].customer_id}`)).map(({ id }) => id), [made[4].id]);
  await ada.client.patch(`${ada.shop}/customers/${made[5].customer_id}`, { name: "Zainab Bello" }, if_match((await ada.client.get(`${ada.shop}/customers/${made[5].customer_id}`)).body.version));
  assert.deepEqual((await walk("search=zainab")).map(({ id, customer_name }) => [id, customer_name]), [[made[5].id, "Zainab Bello"]]);
  const since = `since=${made[2].created_at}&until=${made[5].created_at}`;
  assert.deepEqual((await walk(since)).map(({ id }) => id), [4, 3, 2].map((i) => made[i].id));
  assert.deepEqual((await kofi.client.get(`${kofi.shop}/orders?search=${made[0].number}`)).body.items.filter(({ id }) => id === made[0].id), []);
  assert.equal((await ada.client.get(`${orders()}?status=lost`)).status, 422);
});

test("what cannot be ordered is named, and the customer is not told what cannot be said", async () => {
  const known = await product("ONLY", 2);
  const { id, who } = await chat(here, ada);
  const refused = async (items, more = {}) => {
    const { status, body } = await ada.client.post(orders(), { conversation_id: id, items, ...more }, with_key());
    return [status, body.errors?.[0].field ?? body.detail];
  };
  assert.deepEqual(await refused([{ sku: "ONLY", quantity: 3 }]), [409, "Only 2 of ONLY are free."]);
  assert.deepEqual(await refused([{ sku: "NO-SUCH", quantity: 1 }]), [422, "/items"]);
  assert.deepEqual(await refused([]), [422, "/items"]);
  assert.deepEqual(await refused([{ sku: "ONLY", quantity: 0 }]), [422, "/items/0/quantity"]);
  assert.deepEqual(await refused([{ sku: "ONLY", quantity: 6000 }, { sku: "ONLY", quantity: 6000 }]), [422, "/items"]);
  await ada.client.post(`${ada.shop}/products/${known.id}/archive`);
  assert.equal((await refused([{ sku: "ONLY", quantity: 1 }]))[0], 409);
  await ada.client.post(`${ada.shop}/products/${known.id}/restore`);
  const stranger = here.customer("messenger", here.businesses[1].key);
  await here.sandbox.say(stranger, "Hello!");
  await here.sandbox.heard(stranger, 1);
  await here.settled();
  const [[foreign]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(stranger)}`);
  for (const conversation of [nobody, foreign]) assert.equal((await place(conversation, "ONLY", 1)).status, 422);

  await here.server.sql(`UPDATE conversations SET last_customer_at = 1 WHERE id = '${id}'`);
  const late = await place(id, "ONLY", 1, { tell_customer: true });
  assert.deepEqual([late.status, late.body.type], [409, "/problems/send-window-closed"]);
  assert.equal(await here.orders_of(who), 0, "nothing was done");
  assert.equal((await place(id, "ONLY", 1)).status, 201);
});

const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";

test("a viewer reads and moves nothing, and another business finds nothing", async () => {
  await product("SEEN", 5);
  const order = await placed("SEEN");
  const role = (name) => here.server.sql(`UPDATE memberships SET role = '${name}' WHERE account_id = '${grace.account_id}' AND business_id = '${ada.business_id}'`);
  await role("viewer");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  try {
    assert.equal((await grace.client.get(at(order))).status, 200);
    assert.equal((await grace.client.get(at(order, "/timeline"))).status, 200);
    for (const [path, body] of [["/cancel", { reason: "x" }], ["/fulfil", {}], ["/mark-paid", { method: "cash" }]])
      assert.equal((await grace.client.post(at(order, path), body, if_match(1))).status, 403, path);
    assert.equal((await grace.client.post(at(order, "/invoice"))).status, 403);
    assert.equal((await place(order.conversation_id, "SEEN", 1, {}, randomUUID(), grace)).status, 403);
  } finally {
    await role("agent");
  }
  for (const path of ["", "/timeline"])
    assert.equal((await kofi.client.get(`${kofi.shop}/orders/${order.id}${path}`)).status, 404, path);
  assert.equal((await kofi.client.post(`${kofi.shop}/orders/${order.id}/cancel`, { reason: "x" }, if_match(1))).status, 404);
  assert.equal((await kofi.client.post(`${kofi.shop}/orders/${order.id}/invoice`)).status, 404);
  assert.equal((await read(order)).status, "draft");
});

test("a correction of stock under a known key with another wish is refused", async () => {
  const counted = await product("KEYED", 5);
  const key = with_key();
  const adjust = (delta) => ada.client.post(`${ada.shop}/products/${counted.id}/stock/adjust`, { delta, reason: "broken" }, key);
  assert.deepEqual((await adjust(-1)).body, { stock: 4 });
  assert.deepEqual((await adjust(-1)).body, { stock: 4 });
  const other = await adjust(-2);
  assert.deepEqual([other.status, other.body.errors[0].field], [422, "Idempotency-Key"]);
  assert.equal(await stock_of("KEYED"), 4);
});
