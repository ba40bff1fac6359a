// Payments, refunds, disputes and the review queue as a shop's people see and decide them, at all three providers.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { paying_shops } from "./harness/paying_shops.mjs";
import { all_of, chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const paying = paying_shops();
let here;
let shops;   // the owners, by key
let grace;   // an admin of Ada's
let bayo;    // an admin of Esi's
let vera;    // a viewer of Ada's
let femi;    // an agent of Esi's
shared_world({ before, after }, { name: "api-money", businesses: paying.businesses }, (world) => { here = world; });
beforeEach(async () => { shops ??= await set_up(); });

async function set_up() {
  const found = {};
  for (const [i, key] of paying.keys.entries()) {
    found[key] = { ...await signed_in_owner(here, i), key, provider: paying.provider_of(key) };
    await paying.events_go(here, key);
    await product(found[key], "MONEY", 1000, 10_000);
  }
  grace = await colleague(here, found.ada, { role: "admin", i: 1 });
  vera = await colleague(here, found.ada, { role: "viewer", i: 2 });
  bayo = await colleague(here, found.esi, { role: "admin", i: 1 });
  femi = await colleague(here, found.esi, { role: "agent", i: 0 });
  return found;
}

async function product({ client, shop }, sku, stock, price_minor) {
  const { status, text } = await client.post(`${shop}/products`, { sku, name: `Product ${sku}`, price_minor, stock });
  assert.equal(status, 201, text);
}

const with_key = (key = randomUUID()) => ({ headers: { "idempotency-key": key } });
const at = ({ shop }, order, rest = "") => `${shop}/orders/${order.id}${rest}`;
const read = async (shop, order) => (await shop.client.get(at(shop, order))).body;
const stock_of = async ({ client, shop }, sku) => (await client.get(`${shop}/products?search=${sku}`)).body.items[0].stock;
const good = ({ status, body, text }) => {
  assert.ok(status < 300, `${status} ${text}`);
  return body;
};
const refused = ({ status, body }, expected, pattern) => {
  assert.equal(status, expected, JSON.stringify(body));
  if (pattern) assert.match(body.detail ?? JSON.stringify(body.errors), pattern);
};

async function placed(shop, { sku = "MONEY", quantity = 2 } = {}) {
  const { id: conversation_id } = await chat(here, shop, { key: shop.key });
  const { order } = good(await shop.client.post(`${shop.shop}/orders`, { conversation_id, items: [{ sku, quantity }] }, with_key()));
  return order;
}

// An order that waits for money. -> the order and its reference
async function awaiting(shop, wish) {
  const order = good(await shop.client.post(at(shop, await placed(shop, wish), "/payment-link"), {}, with_key()));
  return { ...order, reference: order.payments[0].reference };
}

const pay = (shop, { reference }, more = {}) => here.sandbox.pay(reference, { provider: shop.provider, ...more });

async function order_becomes(shop, order, holds, what) {
  let now;
  await until(`order #${order.number} ${what}`, async () => holds(now = await read(shop, order)),
    { seconds: 60, explain: async () => `${JSON.stringify(now)}\n${here.place.log_tail("server")}` });
  return now;
}

async function paid(shop, wish) {
  const order = await awaiting(shop, wish);
  await pay(shop, order);
  const now = await order_becomes(shop, order, ({ status }) => status === "paid", "is paid");
  return { ...now, reference: order.reference };
}

const payment_of = async (shop, order) => (await shop.client.get(`${shop.shop}/payments?order=${order.id}`)).body.items[0];
const detail_of = async (shop, payment) => good(await shop.client.get(`${shop.shop}/payments/${payment.id}`));
const ask = (shop, order, wish, key) => shop.client.post(at(shop, order, "/refunds"), { reason: "It came torn.", ...wish }, with_key(key));
const decide = (shop, refund, what, body, key) => shop.client.post(`${shop.shop}/refunds/${refund.id}/${what}`, body, with_key(key));

async function refund_becomes(shop, refund, state) {
  let now;
  await until(`the refund is ${state}`, async () => (now = good(await shop.client.get(`${shop.shop}/refunds/${refund.id}`))).state === state,
    { seconds: 60, explain: async () => `${JSON.stringify(now)}\n${here.place.log_tail("server")}` });
  return now;
}

async function credit_notes(shop, order, count) {
  let notes = [];
  await until(`${count} credit notes`, async () => (notes = (await shop.client.get(`${shop.shop}/invoices?order=${order.id}&kind=credit_note`)).body.items).length === count,
    { seconds: 60, explain: async () => `${JSON.stringify(notes)}\n${here.place.log_tail("server")}` });
  return notes;
}

const text_of = (pdf) => execFileSync("pdftotext", ["-", "-"], { input: pdf }).toString();
const at_provider = async ({ reference }) => (await here.sandbox.payments()).transactions.find((one) => one.reference === reference);
const logged = async (shop, subject) => (await shop.client.get(`${shop.shop}/activity?subject_id=${subject}`)).body.items.map(({ action, account_id }) => [action, account_id]);
const called = async ({ client }) => (({ name, email }) => name || email)((await client.get("/me")).body);

for (const key of paying.keys) {
  test(`${paying.provider_of(key)}: all of an order's money goes back, and when it is back the order is refunded and its pieces return`, async () => {
    const shop = shops[key];
    await product(shop, "WHOLE", 10, 10_000);
    const order = await paid(shop, { sku: "WHOLE", quantity: 2 });
    assert.deepEqual([order.received_minor, order.refunded_minor, order.dispute], [20_000, 0, "none"]);
    const payment = await payment_of(shop, order);
    assert.deepEqual([payment.provider, payment.place, payment.received_minor, payment.order_number, payment.customer_id], [shop.provider, "on_order", 20_000, order.number, order.customer_id]);

    const asked = await ask(shop, order, { restock: true });
    assert.equal(asked.status, 201, asked.text);
    assert.ok(["approved", "sending", "pending", "succeeded"].includes(asked.body.state), asked.body.state);
    assert.deepEqual([asked.body.amount_minor, asked.body.restock, asked.body.requested_by, asked.body.decided_by], [20_000, true, shop.account_id, null]);
    const done = await refund_becomes(shop, asked.body, "succeeded");
    assert.ok(done.provider_refund_id, "the provider's own id is known");
    const now = await order_becomes(shop, order, ({ status }) => status === "refunded", "is refunded");
    assert.equal(now.refunded_minor, 20_000);
    assert.equal(await stock_of(shop, "WHOLE"), 10);
    assert.deepEqual((await at_provider(order)).refunds, [{ amount: 20_000, state: "done" }], "once");
    const detail = await detail_of(shop, payment);
    assert.deepEqual([detail.refundable_minor, detail.returned_minor, detail.refunds.map(({ id }) => id), detail.review, detail.order.id], [0, 20_000, [asked.body.id], null, order.id]);
    const kinds = (await all_of(shop.client, at(shop, order, "/timeline"))).items.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "refunded").length, 1, kinds.join());
    assert.deepEqual(await logged(shop, asked.body.id), [["refund.requested", shop.account_id]]);
    refused(await ask(shop, order, {}), 409, /is refunded/);
  });

  test(`${paying.provider_of(key)}: a part goes back, never more than what is left, and the rest`, async () => {
    const shop = shops[key];
    const order = await paid(shop);
    const stock = await stock_of(shop, "MONEY");
    const invoice = good(await shop.client.post(at(shop, order, "/invoice")));
    const first = good(await ask(shop, order, { amount_minor: 5_000 }));
    await refund_becomes(shop, first, "succeeded");
    const part = await order_becomes(shop, order, ({ refunded_minor }) => refunded_minor === 5_000, "has a part back");
    assert.equal(part.status, "paid", "a part changes no state");
    refused(await ask(shop, order, { amount_minor: 15_001 }), 409, /150\.00 are left/);
    refused(await ask(shop, order, { amount_minor: 0 }), 422);
    const both = await Promise.all([1, 2].map(() => ask(shop, order, { amount_minor: 10_000 })));
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409], "two at once fit once");
    await refund_becomes(shop, both.find(({ status }) => status === 201).body, "succeeded");
    const rest = good(await ask(shop, order, {}));
    assert.equal(rest.amount_minor, 5_000);
    await order_becomes(shop, order, ({ status, refunded_minor }) => status === "refunded" && refunded_minor === 20_000, "is refunded");
    assert.equal(await stock_of(shop, "MONEY"), stock, "no pieces return unless it is said");
    assert.deepEqual((await at_provider(order)).refunds.map(({ amount }) => amount).sort(), [10_000, 5_000, 5_000].sort());
    const refunds = (await shop.client.get(`${shop.shop}/refunds?order=${order.id}`)).body.items;
    assert.equal(refunds.length, 3);
    const notes = await credit_notes(shop, order, 3);
    assert.deepEqual(notes.map(({ refund_id, total_minor, corrects }) => [refund_id, total_minor, corrects]).sort(),
      refunds.map(({ id, amount_minor }) => [id, amount_minor, invoice.number]).sort(), "one note a refund");
    const note = good(await shop.client.get(`${shop.shop}/invoices/${notes[0].id}`));
    assert.deepEqual([note.kind, note.lines, note.corrects, note.net_minor], ["credit_note", [], invoice.number, note.total_minor]);
    const words = text_of((await shop.client.get(`${shop.shop}/invoices/${note.id}/pdf`)).bytes);
    for (const word of ["Credit note", note.number, `corrects invoice ${invoice.number}`, "Partial refund"]) assert.ok(words.includes(word), `${word} in ${words}`);
    const { url } = good(await shop.client.post(`${shop.shop}/invoices/${note.id}/link`));
    assert.equal((await fetch(url)).status, 200);
  });

  test(`${paying.provider_of(key)}: an invoice that is issued after a part went back is followed by its credit note`, async () => {
    const shop = shops[key];
    const order = await paid(shop);
    await refund_becomes(shop, good(await ask(shop, order, { amount_minor: 3_000 })), "succeeded");
    assert.deepEqual((await shop.client.get(`${shop.shop}/invoices?order=${order.id}`)).body.items, []);
    good(await shop.client.post(at(shop, order, "/invoice")));
    assert.deepEqual((await credit_notes(shop, order, 1)).map(({ total_minor }) => total_minor), [3_000]);
    const [[gaps]] = await here.server.sql(`SELECT max(number) - count(*) FROM invoices WHERE business_id = '${shop.business_id}' AND series = 'CRN'`);
    assert.equal(Number(gaps), 0, "numbers without gaps");
  });

  test(`${paying.provider_of(key)}: a refund that fails is seen to have failed, and its money can be given back again`, async () => {
    const shop = shops[key];
    const order = await paid(shop);
    await here.sandbox.set({ [`${shop.provider}.refund_fails`]: 1 });
    const first = good(await ask(shop, order, {}));
    await refund_becomes(shop, first, "failed");
    assert.equal((await read(shop, order)).status, "paid");
    assert.equal((await detail_of(shop, await payment_of(shop, order))).refundable_minor, 20_000);
    const again = good(await ask(shop, order, {}));
    await refund_becomes(shop, again, "succeeded");
    await order_becomes(shop, order, ({ status }) => status === "refunded", "is refunded");
  });
}

