import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { app_secret, until } from "./receiver.mjs";
import { ada, page_text, start_fixture, whatsapp_text } from "./fixture.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  sandbox.time.offset = 0;
  await sandbox.ask("POST", "/control/reset", {});
  sandbox.receiver.bodies = [];
});

const error_of = ({ status, body }) => ({ status, code: body.error.code, subcode: body.error.error_subcode });
const items = () => sandbox.receiver.bodies.flatMap(({ entry }) => entry).flatMap(({ messaging = [], changes = [] }) => [...messaging, ...changes]);

test("accepts a Messenger reply and tells echo, delivery and read", async () => {
  await sandbox.say("messenger", "c1", "hi");
  const { status, body } = await sandbox.send("messenger", page_text("c1", "Hello", { metadata: "row-7" }));
  assert.equal(status, 200);
  assert.equal(body.recipient_id, "c1");
  await until(() => items().some(({ read }) => read), "the read mark");
  const [, echo, delivery, read] = items();
  assert.equal(echo.message.mid, body.message_id);
  assert.deepEqual([echo.message.is_echo, echo.message.app_id, echo.message.metadata, echo.message.text], [true, 1234567890, "row-7", "Hello"]);
  assert.deepEqual(delivery.delivery.mids, [body.message_id]);
  assert.ok(read.read.watermark > 0);
  const { messages } = await sandbox.transcript("messenger", "c1");
  assert.deepEqual(messages.map(({ from, text }) => [from, text]), [["customer", "hi"], ["business", "Hello"]]);
  assert.equal(messages[1].state, "read");
});

test("Instagram has no delivery mark and names the message that was read", async () => {
  await sandbox.say("instagram", "c2", "hi");
  const { body } = await sandbox.send("instagram", { recipient: { id: "c2" }, message: { text: "Hello" } }, "me", `sandbox-token-${ada.instagram}`);
  await until(() => items().some(({ read }) => read), "the read mark");
  assert.equal(items().at(-1).read.mid, body.message_id);
  assert.equal(items().some(({ delivery }) => delivery), false);
});

test("a page may answer for its linked Instagram account", async () => {
  await sandbox.say("instagram", "c3", "hi");
  const { status } = await sandbox.send("messenger", page_text("c3", "Hello"));
  assert.equal(status, 200);
  await until(() => items().some(({ message }) => message?.is_echo), "the echo");
  assert.equal(sandbox.receiver.bodies.at(-1).object, "instagram");
});

test("WhatsApp tells sent, delivered and read with our key", async () => {
  await sandbox.say("whatsapp", "2348011", "hi");
  const { body } = await sandbox.send("whatsapp", whatsapp_text("+234 8011", "Hello", { biz_opaque_callback_data: "row-8" }));
  assert.equal(body.contacts[0].wa_id, "2348011");
  await until(() => items().length === 4, "three statuses");
  const statuses = items().slice(1).map(({ value }) => value.statuses[0]);
  assert.deepEqual(statuses.map(({ status }) => status), ["sent", "delivered", "read"]);
  assert.ok(statuses.every(({ id, biz_opaque_callback_data }) => id === body.messages[0].id && biz_opaque_callback_data === "row-8"));
});

test("WhatsApp marks read and types by one request, and sends to a business-scoped id", async () => {
  const { body: { mid } } = await sandbox.say("whatsapp", "2348012", "hi");
  const read = await sandbox.send("whatsapp", { messaging_product: "whatsapp", status: "read", message_id: mid, typing_indicator: { type: "text" } });
  assert.deepEqual(read.body, { success: true });
  const { typing, messages } = await sandbox.transcript("whatsapp", "2348012");
  assert.deepEqual([typing, messages[0].state], [true, "read"]);
  const { to, ...rest } = whatsapp_text("", "Hello");
  assert.equal((await sandbox.send("whatsapp", { ...rest, recipient: "NG.2348012" })).status, 200);
  assert.equal(error_of(await sandbox.send("whatsapp", { ...rest, recipient: "NG.999" })).code, 131026);
});

