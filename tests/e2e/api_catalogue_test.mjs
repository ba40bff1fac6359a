// A shop owner's day with the catalogue: what is edited here, chats sell at once.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { api_client, if_match } from "./harness/api.mjs";
import { png, size_of_png } from "./harness/pictures.mjs";
import { until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let kofi;
shared_world({ before, after }, { name: "api-catalogue" }, (world) => { here = world; });

const password = "a long demo password";
beforeEach(async () => { if (!ada) [ada, kofi] = await Promise.all(here.businesses.slice(0, 2).map(signed_in)); });

async function signed_in({ owner }) {
  const client = await new api_client(here.server.url).signed_in(owner.email, password);
  const [{ business_id }] = (await client.get("/me")).body.memberships;
  const shop = `/businesses/${business_id}`;
  return { client, business_id, shop, products: `${shop}/products` };
}

let keys = 0;
const with_key = (key = `key-${++keys}`) => ({ headers: { "idempotency-key": key } });

async function create(wanted, whose = ada) {
  const { status, body } = await whose.client.post(whose.products, wanted);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

const at = (product, rest = "", whose = ada) => `${whose.products}/${product.id}${rest}`;
const read = async (product, whose = ada) => (await whose.client.get(at(product, "", whose))).body;

// What the shop answers to a customer's next message.
async function answer_to(who, text) {
  const heard = (await here.sandbox.replies(who, "app")).length;
  await here.sandbox.say(who, text);
  return (await here.sandbox.heard(who, heard + 1)).slice(heard).map((one) => one.text).join("\n");
}

function upload(product, bytes, type = "image/png") {
  return ada.client.call("POST", at(product, "/images"), { raw: bytes, headers: { "content-type": type } });
}

// The preview, or the job once it has ended, or why there is none.
async function import_sheet(lines, { preview = false, query = "" } = {}) {
  const path = `${ada.products}/${preview ? "import/preview" : "imports"}${query}`;
  const headers = { "content-type": "text/csv", ...(preview ? {} : with_key(randomUUID()).headers) };
  const given = await ada.client.call("POST", path, { raw: Array.isArray(lines) ? lines.join("\n") : lines, headers });
  if (given.status !== 202) return given;
  let job;
  await until("the import has ended", async () => {
    job = await ada.client.get(`${ada.products}/imports/${given.body.id}`);
    return job.body.finished_at !== null;
  }, { seconds: 60, every_ms: 50 });
  assert.equal(job.body.state, "done", job.text);
  return job;
}

test("what is created, repriced, counted and archived is what the very next message of a chat sees", async () => {
  const who = here.customer();
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /did not find/);
  const product = await create({ sku: "ZC-1", name: "Zephyrcloth", price_minor: 2_500_000, stock: 3 });
  assert.deepEqual([product.currency, product.version, product.active, product.images], ["NGN", 1, true, []]);
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /NGN 25,000\.00 \(3 in stock\)/);

  const changed = await ada.client.patch(at(product), { price_minor: 1_950_050 }, if_match(1));
  assert.deepEqual([changed.status, changed.body.version, changed.headers.get("etag")], [200, 2, '"2"']);
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /NGN 19,500\.50 \(3 in stock\)/);

  const counted = await ada.client.put(at(product, "/stock"), { stock: 41, expected: 3, reason: "counted" });
  assert.deepEqual([counted.status, counted.body], [200, { stock: 41 }]);
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /\(41 in stock\)/);

  const archived = await ada.client.post(at(product, "/archive"));
  assert.deepEqual([archived.status, archived.body.active], [200, false]);
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /did not find/);
  assert.equal((await ada.client.post(at(product, "/restore"))).body.active, true);
  assert.match(await answer_to(who, "How much is the Zephyrcloth?"), /NGN 19,500\.50/);
});

