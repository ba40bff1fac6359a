// Who may do what, for every operation that the server's own document declares: a new one is covered
// by being declared.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { api_client, example_of, resolved } from "./harness/api.mjs";
import { bad_bodies, bad_texts, mutations } from "./harness/bad_bodies.mjs";
import { jpeg, png, webp } from "./harness/pictures.mjs";
import { random_source, sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let stage;
shared_world({ before, after }, { name: "api-matrix" }, (world) => { here = world; });

const password = "a long demo password";
const nobodys_id = "01890a5d-ac96-774b-bcce-b302099a8057";
const every_role = ["viewer", "agent", "admin", "owner"];

beforeEach(async () => { stage ??= await set_up(); });

async function set_up() {
  for (const who of [here.customer(), here.customer("messenger", here.businesses[1].key)]) {
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
  }
  await here.settled();
  const [ada, other] = await Promise.all(here.businesses.slice(0, 2).map(async ({ owner }) => {
    const client = await new api_client(here.server.url).signed_in(owner.email, password);
    const { body } = await client.get("/me");
    return { client, id: body.id, business_id: body.memberships[0].business_id };
  }));
  const { body } = await ada.client.get(`/businesses/${ada.business_id}/conversations?limit=1`);
  const theirs = (await other.client.get(`/businesses/${other.business_id}/conversations?limit=1`)).body.items[0];
  Object.assign(other, { ids: { business_id: other.business_id, conversation_id: theirs.id, message_id: await a_message(other, theirs.id), ...await an_inbox_of(other, theirs), ...await a_product_of(other), ...await money_of(other), ...await a_webhook_of(other), activity_id: await an_entry(other) } });
  const document = await ada.client.document();
  return { ada, other, conversation_id: body.items[0].id, message_id: await a_message(ada, body.items[0].id), ...await an_inbox_of(ada, body.items[0]), ...await a_product_of(ada), ...await an_order_of(ada, body.items[0].id), ...await money_of(ada), ...await an_attachment_of(ada), ...await connections_of(ada), ...await a_webhook_of(ada), ...await a_team_of(ada), activity_id: await an_entry(ada), document, operations: declared(document) };
}

async function a_team_of({ client, business_id }) {
  const member_id = "01890a5d-0001-774b-bcce-b302099a8057";
  await here.server.sql(`INSERT INTO accounts (id, email, name, password_hash, created_at) VALUES ('${member_id}', 'colleague@example.com', 'Colleague', 'x', 0);
    INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ('${member_id}', '${business_id}', 'agent', 0)`);
  const invitation = (await client.post(`/businesses/${business_id}/invitations`, { email: "matrix@example.com", role: "viewer" })).body;
  await client.put(`/businesses/${business_id}/notification-settings`, { ...(await client.get(`/businesses/${business_id}/notification-settings`)).body, version: undefined }, { headers: { "if-match": '"0"' } });
  return { member_id, invitation_id: invitation.id };
}

async function an_inbox_of({ client, business_id }, { id, customer_id }) {
  const shop = `/businesses/${business_id}`;
  const task_id = randomUUID();
  const label = (await client.post(`${shop}/labels`, { name: "Matrix", colour: "red" })).body;
  const note = (await client.post(`${shop}/conversations/${id}/notes`, { text: "Matrix" })).body;
  const canned = (await client.post(`${shop}/canned-replies`, { shortcut: "matrix", text: "Matrix" })).body;
  await here.server.sql(`INSERT INTO person_tasks (id, business_id, kind, reason, created_at)
    VALUES ('${task_id}', '${business_id}', 'connection', 'matrix', 0)`);
  // Whoever may retry it is told of the open one, so that it is there for whoever may drop it.
  const dead_job_id = randomUUID();
  await here.server.sql(`INSERT INTO dead_jobs (id, business_id, kind, unique_key, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload)
      VALUES ('${dead_job_id}', '${business_id}', 'matrix', 'matrix', 1, 1, 1, 0, ${Date.now()}, '{}', '{}', '{}');
    INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, created_at, payload)
      VALUES ('${randomUUID()}', '${business_id}', 'matrix', 'matrix', 1, 0, ${Date.now() + 86_400_000}, 0, '{}')`);
  const notification_id = randomUUID();
  await here.server.sql(`INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, created_at, in_app, email, push)
    SELECT '${notification_id}', business_id, account_id, 'quota', 'matrix', 0, 0, true, 0, 0 FROM memberships WHERE business_id = '${business_id}' AND role = 'owner'`);
  return { notification_id, label_id: label.id, note_id: note.id, canned_reply_id: canned.id, customer_id, task_id, dead_job_id };
}

async function a_product_of({ client, business_id }) {
  const shop = `/businesses/${business_id}`;
  const group = (await client.post(`${shop}/product-groups`, { name: "Matrix", options: ["size"] })).body;
  const product = (await client.post(`${shop}/products`, { sku: "MATRIX", name: "Matrix", price_minor: 1 })).body;
  const image = await client.call("POST", `${shop}/products/${product.id}/images`, { raw: png(2, 2), headers: { "content-type": "image/png" } });
  const headers = { "content-type": "text/csv", "idempotency-key": "matrix" };
  const { body: { id: import_id } } = await client.call("POST", `${shop}/products/imports`, { raw: "sku\nMATRIX", headers });
  await until("the import has ended", async () => (await client.get(`${shop}/products/imports/${import_id}`)).body.state === "done");
  const training = (await client.get(`${shop}/training`)).body;
  return { group_id: group.id, product_id: product.id, image_id: image.body.id, import_id, training_version_id: training.id };
}

async function connections_of({ client, business_id }) {
  const shop = `/businesses/${business_id}`;
  const flow = (await client.post(`${shop}/connect-flows`, { kind: "whatsapp" })).body;
  const { items: [connection] } = (await client.get(`${shop}/connections?channel=whatsapp`)).body;
  const payment = (await client.post(`${shop}/payment-connections`, { provider: "stripe", secret_key: "sk_test_of_the_matrix" })).body;
  return { connect_flow_id: flow.id, connection_id: connection.id, payment_connection_id: payment.id };
}

// Told of nothing that happens here; its delivery came to its end.
async function a_webhook_of({ client, business_id }) {
  const { id } = (await client.post(`/businesses/${business_id}/webhook-endpoints`, { url: "https://shop.example/hook", events: ["order.refunded"] })).body;
  const event_id = randomUUID();
  await here.server.sql(`INSERT INTO webhook_events (id, business_id, type, body, occurred_at) VALUES ('${event_id}', '${business_id}', 'order.refunded', '{}', 0);
    INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, state, began_at) VALUES ('${id}', '${event_id}', '${business_id}', 'delivered', 0)`);
  return { webhook_endpoint_id: id, event_id };
}

async function an_order_of({ client, business_id }, conversation_id) {
  const shop = `/businesses/${business_id}`;
  const wish = { conversation_id, items: [{ sku: "A1", quantity: 1 }] };
  const { order } = (await client.post(`${shop}/orders`, wish, { headers: { "idempotency-key": "matrix" } })).body;
  await client.post(`${shop}/orders/${order.id}/payment-link`, {}, { headers: { "idempotency-key": "matrix" } });
  const invoice = (await client.post(`${shop}/orders/${order.id}/invoice`)).body;
  const { url } = (await client.post(`${shop}/invoices/${invoice.id}/link`)).body;
  return { order_id: order.id, invoice_id: invoice.id, invoice_token: url.split("/").at(-1) };
}

// Nothing can be done with it: whoever may try is told so.
async function money_of({ business_id }) {
  const [payment_id, refund_id, review_id] = [randomUUID(), randomUUID(), randomUUID()];
  await here.server.sql(`INSERT INTO payment_records (id, business_id, reference, transaction, provider, mode, currency, received_minor, place, received_at, version)
      VALUES ('${payment_id}', '${business_id}', 'matrix', 'matrix', 'paystack', 'test', 'NGN', 100, 'dismissed', 0, 1);
    INSERT INTO refunds (id, business_id, payment_id, amount_minor, currency, reason, returns_goods, origin, state, requested_by, requested_at, version)
      VALUES ('${refund_id}', '${business_id}', '${payment_id}', 100, 'NGN', 'matrix', false, 'here', 'rejected', 'system', 0, 1);
    INSERT INTO payment_reviews (id, business_id, reference, transaction, reason, state, opened_at, version)
      VALUES ('${review_id}', '${business_id}', 'matrix', 'matrix', 'unknown_order', 'dismissed', 0, 1)`);
  return { payment_id, refund_id, review_id };
}

async function an_attachment_of({ client, business_id }) {
  const { body } = await client.call("POST", `/businesses/${business_id}/attachments`, { raw: png(3, 2), headers: { "content-type": "image/png" } });
  return { attachment_id: body.id, media_token: body.url.split("/").at(-1) };
}

function declared(document) {
  const all = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      all.push({ ...operation, method: method.toUpperCase(), path: path.replace("/api/v1", "") });
    }
  }
  assert.ok(all.length >= 12, "the document lost its operations");
  return all;
}