test("the same key asks for one refund, however often it comes, and another wish under it is refused", async () => {
  const shop = shops.esi;
  const order = await paid(shop);
  const key = randomUUID();
  const all = await Promise.all(Array.from({ length: 5 }, () => ask(shop, order, { amount_minor: 1_000 }, key)));
  assert.deepEqual(all.map(({ status }) => status), Array(5).fill(201));
  assert.equal(new Set(all.map(({ body }) => body.id)).size, 1);
  await refund_becomes(shop, all[0].body, "succeeded");
  await here.server.restart();
  const late = await ask(shop, order, { amount_minor: 1_000 }, key);
  assert.deepEqual([late.status, late.body.id, late.body.state], [201, all[0].body.id, "succeeded"], "as it stands now");
  const other = await ask(shop, order, { amount_minor: 2_000 }, key);
  assert.deepEqual([other.status, other.body.errors[0].field], [422, "Idempotency-Key"]);
  refused(await shop.client.post(at(shop, order, "/refunds"), { reason: "No key." }), 428);
  assert.equal(await here.server.number(`SELECT count(*) FROM refunds WHERE order_id = '${order.id}'`), 1);
  assert.deepEqual((await at_provider(order)).refunds.map(({ amount }) => amount), [1_000]);
});

async function limit_is(shop, limit) {
  const { headers } = await shop.client.get(shop.shop);
  const { body } = await shop.client.patch(shop.shop, { refund_limit_minor: limit }, { headers: { "if-match": headers.get("etag") } });
  assert.equal(body.refund_limit_minor, limit);
  await sleep(2500);  // every server hears of it
}

