// Invoices as documents: tax on what is sold, the PDF, and the link under which a customer reads it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { if_match } from "./harness/api.mjs";
import { chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { open_world, shared_world } from "./harness/world.mjs";

let here;
let ada;
let grace;  // an agent of Ada's
let kofi;   // another business
shared_world({ before, after }, { name: "api-invoice-documents" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here);
  kofi ??= await signed_in_owner(here, 1);
  grace ??= await colleague(here, ada);
});

const settings_of = (who) => `${who.shop}/invoice-settings`;
const nothing_said = { legal_name: "", address: "", tax_number: "", tax_name: "", tax_mode: "none", tax_rate_bp: 0, footer: "", mail_documents: true };
const said = { legal_name: "Ada Fabrics Ltd", address: "12 Marina Road\nLagos", tax_number: "TIN 2039", tax_name: "VAT", tax_mode: "exclusive", tax_rate_bp: 750, footer: "Thank you for your order.", mail_documents: true };
const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });
const text_of = (pdf) => execFileSync("pdftotext", ["-", "-"], { input: pdf }).toString();
const hash_of = (bytes) => createHash("sha256").update(bytes).digest("hex");

async function say_settings(wanted, who = ada) {
  const { body: { version } } = await who.client.get(settings_of(who));
  const { status, body, text } = await who.client.put(settings_of(who), wanted, if_match(version));
  assert.equal(status, 200, text);
  return body;
}

async function product(sku, price_minor, name = sku) {
  const { status, text } = await ada.client.post(`${ada.shop}/products`, { sku, name, price_minor, stock: 100 });
  assert.equal(status, 201, text);
}

// An order that awaits payment, and its invoice.
async function invoiced(sku, quantity = 1) {
  const { id, who } = await chat(here, ada);
  const { body: { order }, text } = await ada.client.post(`${ada.shop}/orders`, { conversation_id: id, items: [{ sku, quantity }] }, with_key());
  assert.ok(order, text);
  const link = await ada.client.post(`${ada.shop}/orders/${order.id}/payment-link`, {}, with_key());
  assert.equal(link.status, 200, link.text);
  const invoice = await ada.client.post(`${ada.shop}/orders/${order.id}/invoice`);
  assert.equal(invoice.status, 200, invoice.text);
  return { order: link.body, invoice: invoice.body, who, one: `${ada.shop}/invoices/${invoice.body.id}` };
}

async function grace_is(role) {
  await here.server.sql(`UPDATE memberships SET role = '${role}' WHERE business_id = '${ada.business_id}' AND account_id = '${grace.account_id}'`);
  await sleep(1100);  // it is known to the server
}

test("settings are said as a whole, by who may, and by nobody who has not seen the last ones", async () => {
  const first = await ada.client.get(settings_of(ada));
  assert.deepEqual([first.body, first.headers.get("etag")], [{ ...nothing_said, version: 0 }, '"0"']);
  assert.equal((await ada.client.put(settings_of(ada), said)).status, 428);
  const saved = await ada.client.put(settings_of(ada), said, if_match(0));
  assert.deepEqual([saved.status, saved.body, saved.headers.get("etag")], [200, { ...said, version: 1 }, '"1"']);
  assert.equal((await ada.client.put(settings_of(ada), nothing_said, if_match(0))).status, 412);
  assert.deepEqual((await grace.client.get(settings_of(ada))).body, { ...said, version: 1 });
  assert.equal((await grace.client.put(settings_of(ada), nothing_said, if_match(1))).status, 403);
  assert.deepEqual((await kofi.client.get(settings_of(kofi))).body, { ...nothing_said, version: 0 });
  for (const [wrong, field] of [[{ tax_name: "" }, "/tax_name"], [{ tax_mode: "none" }, "/tax_rate_bp"], [{ tax_rate_bp: 10_001 }, "/tax_rate_bp"], [{ footer: "x".repeat(1001) }, "/footer"], [{ legal_name: "a\nb" }, "/legal_name"]]) {
    const { status, body } = await ada.client.put(settings_of(ada), { ...said, ...wrong }, if_match(1));
    assert.deepEqual([status, body.errors?.[0].field], [422, field]);
  }
  const { body: log } = await ada.client.get(`${ada.shop}/activity?action=invoice_settings.changed`);
  assert.deepEqual(log.items.map(({ account_id }) => account_id), [ada.account_id]);
});