test("refuses a wrong token, a foreign id and a wrong proof", async () => {
  await sandbox.say("messenger", "c4", "hi");
  assert.deepEqual(error_of(await sandbox.send("messenger", page_text("c4", "x"), ada.messenger, "nonsense")), { status: 400, code: 190, subcode: undefined });
  assert.deepEqual(error_of(await sandbox.send("whatsapp", whatsapp_text("1", "x"), ada.whatsapp, "nonsense")), { status: 401, code: 190, subcode: undefined });
  assert.deepEqual(error_of(await sandbox.send("messenger", page_text("c4", "x"), "page_0002", "sandbox-token-page_0001")), { status: 400, code: 100, subcode: 33 });
  const at = "/graph/v25.0/me/messages?appsecret_proof=";
  const token = { authorization: "Bearer sandbox-token-page_0001" };
  const proof = createHmac("sha256", app_secret).update("sandbox-token-page_0001").digest("hex");
  assert.equal((await sandbox.ask("POST", at + proof, page_text("c4", "x"), token)).status, 200);
  assert.equal((await sandbox.ask("POST", `${at}00`, page_text("c4", "x"), token)).body.error.code, 100);
});

test("enforces each channel's text limit", async () => {
  for (const channel of ["messenger", "instagram"]) await sandbox.say(channel, "c5", "hi");
  await sandbox.say("whatsapp", "2348015", "hi");
  const refused = async (channel, body) => (await sandbox.send(channel, body)).body.error?.code;
  assert.equal(await refused("messenger", page_text("c5", "x".repeat(2000))), undefined);
  assert.equal(await refused("messenger", page_text("c5", "x".repeat(2001))), 100);
  assert.equal(await refused("instagram", page_text("c5", "\u20a6".repeat(333))), undefined);
  assert.equal(await refused("instagram", page_text("c5", "\u20a6".repeat(334))), 100);
  assert.equal(await refused("whatsapp", whatsapp_text("2348015", "x".repeat(4096))), undefined);
  assert.equal(await refused("whatsapp", whatsapp_text("2348015", "x".repeat(4097))), 100);
});

test("refuses what the platforms refuse", async () => {
  await sandbox.say("messenger", "c6", "hi");
  await sandbox.say("whatsapp", "2348016", "hi");
  const bad_pages = [
    {}, { recipient: { id: "c6" } }, page_text("c6", ""), { ...page_text("c6", "x"), messaging_type: "MESSAGE_TAG" },
    { ...page_text("c6", "x"), messaging_type: "MESSAGE_TAG", tag: "POST_PURCHASE_UPDATE" },
    { ...page_text("c6", "x"), sender_action: "typing_on" },
    page_text("c6", "x", { quick_replies: Array(14).fill({ content_type: "text", title: "a", payload: "b" }) }),
    page_text("c6", "x", { quick_replies: [{ content_type: "text", title: "a".repeat(21), payload: "b" }] }),
    { recipient: { id: "c6" }, message: { attachment: { type: "template", payload: { template_type: "button", text: "x", buttons: [] } } } },
  ];
  for (const body of bad_pages) assert.equal((await sandbox.send("messenger", body)).body.error?.code, 100, JSON.stringify(body).slice(0, 120));
  const button = (title) => ({ type: "reply", reply: { id: title, title } });
  const bad_numbers = [
    { ...whatsapp_text("2348016", "x"), messaging_product: undefined },
    { ...whatsapp_text("2348016", "x"), to: undefined },
    { ...whatsapp_text("2348016", "x"), type: "constructor" },
    { messaging_product: "whatsapp", to: "2348016", type: "interactive", interactive: { type: "button", body: { text: "x" }, action: { buttons: [button("a"), button("a")] } } },
    { messaging_product: "whatsapp", to: "2348016", type: "interactive", interactive: { type: "cta_url", body: { text: "x" }, action: { name: "cta_url", parameters: { display_text: "Pay", url: "nope" } } } },
  ];
  for (const body of bad_numbers) assert.equal((await sandbox.send("whatsapp", body)).body.error?.code, 100, JSON.stringify(body).slice(0, 120));
  for (const body of ["{", "[]", "null", "\"x\"", ""]) assert.equal((await sandbox.send("messenger", body)).body.error?.code, 100, body);
});

