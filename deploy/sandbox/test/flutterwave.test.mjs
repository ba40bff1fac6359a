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
  sandbox.receiver.payment_answer = () => 200;
});

const key = { authorization: "Bearer FLWSECK_TEST-sandbox-X" };
const ask = (method, path, body, headers = key) => sandbox.ask(method, `/flutterwave/v3${path}`, body, headers);
const create = (more = {}) => ask("POST", "/payments", { tx_ref: "ord-1.1", amount: 19.99, currency: "USD", redirect_url: "https://shop.example/return?a=1", customer: { email: "a@b.co", name: "A" }, meta: { order_id: "42" }, ...more });
const by_reference = (reference) => ask("GET", `/transactions/verify_by_reference?tx_ref=${reference}`);
const events = (name) => sandbox.receiver.payment_events.filter(({ body }) => (body.event ?? body.type) === name);
const pay = (more = {}) => sandbox.ask("POST", "/control/pay", { reference: "ord-1.1", ...more });

test("a link is paid on the page, is verified by reference and id, and an event with the secret hash tells it", async () => {
  const { body } = await create();
  assert.match(body.data.link, new RegExp(`^${sandbox.url}/pay/[0-9a-f]{24}$`));
  assert.equal((await by_reference("ord-1.1")).status, 400, "nobody has tried to pay");
  const path = new URL(body.data.link).pathname;
  const page = await sandbox.ask("GET", path);
  assert.ok(page.body.includes("USD 19.99") && page.body.includes("Flutterwave"));
  const paid = await sandbox.ask("POST", path, "outcome=success", { "content-type": "application/x-www-form-urlencoded" });
  const { data } = (await by_reference("ord-1.1")).body;
  assert.equal(paid.headers.get("location"), `https://shop.example/return?a=1&status=successful&tx_ref=ord-1.1&transaction_id=${data.id}`);
  assert.deepEqual([data.status, data.amount, data.charged_amount, data.currency, data.meta], ["successful", 19.99, 19.99, "USD", { order_id: "42" }]);
  assert.deepEqual((await ask("GET", `/transactions/${data.id}/verify`)).body.data, data);
  const [event] = await until(() => events("charge.completed").length === 1 && events("charge.completed"), "the event");
  assert.deepEqual([event.headers["verif-hash"], event.body.data.tx_ref, event.body.data.id, event.body.data.status, event.body.meta_data], ["sandbox-secret-hash", "ord-1.1", data.id, "successful", { order_id: "42" }]);
});

test("events in the style of v4 are enveloped and signed over their bytes", async () => {
  await sandbox.ask("POST", "/control/merchants", { provider: "flutterwave", key: "FLWSECK_TEST-four-X", style: "v4", secrets: ["my-secret-hash"], url: `${sandbox.receiver.url}/payments` });
  const headers = { authorization: "Bearer FLWSECK_TEST-four-X" };
  await ask("POST", "/payments", { tx_ref: "four", amount: 5000, currency: "NGN", customer: { email: "a@b.co" } }, headers);
  await sandbox.ask("POST", "/control/pay", { reference: "four" });
  await sandbox.ask("POST", "/control/dispute", { reference: "four" });
  const [event] = await until(() => events("charge.completed").length > 0 && events("charge.completed"), "the event");
  assert.equal(event.headers["flutterwave-signature"], createHmac("sha256", "my-secret-hash").update(event.bytes).digest("base64"));
  assert.equal(event.headers["verif-hash"], undefined);
  assert.match(event.body.id, /^wbk_/);
  assert.deepEqual([event.body.data.reference, event.body.data.status, event.body.data.amount], ["four", "succeeded", 5000]);
  await until(() => events("chargeback.created").length === 1, "the dispute");
});

test("amounts are decimals of the currency's own digits", async () => {
  const amounts = [["NGN", 5000], ["NGN", 19.99], ["UGX", 5000], ["XAF", 1]];
  for (const [index, [currency, amount]] of amounts.entries()) {
    const tx_ref = `unit-${index}`;
    assert.equal((await create({ tx_ref, amount, currency })).status, 200, `${currency} ${amount}`);
    await sandbox.ask("POST", "/control/pay", { reference: tx_ref });
    assert.equal((await by_reference(tx_ref)).body.data.amount, amount);
  }
  for (const [currency, amount] of [["NGN", 19.999], ["UGX", 0.5], ["NGN", 0], ["NGN", -1], ["NGN", "5000"], ["NGN", 1e21], ["JPY", 100], ["KWD", 1], ["usd", 1], ["NGN", null]]) {
    assert.equal((await create({ tx_ref: "bad", amount, currency })).status, 400, `${currency} ${amount}`);
  }
  assert.equal((await create({ tx_ref: "naira", amount: 7, currency: undefined })).status, 200);
  await sandbox.ask("POST", "/control/pay", { reference: "naira" });
  assert.equal((await by_reference("naira")).body.data.currency, "NGN", "what is not said is naira");
});