test("tax on top is paid by the customer, from the offer to the money; one within the price changes no total", async () => {
  await product("TAXED", 100_000, "Taxed cloth");
  await say_settings({ ...said, tax_mode: "exclusive" });
  const { id, who } = await chat(here, ada);
  const placed = await ada.client.post(`${ada.shop}/orders`, { conversation_id: id, items: [{ sku: "TAXED", quantity: 3 }], tell_customer: true }, with_key());
  assert.equal(placed.body.order.total_minor, 322_500, placed.text);
  const at = `${ada.shop}/orders/${placed.body.order.id}`;
  await here.settled();
  assert.match((await here.sandbox.replies(who, "app")).at(-1).text, /Tax: NGN 225\.00\nTotal: NGN 3,225\.00/);
  // The settings change; the order does not.
  await say_settings({ ...said, tax_rate_bp: 2_000 });
  const { body: order } = await ada.client.post(`${at}/payment-link`, {}, with_key());
  assert.equal(order.payments[0].amount_minor, 322_500);
  const { body: invoice } = await ada.client.post(`${at}/invoice`);
  assert.deepEqual([invoice.net_minor, invoice.taxes, invoice.total_minor],
    [300_000, [{ name: "VAT", mode: "exclusive", rate_bp: 750, tax_minor: 22_500 }], 322_500]);
  await here.sandbox.pay(order.payments[0].reference);
  await here.sandbox.say(who, "I have paid");
  await here.settled();
  assert.equal((await ada.client.get(at)).body.status, "paid");

  await say_settings({ ...said, tax_mode: "inclusive", tax_rate_bp: 2_000 });
  const within = await invoiced("TAXED", 3);
  assert.deepEqual([within.order.total_minor, within.invoice.net_minor, within.invoice.taxes[0].tax_minor], [300_000, 250_000, 50_000]);
  await say_settings(nothing_said);
  const without = await invoiced("TAXED", 3);
  assert.deepEqual([without.order.total_minor, without.invoice.net_minor, without.invoice.taxes], [300_000, 300_000, []]);
});

test("the document says what the invoice said, once and for all", async () => {
  await product("PDF", 1_234_567, "Cloth of the document");
  await say_settings(said);
  const { one, order, invoice, who } = await invoiced("PDF", 2);
  await ada.client.patch(`${ada.shop}/customers/${invoice.customer_id}`, { name: "Somebody else" }, if_match((await ada.client.get(`${ada.shop}/customers/${invoice.customer_id}`)).body.version));
  await say_settings({ ...said, legal_name: "Another Name Ltd" });
  const given = await grace.client.get(`${one}/pdf`);
  assert.deepEqual([given.status, given.headers.get("content-type"), given.headers.get("content-disposition")], [200, "application/pdf", `inline; filename="${invoice.number}.pdf"`]);
  const words = text_of(given.bytes);
  for (const word of [invoice.number, `#${order.number}`, "Ada Fabrics Ltd", "TIN 2039", "Cloth of the document", "₦24,691.34", "VAT 7.5 %", "₦1,851.85", "₦26,543.19", "Pay online", "Thank you for your order."]) assert.ok(words.includes(word), `${word} in ${words}`);
  assert.ok(!words.includes("Somebody else") && !words.includes("Another Name"), words);
  // Paid since: what was shown stays.
  await here.sandbox.pay(order.payments[0].reference);
  await here.sandbox.say(who, "I have paid");
  await here.settled();
  assert.equal((await ada.client.get(`${ada.shop}/orders/${order.id}`)).body.status, "paid");
  const again = await ada.client.get(`${one}/pdf`);
  assert.equal(hash_of(again.bytes), hash_of(given.bytes));
  const [[stored, made]] = await here.server.sql(`SELECT encode(sha256, 'hex'), created_at FROM invoice_documents WHERE invoice_id = '${invoice.id}'`);
  assert.equal(stored, hash_of(given.bytes));
  assert.ok(Number(made) > 0);
});

