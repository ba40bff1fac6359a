import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { meta_json, shuffled, signature } from "../meta_webhooks.mjs";
import { app_secret, until } from "./receiver.mjs";
import { start_fixture } from "./fixture.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  await sandbox.ask("POST", "/control/reset", {});
  Object.assign(sandbox.receiver, { bodies: [], raw: [], answer: () => 200 });
});

const vector_value = { object: "page", entry: [{ id: "111", time: 1700000000000, messaging: [{ sender: { id: "222" }, recipient: { id: "111" }, timestamp: 1700000000000, message: { mid: "m_1", text: "ol\u00e1 \ud83d\ude00" } }] }] };
const vector_body = '{"object":"page","entry":[{"id":"111","time":1700000000000,"messaging":[{"sender":{"id":"222"},"recipient":{"id":"111"},"timestamp":1700000000000,"message":{"mid":"m_1","text":"ol\\u00e1 \\ud83d\\ude00"}}]}]}';

test("signs the published vector as Meta does", () => {
  assert.equal(meta_json(vector_value), vector_body);
  assert.equal(signature("shh_app_secret", Buffer.from(vector_body)), "sha256=c077ca63f912def8f23ffb92fb6a396360ec57406f0422c72307db0152852d7a");
  assert.match(signature("shh_app_secret", Buffer.from(JSON.stringify(JSON.parse(vector_body)))), /^sha256=e402b024/);
});

test("writes only ASCII and escapes slash, at and less-than", () => {
  const text = meta_json({ text: "a/b @c <d> \u20a6 \ud83d\ude00 \ud800" });
  assert.match(text, /^[\x20-\x7e]*$/);
  assert.ok(text.includes("a\\/b \\u0040c \\u003cd> \\u20a6 \\ud83d\\ude00 \\ud800"));
  assert.equal(JSON.parse(text).text, "a/b @c <d> \u20a6 \ud83d\ude00 \ud800");
});

test("passes the handshake", async () => {
  assert.deepEqual((await sandbox.ask("POST", "/control/handshake", {})).body, { ok: true, status: 200, detail: "verified" });
});

test("builds a signed envelope for each channel", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    const { body } = await sandbox.say(channel, "2348000000001", "Hello \u20a6", { name: "Amara Obi" });
    assert.equal(body.status, 200);
    const posted = sandbox.receiver.bodies.at(-1);
    if (channel === "whatsapp") {
      const [{ value, field }] = posted.entry[0].changes;
      assert.equal(posted.object, "whatsapp_business_account");
      assert.equal(posted.entry[0].id, "206540000000001");
      assert.equal(field, "messages");
      assert.equal(value.metadata.phone_number_id, "106540000000001");
      assert.equal(value.contacts[0].wa_id, "2348000000001");
      assert.equal(value.messages[0].text.body, "Hello \u20a6");
      assert.equal(value.messages[0].id, body.mid);
      assert.match(value.messages[0].timestamp, /^\d{10}$/);
    } else {
      const [item] = posted.entry[0].messaging;
      assert.equal(posted.object, channel === "messenger" ? "page" : "instagram");
      assert.equal(item.recipient.id, posted.entry[0].id);
      assert.equal(item.sender.id, "2348000000001");
      assert.deepEqual(item.message, { mid: body.mid, text: "Hello \u20a6" });
    }
  }
  assert.equal(sandbox.receiver.bad_signatures, 0);
});

test("knows every kind on every channel", async () => {
  const first = await sandbox.say("messenger", "kinds", "hello");
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    for (const kind of ["image", "audio", "video", "file", "sticker", "location", "contacts", "postback", "reaction", "unreact", "edit", "unsend", "unsupported", "story_mention", "story_reply", "referral"]) {
      const { status, body } = await sandbox.say(channel, "kinds", "word", { kind, mid: first.body.mid });
      assert.equal(status, 200, `${channel} ${kind}`);
      assert.equal(body.status, 200, `${channel} ${kind}`);
    }
  }
});

