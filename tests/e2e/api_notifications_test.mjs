// People of a shop hear what happened: in the app while they watch, by mail and by push, once and not in their quiet hours; and again
// when nobody takes a chat. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { api_client, if_match } from "./harness/api.mjs";
import { push_browser } from "./harness/browser_push.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { open_receiver } from "./harness/receiver.mjs";
import { gets_a_link, look_now } from "./harness/paying_shops.mjs";
import { all_of, password, signed_in_owner } from "./harness/team.mjs";
import { root, until } from "./harness/workspace.mjs";
import { demo_businesses, shared_world } from "./harness/world.mjs";

const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
const receiver = await open_receiver();
after(() => receiver.close());

// So that a card can be declined.
const businesses = demo_businesses((business) => (business.key === "ada"
  ? { ...business, payments: [{ provider: "paystack", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [] }] } : business));

let here;
let ada;     // the owner
let grace;   // an agent
let vera;    // a viewer
shared_world({ before, after }, { name: "api-notifications", settings: { egress: receiver.egress }, binary, businesses }, (world) => { here = world; });
beforeEach(async () => {
  receiver.answer = () => ({ status: 201 });
  if (!here.server.is_running) await here.server.start();
  if (!ada) {
    ada = { ...await signed_in_owner(here), email: here.businesses[0].owner.email };
    grace = await joined("grace", "agent");
    vera = await joined("vera", "viewer");
  }
  // The last test's mails and pushes hold none of this one's up.
  await no_pace();
});

// Somebody with the owner's password joins Ada's shop.
async function joined(name, role) {
  const email = `${name}@shop.example`;
  const id = randomUUID();
  await here.server.sql(`INSERT INTO accounts (id, email, name, password_hash, created_at)
      SELECT '${id}', '${email}', '${name}', password_hash, 0 FROM accounts WHERE id = '${ada.account_id}';
    INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ('${id}', '${ada.business_id}', '${role}', 0)`);
  const client = await new api_client(here.server.url).signed_in(email, password);
  return { client, account_id: id, business_id: ada.business_id, shop: ada.shop, inbox: ada.inbox, email };
}

const list = async (who, query = "") => (await all_of(who.client, `${who.shop}/notifications${query}`)).items;
const unread = async (who) => (await who.client.get(`${who.shop}/notifications/unread`)).body.unread;
const of_chat = (id) => (one) => one.conversation_id === id;
const explain = () => here.place.log_tail("server");

async function told(who, holds, what = "they are told") {
  let found;
  await until(what, async () => { found = (await list(who)).find(holds); return found; }, { seconds: 20, explain });
  return found;
}

