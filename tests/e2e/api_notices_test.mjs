// Everything that people are told of, each brought about as it happens in a shop, and each by every way that they chose: in the app, by a
// mail in plain words and as HTML, by a push that their browser can open. Who wished for the app alone hears nothing elsewhere.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { push_browser } from "./harness/browser_push.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { mail_parts } from "./harness/mail_parts.mjs";
import { gets_a_link, look_now, order_becomes } from "./harness/paying_shops.mjs";
import { open_receiver } from "./harness/receiver.mjs";
import { all_of, colleague, signed_in_owner } from "./harness/team.mjs";
import { until } from "./harness/workspace.mjs";
import { demo_businesses, shared_world } from "./harness/world.mjs";

const receiver = await open_receiver();
after(() => receiver.close());
receiver.answer = () => ({ status: 201 });

const paystack = [{ provider: "paystack", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [] }];
const businesses = demo_businesses((business) => (business.key === "ada" ? { ...business, payments: paystack } : { ...business, plan: "small" }));

let here;
let ada;    // the owner: by every way
let grace;  // an agent: in the app alone
let kofi;   // the owner of a shop with a small plan: by every way
shared_world({ before, after }, { name: "api-notices", businesses, settings: { egress: receiver.egress, "plans.small": { ai_replies_per_month: 5 } } }, (world) => { here = world; });
beforeEach(async () => {
  if (ada) return;
  ada = await listening(await signed_in_owner(here, 0), here.businesses[0].owner.email, { in_app: true, email: true, push: true });
  // Before he is somebody else's agent, too.
  kofi = await listening(await signed_in_owner(here, 1), here.businesses[1].owner.email, { in_app: true, email: true, push: true });
  grace = await listening(await colleague(here, ada), here.businesses[1].owner.email, { in_app: true, email: false, push: false });
});

async function listening(person, email, ways) {
  const path = `${person.shop}/notification-settings`;
  const { body: { version, ...now } } = await person.client.get(path);
  const kinds = Object.fromEntries(Object.keys(now.kinds).map((kind) => [kind, ways]));
  assert.equal(Object.keys(kinds).length, 7);
  const { status, text } = await person.client.put(path, { ...now, kinds }, if_match(version));
  assert.equal(status, 200, text);
  const browser = new push_browser(receiver);
  assert.equal((await person.client.post("/me/push-subscriptions", browser.subscription)).status, 201);
  return { ...person, email, browser };
}

const explain = () => here.place.log_tail("server");
const of_kind = async (who, kind) => (await all_of(who.client, `${who.shop}/notifications`)).items.filter((one) => one.kind === kind);
const mails_of = async (who, subject) => (await here.sandbox.mails(who.email)).filter((one) => one.subject === subject);
const pushes_to = ({ browser }) => receiver.at(browser.path).map((call) => browser.opened(call));
// So that nothing is held back, and nothing is gathered with what came before.
async function hasten() {
  await here.server.sql("UPDATE notification_pace SET mailed_at = NULL, pushed_at = NULL; UPDATE jobs SET due_at = 0 WHERE kind = 'notice.send' AND state = 0");
}

// `happens` is told to `who` once by every way: in the app, with a live event, as a mail of both parts, as a push.
// -> the notification
async function hears(who, kind, sentence, page, happens) {
  await hasten();
  const headline = sentence.replace(/\.$/, "");
  const had = { told: (await of_kind(who, kind)).length, mails: (await mails_of(who, headline)).length, pushes: pushes_to(who).filter(({ title }) => title === sentence).length };
  const live = await event_stream.open(who.client, who.business_id);
  await live.event("snapshot");
  await happens();
  await live.event("notification.added", (data) => data.kind === kind);
  await live.close();
  const told = await of_kind(who, kind);
  assert.equal(told.length, had.told + 1, "in the app, once");
  let mail;
  await until(`the mail "${headline}" came`, async () => {
    await hasten();
    mail = (await mails_of(who, headline))[had.mails];
    return mail;
  }, { seconds: 30, every_ms: 200, explain: async () => `${JSON.stringify((await here.sandbox.mails(who.email)).map(({ subject }) => subject))}\n${explain()}` });
  const { text, html } = mail_parts(mail);
  const path = `/businesses/${who.business_id}${page(told[0])}`;
  assert.ok(text.includes(`* ${sentence}\n`) && text.includes(path), text);
  assert.ok(!/<\w/.test(text), text);
  assert.match(html, /^<!doctype html>/);
  assert.ok(html.includes(`${path}">${sentence}</a></li>`), html);
  let push;
  await until(`the push "${sentence}" came`, async () => {
    await hasten();
    push = pushes_to(who).filter(({ title }) => title === sentence)[had.pushes];
    return push;
  }, { seconds: 30, every_ms: 200, explain: () => `${JSON.stringify(pushes_to(who))}\n${explain()}` });
  assert.ok(push.url.endsWith(path), JSON.stringify(push));
  assert.equal((await mails_of(who, headline)).length, had.mails + 1, "one mail");
  assert.equal(pushes_to(who).filter(({ title }) => title === sentence).length, had.pushes + 1, "one push");
  return told[0];
}

