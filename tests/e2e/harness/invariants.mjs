// What must hold after everything has come to rest, whatever was killed meanwhile. Each check gives a
// list of sentences; an empty one is good.

import { readFileSync } from "node:fs";

// resent: the ids of the messages that may have reached a customer twice (resent_messages).
export async function broken_invariants(here, shoppers, { resent }) {
  const checks = [messages_and_turns, orders, payments, invoices, stock, takeovers, nothing_parked, replies];
  const found = [];
  for (const check of checks) found.push(...(await check(here, shoppers, { resent })).map((what) => `${check.name}: ${what}`));
  return found;
}

async function messages_and_turns({ server }, shoppers) {
  const rows = await server.sql(`
    SELECT m.external_id, count(*), count(t.turn_id)
      FROM messages m LEFT JOIN turns t ON t.conversation_id = m.conversation_id AND t.turn_id = m.turn_id AND t.state = 1
     WHERE m.direction = 0 GROUP BY 1`);
  const by_mid = new Map(rows.map(([mid, stored, turns]) => [mid, [Number(stored), Number(turns)]]));
  const wrong = [];
  for (const one of shoppers) {
    for (const mid of one.mids) {
      const [stored, turns] = by_mid.get(mid) ?? [0, 0];
      if (stored !== 1 || turns !== 1) wrong.push(`${one}: message ${mid} is stored ${stored} times and has ${turns} completed turns`);
    }
  }
  const open = await server.number("SELECT count(*) FROM turns WHERE state = 0");
  if (open > 0) wrong.push(`${open} plans are still open`);
  return wrong;
}

async function orders(here, shoppers) {
  const rows = await here.server.sql(`
    SELECT k.scoped_id, count(DISTINCT o.id), coalesce(sum(i.quantity), 0), string_agg(DISTINCT o.status, ',')
      FROM orders o JOIN contacts k ON k.business_id = o.business_id AND k.id = o.contact_id
      LEFT JOIN order_items i ON i.order_id = o.id GROUP BY 1`);
  const by_customer = new Map(rows.map(([customer, ...rest]) => [customer, rest]));
  const wrong = [];
  for (const one of shoppers.filter(({ finished }) => finished)) {
    const { counts, quantity: wanted, states } = one.order;
    const [count, quantity, status] = by_customer.get(one.who.customer) ?? [0, 0, "none"];
    if (!counts.includes(Number(count))) wrong.push(`${one} has ${count} orders instead of ${counts.join(" or ")}`);
    if (Number(quantity) !== Number(count) * wanted) wrong.push(`${one} ordered ${wanted} pieces, stored are ${quantity}`);
    if (!states.test(status)) wrong.push(`${one}: the order is ${status} and not ${states.source}`);
  }
  return wrong;
}

async function payments({ server }) {
  const rows = await server.sql(`
    SELECT o.id, o.status, count(p.id) FILTER (WHERE p.status = 'paid') FROM orders o LEFT JOIN payments p ON p.order_id = o.id
     GROUP BY 1, 2 HAVING (count(p.id) FILTER (WHERE p.status = 'paid')) <> (o.status IN ('paid', 'fulfilled'))::int`);
  const open = await server.sql(`
    SELECT order_id, string_agg(status, ',') FROM payments WHERE status IN ('intent', 'link') GROUP BY 1
    HAVING count(*) > 1 OR min(status) = 'intent'`);
  return [
    ...rows.map(([id, status, paid]) => `order ${id} is ${status} and has ${paid} paid payments`),
    ...open.map(([id, states]) => `order ${id} has these payments open: ${states}`),
  ];
}

async function invoices({ server }, shoppers) {
  const rows = await server.sql(`
    SELECT business_id, series, count(*), count(DISTINCT number), min(number), max(number) FROM invoices GROUP BY 1, 2`);
  const wrong = rows.filter(([, , count, distinct, least, most]) => !(count === distinct && least === "1" && most === count))
    .map(([business, series, count, distinct, least, most]) => `${business} ${series}: ${count} invoices, ${distinct} numbers from ${least} to ${most}`);
  const doubled = await server.number("SELECT count(*) FROM (SELECT order_id FROM invoices WHERE kind = 'invoice' GROUP BY 1 HAVING count(*) > 1) d");
  if (doubled > 0) wrong.push(`${doubled} orders have several invoices`);
  const all = await server.number("SELECT count(*) FROM invoices");
  const wanted = shoppers.filter(({ finished, wants_invoice }) => finished && wants_invoice).length;
  if (all < wanted) wrong.push(`${wanted} customers asked for an invoice, ${all} were issued`);
  return wrong;
}

async function stock(here) {
  const rows = await here.server.sql(`
    SELECT b.key, p.sku, p.stock, coalesce((SELECT sum(i.quantity) FROM order_items i JOIN orders o ON o.id = i.order_id
                                            WHERE i.product_id = p.id AND o.status <> 'cancelled' AND o.status <> 'refunded'), 0)
      FROM products p JOIN businesses b ON b.id = p.business_id`);
  const wrong = [];
  for (const [key, sku, left, sold] of rows) {
    const had = here.business(key)?.products.find((one) => one.sku === sku)?.stock;
    if (Number(left) + Number(sold) !== had) wrong.push(`${key} ${sku}: ${left} left and ${sold} sold of ${had}`);
  }
  return wrong;
}