test("closes the window after 24 hours; a person may answer for 7 days", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) await sandbox.say(channel, "2348017", "hi");
  sandbox.time.offset = 25 * 3_600_000;
  assert.deepEqual(error_of(await sandbox.send("messenger", page_text("2348017", "late"))), { status: 403, code: 10, subcode: 2018278 });
  assert.deepEqual(error_of(await sandbox.send("instagram", page_text("2348017", "late"))), { status: 403, code: 10, subcode: 2534022 });
  const tagged = { ...page_text("2348017", "late"), messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" };
  assert.equal((await sandbox.send("messenger", tagged)).status, 200);
  sandbox.receiver.bodies = [];
  assert.equal((await sandbox.send("whatsapp", whatsapp_text("2348017", "late"))).status, 200);
  const failed = await until(() => items().find(({ value }) => value?.statuses), "the failed status");
  assert.deepEqual([failed.value.statuses[0].status, failed.value.statuses[0].errors[0].code], ["failed", 131047]);
  assert.equal(error_of(await sandbox.send("messenger", page_text("nobody", "x"))).subcode, 2018001);
});

test("switch: an error strikes n times and may come after the acceptance", async () => {
  await sandbox.say("messenger", "c8", "hi");
  await sandbox.switch_on({ "graph.error": { code: 613, times: 1 } });
  const limited = await sandbox.send("messenger", page_text("c8", "one"));
  assert.deepEqual([limited.body.error.code, limited.body.error.is_transient], [613, true]);
  const regain = ({ headers }) => JSON.parse(headers.get("x-business-use-case-usage")).sandbox[0].estimated_time_to_regain_access;
  assert.equal(regain(limited), 1);
  await sandbox.switch_on({ "graph.error": { code: 613, times: 1, regain_minutes: 0 } });
  assert.equal(regain(await sandbox.send("messenger", page_text("c8", "one"))), 0);
  assert.equal((await sandbox.send("messenger", page_text("c8", "two"))).status, 200);
  await sandbox.switch_on({ "graph.error": { code: 1, subcode: 1357046, status: 500, accepted: true, times: 1 } });
  assert.equal((await sandbox.send("messenger", page_text("c8", "three"))).status, 500);
  assert.deepEqual((await sandbox.transcript("messenger", "c8")).messages.map(({ text }) => text), ["hi", "two", "three"]);
});

test("switch: a lost answer shows the message and drops the connection", async () => {
  await sandbox.say("whatsapp", "2348019", "hi");
  await sandbox.switch_on({ "graph.lost_answer": 1 });
  await assert.rejects(sandbox.send("whatsapp", whatsapp_text("2348019", "once", { biz_opaque_callback_data: "k" })));
  assert.equal((await sandbox.transcript("whatsapp", "2348019")).messages.length, 2);
  await until(() => items().some(({ value }) => value?.statuses?.[0].biz_opaque_callback_data === "k"), "the status");
  await sandbox.send("whatsapp", whatsapp_text("2348019", "once", { biz_opaque_callback_data: "k" }));
  const { body } = await sandbox.ask("GET", "/control/counters");
  assert.deepEqual(body.duplicates, [{ channel: "whatsapp", account: ada.whatsapp, customer: "2348019", text: "once", times: 2 }]);
  const [{ key, times, sent_at, proven_at }] = body.resends;
  assert.deepEqual([key, times, sent_at.length], ["k", 2, 2]);
  assert.ok(proven_at >= sent_at[0], "its status was taken");
});

