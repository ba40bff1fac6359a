// Every list that the document has, walked one item a page: a new one is covered by being declared.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "api-paging" }, (world) => { here = world; });

const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });

async function made(answer) {
  const { status, body, text } = await answer;
  assert.ok(status < 300, `${status} ${text}`);
  return body;
}

async function an_order_with_invoice({ client, shop }, conversation_id) {
  const { order } = await made(client.post(`${shop}/orders`, { conversation_id, items: [{ sku: "A1", quantity: 1 }] }, with_key()));
  await made(client.post(`${shop}/orders/${order.id}/payment-link`, {}, with_key()));
  await made(client.post(`${shop}/orders/${order.id}/invoice`));
  return order.id;
}

async function an_import({ client, shop }, sheet) {
  const job = await made(client.call("POST", `${shop}/products/imports`, { raw: sheet, headers: { "content-type": "text/csv", "idempotency-key": randomUUID() } }));
  await until("the import has ended", async () => (await client.get(`${shop}/products/imports/${job.id}`)).body.state === "done");
}

async function another_training({ client, shop }) {
  const { content, version } = await made(client.get(`${shop}/training/draft`));
  const saved = await made(client.put(`${shop}/training/draft`, { ...content, forbidden_topics: ["politics"] }, if_match(version)));
  await made(client.post(`${shop}/training/draft/publish`, { note: "" }, if_match(saved.version)));
}

// What no request makes in a moment: tasks, deliveries that nobody could work off, and months that are over.
async function what_time_brings({ business_id, account_id }) {
  await here.server.sql(`INSERT INTO person_tasks (id, business_id, kind, reason, created_at) SELECT gen_random_uuid(), '${business_id}', 'connection', 'paging', 0 FROM generate_series(1, 3);
    INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
      SELECT n, '${business_id}', id, 'failed 5 times', n, n, 'sealed' FROM generate_series(1, 3) n, (SELECT id FROM connections WHERE business_id = '${business_id}' LIMIT 1) c;
    INSERT INTO dead_jobs (id, business_id, kind, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload)
      SELECT gen_random_uuid(), '${business_id}', 'paging', 1, 1, 1, 0, ${Date.now()} + n / 2, '{}', '{}', '{}' FROM generate_series(1, 4) n;
    INSERT INTO payment_records (id, business_id, reference, transaction, provider, mode, currency, received_minor, place, received_at, version)
      SELECT gen_random_uuid(), '${business_id}', 'paging' || n, 'paging', 'paystack', 'test', 'NGN', n, 'in_review', n / 2, 1 FROM generate_series(1, 4) n;
    INSERT INTO refunds (id, business_id, payment_id, amount_minor, currency, reason, returns_goods, origin, state, requested_by, requested_at, version)
      SELECT gen_random_uuid(), business_id, id, 1, 'NGN', 'paging', false, 'here', 'failed', 'system', received_at, 1 FROM payment_records WHERE transaction = 'paging';
    INSERT INTO payment_reviews (id, business_id, reference, transaction, reason, state, opened_at, version)
      SELECT gen_random_uuid(), business_id, reference, transaction, 'unknown_order', 'open', received_at, 1 FROM payment_records WHERE transaction = 'paging';
    INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, created_at, in_app, email, push)
      SELECT gen_random_uuid(), '${business_id}', '${account_id}', 'quota', 'paging' || n, n, n, true, 0, 0 FROM generate_series(1, 3) n;
    INSERT INTO plan_usage (business_id, month, ai_replies, counted_to) VALUES ('${business_id}', '2025-01-01', 3, 0), ('${business_id}', '2025-02-01', 4, 0)`);
}

