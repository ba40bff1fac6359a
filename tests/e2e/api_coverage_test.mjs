// Runs after the other tests of the API: what they were answered says whether an operation was ever used, and what
// their activity logs held whether each kind of entry was ever made, and by which operation.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { record_of, tested_server } from "./harness/api_record.mjs";
import { root } from "./harness/workspace.mjs";
import { open_world } from "./harness/world.mjs";

const test_files = readdirSync(`${root}/tests/e2e`).filter((name) => /^api_.*_test\.mjs$/.test(name)).map((name) => name.replace("_test.mjs", ""))
  .filter((name) => !["api_coverage", "api_matrix"].includes(name));
const records = () => test_files.map(record_of);

test("the other tests of the API ran to their ends with this server, and each of their activity logs was read", () => {
  const server = tested_server();
  const faults = test_files.flatMap((name) => {
    const record = record_of(name);
    if (!record) return [`${name} was not run`];
    if (record.server !== server) return [`${name} was run with another server: run it again`];
    return [...(record.is_whole ? [] : [`${name} was cut short, or still runs`]), ...record.unread.map((why) => `${name}: the activity log could not be read: ${why}`)];
  });
  assert.deepEqual(faults, []);
});

let document;
// -> [{id, is_read, statuses: ["200", …], parameters: names of its query}]
async function declared_operations(t) {
  if (!document) {
    const here = await open_world(t, { name: "api_coverage" });
    document = await (await fetch(`${here.server.url}/api/v1/openapi.json`)).json();
  }
  return Object.values(document.paths).flatMap((methods) => Object.entries(methods).map(([method, { operationId, responses, parameters = [] }]) => (
    { id: operationId, is_read: method === "get", statuses: Object.keys(responses), parameters: parameters.filter((one) => one.in === "query").map(({ name }) => name) })));
}

const answers = () => records().flatMap((one) => one?.answers ?? []);

test("every operation of the document has answered with each success that it declares in some test, and what changes something is recorded or says why not", async (t) => {
  const declared = await declared_operations(t);
  t.diagnostic(`${declared.length} operations`);
  const seen = new Set(answers().map(([operation, status]) => `${operation} ${status}`));
  const successes = declared.flatMap(({ id, statuses }) => statuses.filter((one) => one < 300).map((status) => `${id} ${status}`));
  assert.deepEqual(successes.filter((one) => !seen.has(one)), [], "never answered");
  const recorded = new Set(Object.values(causes).flat());
  assert.deepEqual(declared.filter(({ id, is_read }) => !is_read && !recorded.has(id)).map(({ id }) => id).sort(), Object.keys(unrecorded).sort());
});

// Refusals that are no matter of one operation.
const of_all = {
  400: "api_matrix sends each operation what cannot be read",
  401: "api_matrix calls each operation without a token",
  403: "api_matrix calls each operation in each role",
  404: "api_matrix calls each operation with ids that are nobody's",
  412: "api_matrix calls each operation with another version",
  413: "one bound for all bodies, one for each kind of file",
  415: "one look at the type for all",
  422: "api_matrix sends each operation what its schema forbids",
  428: "api_matrix calls each operation without its precondition",
  429: "one limit for all; operations with another have a test of it",
  500: "a fault of ours: no test is to see one",
  503: "one queue for all",
};

// Other refusals that are declared and that no test can bring about.
const never_refused = {
  "change_password 409": "another session's change within the time of one hash, and there is one at a time",
};

test("each refusal that an operation declares was seen in some test, or says why not", async (t) => {
  const declared = (await declared_operations(t)).flatMap(({ id, statuses }) => statuses.filter((one) => one >= 400).map((status) => `${id} ${status}`));
  const seen = new Set(answers().map(([operation, status]) => `${operation} ${status}`));
  const status_of = (one) => one.split(" ")[1];
  const own = declared.filter((one) => !(status_of(one) in of_all));
  t.diagnostic(`${own.length} of one operation each`);
  assert.deepEqual(own.filter((one) => !seen.has(one)).sort(), Object.keys(never_refused).sort());
  const refused = new Set([...seen].map(status_of));
  assert.deepEqual(Object.keys(of_all).filter((one) => !refused.has(one)), ["500"], "seen nowhere");
});