test("many who ask at once for a document that nobody has asked for are given the same", async () => {
  await product("RACE", 5_000);
  const { one } = await invoiced("RACE");
  const all = await Promise.all(Array.from({ length: 12 }, (_, i) => [ada, grace][i % 2].client.get(`${one}/pdf`)));
  assert.ok(all.every(({ status }) => status === 200));
  assert.equal(new Set(all.map(({ bytes }) => hash_of(bytes))).size, 1);
});

test("a link is read by whoever has it until it ends, and says nothing to anybody else", async () => {
  await product("LINK", 7_000);
  const { one, invoice } = await invoiced("LINK");
  assert.equal(invoice.public_url, null);
  await grace_is("viewer");
  assert.equal((await grace.client.get(`${one}/pdf`)).status, 200);
  assert.equal((await grace.client.post(`${one}/link`)).status, 403);
  await grace_is("agent");
  const made = await Promise.all([ada, grace, ada].map(({ client }) => client.post(`${one}/link`)));
  assert.deepEqual(made.map(({ status }) => status), [200, 200, 200]);
  assert.equal(new Set(made.map(({ body }) => body.url)).size, 1, "one link");
  const { url, expires_at } = made[0].body;
  assert.match(url, new RegExp(`^${here.server.url}/i/[0-9a-f-]{36}$`));
  const days = (Date.parse(expires_at) - Date.now()) / 86_400_000;
  assert.ok(days > 59.9 && days <= 60, `${days} days`);
  assert.equal((await ada.client.get(one)).body.public_url, url);
  assert.equal((await ada.client.get(`${ada.shop}/invoices?number=${invoice.number}`)).body.items[0].public_url, url);

  const read = await fetch(url);  // as a customer: no token, no cookie
  assert.equal(read.status, 200);
  const headers = Object.fromEntries(["content-type", "content-disposition", "cache-control", "x-content-type-options", "x-robots-tag", "referrer-policy"].map((name) => [name, read.headers.get(name)]));
  assert.deepEqual(headers, { "content-type": "application/pdf", "content-disposition": `inline; filename="${invoice.number}.pdf"`, "cache-control": "no-store", "x-content-type-options": "nosniff", "x-robots-tag": "noindex, nofollow, noarchive", "referrer-policy": "no-referrer" });
  assert.match(read.headers.get("content-security-policy"), /default-src 'none'/);
  const bytes = Buffer.from(await read.arrayBuffer());
  assert.equal(hash_of(bytes), hash_of((await ada.client.get(`${one}/pdf`)).bytes));
  assert.ok(text_of(bytes).includes(invoice.number));

  const token = url.split("/").at(-1);
  assert.equal((await ada.client.get(`/i/${token}`)).status, 200, "as the document has it");
  const missed = async (path) => { const answer = await fetch(`${here.server.url}${path}`); return [answer.status, (await answer.json()).type]; };
  const nothing = [404, "/problems/not-found"];
  for (const id of [randomUUID(), invoice.id, "x", `${token}0`]) assert.deepEqual(await missed(`/i/${id}`), nothing, id);
  await here.server.sql(`UPDATE invoice_links SET created_at = 0, expires_at = 1 WHERE token = '${token}'`);
  assert.deepEqual(await missed(`/i/${token}`), nothing, "ended: as if it had never been");
  assert.equal((await ada.client.get(one)).body.public_url, null);
  const renewed = await ada.client.post(`${one}/link`);
  assert.notEqual(renewed.body.url, url);
  assert.equal((await fetch(renewed.body.url)).status, 200);
  assert.equal((await kofi.client.post(`${kofi.shop}/invoices/${invoice.id}/link`)).status, 404);
  assert.equal((await kofi.client.get(`${kofi.shop}/invoices/${invoice.id}/pdf`)).status, 404);
  const { body: log } = await ada.client.get(`${ada.shop}/activity?action=invoice.link_made&subject_id=${invoice.id}`);
  assert.equal(log.items.length, 2);
  assert.ok(!JSON.stringify(log).includes(token), "no link in the log");
});

