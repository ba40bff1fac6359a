// What a team does in the inbox: who works on what, notes, labels, snoozes, what is unread, customers, canned
// replies, tasks; and lists of many rows.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { all_of, chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let grace;
let bola;
shared_world({ before, after }, { name: "api-inbox-work" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  bola ??= await signed_in_owner(here, 1);
  grace ??= await colleague(here, ada);
});

const nobodys_id = "01890a5d-ac96-774b-bcce-b302099a8057";
const ids = ({ items }) => items.map(({ id }) => id);
const logged = (action) => here.server.number(`SELECT count(*) FROM audit_log WHERE action = '${action}' AND business_id = '${ada.business_id}'`);

async function found(query, by = ada) {
  return ids(await all_of(by.client, `${by.inbox}?${query}`));
}

test("a conversation is assigned to a member, and to nobody again", async () => {
  const { one, id } = await chat(here, ada);
  const assign = (assignee_id) => ada.client.put(`${one}/assignee`, { assignee_id });
  assert.equal((await assign(grace.account_id)).body.assignee_id, grace.account_id);
  assert.deepEqual(await found("assignee=me", grace), [id]);
  assert.ok(!(await found("assignee=me")).includes(id));
  assert.ok(!(await found("assignee=nobody")).includes(id));
  const refused = await assign(nobodys_id);
  assert.deepEqual([refused.status, refused.body.errors[0].field], [422, "/assignee_id"]);
  assert.equal((await ada.client.get(`${ada.inbox}?assignee=somebody`)).status, 422);
  assert.equal((await assign(null)).body.assignee_id, null);
  assert.ok((await found("assignee=nobody")).includes(id));
  assert.ok((await logged("conversation.assigned")) >= 2);
});

test("notes are the team's own, and whoever is mentioned finds them", async () => {
  const { who, one, id } = await chat(here, ada);
  const before = (await here.sandbox.transcript(who)).length;
  const note = await ada.client.post(`${one}/notes`, { text: "Asked twice for blue.", mentions: [grace.account_id, grace.account_id] });
  assert.equal(note.status, 201);
  assert.deepEqual(note.body.mentions, [grace.account_id]);
  const second = await grace.client.post(`${one}/notes`, { text: "I look." });
  assert.deepEqual(ids((await ada.client.get(`${one}/notes`)).body), [second.body.id, note.body.id]);
  assert.deepEqual((await grace.client.get(`${ada.shop}/mentions`)).body.items, [{ ...note.body, conversation_id: id }]);
  assert.deepEqual((await ada.client.get(`${ada.shop}/mentions`)).body.items, []);
  const refused = await ada.client.post(`${one}/notes`, { text: "Hm", mentions: [nobodys_id] });
  assert.deepEqual([refused.status, refused.body.errors[0].field], [422, "/mentions"]);
  assert.equal((await ada.client.get(`${one}/notes`)).body.items.length, 2, "a refused note is not half written");
  assert.equal((await grace.client.delete(`${one}/notes/${note.body.id}`)).status, 403, "somebody else's");
  assert.equal((await ada.client.delete(`${one}/notes/${second.body.id}`)).status, 204, "an owner may");
  assert.deepEqual(ids((await ada.client.get(`${one}/notes`)).body), [note.body.id]);
  assert.equal((await here.sandbox.transcript(who)).length, before, "no customer sees a note");
});

test("labels are made, attached, filtered by, changed by one editor at a time, and removed", async () => {
  const { one, id } = await chat(here, ada);
  const made = await ada.client.post(`${ada.shop}/labels`, { name: "VIP", colour: "blue" });
  assert.equal(made.status, 201);
  const label = `${ada.shop}/labels/${made.body.id}`;
  assert.ok(ids((await grace.client.get(`${ada.shop}/labels`)).body).includes(made.body.id));
  assert.equal((await ada.client.post(`${ada.shop}/labels`, { name: "vip", colour: "grey" })).status, 409);
  assert.equal((await ada.client.post(`${ada.shop}/labels`, { name: "Red", colour: "scarlet" })).status, 422);
  assert.equal((await grace.client.post(`${ada.shop}/labels`, { name: "Mine", colour: "grey" })).status, 403);
  assert.deepEqual((await grace.client.put(`${one}/labels/${made.body.id}`)).body.label_ids, [made.body.id]);
  assert.equal((await grace.client.put(`${one}/labels/${made.body.id}`)).status, 200, "again changes nothing");
  assert.deepEqual(await found(`label=${made.body.id}`), [id]);
  const changes = await Promise.all(["Best", "First"].map((name) => ada.client.put(label, { name, colour: "green" }, if_match(1))));
  assert.deepEqual(changes.map(({ status }) => status).sort(), [200, 412]);
  assert.equal((await ada.client.put(label, { name: "Best", colour: "green" })).status, 428);
  await ada.client.post(`${ada.shop}/labels`, { name: "Second", colour: "grey" });
  assert.equal((await ada.client.put(label, { name: "SECOND", colour: "green" }, if_match(2))).status, 409, "another's name");
  assert.equal((await bola.client.put(`${bola.inbox}/${id}/labels/${made.body.id}`)).status, 404);
  assert.deepEqual((await ada.client.delete(`${one}/labels/${made.body.id}`)).body.label_ids, []);
  await ada.client.put(`${one}/labels/${made.body.id}`);
  assert.equal((await ada.client.delete(label)).status, 204);
  assert.deepEqual((await ada.client.get(one)).body.label_ids, []);
  assert.equal((await ada.client.delete(label)).status, 404);
});