test("above the limit another person agrees, never the one who asked, and whoever may not is refused", async () => {
  const shop = shops.ada;
  await limit_is(shop, 6_000);
  const order = await paid(shop);
  const small = good(await ask(shop, order, { amount_minor: 4_000 }));
  assert.notEqual(small.state, "awaiting_approval");
  const waiting = good(await ask(shop, order, { amount_minor: 4_000, reason: "In small pieces." }));
  assert.equal(waiting.state, "awaiting_approval", "pieces count together");
  assert.equal((await all_of(shop.client, `${shop.shop}/tasks?kind=refund_awaits_approval`)).items.length, 1, "people are told");
  refused(await decide(shop, waiting, "approve"), 409, /another person must/);
  for (const what of [["approve"], ["reject", {}], ["resolve", { outcome: "happened", note: "x" }]])
    refused(await decide(vera, waiting, ...what), 403);
  assert.deepEqual((await shop.client.get(`${shop.shop}/refunds?state=awaiting_approval`)).body.items.map(({ id }) => id), [waiting.id]);
  assert.equal((await vera.client.get(`${shop.shop}/refunds/${waiting.id}`)).body.state, "awaiting_approval", "a viewer reads");

  const key = randomUUID();
  const agreed = good(await decide(grace, waiting, "approve", undefined, key));
  assert.equal(agreed.decided_by, grace.account_id);
  assert.equal((await decide(grace, waiting, "approve", undefined, key)).status, 200, "the same request again");
  await refund_becomes(shop, waiting, "succeeded");
  refused(await decide(shop, waiting, "reject", { note: "Too late." }), 409, new RegExp(`^${await called(grace)} was first: it is succeeded`));
  assert.deepEqual(await logged(shop, waiting.id), [["refund.approved", grace.account_id], ["refund.requested", shop.account_id]]);

  const unwanted = good(await ask(grace, order, { amount_minor: 7_000 }));
  assert.equal(unwanted.state, "awaiting_approval");
  const rejected = good(await decide(shop, unwanted, "reject", { note: "They kept it." }));
  assert.deepEqual([rejected.state, rejected.note, rejected.decided_by, rejected.requested_by], ["rejected", "They kept it.", shop.account_id, grace.account_id]);
  refused(await decide(shop, unwanted, "approve"), 409, /^You were first: it is rejected/);
  const withdrawn = good(await ask(grace, order, { amount_minor: 7_000 }));
  assert.equal(good(await decide(grace, withdrawn, "reject", {})).state, "rejected", "who asked may take it back");
  const wanted = good(await decide(shop, good(await ask(grace, order, { amount_minor: 7_000 })), "approve"));
  await refund_becomes(shop, wanted, "succeeded");
  assert.deepEqual((await at_provider(order)).refunds.map(({ amount }) => amount).sort(), [4_000, 4_000, 7_000]);
  await limit_is(shop, null);
  assert.notEqual(good(await ask(shop, order, {})).state, "awaiting_approval");
});