// Rows of one list that differ in what it can be filtered by.
async function apart({ business_id }) {
  const added = (channel, more) => `INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at, disconnected_at, broken_at)
    VALUES (gen_random_uuid(), '${business_id}', '${channel}', 'paging-${channel}', '', 0, ${more})`;
  await here.server.sql(`${added("messenger", "1, NULL")}; ${added("instagram", "NULL, 1")};
    UPDATE product_imports SET state = 'cancelled' WHERE id = (SELECT id FROM product_imports WHERE business_id = '${business_id}' ORDER BY id LIMIT 1);
    INSERT INTO person_tasks (id, business_id, kind, reason, created_at) VALUES (gen_random_uuid(), '${business_id}', 'plan', 'paging', 0)`);
}

// Their deliveries came to their ends: nothing changes while pages are turned.
async function programs_and_browsers({ client, shop, business_id }) {
  const [{ id }] = [await made(client.post(`${shop}/webhook-endpoints`, { url: "https://shop.example/1", events: ["order.refunded"] })),
    await made(client.post(`${shop}/webhook-endpoints`, { url: "https://shop.example/2", events: ["order.refunded"] }))];
  await here.server.sql(`INSERT INTO webhook_events (id, business_id, type, body, occurred_at) SELECT least_id_at(n), '${business_id}', 'order.refunded', '{}', n FROM generate_series(1000, 1003) n;
    INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, state, began_at) SELECT '${id}', id, business_id, CASE occurred_at WHEN 1001 THEN 'dead' ELSE 'delivered' END, 0 FROM webhook_events WHERE occurred_at <= 1003`);
  const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
  for (const i of [1, 2]) await made(client.post("/me/push-subscriptions", { endpoint: `https://push.example/${i}`, keys }));
  return { webhook_endpoint_id: id };
}

// At least two rows for each list of Ada's. -> values of the paths
async function full_shop(ada) {
  const { client, shop } = ada;
  const chats = [await chat(here, ada), await chat(here, ada, { channel: "whatsapp" })];
  const [order_id] = [await an_order_with_invoice(ada, chats[0].id), await an_order_with_invoice(ada, chats[1].id)];
  const product = await made(client.post(`${shop}/products`, { sku: "PAGING", name: "Paging", price_minor: 1, stock: 9 }));
  for (const i of [1, 2, 3]) {
    await made(client.post(`${shop}/product-groups`, { name: `Group ${i}`, options: ["size"] }));
    await made(client.post(`${shop}/products/${product.id}/stock/adjust`, { delta: -1, reason: "broken" }, with_key()));
    await made(client.post(`${shop}/invitations`, { email: `paging${i}@example.com`, role: i === 1 ? "agent" : "viewer" }));
    await made(client.post(`${shop}/labels`, { name: `Label ${i}`, colour: "red" }));
    await made(client.post(`${shop}/canned-replies`, { shortcut: `paging${i}`, text: "Paging" }));
    await made(client.post(`${chats[0].one}/notes`, { text: `Note ${i}`, mentions: [ada.account_id] }));
    await an_import(ada, `sku\nPAGING${i}`);
  }
  for (const mode of ["test", "live"]) await made(client.post(`${shop}/payment-connections`, { provider: "stripe", secret_key: `sk_${mode}_of_the_paging` }));
  await made(client.post("/businesses", { name: "Another", currency: "NGN", timezone: "Africa/Lagos" }, with_key()));
  await another_training(ada);
  const grace = await colleague(here, ada);
  await made(grace.client.post(`${chats[0].one}/notes`, { text: "Of a colleague", mentions: [ada.account_id] }));
  await signed_in_owner(here);
  await what_time_brings(ada);
  await apart(ada);
  const more = await programs_and_browsers(ada);
  await here.settled();
  await until("what happened was told", async () => (await here.server.number("SELECT count(*) FROM jobs WHERE kind = 'notice.tell' AND state > 0")) === 0);
  await until("the activity is chained", async () => (await here.server.number("SELECT count(*) FROM audit_log WHERE position IS NULL")) === 0);
  return { business_id: ada.business_id, conversation_id: chats[0].id, order_id, product_id: product.id, ...more };
}

// Of queries that a list cannot do without.
const needed = { words: "hello" };

