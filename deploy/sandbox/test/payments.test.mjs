import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { start_fixture } from "./fixture.mjs";
import { until } from "./receiver.mjs";
import { major_of, minor_of, shown_amount } from "../currencies.mjs";
import { merchants } from "../merchants.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  await sandbox.ask("POST", "/control/reset", {});
  await sandbox.ask("POST", "/control/payment_webhook", { url: `${sandbox.receiver.url}/payments` });
  sandbox.receiver.payment_events = [];
  sandbox.receiver.payment_answer = () => 200;
});

const makers = {
  paystack: (reference) => sandbox.ask("POST", "/paystack/transaction/initialize", { email: "a@b.co", amount: 500_000, currency: "NGN", reference }, { authorization: "Bearer sk_test_abc" }),
  flutterwave: (tx_ref) => sandbox.ask("POST", "/flutterwave/v3/payments", { tx_ref, amount: 5000, currency: "NGN", customer: { email: "a@b.co" } }, { authorization: "Bearer FLWSECK_TEST-sandbox-X" }),
  stripe: (client_reference_id) => sandbox.ask("POST", "/stripe/v1/checkout/sessions", new URLSearchParams({
    mode: "payment", "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "ngn", "line_items[0][price_data][unit_amount]": "500000",
    "line_items[0][price_data][product_data][name]": "Order", success_url: "https://shop.example/", client_reference_id,
  }).toString(), { authorization: "Bearer sk_test_sandbox", "stripe-version": "2026-10-28.endive", "content-type": "application/x-www-form-urlencoded" }),
};
const act = (path, body) => sandbox.ask("POST", `/control/${path}`, body);
const names = () => sandbox.receiver.payment_events.map(({ body }) => body.event ?? body.type);
const paid_name = { paystack: "charge.success", flutterwave: "charge.completed", stripe: "checkout.session.completed" };
const paid_events = (provider) => names().filter((name) => name === paid_name[provider]).length;
const form = { "content-type": "application/x-www-form-urlencoded" };

