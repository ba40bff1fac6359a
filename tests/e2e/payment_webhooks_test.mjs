// Events of Paystack, Flutterwave and Stripe (signed by npm's stripe): who is believed, what is stored, once, before the 200.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { if_match, listening_client } from "./harness/api.mjs";
import { answer_to_event, fresh_event, post_event, secrets, signed } from "./harness/payment_events.mjs";
import { dump_of, secrets_in } from "./harness/secrets.mjs";
import { demo_businesses, open_world, shared_world } from "./harness/world.mjs";
import { random_source, root, until } from "./harness/workspace.mjs";

const payments = [
  { provider: "paystack", mode: "test", secret_key: secrets.paystack },
  { provider: "flutterwave", mode: "test", secret_key: "FLWSECK_TEST-sandbox-X", webhook_secrets: [secrets.flutterwave] },
  { provider: "stripe", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [secrets.stripe, "whsec_the_former"] },
];
const providers = payments.map(({ provider }) => provider);
const businesses = () => demo_businesses((one) => (one.key === "ada" ? { ...one, payments } : one));

let here;
let connections;
shared_world({ before, after }, { name: "payment_webhooks", businesses: businesses() }, async (world) => {
  here = world;
  connections = await connections_of(here);
});

async function connections_of({ server }) {
  return Object.fromEntries(await server.sql(
    "SELECT p.provider, p.id FROM payment_connections p JOIN businesses b ON b.id = p.business_id WHERE b.key = 'ada'"));
}

const stored = (server = here.server) => server.number("SELECT count(*) FROM payment_events");
const told = (provider, body, headers) => post_event(here.server, provider, connections[provider], body, headers);
const results = (provider, result) => here.server.metric("sellavie_payment_events_total", { provider, result });

test("an event that npm's stripe signs is stored as a hint before the 200, without its body", async () => {
  const body = fresh_event("stripe");
  const { id, created, data: { object } } = JSON.parse(body);
  const counted = await results("stripe", "accepted");
  assert.equal(await told("stripe", body), 200);
  assert.deepEqual(await here.server.sql(`SELECT kind, object, transaction, mode, occurred_at, reference FROM payment_events WHERE dedupe_key = '${id}'`),
    [["payment", object.id, object.payment_intent, "test", String(created * 1000), ""]], "a reference of another till is dropped");
  assert.equal(await results("stripe", "accepted"), counted + 1);
});

test("each provider's own scheme is taken, and each secret that is kept", async (t) => {
  const ways = {
    "Paystack, by its API key": ["paystack", {}], "Flutterwave v3": ["flutterwave", {}], "Flutterwave v4": ["flutterwave", { v4: true }],
    "Stripe, by the secret that is being retired": ["stripe", { secret: "whsec_the_former" }],
  };
  for (const [name, [provider, how]] of Object.entries(ways)) {
    await t.test(name, async () => {
      const body = fresh_event(provider, how);
      const rows = await stored();
      assert.equal(await told(provider, body, signed(provider, body, how)), 200);
      assert.equal(await stored(), rows + 1);
    });
  }
});

test("the same event again is answered 200 and stored once, though Stripe signs it anew", async () => {
  for (const provider of providers) {
    const body = fresh_event(provider);
    const [rows, known] = [await stored(), await results(provider, "duplicate")];
    for (let i = 0; i < 3; ++i) assert.equal(await told(provider, body, signed(provider, body, { timestamp: Math.floor(Date.now() / 1000) - i })), 200);
    assert.equal(await stored(), rows + 1, provider);
    assert.equal(await results(provider, "duplicate"), known + 2, provider);
  }
});