test("the limit is the owner's to set, for whoever read the newest", async () => {
  const { client, shop } = shops.kofi;
  const { body: { version, refund_limit_minor } } = await client.get(shop);
  assert.equal(refund_limit_minor, null);
  const change = (by, limit, of = version) => by.patch(shop, { refund_limit_minor: limit }, if_match(of));
  const admin = await colleague(here, shops.kofi, { role: "admin", i: 0 });
  refused(await change(admin.client, 5), 403, /owner/);
  assert.equal((await admin.client.patch(shop, { name: "Kofi Sound" }, if_match(version))).status, 200, "the rest is an admin's, too");
  for (const bad of [-1, 0.5, "5", 2 ** 53]) refused(await change(client, bad), 422);
  const set = await change(client, 5);
  assert.deepEqual([set.status, set.body.refund_limit_minor, set.headers.get("etag")], [200, 5, `"${version + 1}"`]);
  refused(await change(client, null), 412);
  assert.equal((await client.patch(shop, { locale: "en" }, if_match(version + 1))).body.refund_limit_minor, 5, "what is not given stays");
  assert.equal((await change(client, null, version + 2)).body.refund_limit_minor, null);
  const { items: [entry] } = (await client.get(`${shop}/activity?action=business.changed`)).body;
  assert.deepEqual([JSON.parse(entry.before).refund_limit_minor, JSON.parse(entry.after).refund_limit_minor], [5, null]);
});

