import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { start_fixture } from "./fixture.mjs";
import { until } from "./receiver.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  await sandbox.ask("POST", "/control/reset", {});
  sandbox.receiver.payment_events = [];
});

const key = { authorization: "Bearer sk_test_abc" };
const initialize = (more = {}) => sandbox.ask("POST", "/paystack/transaction/initialize", { email: "a@b.co", amount: 3000000, currency: "NGN", reference: "ord-1", ...more }, key);
const verify = (reference) => sandbox.ask("GET", `/paystack/transaction/verify/${reference}`, undefined, key);
const event_of = ({ bytes }) => JSON.parse(bytes.toString("utf8"));

test("initializes, pays on the page, verifies and tells a signed event", async () => {
  const { status, body } = await initialize({ metadata: { order_id: "42" } });
  assert.equal(status, 200);
  assert.equal(body.data.authorization_url, `${sandbox.url}/pay/${body.data.access_code}`);
  assert.equal((await verify("ord-1")).body.data.status, "abandoned");
  const page = await sandbox.ask("GET", `/pay/${body.data.access_code}`);
  assert.ok(page.body.includes("NGN 30,000.00"));
  assert.equal((await sandbox.ask("POST", `/pay/${body.data.access_code}`, "", { "content-type": "application/x-www-form-urlencoded" })).status, 200);
  const { data } = (await verify("ord-1")).body;
  assert.deepEqual([data.status, data.amount, data.requested_amount, data.currency, data.domain, data.metadata.order_id], ["success", 3000000, 3000000, "NGN", "test", "42"]);
  const event = await until(() => sandbox.receiver.payment_events[0], "the event");
  assert.equal(event.signature, createHmac("sha512", "sk_test_abc").update(event.bytes).digest("hex"));
  assert.deepEqual([event_of(event).event, event_of(event).data.reference, event_of(event).data.id], ["charge.success", "ord-1", data.id]);
});

test("paying twice is one payment; a return address is used", async () => {
  const { body } = await initialize({ callback_url: "https://shop.example/pay/return?x=1" });
  const pay = () => sandbox.ask("POST", `/pay/${body.data.access_code}`, { outcome: "success" });
  const first = await pay();
  assert.deepEqual([first.status, first.headers.get("location")], [303, "https://shop.example/pay/return?x=1&trxref=ord-1&reference=ord-1"]);
  await pay();
  await sandbox.ask("POST", "/control/pay", { reference: "ord-1" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(sandbox.receiver.payment_events.length, 1);
});

test("refuses bad requests in its own shape", async () => {
  for (const [more, code, status = 400] of [
    [{ email: "x" }, "invalid_email_address"], [{ amount: 49.99 }, "invalid_amount"], [{ amount: 0 }, "invalid_amount"], [{ amount: "5.5" }, "invalid_amount"],
    [{ currency: "XXX" }, "unsupported_currency", 403], [{ reference: "a b" }, "invalid_reference"], [{ callback_url: "javascript:1" }, "invalid_callback_url"],
  ]) {
    const answer = await initialize(more);
    assert.deepEqual([answer.status, answer.body.status, answer.body.code], [status, false, code], JSON.stringify(more));
  }
  await initialize();
  assert.equal((await initialize()).body.code, "duplicate_reference");
  assert.equal((await sandbox.ask("POST", "/paystack/transaction/initialize", {}, { authorization: "Bearer sk_live_x" })).status, 401);
  assert.equal((await sandbox.ask("POST", "/paystack/transaction/initialize", "{", key)).status, 400);
  assert.equal((await verify("%E0%A4")).body.code, "transaction_not_found");
});

test("a wrong amount, a failure and a refund", async () => {
  await initialize();
  await sandbox.ask("POST", "/control/pay", { reference: "ord-1", outcome: "failed" });
  assert.equal((await verify("ord-1")).body.data.status, "failed");
  await sandbox.ask("POST", "/control/pay", { reference: "ord-1", amount: 100 });
  const { data } = (await verify("ord-1")).body;
  assert.deepEqual([data.status, data.amount, data.requested_amount], ["success", 100, 3000000]);
  assert.equal((await sandbox.ask("POST", "/paystack/refund", { transaction: "ord-1", amount: 101 }, key)).status, 400);
  assert.equal((await sandbox.ask("POST", "/paystack/refund", { transaction: "ord-1" }, key)).body.data.status, "pending");
  const event = await until(() => sandbox.receiver.payment_events.map(event_of).find((one) => one.event === "refund.processed"), "the refund event");
  assert.deepEqual([event.data.amount, event.data.transaction_reference], ["100", "ord-1"]);
});

test("switches: error and duplicate events", async () => {
  await sandbox.switch_on({ "paystack.error": { status: 403, page: true, times: 1 } });
  assert.equal((await initialize()).status, 403);
  assert.equal((await sandbox.ask("GET", "/control/payments")).body.transactions.length, 0, "a proxy lets nothing through");
  await sandbox.switch_on({ "paystack.error": 1, "paystack.duplicate_events": true });
  assert.equal((await initialize()).status, 500);
  await initialize();
  assert.equal((await sandbox.ask("POST", "/control/pay", { reference: "ord-1" })).body.status, "success");
  await until(() => sandbox.receiver.payment_events.length === 2, "both copies");
  assert.equal((await sandbox.ask("POST", "/control/pay", { reference: "nobody" })).status, 404);
});

test("a page shows nobody's markup", async () => {
  const { body } = await initialize({ email: "<b>@x.co" });
  const page = await sandbox.ask("GET", `/pay/${body.data.access_code}`);
  assert.ok(!page.body.includes("<b>@"));
  assert.equal((await sandbox.ask("GET", "/pay/unknown")).status, 404);
});