test("a snooze ends when the customer writes, when its time is over, and by hand", async () => {
  const { who, one, id } = await chat(here, ada);
  const snooze = (ms) => ada.client.put(`${one}/snooze`, { until: new Date(Date.now() + ms).toISOString() });
  assert.equal((await snooze(-1000)).status, 422);
  assert.ok((await snooze(3_600_000)).body.snoozed_until);
  assert.ok((await found("snoozed=true")).includes(id));
  assert.ok(!(await found("snoozed=false")).includes(id));
  await sleep(5);
  await here.sandbox.say(who, "Me again");
  await here.sandbox.heard(who, 2);
  await here.settled();
  assert.equal((await ada.client.get(one)).body.snoozed_until, null);
  assert.ok(!(await found("snoozed=true")).includes(id));
  assert.ok((await snooze(3_600_000)).body.snoozed_until);
  assert.equal((await ada.client.delete(`${one}/snooze`)).body.snoozed_until, null);
  await snooze(700);
  await until("its time is over", async () => (await ada.client.get(one)).body.snoozed_until === null);
});

test("each person has read for themselves; what comes later is unread again", async () => {
  const { who, one, id } = await chat(here, ada);
  const newest = async () => (await ada.client.get(`${one}/messages?limit=1`)).body.items[0].id;
  assert.equal((await ada.client.get(one)).body.is_unread, true);
  assert.equal((await ada.client.put(`${one}/read`, { message_id: await newest() })).body.is_unread, false);
  assert.equal((await grace.client.get(one)).body.is_unread, true);
  assert.ok(!(await found("unread=true")).includes(id));
  assert.ok((await found("unread=false")).includes(id));
  await sleep(5);
  await here.sandbox.say(who, "Hello again");
  await here.sandbox.heard(who, 2);
  await here.settled();
  assert.ok((await found("unread=true")).includes(id));
});

test("a customer's profile is changed by one editor at a time and found by the beginning of the name", async () => {
  const { conversation } = await chat(here, ada);
  const one = `${ada.shop}/customers/${conversation.customer_id}`;
  const shown = await ada.client.get(one);
  assert.deepEqual([shown.status, shown.body.orders, shown.body.channels.length, shown.headers.get("etag")], [200, 0, 1, `"${shown.body.version}"`]);
  assert.deepEqual(shown.body.channels[0], { conversation_id: conversation.id, channel: "messenger", last_customer_at: shown.body.last_seen_at, unreachable_since: null });
  const edits = await Promise.all(["Zainab Obi", "Zaïnab Obi"].map((name) => ada.client.patch(one, { name, email: "zainab@example.com" }, if_match(shown.body.version))));
  assert.deepEqual(edits.map(({ status }) => status).sort(), [200, 412]);
  const named = ids(await all_of(ada.client, `${ada.shop}/customers?name=za`));
  assert.deepEqual(named, [conversation.customer_id]);
  const everybody = ids(await all_of(ada.client, `${ada.shop}/customers?limit=2`));
  assert.deepEqual(ids(await all_of(ada.client, `${ada.shop}/customers?limit=2&sort=oldest`)), [...everybody].reverse());
  assert.deepEqual(ids(await all_of(ada.client, `${ada.shop}/customers?name=za&sort=oldest`)), named);
  assert.ok((await found("name=ZA")).includes(conversation.id), "the inbox too");
  assert.deepEqual(ids(await all_of(bola.client, `${bola.shop}/customers?name=za`)), [], "never another business's");
  assert.deepEqual(await found("name=za", bola), []);
  assert.equal((await ada.client.patch(one, { email: "no address" }, if_match(2))).status, 422);
  assert.equal((await ada.client.patch(one, { email: "" }, if_match((await ada.client.get(one)).body.version))).body.email, "");
  assert.equal(await logged("customer.changed"), 2);
});