test("each parameter of each read was given in some test that found something with it", async (t) => {
  const declared = (await declared_operations(t)).filter(({ is_read }) => is_read).flatMap(({ id, parameters }) => parameters.map((name) => `${id} ${name}`));
  assert.ok(declared.length > 150, `${declared.length}`);
  const found = new Set(answers().flatMap(([operation, , , names = ""]) => names.split(",").map((name) => `${operation} ${name}`)));
  assert.deepEqual(declared.filter((one) => !found.has(one)), [], "never given, or nothing was found with it");
});

// Each read, by whether the activity log holds it. `recorded`: it carries much away at once. Not recorded, because it is the
// work itself: a page of a `list`, and one thing in `detail`; nobody else's: the reader's `own`; no account is known: whoever
// has the `link`; and `live`, which brings ids to those who may read what they are of.
const reads = {
  recorded: ["export_activity", "export_products", "search_messages"],
  list: [
    "list_activity", "list_canned_replies", "list_connections", "list_conversations", "list_customers", "list_dead_jobs",
    "list_invitations", "list_invoices", "list_labels", "list_members", "list_messages", "list_notes", "list_order_timeline", "list_orders",
    "list_parked_deliveries", "list_payment_connections", "list_payment_reviews", "list_payments", "list_plan_months",
    "list_product_groups", "list_product_imports", "list_products", "list_refunds", "list_stock_movements", "list_tasks",
    "list_training_versions", "list_webhook_deliveries", "list_webhook_endpoints",
  ],
  detail: [
    "compare_training_draft", "compare_training_versions", "get_product_import", "get_product_import_result", "get_training",
    "get_training_draft", "get_training_version", "read_connect_flow", "read_connection", "read_payment_connection",
    "read_webhook_endpoint", "show_activity", "show_activity_head", "show_attachment", "show_business", "show_canned_reply",
    "show_conversation", "show_customer", "show_invitation", "show_invoice", "show_invoice_pdf", "show_invoice_settings", "show_label",
    "show_member", "show_message", "show_note", "show_order", "show_payment", "show_payment_review", "show_plan", "show_product",
    "show_product_group", "show_product_image", "show_refund", "show_task",
  ],
  own: [
    "count_unread_notifications", "list_businesses", "list_mentions", "list_my_activity", "list_notifications", "list_push_subscriptions",
    "list_sessions", "show_me", "show_notification_settings", "show_push_key",
  ],
  link: ["show_media", "show_public_invoice"],
  live: ["follow_events"],
};

test("each read is recorded, or of a kind that is not", async (t) => {
  const declared = (await declared_operations(t)).filter(({ is_read }) => is_read).map(({ id }) => id);
  assert.deepEqual(Object.values(reads).flat().sort(), [...declared].sort(), "the table above names each read once");
  const recorded = new Set(Object.values(causes).flat());
  assert.deepEqual(declared.filter((one) => recorded.has(one)).sort(), reads.recorded);
});

// Operations that are no mere reads by their method and still leave nothing in the activity log.
const unrecorded = {
  look_at_invitation: "a read; its token must not stand in an address",
  mark_conversation_read: "how far one person has read, of use to nobody else; it comes with each glance at a chat",
  preview_product_import: "a read, of a sheet",
  read_all_notifications: "how far one person has read, of use to nobody else",
  read_notification: "how far one person has read, of use to nobody else",
  resend_verification: "there is no account yet, and the entries of accounts are by account",
  sign_up: "there is no account yet; it is recorded when it begins",
  try_training_draft: "answers one question and keeps nothing",
};