test("an order whose money is all back has a credit note: the first of its own series, in the list, as a document and behind a link", async () => {
  await product("CREDIT", 123_400, "Cloth that came torn");
  await say_settings(said);
  const { order, invoice } = await invoiced("CREDIT");
  const paid = await ada.client.post(`${ada.shop}/orders/${order.id}/mark-paid`, { method: "cash" }, if_match(order.version));
  assert.equal(paid.status, 200, paid.text);
  const refund = (wish) => ada.client.post(`${ada.shop}/orders/${order.id}/refunds`, { reason: "It came torn.", ...wish }, with_key());
  const invoices = `${ada.shop}/invoices`;
  const listed = async () => (await ada.client.get(`${invoices}?kind=credit_note`)).body.items;
  assert.equal((await refund({})).status, 201);
  await until("the credit note is there", async () => (await listed()).length > 0, { explain: () => here.place.log_tail("server") });
  const [note, ...more] = await listed();
  assert.deepEqual(more, []);
  assert.deepEqual([note.number, note.order_id, note.total_minor, note.currency], ["CRN-000001", order.id, invoice.total_minor, "NGN"]);
  const { body: whole } = await ada.client.get(`${invoices}/${note.id}`);
  assert.deepEqual([whole.corrects, whole.net_minor, whole.taxes, whole.lines], [invoice.number, invoice.net_minor, invoice.taxes, invoice.lines]);
  assert.deepEqual((await ada.client.get(`${invoices}?number=CRN-000001`)).body.items.map(({ id }) => id), [note.id]);
  assert.deepEqual((await ada.client.get(`${invoices}?order=${order.id}`)).body.items.map(({ number }) => number).sort(), ["CRN-000001", invoice.number]);
  assert.ok((await ada.client.get(`${invoices}?kind=invoice`)).body.items.every(({ kind }) => kind === "invoice"));

  const given = await grace.client.get(`${invoices}/${note.id}/pdf`);
  assert.deepEqual([given.status, given.headers.get("content-type"), given.headers.get("content-disposition")], [200, "application/pdf", 'inline; filename="CRN-000001.pdf"']);
  const words = text_of(given.bytes);
  for (const word of ["Credit note", "CRN-000001", invoice.number, "Ada Fabrics Ltd", "Cloth that came torn", "₦1,326.55"]) assert.ok(words.includes(word), `${word} in ${words}`);
  assert.ok(!words.includes("Pay online"), words);
  const link = await ada.client.post(`${invoices}/${note.id}/link`);
  assert.equal(link.status, 200, link.text);
  assert.equal(hash_of(Buffer.from(await (await fetch(link.body.url)).arrayBuffer())), hash_of(given.bytes));
});

test("who asks for the invoice in the chat is told where to read it", async () => {
  const who = here.customer();
  let heard = 0;
  for (const text of ["I want 2 Ankara 6 yards", "Checkout please", "Please send me the invoice"]) {
    heard = (await here.sandbox.replies(who, "app")).length;
    await here.sandbox.say(who, text);
    await here.sandbox.heard(who, heard + 1);
    await here.settled();
  }
  const told = (await here.sandbox.replies(who, "app")).slice(heard).map(({ text, buttons = [] }) => [text, ...buttons.map(({ url }) => url)].join(" ")).join(" ");
  const [url] = /https?:\/\/\S+\/i\/[0-9a-f-]{36}/.exec(told) ?? [];
  assert.ok(url, told);
  const [number] = /INV-\d{6}/.exec(told);
  const read = await fetch(url);
  assert.equal(read.status, 200);
  assert.ok(text_of(Buffer.from(await read.arrayBuffer())).includes(number));
});

