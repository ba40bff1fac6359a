// Stripe's own client for Node against the sandbox. Its package is among those of tests/interop; without it there is nothing to test.

import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { start_fixture } from "./fixture.mjs";
import { until } from "./receiver.mjs";

const foreign = createRequire(fileURLToPath(new URL("../../../tests/interop/package.json", import.meta.url)));
const Stripe = installed("stripe");
const options = { skip: Stripe ? false : "npm ci --ignore-scripts in tests/interop" };

function installed(name) {
  try {
    return foreign(name);
  } catch {
    return undefined;
  }
}

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());

function client(key = "sk_test_sandbox") {
  const { hostname: host, port } = new URL(sandbox.url);
  return new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
}

function order(reference) {
  return {
    mode: "payment",
    line_items: [{ quantity: 2, price_data: { currency: "usd", unit_amount: 1999, product_data: { name: "Order 42" } } }],
    success_url: "https://shop.example/return?sid={CHECKOUT_SESSION_ID}",
    client_reference_id: reference,
    metadata: { order_id: "42" },
    payment_intent_data: { metadata: { order_id: "42" } },
    adaptive_pricing: { enabled: false },
    expires_at: Math.floor(Date.now() / 1000) + 3600,
  };
}

test("creates, retrieves and expires a session", options, async () => {
  const stripe = client();
  const wanted = order("one");  // built once: a second later it would be another request under the same key
  const made = await stripe.checkout.sessions.create(wanted, { idempotencyKey: "one.1" });
  assert.equal((await stripe.checkout.sessions.create(wanted, { idempotencyKey: "one.1" })).id, made.id);
  const seen = await stripe.checkout.sessions.retrieve(made.id, { expand: ["line_items"] });
  assert.deepEqual([seen.status, seen.amount_total, seen.metadata.order_id, seen.line_items.data.length], ["open", 3998, "42", 1]);
  assert.equal((await stripe.checkout.sessions.expire(made.id)).status, "expired");
  await assert.rejects(stripe.checkout.sessions.expire(made.id), { type: "StripeInvalidRequestError", statusCode: 400 });
});

test("refunds, lists refunds over several pages, reads disputes and events", options, async () => {
  const stripe = client();
  const made = await stripe.checkout.sessions.create(order("two"));
  await sandbox.ask("POST", "/control/pay", { reference: "two" });
  const { payment_intent } = await stripe.checkout.sessions.retrieve(made.id);
  const ids = [];
  for (const amount of [1000, 998, 2000]) ids.unshift((await stripe.refunds.create({ payment_intent, amount, reason: "requested_by_customer" })).id);
  const listed = await stripe.refunds.list({ payment_intent, limit: 1 }).autoPagingToArray({ limit: 10 });
  assert.deepEqual(listed.map(({ id }) => id), ids);
  assert.equal((await stripe.refunds.retrieve(ids[0])).status, "succeeded");
  await assert.rejects(stripe.refunds.create({ payment_intent }), { code: "charge_already_refunded" });
  const intent = await stripe.paymentIntents.retrieve(payment_intent, { expand: ["latest_charge"] });
  assert.deepEqual([intent.status, intent.latest_charge.amount_refunded, intent.latest_charge.refunded], ["succeeded", 3998, true]);
  await sandbox.ask("POST", "/control/dispute", { reference: "two" });
  assert.equal((await stripe.disputes.list({ payment_intent })).data[0].status, "needs_response");
  assert.ok((await stripe.events.list({ type: "charge.refunded" })).data.length >= 3);
});

test("constructEvent accepts each event, and none with another secret", options, async () => {
  const stripe = client();
  const { id } = await stripe.checkout.sessions.create(order("three"));
  await sandbox.ask("POST", "/control/pay", { reference: "three" });
  const { payment_intent } = await stripe.checkout.sessions.retrieve(id);
  // Those of the tests above may still be on their way.
  const told = () => sandbox.receiver.payment_events.filter(({ body: { data: { object } } }) => [object.id, object.payment_intent].includes(payment_intent));
  await until(() => told().length === 3, "the events");
  for (const { bytes, headers, body } of told()) {
    const signature = headers["stripe-signature"];
    assert.deepEqual(stripe.webhooks.constructEvent(bytes, signature, "whsec_sandbox"), body);
    assert.throws(() => stripe.webhooks.constructEvent(bytes, signature, "whsec_other"), { type: "StripeSignatureVerificationError" });
  }
});

test("a wrong key, a key of the other mode and a busy service are errors of their own kind", options, async () => {
  const made = await client().checkout.sessions.create(order("four"));
  await assert.rejects(client("sk_test_nobody").balance.retrieve(), { type: "StripeAuthenticationError" });
  await assert.rejects(client("sk_live_sandbox").checkout.sessions.retrieve(made.id), { code: "resource_missing", statusCode: 404 });
  await sandbox.switch_on({ "stripe.error": { status: 429, times: 1 } });
  await assert.rejects(client().balance.retrieve(), { type: "StripeRateLimitError" });
  await sandbox.switch_on({ "stripe.error": { status: 503, times: 1 } });
  await assert.rejects(client().balance.retrieve(), { type: "StripeAPIError" });
});