test("what a person took a person gives back: it is done when it is agreed", async () => {
  const shop = shops.esi;
  const order = await placed(shop);
  refused(await ask(shop, order, {}), 409, /not paid yet/);
  good(await shop.client.post(at(shop, order, "/mark-paid"), { method: "cash" }, if_match(order.version)));
  const payment = await payment_of(shop, order);
  assert.deepEqual([payment.provider, payment.transaction, payment.payment_connection_id], ["cash", null, null]);
  const part = good(await ask(shop, order, { amount_minor: 500 }));
  assert.equal(part.state, "succeeded");
  const rest = good(await shop.client.post(`${shop.shop}/payments/${payment.id}/refunds`, { reason: "All of it." }, with_key()));
  assert.deepEqual([rest.state, rest.amount_minor], ["succeeded", 19_500]);
  assert.deepEqual((({ status, refunded_minor }) => [status, refunded_minor])(await read(shop, order)), ["refunded", 20_000]);
});

// Money for an order that was cancelled before it came. -> its review
async function late_money(shop) {
  const order = await awaiting(shop);
  good(await shop.client.post(at(shop, order, "/cancel"), { reason: "out of stock" }, if_match(order.version)));
  await pay(shop, order);
  return review_of(shop, order);
}

function review_of(shop, { reference }) {
  const found = async () => (await all_of(shop.client, `${shop.shop}/payment-reviews`)).items.find((one) => one.reference === reference);
  return until(`the money of ${reference} is under review`, found, { seconds: 60, explain: () => here.place.log_tail("server") });
}

const resolve = (by, review, resolution, more = {}, key = undefined) =>
  by.client.post(`${by.shop}/payment-reviews/${review.id}/resolve`, { resolution, ...more }, with_key(key));
const review_now = async (shop, { id }) => good(await shop.client.get(`${shop.shop}/payment-reviews/${id}`));

test("money that is too little is accepted: it settles its order, and the difference is seen", async () => {
  const shop = shops.esi;
  const order = await awaiting(shop);
  await pay(shop, order, { amount: 19_900 });
  const review = await review_of(shop, order);
  assert.deepEqual([review.reason, review.state, review.order_id, review.order_number, review.received_minor, review.currency], ["wrong_amount", "open", order.id, order.number, 19_900, "NGN"]);
  assert.equal((await read(shop, order)).status, "awaiting_payment");
  const before_it = await review_now(shop, review);
  assert.deepEqual([before_it.payment.place, before_it.refundable_minor, before_it.refunds, before_it.order.id], ["in_review", 19_900, [], order.id]);
  const key = randomUUID();
  const accepted = good(await resolve(shop, review, "accept", { note: "Bank fee." }, key));
  assert.deepEqual([accepted.state, accepted.resolved_by, accepted.note, accepted.payment.place], ["accepted", shop.account_id, "Bank fee.", "on_order"]);
  assert.equal((await resolve(shop, review, "accept", { note: "Bank fee." }, key)).status, 200, "the same request again");
  const now = await read(shop, order);
  assert.deepEqual([now.status, now.received_minor, now.total_minor], ["paid", 19_900, 20_000]);
  assert.deepEqual(await logged(shop, review.id), [["payment_review.resolved", shop.account_id]]);
  const open_tasks = (await all_of(shop.client, `${shop.shop}/tasks?kind=payment_review`)).items;
  assert.ok(!open_tasks.some(({ reason }) => reason.includes(order.reference)), "its task is done");
});

test("late money is attached to another open order, once: who comes second is told who was first", async () => {
  const shop = shops.esi;
  const review = await late_money(shop);
  assert.equal(review.reason, "order_cancelled");
  refused(await resolve(shop, review, "accept"), 409, /is cancelled/);
  const target = await placed(shop);
  for (const [body, field] of [[{}, "/order_id"], [{ order_id: randomUUID() }, "/order_id"]]) {
    const wrong = await resolve(shop, review, "attach", body);
    assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, field]);
  }
  assert.equal((await resolve(shop, review, "accept", { order_id: target.id })).status, 422);
  const both = await Promise.all([resolve(shop, review, "attach", { order_id: target.id }), resolve(bayo, review, "dismiss_as_handled", { note: "They took it at the till." })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409], JSON.stringify(both.map(({ body }) => body)));
  const [first, second] = both[0].status === 200 ? [shop, both[1]] : [bayo, both[0]];
  const became = first === shop ? "attached" : "dismissed";
  assert.equal(second.body.detail, `${await called(first)} was first: it is ${became}.`);
  const now = await review_now(shop, review);
  assert.deepEqual([now.state, now.resolved_by], [became, first.account_id]);
  assert.equal((await read(shop, target)).status, first === shop ? "paid" : "draft");
  assert.equal(now.payment.place, first === shop ? "on_order" : "dismissed");
});

