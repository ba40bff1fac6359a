// Customers who have a payment link and have not paid: reminded in their chat as often as the shop allows, once each, and
// by nobody when money has come, a person has the chat, or its send window is over.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { paying_shops } from "./harness/paying_shops.mjs";
import { signed_in_owner } from "./harness/team.mjs";
import { open_world, shared_world } from "./harness/world.mjs";
import { root, sleep, until } from "./harness/workspace.mjs";

const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;
const shops = paying_shops();
let here;
let ada;
shared_world({ before, after }, { name: "reminders", businesses: shops.businesses }, (world) => { here = world; });
beforeEach(async () => { ada ??= await signed_in_owner(here); });

async function gets_a_link(world, key = "ada") {
  const who = world.customer("messenger", key);
  await world.meet(who);
  await world.sandbox.say(who, `I want 2 ${world.business(key).products[0].name}`);
  await world.sandbox.heard(who, 1);
  await world.sandbox.say(who, "Checkout please");
  await world.sandbox.heard(who, 2);
  await world.settled();
  const [[id, reference, url, chat]] = await world.server.sql(`SELECT id, payment_reference, payment_url, conversation_id FROM orders WHERE conversation_id IN ${world.conversation_of(who)}`);
  return { who, id, reference, url, chat, provider: shops.provider_of(key) };
}

const job_of = ({ id }) => `kind = 'checkout.remind' AND unique_key = '${id}'`;
const open_jobs = (world, order) => world.server.number(`SELECT count(*) FROM jobs WHERE ${job_of(order)}`);

// As if so many minutes had passed since the link was made; then the job is looked at.
async function minutes_pass(world, order, minutes) {
  await world.server.sql(`UPDATE payments SET created_at = created_at - ${minutes * 60_000} WHERE reference = '${order.reference}'`);
  await look(world, order);
}
async function look(world, order) {
  const [[before] = []] = await world.server.sql(`SELECT claims FROM jobs WHERE ${job_of(order)}`);
  await world.server.sql(`UPDATE jobs SET due_at = 0 WHERE ${job_of(order)}`);
  await until("the job was looked at", async () => {
    const [[claims, state] = []] = await world.server.sql(`SELECT claims, state FROM jobs WHERE ${job_of(order)}`);
    return claims === undefined || (claims > before && Number(state) === 0);
  }, { seconds: 30, explain: async () => `${JSON.stringify(await world.server.sql(`SELECT * FROM jobs WHERE ${job_of(order)}`))}\n${world.place.log_tail("server")}` });
  await world.settled();
}

const told = async (world, { who }) => (await world.sandbox.replies(who, "app")).map(({ text, buttons = [] }) => [text, ...buttons.map(({ url }) => url)].join(" "));
const reminders = async (world, order) => (await told(world, order)).filter((text) => /still waiting/.test(text));
const timeline = async (world, { id }) => (await world.server.sql(`SELECT what FROM order_timeline WHERE order_id = '${id}' ORDER BY at`)).flat();

for (const key of shops.keys) {
  test(`${shops.provider_of(key)}: a customer who has not paid is told once, with the link, after half of the hold`, async () => {
    const order = await gets_a_link(here, key);
    const [[due, made]] = await here.server.sql(`SELECT due_at, created_at FROM jobs WHERE ${job_of(order)}`);
    assert.ok(Math.abs(due - made - 15 * 60_000) < 60_000, `${due - made} ms`);
    await look(here, order);
    assert.deepEqual(await reminders(here, order), [], "it is not time yet");
    await minutes_pass(here, order, 40);
    const [reminder] = await reminders(here, order);
    assert.ok(reminder?.includes(order.url), `${reminder}\n${here.place.log_tail("server")}`);
    assert.equal((await reminders(here, order)).length, 1);
    assert.ok((await timeline(here, order)).includes("reminded"));
    assert.equal(await open_jobs(here, order), 0, "there is no other");
  });
}