function path_of({ path, parameters }, ids) {
  const query = parameters.filter((one) => one.in === "query" && one.required).map(({ name }) => {
    assert.ok(needed[name], `the table above has no ${name}`);
    return `&${name}=${needed[name]}`;
  });
  return (limit) => `${path.replace("/api/v1", "").replace(/\{(\w+)\}/g, (_, name) => {
    assert.ok(ids[name], `the shop has no ${name}: make one, with two rows of the list`);
    return ids[name];
  })}?limit=${limit}${query.join("")}`;
}

// Lists that are read from one end alone.
const one_way = {
  list_businesses: "all of one person's, by when they joined",
  list_dead_jobs: "what failed last is looked at first",
  list_my_activity: "what happened last is looked at first",
  list_notifications: "what was told last is looked at first",
  list_order_timeline: "a story has one direction",
  list_parked_deliveries: "what failed last is looked at first",
  list_products: "by name or the newest first: their age matters to nobody else",
  list_push_subscriptions: "all of one person's browsers",
  list_webhook_deliveries: "what was sent last is looked at first",
  list_webhook_endpoints: "a handful",
  search_messages: "what was said last is looked at first",
};

// Of lists whose filters no other test looks at: a filter, what it is put to, and what it should let through.
function filters_of({ shop, account_id }, { conversation_id, webhook_endpoint_id }) {
  const has = (words, ...texts) => texts.some((text) => text.toLowerCase().includes(words.toLowerCase()));
  return [
    ["search=BEL+2", `${shop}/labels`, ({ name }) => has("bel 2", name)],
    ["search=Paging2", `${shop}/canned-replies`, ({ shortcut, text }) => has("paging2", shortcut, text)],
    ["channel=whatsapp", `${shop}/connections`, ({ channel }) => channel === "whatsapp"],
    ["state=disconnected", `${shop}/connections`, ({ state }) => state === "disconnected"],
    ["state=reconnect_needed", `${shop}/connections`, ({ state }) => state === "reconnect_needed"],
    ["state=active", `${shop}/connections`, ({ state }) => state === "active"],
    ["provider=stripe", `${shop}/payment-connections`, ({ provider }) => provider === "stripe"],
    ["mode=live", `${shop}/payment-connections`, ({ mode }) => mode === "live"],
    ["role=owner", `${shop}/members`, ({ role }) => role === "owner"],
    ["search=ADA", `${shop}/members`, ({ name, email }) => has("ada", name, email)],
    ["role=viewer", `${shop}/invitations`, ({ role }) => role === "viewer"],
    [`published_by=${account_id}`, `${shop}/training/versions`, ({ published_by }) => published_by === account_id],
    ["since=2025-02&until=2025-03", `${shop}/plan/months`, ({ month }) => month === "2025-02"],
    ["search=group+2", `${shop}/product-groups`, ({ name }) => has("group 2", name)],
    ["state=cancelled", `${shop}/products/imports`, ({ state }) => state === "cancelled"],
    [`author=${account_id}`, `${shop}/conversations/${conversation_id}/notes`, ({ author_id }) => author_id === account_id],
    ["direction=in", `${shop}/conversations/${conversation_id}/messages`, ({ direction }) => direction === "in"],
    ["direction=out", `${shop}/conversations/${conversation_id}/messages`, ({ direction }) => direction === "out"],
    ["kind=plan", `${shop}/tasks`, ({ kind }) => kind === "plan"],
    ["state=dead", `${shop}/webhook-endpoints/${webhook_endpoint_id}/deliveries`, ({ state }) => state === "dead"],
    ["state=delivered", `${shop}/webhook-endpoints/${webhook_endpoint_id}/deliveries`, ({ state }) => state === "delivered"],
    ...[["refunds", "requested_at"], ["payment-reviews", "opened_at"]].flatMap(([list, field]) => [
      [`since=${second_moment}`, `${shop}/${list}`, (one) => one[field] >= second_moment],
      [`until=${second_moment}`, `${shop}/${list}`, (one) => one[field] < second_moment],
    ]),
  ];
}