test("of two editors with the same version one wins and the other is told", async () => {
  const product = await create({ sku: "RACE", name: "Race", price_minor: 100 });
  const edits = await Promise.all(["Grace's name", "Ama's name"].map((name) => ada.client.patch(at(product), { name }, if_match(1))));
  assert.deepEqual(edits.map(({ status }) => status).sort(), [200, 412]);
  const winner = edits.find(({ status }) => status === 200).body;
  assert.deepEqual(await read(product), winner);
  assert.equal(winner.version, 2);
  assert.equal((await ada.client.patch(at(product), { name: "x" })).status, 428);
  const again = await ada.client.patch(at(product), { name: winner.name }, if_match(2));
  assert.deepEqual([again.status, again.body.version], [200, 2], "a change of nothing raises no version");
});

test("a sku is one product's, and what does not fit is named", async () => {
  await create({ sku: "ONE", name: "One", price_minor: 1 });
  assert.equal((await ada.client.post(ada.products, { sku: "ONE", name: "Two", price_minor: 1 })).status, 409);
  for (const [body, field] of [
    [{ sku: "a\"b", name: "x", price_minor: 1 }, "/sku"],
    [{ sku: "b", name: "é".repeat(150), price_minor: 1 }, "/name"],
    [{ sku: "b", name: "x", price_minor: -1 }, "/price_minor"],
    [{ sku: "b", name: "x", price_minor: 1, stock: -1 }, "/stock"],
    [{ sku: "b", name: "x", price_minor: 1, currency: "USD" }, "/currency"],
  ]) {
    const { status, body: told } = await ada.client.post(ada.products, body);
    assert.deepEqual([status, told.errors?.map((one) => one.field)], [422, [field]], JSON.stringify(body));
  }
});