// A customer asks for a person. -> the chat
async function asks_for_a_person() {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.sandbox.say(who, "I want to talk to a person");
  await until("the chat is a person's", async () => (await here.owner_of(who))?.person, { seconds: 20, explain });
  const [[id]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  return { who, id };
}

// What waits for its time is due now.
const hasten = (kind) => here.server.sql(`UPDATE jobs SET due_at = 0 WHERE kind = '${kind}' AND state = 0`);
const open_jobs = (kind) => here.server.number(`SELECT count(*) FROM jobs WHERE kind = '${kind}' AND business_id = '${ada.business_id}'`);
const no_pace = () => here.server.sql("UPDATE notification_pace SET mailed_at = NULL, pushed_at = NULL");
// Whatever could still be sent has been: no pace holds a second mail or push back.
const all_sent = () => until("nothing waits to be sent", async () => {
  await no_pace();
  await hasten("notice.send");
  return (await here.server.number(`SELECT (SELECT count(*) FROM jobs WHERE kind IN ('notice.send', 'push') AND business_id = '${ada.business_id}')
    + (SELECT count(*) FROM mails WHERE dead_at IS NULL)`)) === 0;
}, { seconds: 60, every_ms: 200, explain: async () => `${JSON.stringify(await here.server.sql("SELECT kind, state, due_at, unique_key FROM jobs"))}\n${explain()}` });
// The one job that sends to this person waits for a later time.
const waits_to_send = (who, way) => until(`${who.email}'s ${way} waits`, async () =>
  (await here.server.number(`SELECT count(*) FROM jobs WHERE kind = 'notice.send' AND state = 0 AND due_at > ${Date.now()} AND unique_key = '${who.account_id}.${way}'`)) === 1,
  { seconds: 20, explain });
const mails_of = (who, subject) => here.sandbox.mails(who.email).then((all) => all.filter((one) => one.subject === subject));
async function mailed(who, subject, count) {
  let found = [];
  await until(`${who.email} has ${count} mails "${subject}"`, async () => {
    found = await mails_of(who, subject);
    return found.length >= count;
  }, { seconds: 20, explain: async () => `${JSON.stringify((await here.sandbox.mails(who.email)).map((one) => one.subject))}\n${explain()}` });
  return found;
}

async function choose(who, change) {
  const path = `${who.shop}/notification-settings`;
  const { body } = await who.client.get(path);
  const { version, ...now } = body;
  const { status, text } = await who.client.put(path, { ...now, ...change }, if_match(version));
  assert.equal(status, 200, text);
}

const chat_waits = "A chat waits for you";

test("a customer asks for a person: whoever answers sees it at once, the owner gets a mail, a browser a push", async (t) => {
  const [live, strange] = [await event_stream.open(grace.client, ada.business_id), await event_stream.open(vera.client, ada.business_id)];
  t.after(() => Promise.all([live.close(), strange.close()]));
  await live.event("snapshot");
  await strange.event("snapshot");
  const browser = new push_browser(receiver);
  assert.equal((await grace.client.post("/me/push-subscriptions", browser.subscription)).status, 201);
  const before = (await mails_of(ada, chat_waits)).length;
  const chat = await asks_for_a_person();

  const { data } = await live.event("notification.added", ({ kind }) => kind === "hand_over");
  const seen = await told(grace, of_chat(chat.id));
  assert.deepEqual([seen.id, seen.kind, seen.escalation, seen.read_at], [data.notification_id, "hand_over", "none", null]);
  assert.ok(seen.task_id);
  assert.ok(!strange.events.some(({ type }) => type === "notification.added"), "nobody is shown another one's");
  assert.ok(strange.events.some(({ type }) => type === "task.created"));
  assert.deepEqual(await list(vera), [], "who only looks is not asked");

  const mails = await mailed(ada, chat_waits, before + 1);
  const mail = mails.at(-1);
  assert.match(mail.headers["content-type"], /^multipart\/alternative/);
  await browser.heard();
  await all_sent();
  assert.equal((await mails_of(ada, chat_waits)).length, before + 1);
  assert.equal(receiver.at(browser.path).length, 1);
  for (const way of ["in_app", "email", "push"])
    assert.ok((await here.server.metric("sellavie_notifications_total", { kind: "hand_over", way })) > 0, way);
});

test("each reads their own, one or all up to the latest that they saw, and nobody another one's", async () => {
  const chats = [await asks_for_a_person(), await asks_for_a_person()];
  const seen = [];
  for (const { id } of chats) seen.push(await told(grace, of_chat(id)));
  const had = await unread(grace);
  assert.ok(had >= 2);
  const one = (id, rest) => `${ada.shop}/notifications/${id}${rest}`;
  assert.equal((await ada.client.post(one(seen[0].id, "/read"))).status, 404);
  assert.equal((await grace.client.post(one(seen[0].id, "/read"))).status, 204);
  assert.equal((await grace.client.post(one(seen[0].id, "/read"))).status, 204);
  assert.equal(await unread(grace), had - 1);
  assert.ok(!(await list(grace, "?unread=true")).some(({ id }) => id === seen[0].id));
  const ids = (await list(grace)).map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort().reverse(), "the latest first");
  const paged = await all_of(grace.client, `${ada.shop}/notifications`, { limit: 1 });
  assert.equal(paged.pages, ids.length);
  assert.equal((await grace.client.post(`${ada.shop}/notifications/read-all`, { up_to: ids[0] })).status, 204);
  assert.equal(await unread(grace), 0);
  assert.ok((await unread(ada)) > 0, "of others it stays unread");
});