const is_public = ({ security }) => security !== undefined && security.every((one) => !one.access_token);
const names_its_business = ({ parameters = [] }) => parameters.some(({ name, in: where, required }) => name === "business_id" && where === "query" && required);
const in_a_business = (operation) => operation.path.includes("{business_id}") || names_its_business(operation);

// The path with ids that exist, but for those given.
function path_of(operation, ids = {}) {
  const query = (operation.parameters ?? []).filter((one) => one.in === "query" && one.required)
    .map(({ name, example }) => `${name}=${name === "business_id" ? "{business_id}" : encodeURIComponent(example)}`).join("&");
  const path = operation.path + (query && `?${query}`);
  const known = { business_id: stage.ada.business_id, conversation_id: stage.conversation_id, message_id: stage.message_id, activity_id: stage.activity_id, session_id: nobodys_id, push_subscription_id: nobodys_id, notification_id: stage.notification_id, label_id: stage.label_id, note_id: stage.note_id, canned_reply_id: stage.canned_reply_id, customer_id: stage.customer_id, task_id: stage.task_id, dead_job_id: stage.dead_job_id,
    order_id: stage.order_id, webhook_endpoint_id: stage.webhook_endpoint_id, event_id: stage.event_id, payment_id: stage.payment_id, refund_id: stage.refund_id, review_id: stage.review_id, invoice_id: stage.invoice_id, invoice_token: stage.invoice_token, product_id: stage.product_id, image_id: stage.image_id, attachment_id: stage.attachment_id, media_token: stage.media_token, group_id: stage.group_id, import_id: stage.import_id, training_version_id: stage.training_version_id, connect_flow_id: stage.connect_flow_id, connection_id: stage.connection_id, payment_connection_id: stage.payment_connection_id, member_id: stage.member_id, invitation_id: stage.invitation_id, ...ids };
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    assert.ok(known[name], `the matrix has no ${name}: add one that exists`);
    return known[name];
  });
}