let customer;  // with an order and its link

test("a chat that wants a person", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  const seen = await hears(ada, "hand_over", "A chat waits for you.", ({ conversation_id }) => `/inbox/${conversation_id}`, () => here.sandbox.say(who, "I want to talk to a person"));
  assert.ok(seen.conversation_id && seen.task_id);
  assert.equal((await of_kind(grace, "hand_over")).length, 1, "and whoever answers");
});

test("a payment that failed, and the order that is paid after all", async () => {
  customer = await gets_a_link(here, "ada", { quantity: 1 });
  const page = () => `/orders/${customer.id}`;
  const failed = await hears(ada, "failed_payment", "A payment failed.", page, async () => {
    await here.sandbox.pay(customer.reference, { outcome: "failed" });
    await look_now(here, customer.reference);
  });
  const paid = await hears(ada, "paid_order", "An order was paid.", page, async () => {
    await here.sandbox.pay(customer.reference);
    await look_now(here, customer.reference);
  });
  assert.deepEqual([failed.order_id, paid.order_id], [customer.id, customer.id]);
  await order_becomes(here, customer.who, "paid");
  assert.deepEqual([(await of_kind(grace, "failed_payment")).length, (await of_kind(grace, "paid_order")).length], [1, 1]);
});

test("money that a person has to look at", async () => {
  const order = await gets_a_link(here, "ada", { quantity: 1 });
  await here.sandbox.set({ "paystack.wrong_amount": { times: 1 } });
  const seen = await hears(ada, "review_item", "Something waits for a person to look at it.", () => "", async () => {
    await here.sandbox.pay(order.reference);
    await look_now(here, order.reference);
  });
  const { body: task } = await ada.client.get(`${ada.shop}/tasks/${seen.task_id}`);
  assert.equal(task.kind, "payment_review");
});

test("a product that runs low", async () => {
  const { body: product } = await ada.client.post(`${ada.shop}/products`, { sku: "LOW", name: "Few", price_minor: 100, stock: 9 });
  const seen = await hears(ada, "low_stock", "A product runs low.", () => `/products/${product.id}`, () =>
    ada.client.post(`${ada.shop}/products/${product.id}/stock/adjust`, { delta: -7, reason: "recount" }, { headers: { "idempotency-key": randomUUID() } }));
  assert.equal(seen.product_id, product.id);
});

test("a payment provider that refuses the key", async () => {
  const order = await gets_a_link(here, "ada", { quantity: 1 });
  await here.sandbox.set({ "paystack.error": { status: 401 } });
  const seen = await hears(ada, "broken_connection", "A channel or a payment provider stopped working.", () => "/connections", () => look_now(here, order.reference));
  await here.sandbox.set({ "paystack.error": false });
  const { body: task } = await ada.client.get(`${ada.shop}/tasks/${seen.task_id}`);
  assert.deepEqual([task.kind, task.reason], ["payment_connection", "Paystack refuses the test key."]);
});

test("who answers customers is told nothing of what is for managers, and by no way that they did not choose", async () => {
  for (const kind of ["review_item", "low_stock", "broken_connection"]) assert.deepEqual(await of_kind(grace, kind), [], kind);
  assert.deepEqual(await here.sandbox.mails(grace.email), []);
  assert.deepEqual(pushes_to(grace), []);
});

test("a plan of which 80 % are used, and one that is used up", async () => {
  const who = here.customer("messenger", "kofi");
  const exchange = async (times) => {
    for (let i = 0; i < times; ++i) {
      const heard = (await here.sandbox.replies(who, "app")).length;
      await here.sandbox.say(who, "Hello!");
      await here.sandbox.heard(who, heard + 1);
    }
  };
  await exchange(3);
  assert.deepEqual(await of_kind(kofi, "quota"), []);
  const first = await hears(kofi, "quota", "80 % of your plan are used.", () => "/plan", () => exchange(1));
  const last = await hears(kofi, "quota", "Your plan is used up.", () => "/plan", () => exchange(1));
  assert.deepEqual([first.percent, last.percent], [80, 100]);
});