test("an invoice is mailed once, as a link, to a customer who left an address, unless the shop says no", async () => {
  await product("MAIL", 9_000);
  await say_settings(said);
  const invoiced_for = async (email) => {
    const { id, who } = await chat(here, ada);
    const { body: { order }, text } = await ada.client.post(`${ada.shop}/orders`, { conversation_id: id, items: [{ sku: "MAIL", quantity: 1 }] }, with_key());
    assert.ok(order, text);
    const { body: { version } } = await ada.client.get(`${ada.shop}/customers/${order.customer_id}`);
    const changed = await ada.client.patch(`${ada.shop}/customers/${order.customer_id}`, { email }, if_match(version));
    assert.equal(changed.status, 200, changed.text);
    await ada.client.post(`${ada.shop}/orders/${order.id}/payment-link`, {}, with_key());
    const invoice = await ada.client.post(`${ada.shop}/orders/${order.id}/invoice`);
    assert.equal(invoice.status, 200, invoice.text);
    return { order, invoice: invoice.body, who };
  };
  const { order, invoice } = await invoiced_for("ama.mail@example.com");
  const [mail] = await here.sandbox.got_mails("ama.mail@example.com");
  assert.equal(mail.subject, `Invoice ${invoice.number} for your order #${order.number}`);
  const [url] = /https?:\/\/\S+\/i\/[0-9a-f-]{36}/.exec(mail.text) ?? [];
  assert.equal(url, invoice.public_url, mail.text);
  const read = await fetch(url);
  assert.ok(text_of(Buffer.from(await read.arrayBuffer())).includes(invoice.number));
  for (const word of ["Ada", "MAIL"]) assert.ok(!mail.text.includes(word), `${word}: a word of a person in ${mail.text}`);
  await ada.client.post(`${ada.shop}/orders/${order.id}/invoice`);
  await here.server.restart();
  await sleep(1500);
  assert.equal((await here.sandbox.mails("ama.mail@example.com")).length, 1);
  const kinds = (await ada.client.get(`${ada.shop}/orders/${order.id}/timeline`)).body.items.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === "document_mailed").length, 1, kinds.join());

  const { mail_documents, ...rest } = said;
  assert.equal((await say_settings({ ...said, mail_documents: false })).mail_documents, false);
  assert.equal((await say_settings(rest)).mail_documents, false, "what is not said stays");
  await invoiced_for("kojo.mail@example.com");
  await sleep(1500);
  assert.deepEqual(await here.sandbox.mails("kojo.mail@example.com"), []);
  await say_settings({ ...said, mail_documents });
});

test("without a public address there is no link, and the document is there all the same", async (t) => {
  const inner = await open_world(t, { name: "no-public-address", settings: { http: { public_url: "" } } });
  const owner = await signed_in_owner(inner);
  const { id } = await chat(inner, owner);
  const { body: { order } } = await owner.client.post(`${owner.shop}/orders`, { conversation_id: id, items: [{ sku: "A1", quantity: 1 }] }, with_key());
  const paid = await owner.client.post(`${owner.shop}/orders/${order.id}/mark-paid`, { method: "cash" }, if_match(order.version));
  assert.equal(paid.status, 200, paid.text);
  const { body: invoice } = await owner.client.post(`${owner.shop}/orders/${order.id}/invoice`);
  const refused = await owner.client.post(`${owner.shop}/invoices/${invoice.id}/link`);
  assert.deepEqual([refused.status, /http\.public_url/.test(refused.body.detail)], [409, true]);
  const { status, bytes } = await owner.client.get(`${owner.shop}/invoices/${invoice.id}/pdf`);
  assert.equal(status, 200);
  assert.ok(!text_of(bytes).includes("Pay online"), "it is paid");
});