test("money under review is given back: the review waits for the refund and closes with it", async () => {
  const shop = shops.esi;
  const review = await late_money(shop);
  assert.deepEqual((await resolve(shop, review, "refund")).body.errors.map(({ field }) => field), ["/note"], "a refund has a reason");
  await here.sandbox.set({ "paystack.refund_ms": 3000 });
  const asked = good(await resolve(shop, review, "refund", { note: "We had none left." }));
  await here.sandbox.set({ "paystack.refund_ms": 500 });
  assert.deepEqual([asked.state, asked.resolved_by, asked.refunds.length, asked.refunds[0].reason, asked.refundable_minor], ["refunding", shop.account_id, 1, "We had none left.", 0]);
  refused(await resolve(bayo, review, "dismiss_as_handled", { note: "x" }), 409, /was first: it is refunding/);
  await until("the review is closed", async () => (await review_now(shop, review)).state === "refunded", { seconds: 60, explain: () => here.place.log_tail("server") });
  const now = await review_now(shop, review);
  assert.deepEqual([now.refunds[0].state, now.payment.returned_minor, now.resolved_by], ["succeeded", 20_000, shop.account_id]);
  assert.equal((await all_of(shop.client, `${shop.shop}/payment-reviews`)).items.filter(({ id }) => id === review.id).length, 0);
  assert.deepEqual((await all_of(shop.client, `${shop.shop}/payment-reviews?state=refunded`)).items.filter(({ id }) => id === review.id).length, 1);
});

test("money is dismissed only by saying where it was settled; what nobody paid needs no more than a note", async () => {
  const shop = shops.esi;
  const review = await late_money(shop);
  refused(await resolve(shop, review, "dismiss", { note: "No idea." }), 409);
  assert.deepEqual((await resolve(shop, review, "dismiss_as_handled")).body.errors.map(({ field }) => field), ["/note"]);
  const dismissed = good(await resolve(shop, review, "dismiss_as_handled", { note: "Given back in cash." }));
  assert.deepEqual([dismissed.state, dismissed.payment.place], ["dismissed", "dismissed"]);
  refused(await shop.client.post(`${shop.shop}/payments/${review.payment_id}/refunds`, { reason: "Again?" }, with_key()), 409, /You were first: it is dismissed/);

  const silent = randomUUID();
  await here.server.sql(`INSERT INTO payment_reviews (id, business_id, reference, transaction, reason, state, opened_at, version) VALUES ('${silent}', '${shop.business_id}', 'silent', '', 'not_answered', 'open', 1, 1)`);
  const [oldest] = (await shop.client.get(`${shop.shop}/payment-reviews`)).body.items;
  assert.deepEqual([oldest.id, oldest.payment_id, oldest.received_minor, oldest.provider], [silent, null, null, null], "the oldest first");
  refused(await resolve(shop, { id: silent }, "refund", { note: "What?" }), 409);
  const closed = good(await resolve(shop, { id: silent }, "dismiss", { note: "Nothing came." }));
  assert.deepEqual([closed.state, closed.payment, closed.refundable_minor, closed.order], ["dismissed", null, 0, null]);
});