test("hides the phone number of a customer with a username", async () => {
  await sandbox.say("whatsapp", "2348000000002", "hi", { hidden_number: true });
  const { value } = sandbox.receiver.bodies.at(-1).entry[0].changes[0];
  assert.equal(value.messages[0].from, undefined);
  assert.equal(value.contacts[0].wa_id, undefined);
  assert.equal(value.messages[0].from_user_id, "NG.2348000000002");
});

test("tells a person's reply from the phone app as an echo that is not ours", async () => {
  await sandbox.say("messenger", "echoed", "hi");
  await sandbox.ask("POST", "/control/echo", { channel: "messenger", customer: "echoed", text: "It is me" });
  const { message, sender } = sandbox.receiver.bodies.at(-1).entry[0].messaging[0];
  assert.equal(sender.id, "page_0001");
  assert.equal(message.is_echo, true);
  assert.notEqual(String(message.app_id), "1234567890");
  await sandbox.ask("POST", "/control/echo", { channel: "whatsapp", customer: "234800", text: "It is me" });
  const [{ field, value }] = sandbox.receiver.bodies.at(-1).entry[0].changes;
  assert.equal(field, "smb_message_echoes");
  assert.equal(value.message_echoes[0].to, "234800");
});

test("delivers again until it is answered 200", async () => {
  let refusals = 2;
  sandbox.receiver.answer = () => (refusals-- > 0 ? 503 : 200);
  const { body } = await sandbox.say("messenger", "again", "hello");
  assert.equal(body.status, 503);
  await until(() => sandbox.receiver.bodies.length === 1, "the retry");
  assert.equal(sandbox.receiver.bodies[0].entry[0].messaging[0].message.mid, body.mid);
});

test("switch: duplicate posts the same bytes twice", async () => {
  await sandbox.switch_on({ "webhook.duplicate": true });
  await sandbox.say("instagram", "twice", "hello");
  await until(() => sandbox.receiver.raw.length === 2, "both copies");
  assert.deepEqual(sandbox.receiver.raw[0], sandbox.receiver.raw[1]);
});

test("switch: shuffle posts one batch out of order", async () => {
  await sandbox.switch_on({ webhook: { shuffle: true } });
  const texts = ["one", "two", "three"];
  await Promise.all(texts.map((text) => sandbox.say("messenger", "mixed", text)));
  assert.equal(sandbox.receiver.bodies.length, 1);
  const entries = sandbox.receiver.bodies[0].entry;
  assert.equal(entries.length, 3);
  for (let n = 2; n < 6; n += 1) {
    const row = Array.from({ length: n }, (_, index) => index);
    assert.notDeepEqual(shuffled(row), row);
    assert.deepEqual([...shuffled(row)].sort(), row);
  }
});

test("switch: lose never posts but the conversation is on the platform", async () => {
  await sandbox.switch_on({ "webhook.lose": 1 });
  assert.equal((await sandbox.say("messenger", "lost", "hello?")).body.status, 0);
  assert.equal(sandbox.receiver.bodies.length, 0);
  const { body } = await sandbox.ask("GET", "/graph/v25.0/me/conversations", undefined, { authorization: "Bearer sandbox-token-page_0001" });
  assert.equal(body.data.find(({ participants }) => participants.data[0].id === "lost").messages.data[0].message, "hello?");
});

test("keeps the order within a conversation", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => sandbox.ask("POST", "/control/say", { channel: "messenger", customer: "steady", text: String(n) })));
  const mids = sandbox.receiver.bodies.map(({ entry }) => entry[0].messaging[0].message.mid);
  const transcript = await sandbox.transcript("messenger", "steady");
  assert.deepEqual(mids, transcript.messages.map(({ mid }) => mid));
});

test("posts anything with a bad or absent signature when told to", async () => {
  const told = async (signature_kind) => (await sandbox.ask("POST", "/control/webhook", { body: vector_body, signature: signature_kind })).body.status;
  assert.deepEqual([await told("good"), await told("bad"), await told("none")], [200, 401, 401]);
  assert.ok(signature(app_secret, Buffer.from(vector_body)));
});
