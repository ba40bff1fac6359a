// What the webhook endpoint takes and what it refuses, on the real server's socket.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { drip, page_body, page_item, post, raw, signature } from "./harness/meta.mjs";
import { app_secret, verify_token } from "./harness/server.mjs";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
// A second Meta app of the same operator, in the middle of a rotation of its secret.
const second_app = { id: "77", secrets: ["the second app's new secret", "the second app's old secret"] };
shared_world({ before, after }, { name: "webhooks", settings: { meta: { apps: [second_app] } } }, (world) => { here = world; });

async function get(parameters) {
  const answer = await fetch(`${here.server.url}/webhooks/meta?${new URLSearchParams(parameters)}`);
  return { status: answer.status, text: await answer.text(), type: answer.headers.get("content-type") };
}

// Messages only: receipts and echoes of earlier replies come when they like.
function stored() {
  return here.server.number("SELECT (SELECT count(*) FROM inbound_keys WHERE dedupe_key LIKE 'message%') + (SELECT count(*) FROM quarantined_events)");
}

test("the handshake gives the challenge back as it is", async () => {
  const answer = await get({ "hub.mode": "subscribe", "hub.challenge": "0115820 <1>444", "hub.verify_token": verify_token });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "0115820 <1>444");
  assert.match(answer.type, /^text\/plain/);
  const underscores = await get({ hub_mode: "subscribe", hub_challenge: "7", hub_verify_token: verify_token });
  assert.deepEqual([underscores.status, underscores.text], [200, "7"]);
});