test("what became of a refund that nobody can prove is said by a person who looked", async () => {
  const shop = shops.esi;
  const order = await paid(shop);
  const payment = await payment_of(shop, order);
  const unproved = async (amount) => {
    const id = randomUUID();
    await here.server.sql(`INSERT INTO refunds (id, business_id, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin, state, requested_by, attempt, requested_at, sent_at, version)
      VALUES ('${id}', '${shop.business_id}', '${payment.id}', '${order.id}', ${amount}, 'NGN', 'x', false, 'here', 'unproved', 'person:${shop.account_id}', 1, 1, 1, 1)`);
    return { id };
  };
  const one = await unproved(5_000);
  assert.equal((await detail_of(shop, payment)).refundable_minor, 15_000, "it may have happened");
  assert.equal((await decide(shop, one, "resolve", { outcome: "happened" })).status, 422, "a note is needed");
  refused(await decide(shop, one, "approve"), 409);
  const gone = good(await decide(bayo, one, "resolve", { outcome: "did_not_happen", note: "Not in the list." }));
  assert.deepEqual([gone.state, gone.note], ["failed", "Not in the list."]);
  assert.equal((await detail_of(shop, payment)).refundable_minor, 20_000);
  refused(await decide(shop, one, "resolve", { outcome: "happened", note: "It is!" }), 409, /it is failed/);
  const part = good(await decide(shop, await unproved(5_000), "resolve", { outcome: "happened", note: "Seen." }));
  assert.deepEqual([part.state, (await read(shop, order)).refunded_minor], ["succeeded", 5_000]);
  good(await decide(shop, await unproved(15_000), "resolve", { outcome: "happened", note: "Seen, too." }));
  assert.equal((await read(shop, order)).status, "refunded");
  assert.deepEqual(await logged(shop, one.id), [["refund.resolved", bayo.account_id]]);
});