test("tampered, old, future, unsigned, of another secret, of another provider or of nobody: refused alike, and nothing is stored", async () => {
  const body = fresh_event("stripe");
  const now = Math.floor(Date.now() / 1000);
  const good = signed("stripe", body);
  const rows = await stored();
  const wrong = {
    tampered: [connections.stripe, body.replace("completed", "expired"), good],
    "with a line feed more": [connections.stripe, `${body}\n`, good],
    "301 s old": [connections.stripe, body, signed("stripe", body, { timestamp: now - 302 })],
    "301 s ahead": [connections.stripe, body, signed("stripe", body, { timestamp: now + 305 })],
    unsigned: [connections.stripe, body, {}],
    "of another secret": [connections.stripe, body, signed("stripe", body, { secret: "whsec_another" })],
    "by Paystack's scheme": [connections.stripe, body, signed("paystack", body)],
    "of Paystack's connection": [connections.paystack, body, good],
    "of nobody's connection": [randomUUID(), body, good],
    "of no id": ["x", body, good],
  };
  const answers = new Set();
  for (const [name, [connection, bytes, headers]] of Object.entries(wrong)) {
    const { status, text } = await answer_to_event(here.server, "stripe", connection, bytes, headers);
    assert.equal(status, 403, name);
    answers.add(text.replace(/"request_id":"[^"]*"/, ""));
  }
  assert.equal(answers.size, 1, [...answers].join("\n"));
  assert.equal(await stored(), rows);
  assert.equal(await told("stripe", body, good), 200, "the same body with its own signature is good");
});

test("300 events, each told twice, shuffled, 32 at a time: each is stored once, and each was answered 200", { timeout: 60_000 }, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const events = Array.from({ length: 300 }, (_, i) => {
    const provider = providers[i % providers.length];
    return { provider, body: fresh_event(provider) };
  });
  const doubled = [...events, ...events].map((one) => ({ one, at: random.next() })).sort((a, b) => a.at - b.at).map(({ one }) => one);
  const rows = await stored();
  const statuses = [];
  const work = async () => {
    for (let next = doubled.pop(); next; next = doubled.pop()) statuses.push(await told(next.provider, next.body));
  };
  await Promise.all(Array.from({ length: 32 }, work));
  assert.deepEqual([statuses.length, [...new Set(statuses)]], [600, [200]]);
  assert.equal(await stored(), rows + 300);
});

test("what is signed and unreadable is answered 200 and counted; what is too large is refused", async () => {
  const unreadable = await results("paystack", "unreadable");
  for (const body of ["", "not JSON", "[]", "{}"]) assert.equal(await told("paystack", body), 200, body);
  assert.equal(await results("paystack", "unreadable"), unreadable + 4);
  const large = fresh_event("paystack").replace("{", `{"x":"${"x".repeat(262_144)}",`);
  assert.equal(await told("paystack", large), 413);
  const fits = fresh_event("paystack").replace("{", `{"x":"${"x".repeat(200_000)}",`);
  assert.equal(await told("paystack", fits), 200);
});

test("the address that provisioning prints is the one that the API tells", async () => {
  const printed = await here.server.provision(here.businesses);
  const client = await new listening_client(here.server.url).signed_in(here.business("ada").owner.email, "a long demo password");
  const { memberships: [{ business_id }] } = (await client.get("/me")).body;
  const { items } = (await client.get(`/businesses/${business_id}/payment-connections`)).body;
  assert.equal(items.length, 3);
  for (const { id, provider, webhook_url } of items) {
    assert.equal(webhook_url, `${here.server.url}/webhooks/payments/${provider}/${id}`);
    assert.ok(printed.includes(`ada: ${provider} (test): webhook to enter there: ${webhook_url}`), printed);
    assert.equal((await fetch(webhook_url)).status, 405, "it is there");
  }
});

test("secrets that a person replaces and connections that a person removes are known to the running server", async () => {
  const client = await new listening_client(here.server.url).signed_in(here.business("kofi").owner.email, "a long demo password");
  const { memberships: [{ business_id }] } = (await client.get("/me")).body;
  const all = `/businesses/${business_id}/payment-connections`;
  const added = await client.post(all, { provider: "stripe", secret_key: "sk_test_of_kofi", webhook_secrets: ["whsec_first_of_kofi"] });
  assert.equal(added.status, 201, added.text);
  const { id } = added.body;
  const tells = (secret) => {
    const body = fresh_event("stripe");
    return post_event(here.server, "stripe", id, body, signed("stripe", body, { secret }));
  };
  await until("the first secret is taken", async () => (await tells("whsec_first_of_kofi")) === 200);
  const replaced = await client.put(`${all}/${id}/keys`, { secret_key: "sk_test_of_kofi", webhook_secrets: ["whsec_second_of_kofi"] }, if_match(added.body.version));
  assert.equal(replaced.status, 200, replaced.text);
  await until("the second secret is taken", async () => (await tells("whsec_second_of_kofi")) === 200);
  assert.equal(await tells("whsec_first_of_kofi"), 403);
  const removed = await client.delete(`${all}/${id}`, if_match(replaced.body.version));
  assert.equal(removed.status, 204, removed.text);
  await until("no secret is taken", async () => (await tells("whsec_second_of_kofi")) === 403);
});