test("quiet hours hold mails back and show the app at once", async () => {
  const clock = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
  await choose(ada, { quiet_hours: { from: clock(-60), to: clock(60), timezone: "Etc/UTC" } });
  const mails = async () => (await here.sandbox.mails(ada.email)).length;
  const before = await mails();
  const chat = await asks_for_a_person();
  await told(ada, of_chat(chat.id));
  await hasten("notice.send");
  await until("the mail waits for their end", async () => {
    const [[due]] = await here.server.sql(`SELECT coalesce(max(due_at), 0) FROM jobs WHERE kind = 'notice.send' AND state = 0 AND unique_key = '${ada.account_id}.email'`);
    return Number(due) > Date.now() + 30 * 60_000;
  }, { seconds: 20, explain });
  assert.equal(await mails(), before);
  await choose(ada, { quiet_hours: null });
  await hasten("notice.send");
  // With the chats of the test above, if they have waited.
  await until("the mail came", async () => (await mails()) === before + 1, { seconds: 20, explain });
});

test("what comes within ten minutes is one mail at their end", async () => {
  await asks_for_a_person();
  await until("the first was mailed", async () => (await here.server.number(`SELECT count(*) FROM notification_pace WHERE account_id = '${ada.account_id}' AND mailed_at IS NOT NULL`)) === 1, { seconds: 20, explain });
  const subject = "2 chats wait for you";
  const before = (await mails_of(ada, subject)).length;
  for (const { id } of [await asks_for_a_person(), await asks_for_a_person()]) await told(ada, of_chat(id));
  await hasten("notice.send");
  await waits_to_send(ada, "email");
  assert.equal((await mails_of(ada, subject)).length, before, "not yet");
  await here.server.sql("UPDATE notification_pace SET mailed_at = mailed_at - 600000");
  await hasten("notice.send");
  await mailed(ada, subject, before + 1);
});

test("an order that is paid is told, and a card that is declined", async () => {
  const { id, reference } = await gets_a_link(here, "ada", { quantity: 1 });
  const of_order = (kind) => (one) => one.order_id === id && one.kind === kind;
  await here.sandbox.pay(reference, { outcome: "failed" });
  await look_now(here, reference);
  await told(grace, of_order("failed_payment"), "the declined card is told");
  const { body } = await ada.client.get(`${ada.shop}/orders/${id}`);
  const paid = await ada.client.post(`${ada.shop}/orders/${id}/mark-paid`, { method: "cash" }, if_match(body.version));
  assert.equal(paid.status, 200, paid.text);
  const seen = await told(grace, of_order("paid_order"));
  assert.equal(seen.product_id, null);
});

test("a product that runs low is told to whoever manages, where the shop draws the line", async () => {
  const { body: was } = await ada.client.get(ada.shop);
  assert.equal(was.low_stock_at, 3);
  const changed = await ada.client.patch(ada.shop, { low_stock_at: 10 }, if_match(was.version));
  assert.deepEqual([changed.status, changed.body.low_stock_at], [200, 10]);
  const { body: product } = await ada.client.post(`${ada.shop}/products`, { sku: "LOW", name: "Few", price_minor: 100, stock: 12 });
  const adjust = (delta) => ada.client.post(`${ada.shop}/products/${product.id}/stock/adjust`, { delta, reason: "recount" }, { headers: { "idempotency-key": randomUUID() } });
  assert.equal((await adjust(-2)).status, 200);
  const seen = await told(ada, (one) => one.product_id === product.id);
  assert.equal(seen.kind, "low_stock");
  assert.ok(!(await list(grace)).some((one) => one.product_id === product.id));
});

test("a hand-over that nobody takes is told to managers, then to the owner, and a reply ends it", async () => {
  const chat = await asks_for_a_person();
  await told(ada, of_chat(chat.id));
  await hasten("notice.tell");
  await told(ada, (one) => of_chat(chat.id)(one) && one.escalation === "managers");
  await hasten("notice.tell");
  await told(ada, (one) => of_chat(chat.id)(one) && one.escalation === "owner");
  assert.ok(!(await list(grace)).some((one) => of_chat(chat.id)(one) && one.escalation !== "none"));

  const other = await asks_for_a_person();
  await told(ada, of_chat(other.id));
  const sent = await grace.client.post(`${grace.inbox}/${other.id}/messages`, { text: "I am here." }, { headers: { "idempotency-key": randomUUID() } });
  assert.ok(sent.status < 300, sent.text);
  await hasten("notice.tell");
  await until("nothing waits to be told again", async () => (await open_jobs("notice.tell")) === 0, { seconds: 20, explain });
  assert.ok(!(await list(ada)).some((one) => of_chat(other.id)(one) && one.escalation !== "none"));
});