// What a person said on the phone is kept once, and the AI has said nothing since.
async function takeovers(here, shoppers) {
  const rows = await here.server.sql(`
    SELECT m.external_id, count(*), min(c.owner) FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.direction = 1 AND m.origin = 2 GROUP BY 1`);
  const by_mid = new Map(rows.map(([mid, ...rest]) => [mid, rest.join()]));
  const wrong = [];
  for (const one of shoppers.filter(({ finished, taken_over_by }) => finished && taken_over_by)) {
    const found = by_mid.get(one.taken_over_by);
    if (found !== "1,1") wrong.push(`${one}: the person's message is stored (times, owner of the chat) ${found ?? "not at all"}`);
    const since = (await one.answers()) - one.answers_before;
    if (since !== 0) wrong.push(`${one}: the AI spoke over a person ${since} times`);
  }
  return wrong;
}

// Chats that no person took have none; in those that one did, only what the AI was about to say or do may be a task.
async function nothing_parked({ server }, shoppers) {
  const taken_over = new Set(shoppers.filter(({ taken_over_by }) => taken_over_by).map(({ who }) => who.customer));
  const parked = await server.sql("SELECT reason, count(*) FROM parked_events GROUP BY 1");
  const tasks = await server.sql(`
    SELECT t.kind, t.reason, k.scoped_id FROM person_tasks t LEFT JOIN conversations c ON c.id = t.conversation_id LEFT JOIN contacts k ON k.id = c.contact_id`);
  const owned = await server.sql("SELECT k.scoped_id FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.owner = 1");
  const expected = ([kind, reason, customer]) => kind === "unconfirmed" || (taken_over.has(customer) && kind === "handover" && was_under_way.test(reason));
  const handed_over = owned.flat().filter((customer) => !taken_over.has(customer)).length;
  return [
    ...parked.map(([reason, count]) => `${count} deliveries are parked: ${reason}`),
    ...tasks.filter((task) => !expected(task)).map(([kind, reason, customer]) => `a task for a person: ${kind}, ${reason}, of customer ${customer}`),
    ...(handed_over > 0 ? [`${handed_over} conversations were handed over`] : []),
  ];
}
const was_under_way = /^the AI('s message was on its way when the chat changed hands: it (was|may have been) sent| may have acted on these messages before it was interrupted, and told nobody)$/;

// An echo or a status that the server took must keep a message from being sent again, as soon as it can have been weighed.
const weighing_ms = 3000;
export function sent_against_evidence(resends) {
  return resends.filter(({ sent_at, proven_at }) => proven_at !== undefined && sent_at.at(-1) > proven_at + weighing_ms)
    .map(({ customer, key, sent_at, proven_at }) => `message ${key} to customer ${customer} was sent again ${sent_at.at(-1) - proven_at} ms after the server had taken the proof that it arrived`);
}

// What customers saw: each row once, but for those that were sent again, once, and marked as such.
async function replies(here, shoppers, { resent }) {
  const { resends } = await here.sandbox.counters();
  const wrong = resends.filter(({ key, times }) => times > 2 || !resent.has(key)).map(({ customer, key, times }) =>
    `message ${key} reached customer ${customer} ${times} times, ${resent.has(key) ? "marked as sent again" : "and nobody marked it"}`);
  wrong.push(...sent_against_evidence(resends));
  const rows = await here.server.sql(`
    SELECT k.scoped_id, count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
      JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
     WHERE m.direction = 1 AND m.origin IN (1, 3) AND m.state NOT IN (6, 7) GROUP BY 1`);
  const stored = new Map(rows.map(([customer, count]) => [customer, Number(count)]));
  // A person was told that these may have been sent.
  const told = await here.server.sql(`
    SELECT k.scoped_id, count(*) FROM person_tasks t JOIN conversations c ON c.id = t.conversation_id JOIN contacts k ON k.id = c.contact_id
     WHERE t.kind = 'handover' AND t.reason LIKE '%it may have been sent' GROUP BY 1`);
  const in_doubt = new Map(told.map(([customer, count]) => [customer, Number(count)]));
  for (const one of shoppers) {
    const seen = (await here.sandbox.replies(one.who, "app")).length;
    const twice = resends.filter(({ customer }) => customer === one.who.customer).reduce((sum, { times }) => sum + times - 1, 0);
    const rows_of = stored.get(one.who.customer) ?? 0;
    const unknown = one.taken_over_by ? (in_doubt.get(one.who.customer) ?? 0) : 0;
    const arrived = seen - twice;
    if (arrived < rows_of || arrived > rows_of + unknown) wrong.push(`${one}: saw ${seen} messages (${twice} of them repeated), stored are ${rows_of}`);
  }
  return wrong;
}

// The messages that were sent again without evidence, by id. The row says so and is gone when it is settled; the log
// says so before the bytes leave, but its last lines may die with the process: both together know them all.
export class resent_messages {
  #ids = new Set();

  // Of the rows that a dead process left.
  async after_kill({ server }) {
    for (const [id] of await server.sql("SELECT id FROM outbox WHERE resent = 1").catch(() => [])) this.#ids.add(id);
  }

  all({ place }) {
    const log = readFileSync(place.file("server.log"), "utf8");
    for (const [, id] of log.matchAll(/"sent_again".*"message_id":"([0-9a-f-]{36})"/g)) this.#ids.add(id);
    return this.#ids;
  }
}