test("a dispute freezes its order until a person releases it, with a note", async () => {
  const shop = shops.ada;
  const order = await paid(shop);
  refused(await shop.client.post(at(shop, order, "/release-dispute"), { note: "None." }, if_match(order.version)), 409, /Nobody disputes/);
  await here.sandbox.control("POST", "/dispute", { reference: order.reference, provider: shop.provider });
  const frozen = await order_becomes(shop, order, ({ dispute }) => dispute === "open", "is disputed");
  assert.equal(frozen.status, "paid");
  assert.equal((await payment_of(shop, order)).is_disputed, true);
  const tasks = (await all_of(shop.client, `${shop.shop}/tasks?kind=dispute`)).items;
  assert.ok(tasks.some(({ reason }) => reason.includes(order.reference)), JSON.stringify(tasks));
  assert.deepEqual((await all_of(shop.client, `${shop.shop}/orders?disputed=true`)).items.map(({ id }) => id), [order.id]);
  assert.ok(!(await all_of(shop.client, `${shop.shop}/orders?disputed=false`)).items.some(({ id }) => id === order.id));
  refused(await shop.client.post(at(shop, order, "/fulfil"), {}, if_match(frozen.version)), 409, /release it first/);
  refused(await ask(shop, order, {}), 409, /release it first/);
  assert.equal((await read(shop, order)).status, "paid");

  const release = (by, note, version = frozen.version) => by.client.post(at(shop, order, "/release-dispute"), { note }, if_match(version));
  refused(await release(vera, "Let it go."), 403);
  refused(await release(shop, "Late.", frozen.version - 1), 412);
  refused(await release(shop, ""), 422);
  const both = await Promise.all([release(shop, "We sent the slip."), release(grace, "They withdrew.")]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  const released = both.find(({ status }) => status === 200).body;
  assert.equal(released.dispute, "released");
  assert.deepEqual((await all_of(shop.client, `${shop.shop}/orders?disputed=true`)).items, []);
  const sent = good(await shop.client.post(at(shop, order, "/fulfil"), {}, if_match(released.version)));
  assert.equal(sent.status, "fulfilled");
  const told = (await all_of(shop.client, at(shop, order, "/timeline"))).items.filter(({ kind }) => ["disputed", "dispute_released"].includes(kind));
  assert.deepEqual(told.map(({ kind, actor }) => [kind, actor]), [["disputed", "provider"], ["dispute_released", "person"]]);
  assert.ok((await logged(shop, order.id)).some(([action]) => action === "order.dispute_released"));
});

test("the lists are filtered, sorted and paged, and each business has its own", async () => {
  const { ada, kofi, esi } = shops;
  const list = async (shop, what, query) => (await all_of(shop.client, `${shop.shop}/${what}${query ? `?${query}` : ""}`, { limit: 3 })).items;
  const payments = await list(esi, "payments");
  assert.ok(payments.length >= 8, `${payments.length}`);
  assert.deepEqual((await list(esi, "payments", "sort=oldest")).map(({ id }) => id), payments.map(({ id }) => id).reverse());
  for (const place of ["on_order", "in_review", "dismissed"])
    assert.deepEqual((await list(esi, "payments", `place=${place}`)).map(({ id }) => id), payments.filter((one) => one.place === place).map(({ id }) => id), place);
  for (const provider of ["paystack", "cash", "stripe"])
    assert.deepEqual((await list(esi, "payments", `provider=${provider}`)).map(({ id }) => id), payments.filter((one) => one.provider === provider).map(({ id }) => id), provider);
  const [since, until_then] = [payments.at(-2).received_at, payments[1].received_at];
  assert.deepEqual((await list(esi, "payments", `since=${since}&until=${until_then}`)).map(({ id }) => id),
    payments.filter(({ received_at }) => received_at >= since && received_at < until_then).map(({ id }) => id));
  const refunds = await list(esi, "refunds");
  for (const state of ["succeeded", "failed", "rejected"])
    assert.deepEqual((await list(esi, "refunds", `state=${state}`)).map(({ id }) => id), refunds.filter((one) => one.state === state).map(({ id }) => id), state);
  assert.deepEqual((await list(esi, "refunds", "sort=oldest")).map(({ id }) => id), refunds.map(({ id }) => id).reverse());
  const reviews = await list(esi, "payment-reviews", "state=all");
  assert.deepEqual((await list(esi, "payment-reviews", "state=all&sort=newest")).map(({ id }) => id), reviews.map(({ id }) => id).reverse());
  assert.deepEqual((await list(esi, "payment-reviews")).map(({ id }) => id), reviews.filter(({ state }) => ["open", "refunding"].includes(state)).map(({ id }) => id));
  for (const state of ["accepted", "refunded", "dismissed"])
    assert.deepEqual((await list(esi, "payment-reviews", `state=${state}`)).map(({ id }) => id), reviews.filter((one) => one.state === state).map(({ id }) => id), state);
  const own = new Set([...payments, ...refunds, ...reviews].map(({ id }) => id));
  for (const other of [ada, kofi]) for (const what of ["payments", "refunds", "payment-reviews?state=all"]) {
    const { items } = await all_of(other.client, `${other.shop}/${what}`);
    assert.ok(items.every(({ id }) => !own.has(id)), what);
  }
  for (const query of ["payments?place=lost", "refunds?state=open", "payment-reviews?state=lost", "orders?disputed=maybe"])
    assert.equal((await esi.client.get(`${esi.shop}/${query}`)).status, 422, query);
});

test("an agent reads and decides nothing, and another business finds nothing", async () => {
  const { ada, esi } = shops;
  const order = await paid(esi);
  const payment = await payment_of(esi, order);
  const review = await late_money(esi);
  const refund = good(await ask(esi, order, { amount_minor: 1 }));
  const attempts = (by, shop) => [
    by.post(`${shop}/orders/${order.id}/refunds`, { reason: "x" }, with_key()), by.post(`${shop}/payments/${payment.id}/refunds`, { reason: "x" }, with_key()),
    by.post(`${shop}/refunds/${refund.id}/approve`, undefined, with_key()), by.post(`${shop}/refunds/${refund.id}/reject`, {}, with_key()),
    by.post(`${shop}/refunds/${refund.id}/resolve`, { outcome: "happened", note: "x" }, with_key()),
    by.post(`${shop}/payment-reviews/${review.id}/resolve`, { resolution: "dismiss_as_handled", note: "x" }, with_key()),
    by.post(`${shop}/orders/${order.id}/release-dispute`, { note: "x" }, if_match(order.version))];
  const looks = (by, shop) => [`payments/${payment.id}`, `refunds/${refund.id}`, `payment-reviews/${review.id}`].map((one) => by.get(`${shop}/${one}`));
  const statuses = async (asked) => [...new Set((await Promise.all(asked)).map(({ status }) => status))];
  await refund_becomes(esi, refund, "succeeded");
  const rows = () => here.server.sql("SELECT id::text, version FROM payment_records UNION ALL SELECT id::text, version FROM refunds UNION ALL SELECT id::text, version FROM payment_reviews ORDER BY 1");
  const were = await rows();
  assert.deepEqual(await statuses(attempts(femi.client, esi.shop)), [403]);
  assert.deepEqual(await statuses(looks(femi.client, esi.shop)), [200]);
  assert.deepEqual(await statuses([...attempts(ada.client, ada.shop), ...looks(ada.client, ada.shop)]), [404]);
  assert.deepEqual(await statuses([...attempts(shops.kofi.client, ada.shop), ...looks(shops.kofi.client, ada.shop)]), [404], "an admin there, with ids of elsewhere");
  assert.deepEqual(await rows(), were);
});
