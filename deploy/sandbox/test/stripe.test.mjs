import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { start_fixture } from "./fixture.mjs";
import { until } from "./receiver.mjs";
import { read_form } from "../stripe_form.mjs";
import { signature_of } from "../stripe.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  await sandbox.ask("POST", "/control/reset", {});
  sandbox.receiver.payment_events = [];
  sandbox.receiver.payment_answer = () => 200;
});

const usual = { authorization: "Bearer sk_test_sandbox", "stripe-version": "2026-10-28.endive" };
const ask = (method, path, fields, headers = {}) =>
  sandbox.ask(method, `/stripe/v1${path}`, fields && new URLSearchParams(fields).toString(), { ...usual, "content-type": "application/x-www-form-urlencoded", ...headers });
const order = (more = {}) => ({
  mode: "payment", "line_items[0][quantity]": "2", "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "1999",
  "line_items[0][price_data][product_data][name]": "Order 42", success_url: "https://shop.example/return?sid={CHECKOUT_SESSION_ID}", cancel_url: "https://shop.example/back",
  client_reference_id: "ord-1.1", "metadata[order_id]": "42", "payment_intent_data[metadata][order_id]": "42", "adaptive_pricing[enabled]": "false", ...more,
});
const without = (fields, ...names) => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const create = async (more, headers) => (await ask("POST", "/checkout/sessions", order(more), headers)).body;
const session = async ({ id }, query = "") => (await ask("GET", `/checkout/sessions/${id}${query}`)).body;
const pay = (more = {}) => sandbox.ask("POST", "/control/pay", { reference: "ord-1.1", ...more });
const types = () => sandbox.receiver.payment_events.map(({ body }) => body.type);
const told = (...wanted) => until(() => wanted.every((type) => types().includes(type)), wanted.join(", "));

test("a session is paid on the page and told by events that carry it", async () => {
  const made = await create();
  assert.match(made.id, /^cs_test_/);
  assert.deepEqual([made.status, made.payment_status, made.amount_total, made.currency, made.payment_intent, made.livemode, made.metadata], ["open", "unpaid", 3998, "usd", null, false, { order_id: "42" }]);
  assert.equal(made.expires_at - made.created, 86_400);
  const path = new URL(made.url).pathname;
  assert.ok((await sandbox.ask("GET", path)).body.includes("USD 39.98"));
  const paid = await sandbox.ask("POST", path, "outcome=success", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(paid.headers.get("location"), `https://shop.example/return?sid=${made.id}`);
  const now = await session(made, "?expand[]=payment_intent.latest_charge&expand[]=line_items");
  assert.deepEqual([now.status, now.payment_status, now.url, now.presentment_details], ["complete", "paid", null, undefined]);
  assert.deepEqual([now.payment_intent.status, now.payment_intent.metadata.order_id, now.payment_intent.latest_charge.amount, now.line_items.data[0].quantity], ["succeeded", "42", 3998, 2]);
  await told("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed");
  const { body, bytes, headers } = sandbox.receiver.payment_events.at(-1);
  assert.deepEqual([body.object, body.livemode, body.data.object.id, body.data.object.payment_status], ["event", false, made.id, "paid"]);
  const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64}),v0=/.exec(headers["stripe-signature"]);
  assert.equal(signature, createHmac("sha256", "whsec_sandbox").update(`${at}.`).update(bytes).digest("hex"));
  const listed = (await ask("GET", "/events?type=checkout.session.completed")).body.data;
  assert.deepEqual(listed.map(({ id }) => id), [body.id]);
});

test("events are signed as in the known answer, once for each secret", () => {
  const bytes = Buffer.from('{"id":"evt_1","type":"checkout.session.completed"}');
  const v1 = "a13d4b1f9003bc2fb6c06224e878b6056185eaa50d40e1e7dc05517f8af41d7b";
  assert.equal(signature_of(bytes, ["whsec_test_secret"], 1_700_000_000, "live"), `t=1700000000,v1=${v1}`);
  assert.equal(signature_of(bytes, ["whsec_test_secret", "whsec_old_secret"], 1_700_000_000, "live"), `t=1700000000,v1=${v1},v1=6d77b47d6c990842c24c3b1b7c9d0044cb127910ca0e049a63e0cbfdfa8962fc`);
});

test("a delayed method completes the session unpaid, then succeeds or fails", async () => {
  const made = await create();
  await pay({ outcome: "delayed" });
  assert.deepEqual([(await session(made)).status, (await session(made)).payment_status], ["complete", "unpaid"]);
  await told("checkout.session.completed");
  assert.equal(sandbox.receiver.payment_events.find(({ body }) => body.type === "checkout.session.completed").body.data.object.payment_status, "unpaid");
  await sandbox.ask("POST", "/control/settle", { reference: "ord-1.1" });
  assert.equal((await session(made)).payment_status, "paid");
  await told("checkout.session.async_payment_succeeded");
  const other = await create({ client_reference_id: "ord-2" });
  await sandbox.ask("POST", "/control/pay", { reference: "ord-2", outcome: "delayed_failure" });
  await sandbox.ask("POST", "/control/settle", { reference: "ord-2" });
  await told("checkout.session.async_payment_failed", "payment_intent.payment_failed");
  await sandbox.ask("POST", "/control/pay", { reference: "ord-2" });
  assert.deepEqual([(await session(other)).status, (await session(other)).payment_status], ["complete", "unpaid"], "a complete session is not paid again");
  assert.equal((await ask("POST", `/checkout/sessions/${other.id}/expire`)).status, 400);
});