// Of those at which what_time_brings() has rows.
const second_moment = "1970-01-01T00:00:00.001Z";

// One item a page; the last says that there is no other.
async function walk(client, path, most) {
  const seen = [];
  let cursor = null;
  for (let pages = 0; pages === 0 || cursor; ++pages) {
    assert.ok(pages < most, `${path} goes on behind its last item`);
    const { items, next_cursor } = await made(client.get(path + (cursor ? `&cursor=${cursor}` : "")));
    assert.ok(items.length <= 1, path);
    seen.push(...items);
    cursor = next_cursor;
  }
  return seen;
}

test("each list that has a cursor gives, one item a page, what it gives on one page: nothing twice, nothing left out", async (t) => {
  const ada = await signed_in_owner(here);
  const ids = await full_shop(ada);
  const document = await ada.client.document();
  const lists = Object.entries(document.paths).filter(([, { get }]) => get?.parameters?.some(({ name }) => name === "cursor")).map(([path, { get }]) => ({ path, ...get }));
  assert.ok(lists.length >= 25, `${lists.length}`);
  const sorted = lists.filter(({ parameters }) => parameters.some(({ name, schema }) => name === "sort" && ["newest", "oldest"].every((way) => schema.enum.includes(way))));
  assert.deepEqual(lists.filter((one) => !sorted.includes(one)).map(({ operationId }) => operationId).sort(), Object.keys(one_way).sort(), "lists that are read from one end alone");
  for (const list of sorted) {
    await t.test(`${list.operationId} from either end`, async () => {
      const path = path_of(list, ids);
      const newest = (await made(ada.client.get(`${path(100)}&sort=newest`))).items;
      const oldest = (await made(ada.client.get(`${path(100)}&sort=oldest`))).items;
      assert.deepEqual(oldest, [...newest].reverse());
      const plain = (await made(ada.client.get(path(100)))).items;
      const first = list.parameters.find(({ name }) => name === "sort").description.includes("`oldest` first") ? "oldest" : "newest";
      assert.deepEqual(plain, first === "oldest" ? oldest : newest, "as the document says");
      const other = first === "oldest" ? ["newest", newest] : ["oldest", oldest];
      assert.deepEqual(await walk(ada.client, `${path(1)}&sort=${other[0]}`, newest.length + 1), other[1]);
    });
  }
  for (const [what, path, fits] of filters_of(ada, ids)) {
    await t.test(`a filter lets through what fits and nothing else: ${what}`, async () => {
      const all = (await made(ada.client.get(`${path}?limit=100`))).items;
      const found = (await made(ada.client.get(`${path}?limit=100&${what}`))).items;
      assert.deepEqual(found, all.filter(fits));
      assert.ok(found.length > 0 && found.length < all.length, `${found.length} of ${all.length}: make the shop tell them apart`);
      assert.deepEqual(await walk(ada.client, `${path}?limit=1&${what}`, all.length + 1), found);
    });
  }
  for (const path of [`${ada.shop}/labels`, `${ada.shop}/invitations`, `${ada.shop}/tasks`, `${ada.shop}/conversations/${ids.conversation_id}/notes`]) {
    await t.test(`each row of ${path.split("/").at(-1)} has an address of its own`, async () => {
      const { items } = await made(ada.client.get(path));
      for (const one of items) assert.deepEqual(await made(ada.client.get(`${path}/${one.id}`)), one);
      assert.equal((await ada.client.get(`${path}/${randomUUID()}`)).status, 404);
    });
  }
  for (const list of lists) {
    await t.test(list.operationId, async () => {
      const path = path_of(list, ids);
      const { items, next_cursor } = await made(ada.client.get(path(100)));
      assert.ok(items.length >= 2, `${items.length} items: make more above`);
      assert.equal(next_cursor, null, "they are on one page");
      assert.equal(new Set(items.map((one) => JSON.stringify(one))).size, items.length, "no two are alike");
      assert.deepEqual(await walk(ada.client, path(1), items.length + 1), items);
    });
  }
});