test("the list pages by name and by age without gaps, finds parts of names and skus, and filters", async () => {
  for (let i = 0; i < 7; i += 1) await create({ sku: `PAGE-${i}`, name: `${i % 2 ? "page" : "Page"} ${6 - i}`, price_minor: i });
  await ada.client.post(at((await ada.client.get(`${ada.products}?search=PAGE-6`)).body.items[0], "/archive"));
  const walk = async (query) => {
    const seen = [];
    for (let cursor = ""; cursor !== null;) {
      const { body } = await ada.client.get(`${ada.products}?limit=2&search=page&${query}${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ sku }) => sku));
      cursor = body.next_cursor;
    }
    return seen.map((sku) => Number(sku.slice(5)));
  };
  assert.deepEqual(await walk(""), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await walk("sort=newest"), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await walk("active=true"), [5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await walk("active=false"), [6]);
  assert.deepEqual((await ada.client.get(`${ada.products}?search=${encodeURIComponent("%")}`)).body.items, []);
  assert.deepEqual((await kofi.client.get(`${kofi.products}?search=page`)).body.items, []);
});

test("corrections of stock and orders of chats at the same time lose nothing and sell no piece twice", async () => {
  const product = await create({ sku: "RUSH", name: "Rushbasket", price_minor: 1000, stock: 6 });
  const customers = Array.from({ length: 8 }, () => here.customer());
  const chats = customers.map((who) => answer_to(who, "I want 1 Rushbasket"));
  const corrections = [];
  for (const delta of [2, -1, 3, -2, -1]) corrections.push(await ada.client.post(at(product, "/stock/adjust"), { delta, reason: "recount" }, with_key()));
  await Promise.all(chats);
  await here.settled();
  const done = corrections.filter(({ status }) => status === 200);
  for (const { status } of corrections) assert.ok([200, 409].includes(status));
  const { body } = await ada.client.get(at(product, "/stock/movements"));
  const moved = body.items.reduce((sum, { delta }) => sum + delta, 0);
  assert.equal(body.items.length, done.length + 1, "and the first stock");
  const held = await here.server.number(`SELECT coalesce(sum(quantity), 0) FROM order_items WHERE sku = 'RUSH'`);
  assert.equal((await read(product)).stock, moved - held);
  assert.ok(moved >= held);
});

test("a correction with the same key happens once, and none goes below what is free", async () => {
  const product = await create({ sku: "KEY", name: "Key", price_minor: 1, stock: 5 });
  const key = with_key();
  for (let i = 0; i < 3; i += 1)
    assert.deepEqual((await ada.client.post(at(product, "/stock/adjust"), { delta: -2, reason: "broken" }, key)).body, { stock: 3 });
  const refused = await ada.client.post(at(product, "/stock/adjust"), { delta: -4, reason: "broken" }, with_key());
  assert.deepEqual([refused.status, refused.body.detail], [409, "Only 3 are free."]);
  const stale = await ada.client.put(at(product, "/stock"), { stock: 9, expected: 5, reason: "counted" });
  assert.deepEqual([stale.status, stale.body.detail], [409, "The stock is 3 by now: look, and say again."]);
  assert.equal((await ada.client.post(at(product, "/stock/adjust"), { delta: 1, reason: "x" })).status, 428);
  const { body } = await ada.client.get(at(product, "/stock/movements"));
  const { id: me } = (await ada.client.get("/me")).body;
  assert.deepEqual(body.items.map(({ delta, stock_after, reason, account_id }) => [delta, stock_after, reason, account_id]),
    [[-2, 3, "broken", me], [5, 5, "first stock", me]]);
});

test("a key is its person's: another's correction under the same one happens too", async () => {
  const product = await create({ sku: "TWO", name: "Two people", price_minor: 1, stock: 9 });
  const { id } = (await kofi.client.get("/me")).body;
  await here.server.sql(`INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ('${id}', '${ada.business_id}', 'admin', 0)`);
  const key = with_key("1");
  assert.deepEqual((await ada.client.post(at(product, "/stock/adjust"), { delta: -2, reason: "broken" }, key)).body, { stock: 7 });
  assert.deepEqual((await kofi.client.post(at(product, "/stock/adjust"), { delta: -3, reason: "lost" }, key)).body, { stock: 4 });
  await here.server.sql(`DELETE FROM memberships WHERE account_id = '${id}' AND business_id = '${ada.business_id}'`);
});

test("a sheet of a thousand rows with twenty bad ones is looked at, taken, and changes nothing the second time", async () => {
  const lines = ["Code;Title;Unit price;In stock;Colour"];
  for (let i = 1; i <= 1000; i += 1) {
    const price = i % 50 === 0 ? "dear" : `${i}.50`;
    lines.push(`CSV-${i};"Sheet ""${i}""";${price};${i};red`);
  }
  const before = await here.server.number("SELECT count(*) FROM products");
  const preview = await import_sheet(lines, { preview: true });
  const counts = ({ created, updated, unchanged, refused }) => ({ created, updated, unchanged, refused });
  assert.deepEqual([preview.status, counts(preview.body)], [200, { created: 980, updated: 0, unchanged: 0, refused: 20 }]);
  assert.deepEqual(preview.body.columns.map(({ column, field }) => [column, field]),
    [["Code", "sku"], ["Title", "name"], ["Unit price", "price"], ["In stock", "stock"], ["Colour", null]]);
  assert.deepEqual(preview.body.rows.find(({ outcome }) => outcome === "refused"),
    { row: 51, sku: "CSV-50", outcome: "refused", column: "Unit price", reason: "must be an amount like 1500.00" });
  assert.equal(await here.server.number("SELECT count(*) FROM products"), before, "a preview changes nothing");

  assert.deepEqual(counts((await import_sheet(lines)).body), { created: 980, updated: 0, unchanged: 0, refused: 20 });
  assert.equal(await here.server.number("SELECT count(*) FROM products"), before + 980);
  const logged = await here.server.number("SELECT count(*) FROM audit_log WHERE action LIKE 'product.%'");
  assert.deepEqual(counts((await import_sheet(lines)).body), { created: 0, updated: 0, unchanged: 980, refused: 20 });
  assert.equal(await here.server.number("SELECT count(*) FROM audit_log WHERE action LIKE 'product.%'"), logged, "nor the same sheet again");
  assert.match(await answer_to(here.customer(), "How much is CSV-777?"), /NGN 777\.50 \(777 in stock\)/);
});

test("a sheet changes prices at once, and stock only when it is asked to", async () => {
  const product = await create({ sku: "SHEET", name: "Sheetlamp", price_minor: 100, stock: 4 });
  const lines = ["sku,price,stock", "SHEET,9.99,12"];
  const kept = (await import_sheet(lines)).body;
  assert.deepEqual([kept.updated, (await read(product)).stock, (await read(product)).price_minor], [1, 4, 999]);
  assert.equal((await import_sheet(lines, { preview: true, query: "?stock=set" })).body.updated, 1);
  assert.equal((await read(product)).stock, 4);
  assert.equal((await import_sheet(lines, { query: "?stock=set" })).body.updated, 1);
  assert.equal((await import_sheet(lines, { query: "?stock=set" })).body.unchanged, 1);
  assert.equal((await read(product)).stock, 12);
  assert.match(await answer_to(here.customer(), "How much is the Sheetlamp?"), /NGN 9\.99 \(12 in stock\)/);
  const { body } = await ada.client.get(at(product, "/stock/movements"));
  assert.deepEqual(body.items.map(({ delta, reason }) => [delta, reason]), [[8, "imported"], [4, "first stock"]]);
});

test("what is exported can be imported, and no cell of it is a formula", async () => {
  await create({ sku: "=1+1", name: "=HYPERLINK(1)", description: "+1, \"quoted\"\nand a line", price_minor: 5, stock: 2 });
  const odd = await create({ sku: "ODD", name: "＝1", description: "  - one\n- two;=cmd|'/c x'!A1;y\t@z\r\n \"＋3 '=4 \n", price_minor: 5, stock: 2 });
  await create({ sku: "LONG", name: "ع".repeat(100), description: "\n－".repeat(1000), price_minor: 5, stock: 2 });
  const { status, headers, text } = await ada.client.get(`${ada.products}/export`);
  assert.deepEqual([status, headers.get("content-type"), headers.get("x-content-type-options")], [200, "text/csv; charset=utf-8", "nosniff"]);
  assert.ok(text.startsWith("sku,name,description,price,stock,active\r\n"));
  assert.ok(text.includes(`'=1+1,'=HYPERLINK(1),"'+1, ""quoted""\nand a line",0.05,2,true\r\n`));
  assert.ok(text.includes(`ODD,'＝1,"'  - one\n'- two;'=cmd|'/c x'!A1;y\t'@z\r\n' ""＋3 '=4 \n",0.05,2,true\r\n`));
  for (const field of text.split(/[;\t\r\n]/)) assert.doesNotMatch(field, /^[\s"]*[=+\-@＝＋－＠]/);
  const again = (await import_sheet([text], { query: "?stock=set" })).body;
  assert.deepEqual([again.created, again.updated, again.refused], [0, 0, 0]);
  assert.equal((await read(odd)).description, odd.description);
});

test("a file that is no sheet is refused with the reason, and other names of columns can be given", async () => {
  for (const [raw, detail] of [
    ["", /row 1 must name the columns/], ["name,price\nx,1", /no column named sku/], ["sku,name\n\"a", /row 2 has a quote that is not closed/],
    [Buffer.from([0x73, 0x6b, 0x75, 0x0a, 0xff]), /not UTF-8/], [["sku", ...Array.from({ length: 5001 }, (_, i) => `s${i}`)].join("\n"), /too many rows/],
  ]) {
    const { status, body } = await import_sheet(raw);
    assert.equal(status, 422);
    assert.match(body.errors[0].detail, detail);
  }
  const big = await import_sheet("x".repeat(2 * 1024 * 1024 + 1));
  assert.equal(big.status, 413);
  assert.equal((await ada.client.post(`${ada.products}/imports`, {})).status, 415);
  const mapped = await import_sheet(["Artikel,Bezeichnung,Preis", "MAP-1,Hut,3"], { query: "?sku_column=artikel&name_column=Bezeichnung&price_column=Preis" });
  assert.deepEqual([mapped.status, mapped.body.created], [200, 1]);
  assert.equal((await import_sheet(["sku", "x"], { query: "?name_column=Bezeichnung" })).status, 422);
});

test("a picture is encoded anew, served as bytes, and the same file is the same picture", async () => {
  const product = await create({ sku: "PIC", name: "Pic", price_minor: 1 });
  const file = png(40, 30, { text: "a secret place" });
  const added = await upload(product, file, "image/jpeg");  // the name of the type counts for nothing
  assert.deepEqual([added.status, added.body.content_type, added.body.width, added.body.height], [201, "image/png", 40, 30]);
  assert.deepEqual((await upload(product, file)).body, added.body);
  assert.deepEqual((await read(product)).images, [added.body]);
  const served = await ada.client.get(at(product, `/images/${added.body.id}`));
  assert.deepEqual([served.headers.get("content-type"), served.headers.get("x-content-type-options")], ["image/png", "nosniff"]);
  assert.deepEqual(size_of_png(served.bytes), { width: 40, height: 30 });
  assert.ok(!served.bytes.includes("secret"), "what was hidden in it is gone");
  assert.equal((await kofi.client.get(at(product, `/images/${added.body.id}`))).status, 404);
  assert.equal((await kofi.client.get(at(product, `/images/${added.body.id}`, kofi))).status, 404);
  assert.equal((await ada.client.delete(at(product, `/images/${added.body.id}`))).status, 204);
  assert.equal((await ada.client.get(at(product, `/images/${added.body.id}`))).status, 404);
  assert.deepEqual((await read(product)).images, []);
});

test("hostile files are refused before they cost anything", async () => {
  const product = await create({ sku: "BAD", name: "Bad", price_minor: 1 });
  const good = png(300, 300);
  const of_size = (said) => png(4, 4, { said });
  for (const [what, bytes, type, status] of [
    ["text", Buffer.from("<svg onload=alert(1)>"), "image/png", 415], ["a GIF", Buffer.from("GIF89a\x01\x00\x01\x00", "latin1"), "image/png", 415],
    ["nothing", Buffer.alloc(0), "image/png", 415], ["another type's name", good, "image/gif", 415], ["a page", good, "text/html", 415],
    ["cut off", good.subarray(0, good.length / 2), "image/png", 422], ["only a signature", good.subarray(0, 8), "image/png", 422],
    ["a JPEG of noise", Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(999, 7)]), "image/jpeg", 422],
    ["a WebP of noise", Buffer.concat([Buffer.from("RIFF\xff\x00\x00\x00WEBPVP8 ", "latin1"), Buffer.alloc(99, 7)]), "image/webp", 422],
    ["a bomb", of_size({ width: 60_000, height: 60_000 }), "image/png", 422], ["a long bomb", of_size({ width: 1_000_000, height: 1 }), "image/png", 422],
    ["no pixels", of_size({ width: 0, height: 4 }), "image/png", 422], ["fewer pixels than said", of_size({ width: 4000, height: 4000 }), "image/png", 422],
    ["11 MB", Buffer.concat([good, Buffer.alloc(11 * 1024 * 1024)]), "image/png", 413],
  ]) assert.equal((await upload(product, bytes, type)).status, status, what);
  assert.deepEqual((await read(product)).images, []);
  for (let i = 0; i < 10; i += 1) assert.equal((await upload(product, png(2, 2, { seed: i }))).status, 201);
  assert.equal((await upload(product, png(2, 2, { seed: 99 }))).status, 409);
  assert.equal((await upload(product, good.subarray(0, good.length / 2), "image/png")).status, 409, "nor is it looked into");
});

test("a picture of 10 MB is taken, and one byte more is not", async () => {
  const product = await create({ sku: "LARGE", name: "Large", price_minor: 1 });
  const picture = png(1800, 1900, { noise: true });
  const largest = 10 * 1024 * 1024;
  assert.ok(picture.length < largest && picture.length > largest - 300_000, `${picture.length}`);
  // What hangs behind the end of a picture is not looked at.
  const of_size = (bytes) => Buffer.concat([picture, Buffer.alloc(bytes - picture.length)]);
  const added = await upload(product, of_size(largest));
  assert.deepEqual([added.status, added.body.content_type], [201, "image/png"], added.text);
  assert.equal((await upload(product, of_size(largest + 1))).status, 413);
  const { images } = await read(product);
  assert.deepEqual(images, [added.body], "and it is whole");
  const served = await ada.client.get(at(product, `/images/${added.body.id}`));
  assert.deepEqual(size_of_png(served.bytes), { width: added.body.width, height: added.body.height });
});

test("variants share a group and are sold by their own skus", async () => {
  const made = await ada.client.post(`${ada.shop}/product-groups`, { name: "Kaftan", options: ["size", "colour"] });
  assert.equal(made.status, 201);
  const group = made.body;
  const variant = (...values) => ({ group_id: group.id, values });
  const product = await create({ sku: "KAF-M", name: "Kaftan M blue", price_minor: 100, stock: 2, variant: variant("M", "blue") });
  assert.deepEqual(product.variant, variant("M", "blue"));
  const twin = { sku: "KAF-2", name: "Kaftan", price_minor: 1 };
  assert.equal((await ada.client.post(ada.products, { ...twin, variant: variant("M", "blue") })).status, 409);
  assert.equal((await ada.client.post(ada.products, { ...twin, variant: variant("M") })).status, 422);
  assert.equal((await kofi.client.post(kofi.products, { ...twin, variant: variant("M", "red") })).status, 422, "a group of another business");
  const second = await create({ ...twin, variant: variant("L", "blue") });
  assert.equal((await ada.client.patch(at(second), { variant: variant("M", "blue") }, if_match(second.version))).status, 409, "another's variant");
  const listed = await ada.client.get(`${ada.products}?group=${group.id}`);
  assert.deepEqual(listed.body.items.map(({ sku }) => sku).sort(), ["KAF-2", "KAF-M"]);
  assert.equal((await ada.client.get(`${ada.shop}/product-groups/${group.id}`)).body.products, 2);
  assert.ok((await ada.client.get(`${ada.shop}/product-groups`)).body.items.some(({ id }) => id === group.id));
  const renamed = await ada.client.patch(`${ada.shop}/product-groups/${group.id}`, { name: "Long kaftan" }, if_match(1));
  assert.deepEqual([renamed.status, renamed.body.name, renamed.body.version], [200, "Long kaftan", 2]);
  assert.equal((await ada.client.patch(`${ada.shop}/product-groups/${group.id}`, { name: "x" }, if_match(1))).status, 412);
  const alone = await ada.client.patch(at(product), { variant: null }, if_match(product.version));
  assert.deepEqual([alone.status, alone.body.variant], [200, null]);
  assert.match(await answer_to(here.customer(), "How much is KAF-M?"), /NGN 1\.00 \(2 in stock\)/);
});

test("each change stands in the activity log with what it was before", async () => {
  const product = await create({ sku: "LOG", name: "Log", price_minor: 10, stock: 1 });
  await ada.client.patch(at(product), { price_minor: 20 }, if_match(1));
  await ada.client.post(at(product, "/stock/adjust"), { delta: 4, reason: "found" }, with_key());
  await ada.client.post(at(product, "/archive"));
  await upload(product, png(3, 3));
  const rows = await here.server.sql(`SELECT action, before, after FROM audit_log WHERE subject_id = '${product.id}' ORDER BY id`);
  assert.deepEqual(rows.map(([action]) => action),
    ["product.created", "product.updated", "product.stock_corrected", "product.archived", "product.image_added"]);
  assert.deepEqual(rows.slice(1, 4).map(([, before, after]) => [JSON.parse(before), JSON.parse(after)]),
    [[{ price_minor: 10 }, { price_minor: 20 }], [{ stock: 1 }, { stock: 5, reason: "found" }], [{ active: true }, { active: false }]]);
});