function call(client, operation, ids, options = {}) {
  const body = operation.requestBody ? {} : undefined;
  return client.call(operation.method, path_of(operation, ids), { body, headers: declared_headers(operation), ...options });
}

const header_values = { "If-Match": '"1"', "Idempotency-Key": "a-key-of-the-matrix" };

function declared_headers({ parameters = [] }) {
  return Object.fromEntries(parameters.filter((one) => one.in === "header").map(({ name }) => [name, header_values[name]]));
}

// A body that the operation would take.
function fitting_body({ requestBody, parameters }) {
  if (!requestBody) return {};
  const [type, { schema }] = Object.entries(requestBody.content)[0];
  if (schema) return { body: example_of(stage.document, schema) };
  return { raw: "x", headers: { ...declared_headers({ parameters }), "content-type": type } };
}

const is_json = ({ requestBody }) => requestBody?.content["application/json"] !== undefined;

// A link is looked at a minute after it was made, whoever calls meanwhile; people and other programs are told of what the stage did.
const wished_jobs = "(SELECT * FROM jobs WHERE kind NOT LIKE 'notice.%' AND kind <> 'webhook.out' AND (unique_key IS NULL OR unique_key NOT LIKE 'poll.%'))";
// Not what the deliveries came to: nobody answers at the address.
const endpoints = "(SELECT id, url, description, events, secret, active, version FROM webhook_endpoints)";
const deliveries = "(SELECT endpoint_id, event_id, state = 'delivered' FROM webhook_deliveries)";

const rows = (name, from = name) => `SELECT '${name}', coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM ${from} t`;

