// News of an order find their customer: in the chat, in the approved template of a WhatsApp number, by mail, and where none of
// these is there a person of the shop is asked. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { colleague, signed_in_owner } from "./harness/team.mjs";
import { look_now } from "./harness/paying_shops.mjs";
import { shared_world } from "./harness/world.mjs";
import { root, sleep, until } from "./harness/workspace.mjs";

const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
let here;
let ada;
let grace;  // an agent of Ada's
shared_world({ before, after }, { name: "api-told", binary }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  grace ??= await colleague(here, ada);
});

// A customer with a link to pay whose send window is over.
async function late_customer(channel, email) {
  const who = here.customer(channel);
  await here.meet(who);
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.sandbox.say(who, "Checkout please");
  await here.sandbox.heard(who, 2);
  await here.settled();
  const [[id, chat, customer, reference]] = await here.server.sql(`SELECT id, conversation_id, contact_id, payment_reference FROM orders WHERE conversation_id IN ${here.conversation_of(who)}`);
  if (email) {
    const { body: { version } } = await ada.client.get(`${ada.shop}/customers/${customer}`);
    assert.equal((await ada.client.patch(`${ada.shop}/customers/${customer}`, { email }, if_match(version))).status, 200);
  }
  await here.server.sql(`UPDATE conversations SET last_customer_at = last_customer_at - 48 * 3600000 WHERE id = '${chat}'`);
  await here.server.restart();  // it remembers when the customer wrote last
  return { who, id, chat, reference };
}

// The money comes, no event tells of it, and the customer is told when it is found.
async function pays({ reference }) {
  await here.sandbox.pay(reference);
  await look_now(here, reference);
}

const kinds_of = async ({ chat }) => (await here.server.sql(`SELECT kind FROM person_tasks WHERE conversation_id = '${chat}'`)).flat();
const worked_off = () => until("the notice was worked off", async () => (await here.server.number("SELECT count(*) FROM jobs WHERE kind = 'customer.untold'")) === 0 && (await here.server.number("SELECT count(*) FROM outbox")) === 0, { seconds: 30, explain: () => here.place.log_tail("server") });
const timeline = async ({ id }) => (await ada.client.get(`${ada.shop}/orders/${id}/timeline`)).body.items.map(({ kind }) => kind);

test("outside the send window a customer who left an address is written to, once, in words of nobody", async () => {
  const order = await late_customer("messenger", "ama.told@example.com");
  await pays(order);
  const [mail] = await here.sandbox.got_mails("ama.told@example.com");
  assert.match(mail.text, /has arrived/);
  assert.ok(!/Ankara|Ada/.test(mail.text + mail.subject), mail.text);
  await worked_off();
  await here.server.restart();
  await sleep(1500);
  assert.equal((await here.sandbox.mails("ama.told@example.com")).length, 1);
  assert.deepEqual(await kinds_of(order), []);
  assert.ok((await timeline(order)).includes("told_by_mail"));
});

test("a server that dies when the mail is committed writes it once", { timeout: 120_000 }, async () => {
  const order = await late_customer("messenger", "esi.told@example.com");
  await here.server.restart({ env: { SELLAVIE_FAULT_POINT: "untold.committed:1" } });
  await pays(order);
  assert.equal((await here.server.wait_until_dead(60, "it dies at untold.committed")).signal, "SIGKILL");
  await here.server.start();
  await here.sandbox.got_mails("esi.told@example.com");
  await worked_off();
  await until("no mail waits", async () => (await here.server.number("SELECT count(*) FROM mails WHERE dead_at IS NULL")) === 0, { seconds: 30, explain: () => here.place.log_tail("server") });
  assert.equal((await here.sandbox.mails("esi.told@example.com")).length, 1);
  assert.deepEqual((await timeline(order)).filter((kind) => kind === "told_by_mail"), ["told_by_mail"]);
  assert.deepEqual(await kinds_of(order), []);
});

test("where there is no address a person is asked", async () => {
  const order = await late_customer("instagram");
  await pays(order);
  await until("a person is asked", async () => (await kinds_of(order)).length > 0, { seconds: 30, explain: () => here.place.log_tail("server") });
  await worked_off();
  assert.deepEqual(await kinds_of(order), ["customer_not_told"]);
  const { body } = await ada.client.get(`${ada.shop}/tasks?kind=customer_not_told`);
  assert.equal(body.items[0].conversation_id, order.chat);
});

test("a WhatsApp number tells in its approved template; other channels have none", async () => {
  const connections = (await ada.client.get(`${ada.shop}/connections`)).body.items;
  const number = connections.find(({ channel }) => channel === "whatsapp");
  const page = connections.find(({ channel }) => channel === "messenger");
  assert.equal(number.notice_template, null);
  const notice_template = { name: "order_news", language: "en_US" };
  const change = async (who, { id }, wanted) => {
    const { body: { version } } = await ada.client.get(`${ada.shop}/connections/${id}`);
    return who.client.patch(`${ada.shop}/connections/${id}`, { notice_template: wanted }, if_match(version));
  };
  assert.equal((await change(grace, number, notice_template)).status, 403);
  for (const wrong of [{ name: "Order news", language: "en" }, { name: "order_news", language: "en-US!" }]) assert.equal((await change(ada, number, wrong)).status, 422);
  assert.equal((await change(ada, page, notice_template)).status, 422);
  const changed = await change(ada, number, notice_template);
  assert.deepEqual([changed.status, changed.body.notice_template], [200, notice_template], changed.text);
  const late = await ada.client.patch(`${ada.shop}/connections/${number.id}`, { notice_template: null }, if_match(number.version));
  assert.equal(late.status, 412, "who read it before is told");
  await sleep(2500);  // the server hears of it

  const order = await late_customer("whatsapp", "kojo.told@example.com");
  const before = (await here.sandbox.replies(order.who, "app")).length;
  await pays(order);
  const replies = await here.sandbox.heard(order.who, before + 1);
  assert.match(replies.at(-1).text, /\[order_news\].*has arrived/);
  await worked_off();
  assert.deepEqual(await here.sandbox.mails("kojo.told@example.com"), []);
  assert.deepEqual(await kinds_of(order), []);
  assert.equal((await change(ada, number, null)).body.notice_template, null);
  const log = (await ada.client.get(`${ada.shop}/activity?action=connection.notice_template_changed`)).body.items;
  assert.equal(log.length, 2);
});