test("a summary comes when it was chosen, and counts what was told", async () => {
  await choose(grace, { digest: "daily" });
  const chat = await asks_for_a_person();
  await told(grace, of_chat(chat.id));
  const key = `kind = 'notice.summary' AND unique_key = '${grace.account_id}'`;
  await until("a summary is planned", async () => (await here.server.number(`SELECT count(*) FROM jobs WHERE ${key}`)) === 1, { seconds: 20, explain });
  // As if it had been planned two days ago.
  await here.server.sql(`UPDATE jobs SET due_at = 0, created_at = created_at - 172800000 WHERE ${key}`);
  await mailed(grace, "Your day with Sellavie", 1);
  await until("the summary is counted", async () => (await here.server.metric("sellavie_notifications_total", { kind: "hand_over", way: "summary" })) > 0, { seconds: 20, explain });
  await choose(grace, { digest: "off" });
});

test("a process that is killed between telling and its record tells once", { timeout: 300_000 }, async () => {
  // So that the one message that is sent is Ada's mail: no push of hers, nothing to the others, nothing of the tests above.
  const { body: { kinds: usual } } = await ada.client.get(`${ada.shop}/notification-settings`);
  await choose(ada, { kinds: { ...usual, hand_over: { in_app: true, email: true, push: false } } });
  await choose(grace, { kinds: { ...usual, hand_over: { in_app: true, email: false, push: false } } });
  await here.server.sql("DELETE FROM jobs WHERE kind = 'notice.tell' AND state = 0");
  for (const point of ["notice.told", "notice.sent"]) {
    await all_sent();
    const before = (await mails_of(ada, chat_waits)).length;
    await here.server.restart({ env: { SELLAVIE_FAULT_POINT: `${point}:1` } });
    const who = here.customer();
    await here.sandbox.say(who, "I want to talk to a person");
    await here.server.wait_until_dead(30, `it dies at ${point}`);
    const died_at = Date.now();
    await here.server.start();
    if (point === "notice.sent")
      assert.equal(await here.server.number(`SELECT count(*) FROM notification_pace WHERE account_id = '${ada.account_id}' AND mailed_at <= ${died_at}`), 1, "her mail was made before it died");
    await here.settled();
    const [[id]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
    await told(grace, of_chat(id));
    await mailed(ada, chat_waits, before + 1);
    await until("all is told", async () => (await here.server.number("SELECT count(*) FROM jobs WHERE kind = 'notice.tell' AND due_at <= extract(epoch FROM now()) * 1000")) === 0, { seconds: 20, explain });
    await all_sent();
    assert.equal((await list(grace)).filter(of_chat(id)).length, 1, point);
    assert.equal((await mails_of(ada, chat_waits)).length, before + 1, point);
  }
  for (const one of [ada, grace]) await choose(one, { kinds: usual });
});

test("who was removed hears nothing any more", async () => {
  const femi = await joined("femi", "agent");
  // Their first mail and push are held.
  await here.server.sql(`INSERT INTO notification_pace (business_id, account_id, mailed_at, pushed_at)
    VALUES ('${femi.business_id}', '${femi.account_id}', ${Date.now()}, ${Date.now()})`);
  const first = await asks_for_a_person();
  await told(femi, of_chat(first.id));
  await waits_to_send(femi, "email");
  assert.equal((await ada.client.delete(`${ada.shop}/members/${femi.account_id}`)).status, 204);
  await all_sent();
  assert.deepEqual(await here.sandbox.mails(femi.email), []);
  const chat = await asks_for_a_person();
  await told(grace, of_chat(chat.id));
  await all_sent();
  assert.equal((await femi.client.get(`${femi.shop}/notifications`)).status, 404);
  assert.equal(await here.server.number(`SELECT count(*) FROM notifications WHERE account_id = '${femi.account_id}'`), 0);
  assert.deepEqual(await here.sandbox.mails(femi.email), []);
});

// Last: it looks at what the tests above left behind.
test("nothing that was told is dead, and the log has ids alone", async () => {
  assert.deepEqual((await ada.client.get(`${ada.shop}/jobs/dead`)).body.items.filter(({ kind }) => kind.startsWith("notice.")), []);
  const log = readFileSync(here.place.file("server.log"), "utf8");
  assert.ok(!log.includes("shop.example"), "an address");
  assert.ok(!log.includes("talk to a person"));
});