// What a person could have changed: it must be as before wherever the answer was a refusal.
function state() {
  const inbox = ["conversation_work", "conversation_reads", "labels", "conversation_labels", "notes", "note_mentions", "canned_replies", "contacts", "person_tasks", "composed_messages", "attachments", "dead_jobs"];
  const shop = ["products", "product_groups", "product_images", "stock_movements", "product_imports", "product_import_parts", "training_drafts", "training_versions"];
  const outside = ["connections", "connection_ids", "payment_connections", "connect_flows"];
  const team = ["businesses", "memberships", "invitations", "notification_settings"];
  const sales = ["orders", "order_items", "order_timeline", "payments", "payment_records", "refunds", "payment_reviews", "invoices", "invoice_settings", "invoice_documents", "invoice_links"];
  // People are told of what the stage did while the operations are tried.
  const told = [rows("jobs", wished_jobs), rows("notifications", "(SELECT * FROM notifications WHERE subject = 'matrix')")];
  // One look: it is taken twice for each operation and role.
  return here.server.sql([rows("conversations", "(SELECT id, owner, epoch FROM conversations)"), rows("webhook_endpoints", endpoints), ...told, ...[...inbox, ...shop, ...outside, ...team, ...sales].map((name) => rows(name))].join(" UNION ALL "));
}