test("a declined card leaves the session open", async () => {
  const made = await create();
  await pay({ outcome: "failed" });
  await told("payment_intent.payment_failed");
  const now = await session(made, "?expand[]=payment_intent");
  assert.deepEqual([now.status, now.payment_intent.status, now.payment_intent.last_payment_error.code], ["open", "requires_payment_method", "card_declined"]);
  await pay();
  assert.equal((await session(made)).payment_status, "paid");
});

test("sessions expire early or in time, and are not paid afterwards", async () => {
  const made = await create();
  const expired = await ask("POST", `/checkout/sessions/${made.id}/expire`);
  assert.deepEqual([expired.body.status, expired.body.url], ["expired", null]);
  assert.equal((await ask("POST", `/checkout/sessions/${made.id}/expire`)).status, 400);
  await pay();
  assert.equal((await session(made)).payment_status, "unpaid");
  const now = Math.floor(Date.now() / 1000);
  const short = await create({ client_reference_id: "short", expires_at: String(now + 1900) });
  sandbox.time.offset = 1901_000;
  assert.equal((await session(short)).status, "expired");
  sandbox.time.offset = 0;
  await until(() => types().filter((type) => type === "checkout.session.expired").length === 2, "both events");
  for (const at of [now + 60, now + 90_000]) assert.equal((await ask("POST", "/checkout/sessions", order({ expires_at: String(at) }))).body.error.param, "expires_at");
});