test("a customer whom the channel cannot reach any more is shown as such, until they write again", async () => {
  const { who, conversation } = await chat(here, ada);
  const channel = async () => (await ada.client.get(`${ada.shop}/customers/${conversation.customer_id}`)).body.channels[0];
  await here.sandbox.set({ "graph.error": { code: 551, times: 1 } });
  try {
    await here.sandbox.say(who, "How much is the Beaded purse?");
    await until("the channel has said that nobody is there", async () => (await channel()).unreachable_since !== null);
  } finally {
    await here.sandbox.set({ "graph.error": false });
  }
  await here.settled();
  await sleep(5);
  await here.sandbox.say(who, "I am back");
  await here.settled();
  assert.equal((await channel()).unreachable_since, null);
});

test("two contacts are merged: one profile, both chats, and orders stay where they were placed", async () => {
  const [a, b] = [await chat(here, ada), await chat(here, ada, { channel: "instagram" })];
  await here.sandbox.say(b.who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(b.who, 2);
  await here.settled();
  const owner_of_order = () => here.server.sql(`SELECT contact_id FROM orders WHERE conversation_id = '${b.id}'`);
  const before = await owner_of_order();
  assert.equal(before.length, 1);
  const [into, from] = [a, b].map(({ conversation }) => conversation.customer_id);
  const path = (id) => `${ada.shop}/customers/${id}`;
  await ada.client.patch(path(from), { phone: "+2348000000000", name: "Ngozi" }, if_match(1));
  await ada.client.patch(path(into), { name: "Ngozi Eze" }, if_match(1));
  assert.equal((await ada.client.post(`${path(from)}/merge`, { into: from })).status, 409);
  assert.equal((await ada.client.post(`${path(from)}/merge`, { into: nobodys_id })).status, 404);
  const merged = await ada.client.post(`${path(from)}/merge`, { into });
  assert.equal(merged.status, 200);
  assert.deepEqual([merged.body.id, merged.body.name, merged.body.phone, merged.body.orders, merged.body.channels.length], [into, "Ngozi Eze", "+2348000000000", 1, 2]);
  assert.deepEqual(await owner_of_order(), before);
  for (const { one } of [a, b]) {
    const { body } = await ada.client.get(one);
    assert.deepEqual([body.customer_id, body.customer_name], [into, "Ngozi Eze"]);
  }
  assert.equal((await ada.client.get(path(from))).body.id, into, "the old id leads there");
  assert.ok(!ids(await all_of(ada.client, `${ada.shop}/customers`)).includes(from));
  assert.equal((await ada.client.post(`${path(from)}/merge`, { into })).status, 409, "once");
  const [[version]] = await here.server.sql(`SELECT version FROM contacts WHERE id = '${from}'`);
  assert.equal((await ada.client.patch(path(from), { name: "Nobody" }, if_match(version))).status, 409, "it is part of another one now");
  assert.equal((await ada.client.post(`${path(into)}/block`)).body.is_blocked, true);
  for (const { who } of [a, b]) await here.sandbox.say(who, "Hello?");
  await here.settled();
  await sleep(600);
  assert.equal((await here.sandbox.replies(a.who, "app")).length, 1, "blocked on all channels");
  assert.equal((await here.sandbox.replies(b.who, "app")).length, 2);
});

test("messages are found by their words, also those that came since", async () => {
  const { one, id } = await chat(here, ada, { text: "Do you have the marigold kaftan?" });
  const look = async (words, by = ada) => (await by.client.get(`${by.shop}/messages?words=${encodeURIComponent(words)}`)).body;
  const first = await look("MARI kaft");
  assert.equal(first.is_complete, true);
  assert.deepEqual(first.items.map(({ conversation_id, message }) => [conversation_id, message.text]), [[id, "Do you have the marigold kaftan?"]]);
  assert.deepEqual((await look("marigold purse")).items, []);
  assert.deepEqual((await look("'; DROP TABLE messages --")).items, []);
  assert.deepEqual((await look("marigold", bola)).items, [], "never another business's");
  await ada.client.post(`${one}/messages`, { text: "A marigold one comes on Monday." }, { headers: { "idempotency-key": "search-1" } });
  await here.settled();
  assert.deepEqual((await look("marigold")).items.map(({ message }) => message.origin), ["person", "customer"]);
  assert.equal((await ada.client.get(`${ada.shop}/messages`)).status, 422);
});

test("canned replies belong to the business and have unique shortcuts", async () => {
  const all = `${ada.shop}/canned-replies`;
  const made = await ada.client.post(all, { shortcut: "hours", text: "We open at 9." });
  assert.equal(made.status, 201);
  assert.equal((await ada.client.post(all, { shortcut: "Hours", text: "Again" })).status, 409);
  assert.equal((await grace.client.post(all, { shortcut: "mine", text: "No" })).status, 403);
  assert.deepEqual(ids((await grace.client.get(all)).body), [made.body.id]);
  const one = `${all}/${made.body.id}`;
  const changed = await ada.client.put(one, { shortcut: "hours", text: "We open at 10." }, if_match(1));
  assert.deepEqual([changed.status, changed.body.version, changed.headers.get("etag")], [200, 2, '"2"']);
  const read = await grace.client.get(one);
  assert.deepEqual([read.status, read.body, read.headers.get("etag")], [200, changed.body, '"2"']);
  assert.equal((await bola.client.get(`${bola.shop}/canned-replies/${made.body.id}`)).status, 404);
  assert.equal((await ada.client.put(one, { shortcut: "hours", text: "We open at 11." }, if_match(1))).status, 412);
  const other = `${all}/${(await ada.client.post(all, { shortcut: "days", text: "All but Sundays." })).body.id}`;
  assert.equal((await ada.client.put(other, { shortcut: "hours", text: "All but Sundays." }, if_match(1))).status, 409, "another's shortcut");
  assert.equal((await ada.client.delete(other)).status, 204);
  assert.equal((await bola.client.get(`${bola.shop}/canned-replies`)).body.items.length, 0);
  assert.equal((await ada.client.delete(one)).status, 204);
  assert.equal((await ada.client.get(one)).status, 404);
  assert.equal((await ada.client.get(all)).body.items.length, 0);
});

test("what waits for a person is listed until somebody has done it, and says who", async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Can I talk to a real person please?");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const [[conversation]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  const { items } = await all_of(ada.client, `${ada.shop}/tasks?kind=handover`);
  const task = items.find(({ conversation_id }) => conversation_id === conversation);
  assert.ok(task);
  assert.deepEqual(ids(await all_of(ada.client, `${ada.shop}/tasks`)).filter((id) => id === task.id), [task.id]);
  assert.deepEqual((await all_of(ada.client, `${ada.shop}/tasks?kind=payment_review`)).items, []);
  const done = await Promise.all([ada, grace].map(({ client }) => client.post(`${ada.shop}/tasks/${task.id}/done`)));
  assert.deepEqual(done[0].body, done[1].body, "who was second learns who was first");
  assert.ok([ada.account_id, grace.account_id].includes(done[0].body.done_by));
  assert.ok(!ids(await all_of(ada.client, `${ada.shop}/tasks`)).includes(task.id));
  assert.equal((await bola.client.post(`${bola.shop}/tasks/${task.id}/done`)).status, 404);
});