for (const provider of Object.keys(makers)) {
  test(`${provider}: the same order is the same money, and another amount or currency shows`, async () => {
    for (const reference of ["a", "b", "c"]) assert.equal((await makers[provider](reference)).status, 200);
    const plain = (await act("pay", { reference: "a" })).body;
    assert.deepEqual([plain.provider, plain.state, plain.amount, plain.currency, plain.shown], [provider, "paid", 500_000, "NGN", "NGN 5,000.00"]);
    await sandbox.switch_on({ [`${provider}.wrong_amount`]: { by: -1, times: 1 } });
    assert.equal((await act("pay", { reference: "b" })).body.amount, 499_999);
    await sandbox.switch_on({ [`${provider}.wrong_currency`]: 1 });
    assert.equal((await act("pay", { reference: "c" })).body.currency, "USD");
    await until(() => paid_events(provider) === 3, "their events");
  });

  test(`${provider}: events are doubled, late, lost or never sent`, async () => {
    for (const reference of ["a", "b", "c", "d"]) await makers[provider](reference);
    await sandbox.switch_on({ [`${provider}.duplicate_events`]: true });
    await act("pay", { reference: "a" });
    await until(() => paid_events(provider) === 2, "both copies");
    await sandbox.switch_on({ [`${provider}.duplicate_events`]: false, [`${provider}.late_events`]: { ms: 60 } });
    await act("pay", { reference: "b" });
    assert.equal(paid_events(provider), 2, "it waits");
    await until(() => paid_events(provider) === 3, "the late one");
    await sandbox.switch_on({ [`${provider}.late_events`]: false, [`${provider}.lose_events`]: true });
    await act("pay", { reference: "c" });
    await sandbox.switch_on({ [`${provider}.lose_events`]: false });
    await act("payment_webhook", { url: null, provider });
    await act("payment_webhook", { url: null });
    await act("pay", { reference: "d" });
    const { events } = (await sandbox.ask("GET", "/control/payments")).body;
    const last = (reference) => events.filter((one) => one.reference === reference).at(-1);
    assert.deepEqual([last("c").status, last("d").status], ["lost", "recorded"]);
    assert.deepEqual(last("c").deliveries, []);
    assert.equal((await act("payment_events", { event: last("d").number })).status, 409);
    await act("merchants", { provider, key: { paystack: "sk_test_abc", flutterwave: "FLWSECK_TEST-sandbox-X", stripe: "sk_test_sandbox" }[provider], url: `${sandbox.receiver.url}/payments` });
    await act("payment_events", { event: last("c").number, times: 2 });
    assert.equal(paid_events(provider), 5, "sent again, twice at once");
  });

  test(`${provider}: errors, hidden errors, lost answers and a reference that is said to be taken`, async () => {
    await sandbox.switch_on({ [`${provider}.error`]: { status: 503, path: "nowhere" } });
    assert.equal((await makers[provider]("a")).status, 200, "another path");
    await sandbox.switch_on({ [`${provider}.error`]: { status: 503, times: 1 } });
    assert.equal((await makers[provider]("b")).status, 503);
    assert.equal((await act("pay", { reference: "b" })).status, 404, "it was not done");
    await sandbox.switch_on({ [`${provider}.error`]: { status: 500, accepted: true, times: 1 } });
    assert.equal((await makers[provider]("c")).status, 500);
    assert.equal((await act("pay", { reference: "c" })).status, 200, "it was done all the same");
    await sandbox.switch_on({ [`${provider}.ok_with_error`]: 1 });
    const hidden = await makers[provider]("d");
    assert.equal(hidden.status, 200);
    assert.ok(hidden.body.status === false || hidden.body.status === "error" || hidden.body.error, JSON.stringify(hidden.body));
    await sandbox.switch_on({ [`${provider}.lost_answer`]: 1 });
    await assert.rejects(makers[provider]("e"));
    assert.equal((await act("pay", { reference: "e" })).status, 200);
    if (provider === "stripe") return;  // its keys are in stripe.test.mjs
    await sandbox.switch_on({ [`${provider}.duplicate_reference`]: 1 });
    assert.equal((await makers[provider]("f")).status, 400);
    assert.equal((await act("pay", { reference: "f" })).status, 404);
  });
}

test("shuffled events come in another order than they happened", async () => {
  await sandbox.switch_on({ "stripe.shuffle_events": true });
  await makers.stripe("a");
  await act("pay", { reference: "a" });
  await until(() => names().length === 3, "all of them");
  assert.notDeepEqual(names(), ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]);
  const before_ids = sandbox.receiver.payment_events.map(({ body }) => body.id).sort();
  sandbox.receiver.payment_events = [];
  assert.equal((await act("payment_events", { reference: "a" })).body.posted, 3);
  assert.deepEqual(sandbox.receiver.payment_events.map(({ body }) => body.id).sort(), before_ids);
});

test("events of one payment come in their order until one is refused", async () => {
  await makers.stripe("a");
  await act("pay", { reference: "a" });
  await until(() => names().length === 3, "all of them");
  assert.deepEqual(names(), ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]);
  sandbox.receiver.payment_events = [];
  sandbox.receiver.payment_answer = () => (names().length === 1 ? 503 : 200);
  await makers.stripe("b");
  await act("pay", { reference: "b" });
  await until(() => names().length === 4, "the one that was refused comes again");
  assert.equal(names()[3], "charge.succeeded");
  const { event_posted, event_taken } = (await sandbox.ask("GET", "/control/counters")).body.payments;
  assert.deepEqual([event_posted, event_taken], [7, 6], "the refused one was posted, and not taken");
});