// Which operations may make an entry of this kind.
const causes = {
  "account.created": ["verify_email", "accept_invitation_as_new"],
  "account.password_changed": ["change_password"],
  "account.password_reset": ["reset_password"],
  "account.password_reset_requested": ["request_password_reset"],
  "account.push_subscribed": ["add_push_subscription"],
  "account.push_unsubscribed": ["remove_push_subscription"],
  "account.recovery_code_used": ["sign_in", "replace_recovery_codes", "turn_off_second_factor"],
  "account.recovery_codes_replaced": ["replace_recovery_codes"],
  "account.renamed": ["change_me"],
  "account.second_factor_begun": ["begin_second_factor"],
  "account.second_factor_turned_off": ["turn_off_second_factor"],
  "account.second_factor_turned_on": ["confirm_second_factor"],
  "activity.exported": ["export_activity"],
  "attachment.discarded": ["discard_attachment"],
  "attachment.uploaded": ["upload_attachment"],
  "business.changed": ["change_business"],
  "business.founded": ["found_business"],
  "business.ownership_transferred": ["transfer_ownership"],
  "canned_reply.added": ["add_canned_reply"],
  "canned_reply.changed": ["change_canned_reply"],
  "canned_reply.removed": ["remove_canned_reply"],
  "connect.begun": ["begin_connect_flow"],
  "connect.failed": ["finish_connect_flow", "choose_connect_accounts", "cancel_connect_flow"],
  "connection.checked": ["check_connection"],
  "connection.connected": ["finish_connect_flow", "choose_connect_accounts"],
  "connection.disconnected": ["disconnect_connection"],
  "connection.notice_template_changed": ["change_connection"],
  "connection.reconnected": ["finish_connect_flow", "choose_connect_accounts"],
  "conversation.assigned": ["assign_conversation", "leave_business", "remove_member"],
  "conversation.labelled": ["attach_label"],
  "conversation.returned_to_ai": ["return_conversation_to_ai"],
  "conversation.snoozed": ["snooze_conversation"],
  "conversation.taken_over": ["take_over_conversation", "send_message"],
  "conversation.unlabelled": ["detach_label"],
  "conversation.unsnoozed": ["end_snooze"],
  "customer.blocked": ["block_customer"],
  "customer.changed": ["change_customer"],
  "customer.merged": ["merge_customer"],
  "customer.merged_away": ["merge_customer"],
  "customer.unblocked": ["unblock_customer"],
  "invitation.accepted": ["accept_invitation", "accept_invitation_as_new"],
  "invitation.ended_with_its_sender": ["change_member", "remove_member", "leave_business", "transfer_ownership"],
  "invitation.revoked": ["revoke_invitation"],
  "invitation.sent": ["invite"],
  "invitation.sent_again": ["send_invitation_again"],
  "invoice.issued": ["issue_order_invoice"],
  "invoice.link_made": ["link_invoice"],
  "invoice_settings.changed": ["change_invoice_settings"],
  "label.added": ["add_label"],
  "label.changed": ["change_label"],
  "job.dropped": ["drop_dead_job"],
  "job.retried": ["retry_dead_job"],
  "label.removed": ["remove_label"],
  "member.joined": ["accept_invitation", "accept_invitation_as_new"],
  "member.left": ["leave_business", "remove_member"],
  "member.removed": ["remove_member"],
  "member.role_changed": ["change_member", "transfer_ownership"],
  "message.searched": ["search_messages"],
  "message.sent": ["send_message"],
  "note.added": ["add_note"],
  "note.removed": ["remove_note"],
  "notification_settings.changed": ["change_notification_settings"],
  "order.cancelled": ["cancel_order"],
  "order.changed": ["change_order_items"],
  "order.dispute_released": ["release_order_dispute"],
  "order.fulfilled": ["fulfil_order"],
  "order.hold_released": ["release_order"],
  "order.hold_set": ["hold_order"],
  "order.paid_by_hand": ["mark_order_paid"],
  "order.payment_accepted": ["resolve_payment_review"],
  "order.partly_refunded": ["refund_order", "refund_payment", "approve_refund", "resolve_refund"],
  "order.payment_link_asked": ["request_payment_link", "place_order"],
  "order.placed": ["place_order"],
  "order.refunded": ["refund_order", "refund_payment", "approve_refund", "resolve_refund"],
  "payment_connection.added": ["add_payment_connection"],
  "payment_connection.checked": ["check_payment_connection"],
  "payment_connection.keys_replaced": ["replace_payment_keys"],
  "payment_connection.removed": ["remove_payment_connection"],
  "payment_review.resolved": ["resolve_payment_review"],
  "product.archived": ["archive_product", "change_product", "import_products"],
  "product.created": ["create_product", "import_products"],
  "product.exported": ["export_products"],
  "product.image_added": ["upload_product_image"],
  "product.image_removed": ["delete_product_image"],
  "product.restored": ["restore_product", "change_product", "import_products"],
  "product.stock_corrected": ["adjust_product_stock", "set_product_stock", "import_products"],
  "product.updated": ["change_product", "import_products"],
  "product_group.created": ["create_product_group"],
  "product_group.updated": ["change_product_group"],
  "product_import.cancelled": ["cancel_product_import"],
  "product_import.ended": ["import_products"],
  "product_import.ordered": ["import_products"],
  "refund.approved": ["approve_refund"],
  "refund.rejected": ["reject_refund"],
  "refund.requested": ["refund_order", "refund_payment", "resolve_payment_review"],
  "refund.resolved": ["resolve_refund"],
  "session.ended": ["end_session", "end_other_sessions"],
  "session.ended_by_reused_token": ["refresh_tokens"],
  "session.signed_in": ["sign_in", "verify_email", "accept_invitation_as_new"],
  "session.signed_out": ["sign_out"],
  "task.done": ["finish_task"],
  "training.draft_saved": ["save_training_draft"],
  "training.published": ["publish_training_draft"],
  "training.restored": ["restore_training_version"],
  "webhook_endpoint.added": ["add_webhook_endpoint"],
  "webhook_endpoint.changed": ["change_webhook_endpoint", "remove_webhook_endpoint"],
  "webhook_endpoint.pinged": ["ping_webhook_endpoint"],
  "webhook_endpoint.removed": ["remove_webhook_endpoint"],
  "webhook_endpoint.replayed": ["replay_webhook_delivery"],
  "webhook_endpoint.secret_rotated": ["rotate_webhook_secret"],
};