test("parked deliveries are shown to admins with the reason and without the message", async () => {
  await here.server.sql(`INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
    SELECT n, '${ada.business_id}', id, 'failed 5 times: internal', 1000 + n, 2000 + n, 'sealed' FROM generate_series(1, 7) n,
      (SELECT id FROM connections WHERE business_id = '${ada.business_id}' LIMIT 1) c`);
  try {
    const { items, pages } = await all_of(ada.client, `${ada.shop}/parked-deliveries`, { limit: 3 });
    assert.deepEqual([ids({ items }), pages], [["7", "6", "5", "4", "3", "2", "1"], 3]);
    assert.equal(items[0].reason, "failed 5 times: internal");
    assert.equal((await grace.client.get(`${ada.shop}/parked-deliveries`)).status, 403);
    assert.deepEqual((await bola.client.get(`${bola.shop}/parked-deliveries`)).body.items, []);
  } finally {
    await here.server.sql("DELETE FROM parked_events");
  }
});

test("among many conversations each filter finds exactly its own, page by page", async () => {
  await here.server.sql(`
    WITH n AS (SELECT n, gen_random_uuid() AS contact, gen_random_uuid() AS chat FROM generate_series(1, 4000) n),
    place AS (SELECT id FROM connections WHERE business_id = '${bola.business_id}' AND channel = 'messenger' LIMIT 1),
    rare AS (SELECT id FROM connections WHERE business_id = '${bola.business_id}' AND channel = 'whatsapp' LIMIT 1),
    k AS (INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at)
          SELECT contact, '${bola.business_id}', CASE WHEN n % 1500 = 0 THEN (SELECT id FROM rare) ELSE (SELECT id FROM place) END,
                 'many-' || n, 'Many ' || n, n FROM n RETURNING 1)
    INSERT INTO conversations (id, business_id, connection_id, contact_id, owner, last_customer_at, last_message_at, created_at)
    SELECT chat, '${bola.business_id}', CASE WHEN n % 1500 = 0 THEN (SELECT id FROM rare) ELSE (SELECT id FROM place) END,
           contact, (n % 1000 = 0)::int, n, n / 3, n FROM n`);
  const count = (where) => here.server.number(`SELECT count(*) FROM conversations c JOIN connections n ON n.id = c.connection_id WHERE c.business_id = '${bola.business_id}' AND ${where}`);
  const in_order = async (sort, query, where, most_pages) => {
    const { items, pages } = await all_of(bola.client, `${bola.inbox}?sort=${sort}&${query}`);
    assert.equal(new Set(ids({ items })).size, items.length, `${query}: doubles`);
    assert.equal(items.length, await count(where), query);
    assert.ok(pages <= most_pages, `${query}: ${pages} pages`);
    const order = items.map(({ last_message_at }) => (last_message_at ? Date.parse(last_message_at) : 0));
    assert.deepEqual(order, [...order].sort((x, y) => (sort === "newest" ? y - x : x - y)), `${query}: ${sort} first`);
    return ids({ items });
  };
  const check = async (...expected) => {
    const newest = await in_order("newest", ...expected);
    assert.deepEqual(await in_order("oldest", ...expected), newest.reverse());
  };
  await check("", "true", 50);
  await check("owner=person", "c.owner = 1", 2);
  await check("channel=whatsapp", "n.channel = 'whatsapp'", 6);
  await check("unread=false", "c.last_customer_at = 0", 6);
  await check("snoozed=true", "false", 1);
  await check(`assignee=${bola.account_id}`, "false", 1);
  await check("name=many%203", "(SELECT name FROM contacts WHERE id = c.contact_id) LIKE 'Many 3%'", 20);
});