test("Paystack: refunds are listed and told from pending to the end, disputes too", async () => {
  const key = { authorization: "Bearer sk_test_abc" };
  const ask = (path) => sandbox.ask("GET", `/paystack${path}`, undefined, key);
  await makers.paystack("a");
  await act("pay", { reference: "a" });
  const { id } = (await ask("/transaction/verify/a")).body.data;
  const made = (await sandbox.ask("POST", "/paystack/refund", { transaction: "a", amount: 1000 }, key)).body.data;
  assert.deepEqual([made.status, made.transaction.id, made.transaction.reference], ["pending", id, "a"]);
  await until(() => names().includes("refund.processed"), "the refund");
  assert.deepEqual(names(), ["charge.success", "refund.pending", "refund.processing", "refund.processed"]);
  await sandbox.switch_on({ "paystack.refund_fails": { after_ms: 20, times: 1 } });
  await sandbox.ask("POST", "/paystack/refund", { transaction: id }, key);
  const failed = await until(() => sandbox.receiver.payment_events.find(({ body }) => body.event === "refund.failed"), "the failure");
  assert.equal(failed.body.data.amount, 499_000, "a number when it failed");
  const { data, meta } = (await ask(`/refund?transaction=${id}`)).body;
  assert.deepEqual([data.map((one) => [one.status, one.amount, one.transaction]), meta.total], [[["failed", 499_000, id], ["processed", 1000, id]], 2]);
  assert.equal((await ask(`/refund/${made.id}`)).body.data.status, "processed");
  assert.equal((await ask("/refund?transaction=a")).status, 400);
  assert.equal((await ask("/refund?reference=a")).body.data.length, 2);
  await act("dispute", { reference: "a" });
  await act("dispute", { reference: "a", outcome: "lost" });
  await until(() => names().includes("charge.dispute.resolve"), "both");
  const dispute = (await ask(`/dispute?transaction=${id}`)).body.data[0];
  assert.deepEqual([dispute.status, dispute.resolution, dispute.transaction.reference], ["resolved", "merchant-accepted", "a"]);
  assert.equal((await ask(`/dispute/${dispute.id}`)).body.data.id, dispute.id);
});

test("Paystack: a transfer is pending without an event, then a success", async () => {
  const verify = async () => (await sandbox.ask("GET", "/paystack/transaction/verify/a", undefined, { authorization: "Bearer sk_test_abc" })).body.data;
  await makers.paystack("a");
  await act("pay", { reference: "a", outcome: "delayed" });
  assert.deepEqual([(await verify()).status, (await verify()).channel, names()], ["pending", "bank_transfer", []]);
  await act("settle", { reference: "a" });
  assert.equal((await verify()).status, "success");
  await until(() => names().includes("charge.success"), "the event");
});

test("Paystack: a transfer of a wrong amount is sent back and told by the transaction's id alone", async () => {
  await makers.paystack("a");
  await act("pay", { reference: "a", outcome: "wrong_transfer", amount: 499_900 });
  const { data } = await until(() => sandbox.receiver.payment_events.find(({ body }) => body.event === "bank.transfer.rejected")?.body, "the event");
  const verified = (await sandbox.ask("GET", "/paystack/transaction/verify/a", undefined, { authorization: "Bearer sk_test_abc" })).body.data;
  assert.deepEqual([data.bank_transfer.amount, data.bank_transfer.transaction_id, data.reference, verified.status], ["499900", String(verified.id), undefined, "abandoned"]);
});

test("links of Flutterwave and Stripe can be let expire, Paystack's cannot", async () => {
  for (const [provider, status] of [["flutterwave", 200], ["stripe", 200], ["paystack", 409]]) {
    await makers[provider](provider);
    assert.equal((await act("expire", { reference: provider })).status, status);
    assert.equal((await act("pay", { reference: provider })).body.state, status === 200 ? "expired" : "paid");
  }
});

test("each merchant has its own references, and its own address for events", async () => {
  await act("merchants", { provider: "paystack", key: "sk_test_second", business: "kofi", url: `${sandbox.receiver.url}/nowhere` });
  await makers.paystack("a");
  const again = await sandbox.ask("POST", "/paystack/transaction/initialize", { email: "a@b.co", amount: 5, reference: "a" }, { authorization: "Bearer sk_test_second" });
  assert.equal(again.status, 200);
  assert.equal((await act("pay", { reference: "a" })).body.business, "kofi", "the newest");
  const { events } = (await sandbox.ask("GET", "/control/payments")).body;
  await until(async () => (await sandbox.ask("GET", "/control/payments")).body.events[0]?.deliveries.length > 0, "the delivery");
  assert.equal(events.length, 1);
  assert.equal(names().length, 0);
  assert.equal((await act("merchants", { provider: "paystack", key: "FLWSECK-x" })).status, 400);
  assert.equal((await act("merchants", { provider: "cash", key: "sk_test_x" })).status, 400);
});