test("money that has come, or a person who has the chat, or a window that is over: nobody is reminded", async () => {
  const paid = await gets_a_link(here);
  await here.sandbox.pay(paid.reference, { provider: paid.provider });
  await minutes_pass(here, paid, 40);
  await until("the order is paid", async () => (await here.server.sql(`SELECT status FROM orders WHERE id = '${paid.id}'`))[0][0] === "paid", { seconds: 30, explain: () => here.place.log_tail("server") });
  await here.settled();
  assert.deepEqual(await reminders(here, paid), []);
  assert.match((await told(here, paid)).at(-1), /has arrived/);

  const taken = await gets_a_link(here);
  assert.equal((await ada.client.post(`${ada.shop}/conversations/${taken.chat}/take-over`)).status, 200);
  await minutes_pass(here, taken, 40);
  assert.deepEqual(await reminders(here, taken), []);

  const late = await gets_a_link(here);
  await here.server.sql(`UPDATE conversations SET last_customer_at = last_customer_at - 24 * 3600000 WHERE id = '${late.chat}'`);
  await minutes_pass(here, late, 40);
  assert.deepEqual(await reminders(here, late), []);
  assert.equal(await here.server.number(`SELECT count(*) FROM person_tasks WHERE conversation_id = '${late.chat}' AND kind = 'send_failed'`), 0);
});

test("the shop says how often and when, or not at all", async () => {
  const { body: first } = await ada.client.get(ada.shop);
  assert.deepEqual([first.checkout_reminders, first.checkout_reminder_minutes], [1, null]);
  const say = async (wanted) => {
    const { body: { version } } = await ada.client.get(ada.shop);
    const { status, body, text } = await ada.client.patch(ada.shop, wanted, if_match(version));
    assert.equal(status, 200, text);
    await sleep(2500);  // the server hears of it
    return body;
  };
  for (const [wrong, field] of [[{ checkout_reminders: 4 }, "/checkout_reminders"], [{ checkout_reminders: -1 }, "/checkout_reminders"], [{ checkout_reminder_minutes: 4 }, "/checkout_reminder_minutes"], [{ checkout_reminder_minutes: 1441 }, "/checkout_reminder_minutes"]]) {
    const { status, body } = await ada.client.patch(ada.shop, wrong, if_match(first.version));
    assert.deepEqual([status, body.errors?.[0].field], [422, field]);
  }
  const said = await say({ checkout_reminders: 2, checkout_reminder_minutes: 5 });
  assert.deepEqual([said.checkout_reminders, said.checkout_reminder_minutes], [2, 5]);
  const order = await gets_a_link(here);
  await minutes_pass(here, order, 6);
  assert.equal((await reminders(here, order)).length, 1);
  await look(here, order);
  assert.equal((await reminders(here, order)).length, 1, "the second has its own time");
  await here.server.sql(`UPDATE action_results SET created_at = created_at - 300000 WHERE action_key LIKE 'remind.${order.id}.%'`);
  await minutes_pass(here, order, 5);
  assert.equal((await reminders(here, order)).length, 2);
  assert.equal(await open_jobs(here, order), 0);

  const before = await gets_a_link(here);
  await say({ checkout_reminders: 0, checkout_reminder_minutes: null });
  await minutes_pass(here, before, 40);
  assert.deepEqual(await reminders(here, before), [], "switched off since");
  const without = await gets_a_link(here);
  assert.equal(await open_jobs(here, without), 0);
  await say({ checkout_reminders: 1 });
  const [entry] = (await ada.client.get(`${ada.shop}/activity?action=business.changed`)).body.items;
  assert.deepEqual([JSON.parse(entry.before).checkout_reminders, JSON.parse(entry.after).checkout_reminders], [0, 1]);
});

test("a server that dies when the reminder is committed tells it once", { timeout: 120_000 }, async (t) => {
  const world = await open_world(t, { name: "reminder-told", binary, businesses: shops.businesses });
  const order = await gets_a_link(world);
  await world.server.kill();
  await world.server.start({ env: { SELLAVIE_FAULT_POINT: "reminder.told:1" } });
  await world.server.sql(`UPDATE payments SET created_at = created_at - 2400000 WHERE reference = '${order.reference}'; UPDATE jobs SET due_at = 0 WHERE ${job_of(order)}`);
  await until("the server has died", () => !world.server.is_running, { seconds: 60, explain: () => world.place.log_tail("server") });
  await world.server.start();
  await until("the job is done", async () => (await open_jobs(world, order)) === 0, { seconds: 60, explain: () => world.place.log_tail("server") });
  await world.sandbox.heard(order.who, 3);
  await world.settled();
  assert.equal((await reminders(world, order)).length, 1);
  assert.equal((await timeline(world, order)).filter((what) => what === "reminded").length, 1);
});