test("what the sandbox tells of a payment of each provider is taken at the first attempt", async () => {
  const control = async (path, body) => {
    const answer = await fetch(`${here.sandbox.url}/control/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  for (const provider of providers) await control("payment_webhook", { provider, url: `${here.server.url}/webhooks/payments/${provider}/${connections[provider]}` });
  const asked = async (path, headers, body) => {
    const answer = await fetch(`${here.sandbox.url}${path}`, { method: "POST", headers, body });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  };
  const json = { "content-type": "application/json" };
  const reference = (provider) => `of-the-sandbox-${provider}`;
  await asked("/paystack/transaction/initialize", { ...json, authorization: "Bearer sk_test_sandbox" },
    JSON.stringify({ email: "a@b.example", amount: 500_000, currency: "NGN", reference: reference("paystack") }));
  await asked("/flutterwave/v3/payments", { ...json, authorization: "Bearer FLWSECK_TEST-sandbox-X" },
    JSON.stringify({ tx_ref: reference("flutterwave"), amount: 5000, currency: "NGN", redirect_url: "https://shop.example/return", customer: { email: "a@b.example" } }));
  await asked("/stripe/v1/checkout/sessions", { "content-type": "application/x-www-form-urlencoded", authorization: "Bearer sk_test_sandbox", "stripe-version": "2026-10-28.endive" },
    new URLSearchParams({ mode: "payment", "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "1999",
      "line_items[0][price_data][product_data][name]": "Order", success_url: "https://shop.example/return", client_reference_id: reference("stripe") }).toString());
  for (const provider of providers) {
    const before_it = await here.server.number(`SELECT count(*) FROM payment_events WHERE connection_id = '${connections[provider]}' AND kind = 'payment'`);
    await control("pay", { provider, reference: reference(provider) });
    await until(`the event of ${provider} is stored`, async () =>
      (await here.server.number(`SELECT count(*) FROM payment_events WHERE connection_id = '${connections[provider]}' AND kind = 'payment'`)) > before_it);
  }
  let ours;
  await until("the sandbox has its answers", async () => {
    const { events } = await (await fetch(`${here.sandbox.url}/control/payments`)).json();
    ours = events.filter((one) => one.reference.startsWith("of-the-sandbox-"));
    return ours.length >= providers.length && ours.every(({ deliveries }) => deliveries.length > 0);
  });
  for (const { provider, event, deliveries } of ours) assert.deepEqual(deliveries.map(({ status }) => status), [200], `${provider} ${event}`);
});

test("neither keys and secrets nor what an event says are in an answer, a line of the log, a metric or an entry of the activity log; no secret is in a dump of the database", async () => {
  const all = [...payments.flatMap(({ secret_key, webhook_secrets = [] }) => [secret_key, ...webhook_secrets]), "sk_test_of_kofi", "whsec_first_of_kofi", "whsec_second_of_kofi"];
  const places = {
    answers: listening_client.answers.map(({ text }) => text).join("\n"), log: readFileSync(here.place.file("server.log"), "utf8"),
    metrics: await (await fetch(`${here.server.ops}/metrics`)).text(), audit: JSON.stringify(await here.server.sql("SELECT before, after FROM audit_log")),
  };
  for (const [place, text] of Object.entries(places)) {
    assert.deepEqual(secrets_in(text, all), [], place);
    for (const word of ["whsec_", "sk_test", "of-the-sandbox", "evt_", "cs_test_"]) assert.ok(!text.includes(word), `found "${word}" in ${place}`);
  }
  assert.deepEqual(secrets_in(await dump_of(here.server.database), all), []);
  assert.ok(places.audit.includes("stripe") && secrets_in(places.answers, ["webhook_secrets"]).length > 0, "the search finds what is there");
});

test("killed between the commit and the answer: the event is there with its job, and told again it is known", { timeout: 120_000 }, async (t) => {
  const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
  const one = await open_world(t, { name: "payment_webhooks_killed", businesses: businesses(), binary });
  const ids = await connections_of(one);
  for (const provider of providers) {
    const body = fresh_event(provider);
    await one.server.stop();
    await one.server.start({ env: { SELLAVIE_FAULT_POINT: "payment_event.committed:1" } });
    const rows = await one.server.number("SELECT count(*) FROM payment_events");
    assert.equal(await post_event(one.server, provider, ids[provider], body), 0, "nobody answered");
    assert.equal((await one.server.wait_until_dead(30, "the server passes payment_event.committed")).signal, "SIGKILL");
    // Its database outlives it: nobody works on it now.
    assert.equal(await one.server.number("SELECT count(*) FROM payment_events"), rows + 1, provider);
    assert.equal(await one.server.number("SELECT count(*) FROM jobs j JOIN payment_events e USING (id) WHERE j.kind = 'payment.check' "
      + `AND e.connection_id = '${ids[provider]}' AND j.payload::jsonb ->> 'connection' = '${ids[provider]}'`), 1, provider);
    await one.server.start();
    assert.equal(await post_event(one.server, provider, ids[provider], body), 200);
    assert.equal(await one.server.number("SELECT count(*) FROM payment_events"), rows + 1, provider);
    assert.equal(await one.server.metric("sellavie_payment_events_total", { provider, result: "duplicate" }), 1, provider);
  }
});