test("labels, canned replies, product groups and notes have a bound, and two people who take the last place are one", async () => {
  const { one, id } = await chat(here, ada);
  const whose = `'${ada.business_id}'`;
  // All but the last place.
  const many = (row, most, of = `business_id = ${whose}`) => here.server.sql(`INSERT INTO ${row} FROM generate_series((SELECT count(*) FROM ${row.split(" ")[0]} WHERE ${of}) + 2, ${most}) n`);
  await many(`labels (id, business_id, name, colour, created_at) SELECT gen_random_uuid(), ${whose}, 'many ' || n, 'red', 0`, 100);
  await many(`canned_replies (id, business_id, shortcut, body, created_at) SELECT gen_random_uuid(), ${whose}, 'many' || n, 'Hello', 0`, 100);
  await many(`product_groups (id, business_id, name, option_names) SELECT gen_random_uuid(), ${whose}, 'many ' || n, '{size}'`, 5000);
  await many(`notes (id, business_id, conversation_id, author_id, body, created_at) SELECT gen_random_uuid(), ${whose}, '${id}', '${ada.account_id}', 'Hm', 0`, 1000, `conversation_id = '${id}'`);
  const added = {
    [`${ada.shop}/labels`]: (n) => ({ name: `Last ${n}`, colour: "red" }),
    [`${ada.shop}/canned-replies`]: (n) => ({ shortcut: `last${n}`, text: "Hello" }),
    [`${ada.shop}/product-groups`]: (n) => ({ name: `Last ${n}`, options: ["size"] }),
    [`${one}/notes`]: (n) => ({ text: `Last ${n}` }),
  };
  for (const [path, wish] of Object.entries(added)) {
    const both = await Promise.all([1, 2].map((n) => ada.client.post(path, wish(n))));
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409], path);
    const refused = both.find(({ status }) => status === 409).body;
    assert.equal(refused.type, "/problems/conflict");
    assert.ok(refused.detail, path);
    assert.equal((await ada.client.post(path, wish(3))).status, 409, path);
  }
  for (const label of ids(await all_of(ada.client, `${ada.shop}/labels`))) assert.equal((await ada.client.put(`${one}/labels/${label}`)).status, 200);
  const { label_ids } = (await ada.client.get(one)).body;
  const document = await (await fetch(`${here.server.url}/api/v1/openapi.json`)).json();
  assert.equal(label_ids.length, document.components.schemas.Conversation.properties.label_ids.maxItems);
  const [gone] = label_ids;
  assert.equal((await ada.client.delete(`${ada.shop}/labels/${gone}`)).status, 204);
  assert.equal((await ada.client.post(`${ada.shop}/labels`, { name: "Room", colour: "red" })).status, 201, "there is room again");
});