test("a repeated send tells that the server was never told of the first", async () => {
  await sandbox.say("messenger", "c20", "hi");
  sandbox.receiver.answer = () => 503;
  for (let i = 0; i < 2; i += 1) await sandbox.send("messenger", page_text("c20", "once", { metadata: "k" }));
  const unproven = (await sandbox.ask("GET", "/control/counters")).body.resends[0];
  assert.deepEqual([unproven.key, unproven.proven_at], ["k", undefined]);
  sandbox.receiver.answer = () => 200;
  await until(async () => (await sandbox.ask("GET", "/control/counters")).body.resends[0].proven_at !== undefined, "an echo that was posted again is taken");
});

test("switch: the echo may overtake the answer", async () => {
  await sandbox.say("messenger", "c9", "hi");
  await sandbox.switch_on({ "graph.echo_first": 1 });
  const { body } = await sandbox.send("messenger", page_text("c9", "Hello"));
  assert.equal(items().at(-1).message.mid, body.message_id);
});

test("shows typing until the message comes, and buttons", async () => {
  await sandbox.say("messenger", "c10", "hi");
  await sandbox.send("messenger", { recipient: { id: "c10" }, sender_action: "typing_on" });
  assert.equal((await sandbox.transcript("messenger", "c10")).typing, true);
  await sandbox.send("messenger", { recipient: { id: "c10" }, message: { attachment: { type: "template", payload: { template_type: "button", text: "Pay here", buttons: [{ type: "web_url", title: "Pay", url: "https://example.com/pay/1" }] } } } });
  const { typing, messages } = await sandbox.transcript("messenger", "c10");
  assert.equal(typing, false);
  assert.deepEqual(messages.at(-1).buttons, [{ type: "url", title: "Pay", url: "https://example.com/pay/1" }]);
});

test("answers what a health check reads", async () => {
  const get = (path, token) => sandbox.ask("GET", path, undefined, { authorization: `Bearer ${token}` });
  assert.equal((await get("/graph/v25.0/me", "sandbox-token-page_0001")).body.instagram_business_account.id, ada.instagram);
  const me = (await get("/instagram/v25.0/me?fields=id,user_id,username", `sandbox-token-${ada.instagram}`)).body;
  assert.equal(me.user_id, ada.instagram);
  assert.notEqual(me.id, ada.instagram);
  assert.equal((await get(`/graph/v25.0/${ada.whatsapp}`, `sandbox-token-${ada.whatsapp}`)).body.quality_rating, "GREEN");
  assert.equal((await get("/graph/v25.0/page_0001/subscribed_apps", "sandbox-token-page_0001")).body.data[0].id, "1234567890");
  const debug = await get("/graph/v25.0/debug_token?input_token=sandbox-token-page_0001", `1234567890|${app_secret}`);
  assert.equal(debug.body.data.is_valid, true);
  await sandbox.ask("DELETE", "/graph/v25.0/page_0001/subscribed_apps", undefined, { authorization: "Bearer sandbox-token-page_0001" });
  assert.equal((await sandbox.say("messenger", "c11", "anyone?")).body.status, 0);
});

test("a customer's profile is open to the account that the customer wrote to, and to no other", async () => {
  await sandbox.say("messenger", "c12", "hi", { name: "Ada Obi Eze" });
  await sandbox.say("instagram", "c13", "hi", { name: "Ada Obi" });
  const get = (path, token) => sandbox.ask("GET", path, undefined, { authorization: `Bearer ${token}` });
  const page = (id) => get(`/graph/v25.0/${id}?fields=name,first_name,last_name`, "sandbox-token-page_0001");
  assert.deepEqual((await page("c12")).body, { id: "c12", name: "Ada Obi Eze", first_name: "Ada", last_name: "Obi Eze" });
  assert.deepEqual((await get("/instagram/v25.0/c13?fields=name,username", `sandbox-token-${ada.instagram}`)).body, { id: "c13", name: "Ada Obi", username: "ada_obi" });
  assert.deepEqual(error_of(await page("c13")), error_of(await page("nobody")));
  assert.equal(error_of(await page("nobody")).code, 100);
});