test("an address may name the provider, and a provisioning file brings keys and secrets", () => {
  const known = new merchants({ address: "http://h/webhooks/payments/{provider}/7" });
  known.add_provisioned('{"key":"ada","business":"Ada Fabrics","payments":[{"provider":"stripe","mode":"test","secret_key":"sk_test_of_ada","webhook_secrets":["whsec_1"]}]}\n{"key":"bare","business":"Bare"}\n');
  const ada = known.find("stripe", "sk_test_of_ada");
  assert.deepEqual([ada.business, ada.mode, ada.secrets, known.address_of(ada)], ["Ada Fabrics", "test", ["whsec_1"], "http://h/webhooks/payments/stripe/7"]);
  known.send_to({ url: "http://h/s", provider: "stripe" });
  assert.equal(known.address_of(ada), "http://h/s");
  known.send_to({ url: null, provider: "stripe", key: "sk_test_of_ada" });
  assert.equal(known.address_of(ada), undefined, "a merchant may have none");
  assert.deepEqual(known.all().map(({ mode }) => mode).sort(), ["live", "live", "live", "test", "test", "test", "test"]);
});

test("the payments page shows payments, events and answers, and its buttons act", async () => {
  await makers.flutterwave("<b>x");
  await act("pay", { reference: "<b>x" });
  await until(() => names().length === 1, "the event");
  const page = async () => (await sandbox.ask("GET", "/payments")).body;
  const press = (fields) => sandbox.ask("POST", "/payments", new URLSearchParams(fields).toString(), form);
  const body = await page();
  assert.ok(body.includes("&#60;b&#62;x") && !body.includes("<b>x"));
  assert.ok(body.includes("NGN 5,000.00") && body.includes("charge.completed") && body.includes('<b class="good">200</b>'));
  const { transactions: [{ code }], events: [{ number }] } = (await sandbox.ask("GET", "/control/payments")).body;
  assert.equal((await press({ act: "refund", code, amount: "1000" })).status, 303);
  assert.ok((await page()).includes("refund of NGN 10.00: pending"));
  assert.equal((await press({ act: "refund", code, amount: "500000" })).status, 409);
  assert.equal((await press({ act: "dispute", code, amount: "" })).status, 303);
  assert.ok((await page()).includes("Dispute lost"));
  assert.equal((await press({ act: "won", code, amount: "" })).status, 303);
  for (const [fields, more] of [[{ act: "resend", event: number }, 1], [{ act: "double", event: number }, 2], [{ act: "shuffle", code }, 1]]) {
    const so_far = paid_events("flutterwave");
    assert.equal((await press(fields)).status, 303);
    assert.equal(paid_events("flutterwave"), so_far + more, fields.act);
  }
  assert.equal((await press({ act: "steal" })).status, 400);
  assert.equal((await sandbox.ask("POST", "/payments", `act=refund&code=${code}`, { ...form, origin: "https://evil.example" })).status, 403);
});

test("money is exact in both directions", () => {
  for (const [minor, currency, major] of [[1999, "USD", 19.99], [500_000, "NGN", 5000], [5, "NGN", 0.05], [5000, "UGX", 5000], [5124, "KWD", 5.124], [820, "USD", 8.2]]) {
    assert.equal(major_of(minor, currency), major);
    assert.equal(minor_of(major, currency), minor);
  }
  for (const [major, currency] of [[1.001, "USD"], [0.5, "JPY"], [0, "USD"], [-1, "USD"], [NaN, "USD"], [1e15, "USD"], [1e-7, "USD"]]) assert.equal(minor_of(major, currency), undefined);
  assert.equal(shown_amount(3_000_000, "NGN"), "NGN 30,000.00");
});