test("bad requests, strange keys and repeated references are refused in its own shape", async () => {
  for (const more of [{ tx_ref: "" }, { tx_ref: 5 }, { customer: {} }, { redirect_url: "javascript:1" }, { session_duration: 1441 }, { meta: "x" }]) {
    const { status, body } = await create({ tx_ref: "bad", ...more });
    assert.deepEqual([status, body.status, body.data], [400, "error", null], JSON.stringify(more));
  }
  assert.equal((await create()).status, 200);
  assert.equal((await create()).status, 400);
  for (const authorization of ["Bearer FLWSECK-nobody-X", "Bearer sk_test_sandbox", ""]) assert.equal((await ask("GET", "/balances", undefined, { authorization })).status, 401);
  const live = { authorization: "Bearer FLWSECK-sandbox-X" };
  await pay();
  assert.equal((await ask("GET", "/transactions/verify_by_reference?tx_ref=ord-1.1", undefined, live)).status, 400, "what is test is unknown to live");
  assert.equal((await ask("GET", "/balances")).status, 200);
});

test("a declined attempt is told as an event too; the next attempt has another id", async () => {
  await create();
  await pay({ outcome: "failed" });
  const first = (await by_reference("ord-1.1")).body.data;
  await pay();
  const second = (await by_reference("ord-1.1")).body.data;
  assert.deepEqual([first.status, second.status], ["failed", "successful"]);
  assert.notEqual(first.id, second.id);
  assert.equal((await ask("GET", `/transactions/${first.id}/verify`)).body.data.status, "failed");
  await until(() => events("charge.completed").length === 2, "both events");
  assert.deepEqual(events("charge.completed").map(({ body }) => body.data.status), ["failed", "successful"]);
});

test("a transfer is pending until it settles, as success or failure", async () => {
  await create();
  await pay({ outcome: "delayed" });
  const pending = (await by_reference("ord-1.1")).body.data;
  assert.deepEqual([pending.status, pending.payment_type], ["pending", "bank_transfer"]);
  await pay();
  assert.equal((await by_reference("ord-1.1")).body.data.status, "pending", "nobody pays twice");
  assert.equal(events("charge.completed").length, 0);
  await sandbox.ask("POST", "/control/settle", { reference: "ord-1.1" });
  assert.deepEqual([(await by_reference("ord-1.1")).body.data.status, (await by_reference("ord-1.1")).body.data.id], ["successful", pending.id]);
  await sandbox.switch_on({ "flutterwave.settle_ms": 20 });
  await create({ tx_ref: "ord-2" });
  await sandbox.ask("POST", "/control/pay", { reference: "ord-2", outcome: "delayed_failure" });
  await until(async () => (await by_reference("ord-2")).body.data.status === "failed", "the bank's refusal");
});

test("links expire; leaving sends the payer back as cancelled", async () => {
  const { body } = await create({ session_duration: 5 });
  const path = new URL(body.data.link).pathname;
  const left = await sandbox.ask("POST", path, "outcome=abandoned", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(left.headers.get("location"), "https://shop.example/return?a=1&status=cancelled&tx_ref=ord-1.1");
  sandbox.time.offset = 6 * 60_000;
  const late = await sandbox.ask("POST", path, "outcome=success", { "content-type": "application/x-www-form-urlencoded" });
  sandbox.time.offset = 0;
  assert.equal(late.status, 200);
  assert.match(late.body, /has expired/);
  assert.equal((await by_reference("ord-1.1")).status, 400);
});

test("refunds: partial, listed, never more than was paid, and failed ones give the money back", async () => {
  await create();
  await pay();
  const { id } = (await by_reference("ord-1.1")).body.data;
  const refund = (amount) => ask("POST", `/transactions/${id}/refund`, amount === undefined ? {} : { amount });
  const first = (await refund(5.5)).body.data;
  assert.deepEqual([first.tx_id, first.amount_refunded, first.status], [id, 5.5, "pending"]);
  assert.equal((await refund(14.5)).status, 400);
  assert.equal((await refund(0.001)).status, 400);
  await until(async () => (await ask("GET", `/refunds/${first.id}`)).body.data.status === "completed-mpgs", "the refund");
  await sandbox.switch_on({ "flutterwave.refund_fails": { after_ms: 30, times: 1 } });
  const second = (await refund()).body.data;
  assert.equal(second.amount_refunded, 14.49);
  assert.equal((await refund()).status, 400, "all of it is on its way");
  await until(() => events("refund.failed").length === 1, "the failure");
  const list = (await ask("GET", `/refunds?tx_id=${id}`)).body;
  assert.deepEqual(list.data.map((one) => [one.id, one.status]), [[second.id, "failed"], [first.id, "completed-mpgs"]]);
  assert.equal(list.meta.page_info.total, 2);
  assert.equal((await refund(14.49)).status, 200);
});

test("the hook is sent again on demand", async () => {
  await create();
  await pay();
  const { id } = (await by_reference("ord-1.1")).body.data;
  await until(() => events("charge.completed").length === 1, "the first");
  assert.equal((await ask("POST", `/transactions/${id}/resend-hook`, {})).status, 200);
  await until(() => events("charge.completed").length === 2, "the second");
  const [one, two] = events("charge.completed");
  assert.deepEqual(one.bytes, two.bytes);
});

test("only exactly 200 takes an event", async () => {
  sandbox.receiver.payment_answer = () => (sandbox.receiver.payment_events.length === 1 ? 204 : 200);
  await create();
  await pay();
  await until(() => events("charge.completed").length === 2, "the repetition");
});