test("a handshake with a wrong token, a wrong mode or a missing parameter is refused", async () => {
  assert.equal((await get({ "hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "wrong" })).status, 403);
  assert.equal((await get({ "hub.mode": "unsubscribe", "hub.challenge": "1", "hub.verify_token": verify_token })).status, 403);
  assert.equal((await get({ "hub.mode": "subscribe", "hub.verify_token": verify_token })).status, 400);
  assert.equal((await get({ "hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "" })).status, 403);
});

test("every secret of every configured app signs", async (t) => {
  // The Instagram app of the first one has a secret of its own.
  for (const secret of [app_secret, "sandbox instagram secret", ...second_app.secrets]) {
    const who = here.customer();
    const { body } = here.message(who, "Hello from another app!");
    await t.test(secret === app_secret ? "the first app" : secret, async () => {
      assert.equal(await post(here.server, body, { headers: { "x-hub-signature-256": signature(body, { secret }) } }), 200);
      await here.settled();
      assert.equal(await here.messages_of(who), 1);
    });
  }
});

test("an echo of the second app is ours: nobody has taken the chat over", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const ours = here.message(who, "Your parcel is on its way.", { message: { is_echo: true, app_id: Number(second_app.id) } });
  assert.equal(await post(here.server, ours.body, { headers: { "x-hub-signature-256": signature(ours.body, { secret: second_app.secrets[0] }) } }), 200);
  await here.settled();
  assert.equal((await here.owner_of(who)).person, false);
});

test("a body is refused unless exactly one good SHA-256 signature covers its bytes", async (t) => {
  const { account } = here.customer();
  const text = "ol\u00e1 \u{1f600}";
  // As Meta writes it: escaped, so that parsing and writing again gives other bytes.
  const body = page_body(account, page_item({ account, customer: "70001", text: "@" }))
    .replace("@", [...text].flatMap((c) => c.split("")).map((c) => (c > "\x7f" ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join(""));
  const good = signature(body);
  await here.settled();
  const before = await stored();
  const rejected_before = await here.server.metric("sellavie_webhooks_rejected_total", { reason: "bad_signature" });
  const refusals = {
    "no signature": {},
    "an empty signature": { "x-hub-signature-256": "" },
    "a truncated signature": { "x-hub-signature-256": good.slice(0, -2) },
    "a signature of another secret": { "x-hub-signature-256": signature(body, { secret: "not the secret" }) },
    "upper-case digits": { "x-hub-signature-256": `sha256=${good.slice(7).toUpperCase()}` },
    "a prefix of another algorithm": { "x-hub-signature-256": `sha1=${good.slice(7)}` },
    "SHA-1 only": { "x-hub-signature": signature(body, { algorithm: "sha1" }) },
    "two signatures in one header": { "x-hub-signature-256": `${good}, ${good}` },
  };
  for (const [name, headers] of Object.entries(refusals)) {
    await t.test(name, async () => assert.equal(await post(here.server, body, { headers }), 403));
  }
  await t.test("a re-serialised body", async () => {
    const again = JSON.stringify(JSON.parse(body));
    assert.notEqual(again, body);
    assert.equal(await post(here.server, again, { headers: { "x-hub-signature-256": good } }), 403);
  });
  await t.test("a doubled header, both good", async () => {
    const head = `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: ${good}\r\nx-hub-signature-256: ${good}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
    const { statuses } = await raw(here.server.port, head + body);
    assert.deepEqual(statuses, [403]);
  });
  assert.equal(await stored(), before, "a refused body left something in the database");
  const rejected = await here.server.metric("sellavie_webhooks_rejected_total", { reason: "bad_signature" });
  assert.equal(rejected - rejected_before, Object.keys(refusals).length + 2);
  assert.equal(await post(here.server, body), 200, "the same body with its own signature is good");
});

test("signed bytes that are no readable JSON are refused", async (t) => {
  const before = await stored();
  const bodies = {
    empty: "",
    "not JSON": "hello",
    "cut off": page_body("page_0001", page_item({ account: "page_0001", customer: "1", text: "x" })).slice(0, -4),
    "deeply nested": `${"[".repeat(5000)}${"]".repeat(5000)}`,
    "not UTF-8": Buffer.from([0x7b, 0x22, 0x6f, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  };
  for (const [name, body] of Object.entries(bodies)) {
    await t.test(name, async () => assert.equal(await post(here.server, body, { headers: { "x-hub-signature-256": signature(body) } }), 400));
  }
  assert.equal(await stored(), before);
});

test("valid JSON of an unknown shape does no harm: what Meta must not repeat is answered 200, counted and quarantined", async (t) => {
  const odd = (kind) => here.server.metric("sellavie_webhook_oddities_total", { kind });
  const rows = (reason) => here.server.number(`SELECT count(*) FROM quarantined_events WHERE reason = '${reason}'`);
  const shapes = {
    "another object": { body: { object: "permissions", entry: [{ id: "1", changes: [] }] }, status: 200, kind: "unknown_object", quarantined: 1 },
    "no object": { body: { hello: 1 }, status: 400 },
    "wrong types": { body: { object: 7, entry: "x" }, status: 400 },
    "entries of wrong types": {
      body: { object: "page", entry: [null, 1, "x", [], { id: 5 }, { id: "page_0001", messaging: "x" }, { id: "page_0001", messaging: [null, 1, { sender: 5, message: "x" }] }] },
      status: 200, kind: "malformed_item", quarantined: 8,
    },
    "the dashboard's test button": { body: { field: "messages", value: { sender: { id: "1" }, recipient: { id: "2" }, message: { mid: "m", text: "t" } } }, status: 200, kind: "test_button", quarantined: 0 },
  };
  for (const [name, { body, status, kind, quarantined }] of Object.entries(shapes)) {
    await t.test(name, async () => {
      const counted = kind ? await odd(kind) : 0;
      const stored = kind ? await rows(kind) : 0;
      assert.equal(await post(here.server, JSON.stringify(body)), status);
      if (!kind) return;
      assert.equal((await odd(kind)) - counted, Math.max(quarantined, 1));
      assert.equal((await rows(kind)) - stored, quarantined);
      const plain = await here.server.number("SELECT count(*) FROM quarantined_events WHERE position('permissions'::bytea in payload) > 0");
      assert.equal(plain, 0, "what is quarantined is sealed");
    });
  }
  await here.server.settled();
  assert.equal((await here.server.readiness()).status, 200);
});

test("an event of an unknown account is answered 200 and quarantined", async () => {
  const rows = () => here.server.number("SELECT count(*) FROM quarantined_events WHERE reason = 'stranger'");
  const before = await rows();
  const counted = await here.server.metric("sellavie_inbound_events_quarantined_total");
  assert.equal(await post(here.server, page_body("page_9999", page_item({ account: "page_9999", customer: "1", text: "hi" }))), 200);
  assert.equal(await rows(), before + 1);
  assert.equal(await here.server.metric("sellavie_inbound_events_quarantined_total"), counted + 1);
});

test("one POST with items of two shops, a stranger and a conflict: each goes its own way", async () => {
  const ada = here.customer("messenger", "ada"), kofi = here.customer("messenger", "kofi");
  await here.meet(ada);
  await here.meet(kofi);
  const quarantined = () => here.server.number("SELECT count(*) FROM quarantined_events");
  const before = await quarantined();
  const entry = (id, item) => ({ id, time: Date.now(), messaging: [item] });
  const item = ({ account, customer }) => page_item({ account, customer, text: "Hello!" });
  const body = JSON.stringify({ object: "page", entry: [
    entry(ada.account, item(ada)), entry(kofi.account, item(kofi)), entry("page_9999", item({ account: "page_9999", customer: "5" })),
    entry(ada.account, item({ account: kofi.account, customer: "6" })),
  ] });
  assert.equal(await post(here.server, body), 200);
  await here.sandbox.heard(ada, 1);
  await here.sandbox.heard(kofi, 1);
  assert.equal(await quarantined(), before + 2, "the stranger and the item whose two ids disagree");
});

test("a body over the limit is 413, a large one below it is taken", async () => {
  const { account } = here.customer();
  const big = page_body(account, page_item({ account, customer: "70002", text: "x".repeat(3 * 1024 * 1024) }));
  assert.equal(await post(here.server, big), 200);
  const head = `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ncontent-length: ${4_194_305}\r\n\r\n`;
  const { statuses } = await raw(here.server.port, head);
  assert.deepEqual(statuses, [413], "refused by its length alone");
  const chunk = `${(1_048_576).toString(16)}\r\n${"x".repeat(1_048_576)}\r\n`;
  const chunked = await raw(here.server.port, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}0\r\n\r\n`);
  assert.deepEqual(chunked.statuses, [413], "refused while it arrives");
});

test("a batch of 1000 messages and 3 MB is stored whole, and delivered again it is stored once", async () => {
  const { account } = here.customer();
  const items = Array.from({ length: 1000 }, (_, i) => page_item({ account, customer: `8100${i}`, text: `${i} ${"long story ".repeat(280)}` }));
  const body = page_body(account, ...items);
  assert.ok(body.length > 3_000_000, `${body.length} bytes`);
  assert.equal(await post(here.server, body), 200);
  assert.equal(await post(here.server, body), 200);
  await here.server.settled({ seconds: 120 });
  const [[messages, customers]] = await here.server.sql(`
    SELECT count(*), count(DISTINCT k.id) FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
    WHERE m.direction = 0 AND k.scoped_id LIKE '8100%'`);
  assert.deepEqual([messages, customers], ["1000", "1000"]);
});

test("shapes that proxies and servers read differently are refused, nothing smuggled runs", async (t) => {
  const { account } = here.customer();
  const body = page_body(account, page_item({ account, customer: "70003", text: "smuggled" }));
  const inner = `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: ${signature(body)}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const before = await stored();
  const shapes = {
    "both lengths": [400, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    "two different lengths": [400, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`],
    "a signed length": [400, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ncontent-length: +0\r\n\r\n${inner}`],
    "a hidden encoding": [501, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n${inner}`],
    "a blank before the colon": [400, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ncontent-length : 0\r\n\r\n${inner}`],
    "a folded field": [400, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\ntransfer-encoding:\r\n chunked\r\ncontent-length: 0\r\n\r\n${inner}`],
    "a bare line feed": [400, `POST /webhooks/meta HTTP/1.1\nhost: x\ncontent-length: 0\n\n${inner}`],
    "no host": [400, `POST /webhooks/meta HTTP/1.1\r\ncontent-length: 0\r\n\r\n${inner}`],
    "an oversize header": [431, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(20_000)}\r\ncontent-length: 0\r\n\r\n${inner}`],
  };
  for (const [name, [status, bytes]] of Object.entries(shapes)) {
    await t.test(name, async () => {
      const { statuses } = await raw(here.server.port, bytes);
      assert.deepEqual(statuses, [status], "what follows a refused request must not run");
    });
  }
  assert.equal(await stored(), before);
});

test("a client that says its request byte by byte hurts nobody and is cut off", { timeout: 60_000 }, async () => {
  const slow = drip(here.server.port, `POST /webhooks/meta HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(10_000)}`, { every_ms: 100 });
  const { account } = here.customer();
  const many = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    post(here.server, page_body(account, { sender: { id: `72${i}` }, recipient: { id: account }, timestamp: Date.now(), read: { watermark: Date.now() } }))));
  assert.deepEqual([...new Set(many)], [200]);
  const { statuses, closed } = await slow;
  assert.deepEqual({ statuses, closed }, { statuses: [408], closed: true });
});

test("the public listener has neither metrics nor health, the private one has both", async () => {
  for (const path of ["/metrics", "/healthz", "/readyz"]) {
    assert.equal((await fetch(here.server.url + path)).status, 404, path);
    assert.equal((await fetch(here.server.ops + path)).status, 200, path);
  }
});

test("the request id of a refusal finds its line in the log", async () => {
  // A flood has only so many lines a second: one of the first tries has one.
  await until("a refusal is in the log", async () => {
    const answer = await fetch(`${here.server.url}/webhooks/meta`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 403);
    const { request_id } = await answer.json();
    await sleep(100);
    const line = readFileSync(here.place.file("server.log"), "utf8").split("\n").find((one) => one.includes(`"request_id":"${request_id}"`));
    if (line) assert.deepEqual([JSON.parse(line).event, JSON.parse(line).reason], ["webhook_refused", "bad_signature"]);
    return line;
  });
});

test("secrets and message text are in no log line and no metric", async () => {
  const text = readFileSync(here.place.file("server.log"), "utf8") + (await (await fetch(`${here.server.ops}/metrics`)).text());
  for (const secret of [app_secret, verify_token, "sandbox-token-", "sk_test_sandbox", "smuggled", "Hello!"]) {
    assert.ok(!text.includes(secret), `found "${secret}"`);
  }
});