// "subject.past_tense" in the sources that write the log; fault points are named alike, and ids of tables.
function actions_of_the_sources() {
  const files = ["storage/api", "actors"].flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => `${folder}/${name}`));
  const lines = [...files, "storage/import_queue.cpp"].filter((name) => name.endsWith(".cpp"))
    .flatMap((name) => readFileSync(`${root}/${name}`, "utf8").split("\n")).filter((line) => !/fault_point|#include/.test(line));
  const names = lines.flatMap((line) => [...line.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map(([, name]) => name));
  return [...new Set(names)].filter((name) => !name.endsWith(".id")).sort();
}

test("the table above names every action of the sources, and no other", () => {
  assert.deepEqual(actions_of_the_sources(), Object.keys(causes).sort());
});

test("every action was recorded in some test, by the operations that may cause it and by no others", () => {
  const seen = new Map();
  for (const record of records().filter(Boolean)) {
    // By file: some requests name themselves. Some are not the API client's: curl's, say.
    const operation_of = new Map(record.answers.map(([operation, , request]) => [request, operation]));
    for (const [action, request] of record.entries) {
      if (!seen.has(action)) seen.set(action, new Set());
      if (operation_of.has(request)) seen.get(action).add(operation_of.get(request));
    }
  }
  assert.deepEqual([...seen.keys()].filter((action) => !(action in causes)), [], "unknown actions");
  const never = Object.keys(causes).filter((action) => !(seen.get(action)?.size > 0));
  assert.deepEqual(never, [], "actions that no operation was seen to cause");
  const causing = new Set([...seen.values()].flatMap((operations) => [...operations]));
  assert.deepEqual([...new Set(Object.values(causes).flat())].filter((one) => !causing.has(one)), [], "operations that were not seen to cause anything");
  const strange = Object.entries(causes).flatMap(([action, expected]) => [...seen.get(action)].filter((one) => !expected.includes(one)).map((one) => `${one} made ${action}`));
  assert.deepEqual(strange, []);
});