// Everything but what the server writes by itself at any time: heartbeats, the last use of a session, rolled usage, what people and other
// programs are told, mails on their way, looks at payments, and the chain of the activity log, of which the number of rows is looked at.
async function whole_state() {
  const tables = (await here.server.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1")).flat();
  const own = ["nodes", "sessions", "plan_usage", "mails", "jobs", "notifications", "notification_pace", "audit_log", "webhook_endpoints", "webhook_deliveries"];
  assert.ok(tables.length > 40 && own.every((one) => tables.includes(one)), `${tables}`);
  return here.server.sql([...tables.filter((one) => !own.includes(one)).map((name) => rows(name)), rows("jobs", wished_jobs), rows("webhook_endpoints", endpoints), rows("webhook_deliveries", deliveries),
    "SELECT 'audit_log', count(*)::text FROM audit_log"].join(" UNION ALL "));
}

test("without a token nothing but signing in is there, and nothing changes", async () => {
  const before = await whole_state();
  for (const operation of stage.operations.filter((one) => !is_public(one))) {
    const { status } = await call(stage.ada.client, operation, {}, { token: null });
    assert.equal(status, 401, operation.operationId);
  }
  assert.deepEqual(await whole_state(), before);
});

test("with the token of a session that was ended nothing is there, and nothing changes", async () => {
  const left = await new api_client(here.server.url).signed_in(here.businesses[0].owner.email, password);
  assert.equal((await left.get("/me")).status, 200);
  assert.equal((await left.post("/auth/sign-out")).status, 204);
  const before = await whole_state();
  for (const operation of stage.operations.filter((one) => !is_public(one))) {
    const { status } = await call(left, operation);
    assert.equal(status, 401, operation.operationId);
  }
  assert.deepEqual(await whole_state(), before);
});

// `may`: whether the stranger's role in the own business allows the operation; who may not is told so before any look.
async function try_foreign_ids(operation, may) {
  let mixes = 0;
  const missed = may ? 404 : 403;
  const { status } = await call(stage.other.client, operation);
  assert.equal(status, 404, `${operation.operationId} in a foreign business`);
  if (!/\{(?!business_id)/.test(operation.path)) return mixes;
  const own = await call(stage.other.client, operation, { business_id: stage.other.business_id }, fitting_body(operation));
  assert.equal(own.status, missed, `${operation.operationId} with a foreign id in the own business`);
  // A label of the other shop on a chat of one's own, and the other way round.
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => name !== "business_id");
  if (names.length < 2 || !names.every((name) => stage.other.ids[name])) return mixes;
  for (const foreign of names) {
    const mixed = await call(stage.other.client, operation, { ...stage.other.ids, [foreign]: stage[foreign] }, fitting_body(operation));
    assert.equal(mixed.status, missed, `${operation.operationId} with a foreign ${foreign}`);
    mixes += 1;
  }
  return mixes;
}

test("another business's member, whatever the role there, finds nothing by any id, and changes nothing", async () => {
  const role_is = (role) => here.server.sql(`UPDATE memberships SET role = '${role}' WHERE business_id = '${stage.other.business_id}' AND account_id = '${stage.other.id}'`);
  try {
    for (const role of every_role) {
      await role_is(role);
      await sleep(1100);  // it is known to the server
      const before = await whole_state();
      let mixes = 0;
      for (const operation of stage.operations.filter(in_a_business)) {
        mixes += await try_foreign_ids(operation, operation["x-roles"].includes(role));
        if (role === "owner") assert.deepEqual(await whole_state(), before, `${operation.operationId} changed something`);
      }
      assert.deepEqual(await whole_state(), before, `as ${role} something was changed`);
      assert.ok(mixes >= 6, `${mixes} mixed paths`);
    }
  } finally {
    await role_is("owner");
    await sleep(1100);
  }
});

// Ids that are no part of the path. `body` is one that the operation would take but for the id; `foreign` and `own` give the
// id of the other business and of the caller's.
const in_bodies = {
  "add_note /mentions/0": { foreign: () => stage.ada.id, own: () => stage.other.id, body: (id) => ({ text: "Look", mentions: [id] }) },
  "assign_conversation /assignee_id": { foreign: () => stage.ada.id, own: () => stage.other.id, body: (id) => ({ assignee_id: id }) },
  "begin_connect_flow /connection_id": { foreign: () => stage.connection_id, own: () => own_connection(), body: (id) => ({ kind: "facebook", connection_id: id }) },
  "change_product /variant/group_id": { foreign: () => stage.group_id, own: () => stage.other.ids.group_id, body: (id) => ({ variant: { group_id: id, values: ["M"] } }) },
  "create_product /variant/group_id": { foreign: () => stage.group_id, own: () => stage.other.ids.group_id, body: (id) => ({ sku: "FOREIGN", name: "Foreign", price_minor: 1, variant: { group_id: id, values: ["L"] } }) },
  "mark_conversation_read /message_id": { foreign: () => a_message(stage.ada, stage.conversation_id), own: () => a_message(stage.other, stage.other.ids.conversation_id), body: (id) => ({ message_id: id }) },
  // One's own customer, too, is no other one to merge with: there is no second.
  "merge_customer /into": { foreign: () => stage.customer_id, body: (id) => ({ into: id }) },
  "place_order /conversation_id": { foreign: () => stage.conversation_id, own: () => stage.other.ids.conversation_id, body: (id) => ({ conversation_id: id, items: [{ sku: "K1", quantity: 1 }] }) },
  "resolve_payment_review /order_id": { foreign: () => stage.order_id, body: (id) => ({ resolution: "attach", order_id: id }) },
  "send_message /attachment_ids/0": { foreign: () => stage.attachment_id, own: async () => (await an_attachment_of(stage.other)).attachment_id, body: (id) => ({ text: "Look", attachment_ids: [id] }) },
  "transfer_ownership /member_id": { foreign: () => stage.member_id, body: (id) => ({ member_id: id, password }) },
};
const in_queries = {
  "compare_training_versions since": () => stage.training_version_id,
  "list_activity account_id": () => stage.ada.id,
  "list_activity subject_id": () => stage.product_id,
  "list_conversations assignee": () => stage.ada.id,
  "list_conversations label": () => stage.label_id,
  "list_invoices customer": () => stage.customer_id,
  "list_invoices order": () => stage.order_id,
  "list_notes author": () => stage.ada.id,
  "list_orders conversation": () => stage.conversation_id,
  "list_orders customer": () => stage.customer_id,
  "list_payments order": () => stage.order_id,
  "list_products group": () => stage.group_id,
  "list_refunds order": () => stage.order_id,
  "list_training_versions published_by": () => stage.ada.id,
};

const own_connection = async () => (await stage.other.client.get(`/businesses/${stage.other.business_id}/connections?limit=1`)).body.items[0].id;
const an_entry = async ({ client, business_id }) => (await client.get(`/businesses/${business_id}/activity?limit=1`)).body.items[0].id;
const a_message = async ({ client, business_id }, id) => (await client.get(`/businesses/${business_id}/conversations/${id}/messages`)).body.items[0].id;

// "operation /pointer" of each uuid in a body, "operation name" of each in a query; a business of the query is looked at above.
function* declared_ids() {
  const within = function* (given, at) {
    const schema = resolved(stage.document, given);
    if (schema.format === "uuid") yield at;
    if (schema.items) yield* within(schema.items, `${at}/0`);
    for (const [name, shape] of Object.entries(schema.properties ?? {})) yield* within(shape, `${at}/${name}`);
  };
  for (const operation of stage.operations) {
    const shape = operation.requestBody?.content["application/json"]?.schema;
    // A place in one's own list: whose it is changes nothing.
    if (shape && operation.operationId !== "read_all_notifications") for (const at of within(shape, "")) yield [operation, at];
    for (const { name, in: where, schema } of operation.parameters ?? [])
      if (where === "query" && name !== "business_id" && (resolved(stage.document, schema).format === "uuid" || name === "assignee")) yield [operation, name];
  }
}

test("an id of another business in a body or a query is nobody's: refused or nothing found, and nothing changes", async () => {
  const own_ids = stage.other.ids;
  const [found, here_now] = [[...declared_ids()], await whole_state()];
  assert.deepEqual(found.map(([{ operationId }, at]) => `${operationId} ${at}`).sort(), [...Object.keys(in_bodies), ...Object.keys(in_queries)].sort(),
    "the tables above name each id that an operation takes");
  const ask = async (operation, body) => {
    const headers = declared_headers(operation);
    if (headers["If-Match"]) headers["If-Match"] = (await stage.other.client.get(path_of(operation, own_ids))).headers.get("etag");
    if (headers["Idempotency-Key"]) headers["Idempotency-Key"] = randomUUID();
    return call(stage.other.client, operation, own_ids, { body, headers });
  };
  for (const [operation, at] of found) {
    const what = `${operation.operationId} ${at}`;
    if (what in in_queries) {
      const { status, body } = await stage.other.client.get(`${path_of(operation, own_ids)}?${at}=${in_queries[what]()}`);
      assert.ok([400, 404, 422].includes(status) || (status === 200 && body.items.length === 0), `${what}: ${status} ${JSON.stringify(body)}`);
    } else {
      const { status, text } = await ask(operation, in_bodies[what].body(await in_bodies[what].foreign()));
      assert.ok([400, 404, 422].includes(status), `${what}: ${status} ${text}`);
    }
    assert.deepEqual(await whole_state(), here_now, `${what} changed something`);
  }
  // The same with an id of one's own is done: it was the id that was refused.
  for (const [operation, at] of found) {
    const tried = in_bodies[`${operation.operationId} ${at}`];
    if (!tried?.own) continue;
    const { status, text } = await ask(operation, tried.body(await tried.own()));
    assert.ok(status < 300, `${operation.operationId} ${at} with an own id: ${status} ${text}`);
  }
  await here.settled();
});

// Of what is in a business those that are nobody's are told behind what is wrong with the body: tried with a good one above.
test("ids that are none, and businesses that are nobody's, are not found, each by itself beside others", async () => {
  for (const operation of stage.operations.filter((one) => one.path.includes("{") || names_its_business(one))) {
    const names = [...new Set(["business_id", ...[...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)])];
    for (const name of names.filter((one) => operation.path.includes(`{${one}}`) || names_its_business(operation))) {
      // Two dots further in make another address of it, before it is sent.
      for (const id of [...(name === "business_id" ? [nobodys_id, ".."] : []), "x", "1", "%00", `${nobodys_id}'--`]) {
        const others = Object.fromEntries(names.map((one) => [one, one === "business_id" ? stage.ada.business_id : nobodys_id]));
        const { status } = await call(stage.ada.client, operation, { ...others, [name]: encodeURIComponent(id) });
        assert.equal(status, 404, `${operation.operationId} ${name} ${id}`);
      }
    }
  }
});

// Bodies that the schema alone does not make.
const sensible = {
  change_connection: () => ({ notice_template: null }),
  change_notification_settings: async () => {
    const { version, ...wanted } = (await stage.ada.client.get(`/businesses/${stage.ada.business_id}/notification-settings`)).body;
    return wanted;
  },
  hold_order: () => ({ until: new Date(Date.now() + 3_600_000).toISOString() }),
};

// What the order must be comes before what it was when it was read.
const impossible_here = ["fulfil_order", "release_order_dispute"];
// Of a header that the operation cannot do without: what cannot be read. An entity tag is one version, strong.
const unreadable = {
  "If-Match": ["", "*", "1", "x", '"x"', '""', '"', 'W/"1"', '"1', '1"', '"-1"', '"1.5"', '" 1"', '"1", "2"', '"0x1"', `"${"9".repeat(19)}"`, `"${"9".repeat(400)}"`],
  "Idempotency-Key": ["", " ", "x".repeat(101), "x".repeat(5000), "two words", "a\tb", "\u00e9", "a\u0080"],
};

test("a precondition is asked for, read strictly, and stops what was meant for another version; nothing changes", async () => {
  const counts = { "If-Match": 0, "Idempotency-Key": 0 };
  const before = await whole_state();
  for (const operation of stage.operations) {
    const name = operation.parameters?.find((one) => one.required && one.name in unreadable)?.name;
    if (!name) continue;
    const { body, raw, headers } = fitting_body(operation);
    const fitting = { body: await (sensible[operation.operationId]?.() ?? body), raw };
    const tried = (value) => {
      const sent = { ...headers, [name]: value };
      if (value === undefined) delete sent[name];
      return call(stage.ada.client, operation, {}, { ...fitting, headers: sent });
    };
    const missing = await tried();
    assert.equal(missing.status, 428, `${operation.operationId} without ${name}: ${missing.text}`);
    for (const value of unreadable[name]) {
      const { status, text } = await tried(value);
      assert.equal(status, 400, `${operation.operationId} ${name}: ${value.slice(0, 40)}: ${status} ${text}`);
    }
    // No version is ever that high; the last two are those that 32 and 64 bits hold.
    const stale = name === "If-Match" ? [987_654, 2n ** 31n - 1n, 2n ** 63n - 1n] : [];
    for (const version of stale) {
      const { status, text } = await tried(`"${version}"`);
      assert.equal(status, impossible_here.includes(operation.operationId) ? 409 : 412, `${operation.operationId} of version ${version}: ${status} ${text}`);
    }
    assert.deepEqual(await whole_state(), before, `${operation.operationId} changed something`);
    counts[name] += 1;
  }
  assert.ok(counts["If-Match"] >= 24 && counts["Idempotency-Key"] >= 12, JSON.stringify(counts));
});

// As they stand in an address: no UTF-8, and no escape.
const no_texts = ["%ff", "a%c3", "%c0%80", "%ed%a0%80", "%", "%zz", "a%4"];

test("a query parameter that is none of its kind is refused by its name, and nothing changes", async (t) => {
  const before = await whole_state();
  let count = 0;
  for (const operation of stage.operations) {
    const [path, required = ""] = path_of(operation).split("?");
    for (const parameter of (operation.parameters ?? []).filter((one) => one.in === "query" && one.name !== "business_id")) {
      const others = new URLSearchParams(required);
      others.delete(parameter.name);
      for (const value of [...bad_texts(stage.document, parameter).map(encodeURIComponent), ...no_texts]) {
        const { status, body, text } = await stage.ada.client.call(operation.method, `${path}?${parameter.name}=${value}&${others}`, fitting_body(operation));
        const what = `${operation.operationId} ${parameter.name}=${value.slice(0, 60)}: ${status} ${text.slice(0, 300)}`;
        assert.equal(status, 422, what);
        assert.ok(body.errors.some(({ field }) => field === parameter.name), what);
        count += 1;
      }
    }
  }
  assert.ok(count > 4000, `${count}`);
  assert.deepEqual(await whole_state(), before);
  t.diagnostic(`${count} values`);
});

// Each is tried by every role before the next: what one removes is not found by anybody any more, and who has left has
// no role that the others could be tried with.
const kinds_of_doing = [
  ({ method }) => method === "GET",
  ({ method, operationId }) => !["GET", "DELETE"].includes(method) && operationId !== "leave_business",
  ({ method }) => method === "DELETE",
  ({ operationId }) => operationId === "leave_business",
];

// `is_first`: no role that may it has tried it yet.
function hold_permitted({ method, operationId }, role, is_first, { status, text }) {
  const what = `${role} ${operationId}: ${status} ${text.slice(0, 300)}`;
  if (method === "GET") return assert.equal(status, 200, what);
  // A body that fits nothing may be refused, who sent it may not.
  assert.ok(status !== 403 && status !== 401 && status < 500, what);
  assert.ok(status !== 404 || !is_first, `${what}: what it is about is there`);
}

// After those above.
test("nobody may do more than is declared for their role, and who may reads what is there, and finds what is to be changed", async () => {
  const role_is = (role) => here.server.sql(`INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ('${stage.ada.id}', '${stage.ada.business_id}', '${role}', 0)
    ON CONFLICT (business_id, account_id) DO UPDATE SET role = '${role}'`);
  try {
    const tried = new Set();
    for (const [kind, role] of kinds_of_doing.flatMap((one) => every_role.map((name) => [one, name]))) {
      await role_is(role);
      await sleep(1100);
      for (const operation of stage.operations.filter((one) => in_a_business(one) && kind(one))) {
        const may = operation["x-roles"].includes(role);
        const before = may ? undefined : await state();
        const given = await call(stage.ada.client, operation);
        if (may) {
          hold_permitted(operation, role, !tried.has(operation.operationId), given);
          tried.add(operation.operationId);
        } else {
          assert.equal(given.status, 403, `${role} ${operation.operationId}`);
          assert.deepEqual(await state(), before, `${role} ${operation.operationId} changed something`);
        }
      }
    }
    assert.equal(tried.size, stage.operations.filter(in_a_business).length, "each was tried by somebody who may");
  } finally {
    await role_is("owner");
  }
});

test("each body that its schema forbids is refused by the name of the field, fifty of each operation, and broken JSON as such", async (t) => {
  const from = new bad_bodies(await stage.ada.client.document());
  const counts = [];
  for (const operation of stage.operations.filter(is_json)) {
    const shape = operation.requestBody.content["application/json"].schema;
    const [forbidden, broken] = [from.of(shape), from.raw(shape)];
    for (const { why, field, body } of forbidden) {
      const given = await call(stage.ada.client, operation, {}, { body });
      const what = `${operation.operationId} ${field || "body"} ${why}`;
      assert.equal(given.status, 422, `${what}: ${given.status} ${given.text}`);
      assert.ok(given.body.errors.some((one) => one.field === field), `${what}: ${given.text}`);
    }
    for (const raw of broken) {
      const { status } = await call(stage.ada.client, operation, {}, { raw, headers: { "content-type": "application/json", ...declared_headers(operation) } });
      assert.equal(status, 400, `${operation.operationId} ${String(raw).slice(0, 80)}`);
    }
    assert.ok(forbidden.length >= 50, `${operation.operationId}: ${forbidden.length} of its schema`);
    counts.push([operation.operationId, forbidden.length, broken.length]);
  }
  for (const [name, forbidden, broken] of counts) t.diagnostic(`${name}: ${forbidden} of its schema, ${broken} broken`);
});

const sheet = 'sku,name,price,stock\nUPLOAD-1,"A shirt, blue",12.50,3\nUPLOAD-2,Trousers,20,4\n';
const document_file = "%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n";
const files = { "image/png": png(4, 3), "image/jpeg": jpeg, "image/webp": webp, "application/pdf": Buffer.from(document_file, "latin1"), "text/csv": Buffer.from(sheet) };

test("files that were damaged on their way, fifty of each operation that takes one, are taken or refused, and what is refused leaves nothing", async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  const { client, business_id } = stage.ada;
  const shop = `/businesses/${business_id}`;
  const { body: product } = await client.post(`${shop}/products`, { sku: "UPLOADS", name: "Uploads", price_minor: 1 });
  const send = async (operation, type, raw) => {
    const headers = { ...declared_headers(operation), "content-type": type };
    if (headers["Idempotency-Key"]) headers["Idempotency-Key"] = randomUUID();
    const { status, text, body } = await call(client, operation, { product_id: product.id }, { raw, headers });
    assert.ok(status < 500, `${operation.operationId} ${type} ${status} ${text} of ${raw.toString("base64")}`);
    if (status === 202) await until("the import has ended", async () => (await client.get(`${shop}/products/imports/${body.id}`)).body.finished_at !== null, { every_ms: 20 });
    return status;
  };
  const taking = stage.operations.filter((one) => one.requestBody && !is_json(one));
  assert.deepEqual(taking.map(({ operationId }) => operationId).sort(), ["import_products", "preview_product_import", "upload_attachment", "upload_product_image"]);
  for (const operation of taking) {
    const types = Object.keys(operation.requestBody.content);
    const all = types.flatMap((type) => [...mutations(random, files[type], Math.ceil(50 / types.length))].map((raw) => ({ type, raw })));
    for (const one of all) one.status = await send(operation, one.type, one.raw);
    const refused = all.filter(({ status }) => status >= 300);
    const before = await whole_state();
    for (const { type, raw, status } of refused) assert.equal(await send(operation, type, raw), status, `${operation.operationId} ${type} of ${raw.toString("base64")}, again`);
    assert.deepEqual(await whole_state(), before, `${operation.operationId} changed something`);
    const statuses = [...new Set(all.map(({ status }) => status))].sort();
    t.diagnostic(`${operation.operationId}: ${statuses.map((one) => `${all.filter(({ status }) => status === one).length} of ${one}`)}`);
  }
});