test("an Idempotency-Key answers once and refuses other parameters", async () => {
  const headers = { "idempotency-key": "order-42-1" };
  const first = await ask("POST", "/checkout/sessions", order(), headers);
  const again = await ask("POST", "/checkout/sessions", order(), headers);
  assert.deepEqual(again.body, first.body);
  assert.deepEqual([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")], [null, "true"]);
  const other = await ask("POST", "/checkout/sessions", order({ client_reference_id: "x" }), headers);
  assert.deepEqual([other.status, other.body.error.type], [400, "idempotency_error"]);
  assert.equal((await ask("GET", "/checkout/sessions")).body.data.length, 1);
  await sandbox.switch_on({ "stripe.lost_answer": 1 });
  await assert.rejects(ask("POST", "/checkout/sessions", order({ client_reference_id: "lost" }), { "idempotency-key": "k2" }));
  await ask("POST", "/checkout/sessions", order({ client_reference_id: "lost" }), { "idempotency-key": "k2" });
  assert.equal((await ask("GET", "/checkout/sessions")).body.data.length, 2, "the repetition found the first");
  await sandbox.switch_on({ "stripe.duplicate_reference": 1 });
  assert.equal((await ask("POST", "/checkout/sessions", order(), { "idempotency-key": "k3" })).status, 409);
});

test("units: whole, with two zeros, with a last zero", async () => {
  const made = async (currency, amount) => ask("POST", "/checkout/sessions", order({ "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": currency, "line_items[0][price_data][unit_amount]": String(amount), client_reference_id: `${currency}-${amount}` }));
  for (const [currency, amount, shown] of [["jpy", 500, "JPY 500"], ["kwd", 5120, "KWD 5.120"], ["ngn", 500000, "NGN 5,000.00"], ["ugx", 500000, "UGX 5,000"], ["isk", 500, "ISK 5"], ["mga", 7, "MGA 7.00"]]) {
    const { status, body } = await made(currency, amount);
    assert.equal(status, 200, currency);
    assert.equal(body.amount_total, amount);
    assert.ok((await sandbox.ask("GET", new URL(body.url).pathname)).body.includes(shown), shown);
  }
  for (const [currency, amount] of [["kwd", 5124], ["ugx", 550], ["isk", 501], ["usd", 0], ["usd", "19.99"], ["usd", "-1"], ["USD", 100], ["xyz", 100], ["usd", 100_000_000]]) {
    assert.equal((await made(currency, amount)).status, 400, `${currency} ${amount}`);
  }
});

test("what is missing, unknown or unversioned is refused", async () => {
  const refused = async (fields, headers) => (await ask("POST", "/checkout/sessions", fields, headers)).body.error;
  assert.equal((await refused(without(order(), "mode"))).param, "mode");
  assert.equal((await refused(without(order(), "success_url"))).param, "success_url");
  assert.equal((await refused({ mode: "payment", success_url: "https://a.b" })).param, "line_items");
  assert.equal((await refused(order({ colour: "red" }))).code, "parameter_unknown");
  assert.match((await refused(order(), { "stripe-version": "" })).message, /Stripe-Version/);
  assert.match((await refused(order(), { "content-type": "application/json" })).message, /form-urlencoded/);
  for (const authorization of ["Bearer sk_test_other", "Bearer FLWSECK_TEST-sandbox-X", ""]) assert.equal((await ask("GET", "/balance", undefined, { authorization })).status, 401);
  assert.equal((await ask("GET", "/balance", undefined, { authorization: `Basic ${Buffer.from("sk_test_sandbox:").toString("base64")}` })).status, 200);
  assert.equal((await ask("GET", "/nothing")).status, 404);
  const made = await create();
  const live = await ask("GET", `/checkout/sessions/${made.id}`, undefined, { authorization: "Bearer sk_live_sandbox" });
  assert.equal(live.status, 404);
  assert.match(live.body.error.message, /exists in test mode, but a live mode key/);
});

test("refunds: partial, whole, listed in pages, never more than was paid", async () => {
  const made = await create();
  await pay();
  const { payment_intent } = await session(made);
  const refund = (more) => ask("POST", "/refunds", { payment_intent, ...more });
  const first = (await refund({ amount: "1000", reason: "requested_by_customer", "metadata[order]": "42" })).body;
  assert.deepEqual([first.status, first.amount, first.reason, first.metadata.order], ["succeeded", 1000, "requested_by_customer", "42"]);
  assert.equal((await refund({ amount: "2999" })).status, 400);
  const second = (await refund({})).body;
  assert.equal(second.amount, 2998);
  assert.equal((await refund({})).body.error.code, "charge_already_refunded");
  const list = (await ask("GET", `/refunds?payment_intent=${payment_intent}&limit=1`)).body;
  assert.deepEqual([list.data.map(({ id }) => id), list.has_more], [[second.id], true]);
  assert.equal((await ask("GET", "/refunds?payment_intent=pi_unknown")).body.error.code, "resource_missing");
  const rest = (await ask("GET", `/refunds?payment_intent=${payment_intent}&limit=1&starting_after=${second.id}`)).body;
  assert.deepEqual([rest.data.map(({ id }) => id), rest.has_more], [[first.id], false]);
  await until(() => types().filter((type) => type === "charge.refunded").length === 2, "both events");
  const sums = sandbox.receiver.payment_events.filter(({ body }) => body.type === "charge.refunded").map(({ body: { data: { object } } }) => [object.amount_refunded, object.refunded]);
  assert.deepEqual(sums, [[1000, false], [3998, true]]);
});

test("a refund stays pending, then fails, and may be made again", async () => {
  const made = await create();
  await pay();
  const { payment_intent } = await session(made);
  await sandbox.switch_on({ "stripe.refund_fails": { after_ms: 30, times: 1 } });
  const refund = (await ask("POST", "/refunds", { payment_intent })).body;
  assert.equal(refund.status, "pending");
  await told("refund.created", "refund.failed");
  assert.equal((await ask("GET", `/refunds/${refund.id}`)).body.status, "failed");
  assert.equal((await ask("POST", "/refunds", { payment_intent })).body.status, "succeeded");
});

test("a dispute is opened, funds are withdrawn, it is won", async () => {
  const made = await create();
  await pay();
  await sandbox.ask("POST", "/control/dispute", { reference: "ord-1.1", amount: 500, reason: "product_not_received" });
  await told("charge.dispute.created", "charge.dispute.funds_withdrawn");
  const [dispute] = (await ask("GET", `/disputes?payment_intent=${(await session(made)).payment_intent}`)).body.data;
  assert.deepEqual([dispute.status, dispute.amount, dispute.reason], ["needs_response", 500, "product_not_received"]);
  await sandbox.ask("POST", "/control/dispute", { reference: "ord-1.1", outcome: "won" });
  await told("charge.dispute.closed", "charge.dispute.funds_reinstated");
  assert.equal((await ask("GET", `/disputes/${dispute.id}`)).body.status, "won");
});

test("without a word about adaptive pricing the payer may see another currency", async () => {
  const made = await ask("POST", "/checkout/sessions", without(order(), "adaptive_pricing[enabled]"));
  await pay();
  const now = await session(made.body);
  assert.deepEqual([now.adaptive_pricing.enabled, now.currency, now.presentment_details.presentment_currency], [true, "usd", "eur"]);
});

test("forms are read as nested values, and odd names are refused", () => {
  const { value } = read_form("a[0][b]=1&a[0][c]=2&a[1][b]=3&expand[]=x&expand[]=y&m[k]=v");
  assert.equal(JSON.stringify(value), '{"a":[{"b":"1","c":"2"},{"b":"3"}],"expand":["x","y"],"m":{"k":"v"}}');
  for (const text of ["a[=1", "a]b=1", "=1", "a=1&a=2", "a=1&a[b]=2", `a${"[b]".repeat(20)}=1`]) assert.ok(read_form(text).wrong, text);
  read_form("__proto__[polluted]=1&constructor[prototype][polluted]=1");
  assert.equal({}.polluted, undefined);
});
