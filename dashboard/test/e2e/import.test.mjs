// A sheet of a thousand products as a shop exports it from elsewhere: its columns are named here, its bad rows are told
// before anything is done and in the file that comes back, and all others can be sold. And the way out again.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { saved_by } from "./documents.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "import", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const rows = 1000;
const sku_of = (n) => `IMP-${String(n).padStart(4, "0")}`;
const name_of = (n) => `Imported "${n}", first choice`;
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

// What is wrong with a row, and the column that is told of it.
const faults = [
  { column: "Cost", spoil: (row) => ({ ...row, cost: "dear" }) },
  { column: "Cost", spoil: (row) => ({ ...row, cost: "-5" }) },
  { column: "In store", spoil: (row) => ({ ...row, stock: "many" }) },
  { column: "Goods", spoil: (row) => ({ ...row, name: "" }) },
];
const fault_of = (n) => (n % 50 === 0 ? faults[(n / 50) % faults.length] : undefined);
const bad = Array.from({ length: rows }, (_, i) => i + 1).filter(fault_of);

function sheet() {
  const lines = ["Our ref;Goods;Cost;In store;Shelf"];
  for (let n = 1; n <= rows; ++n) {
    const good = { name: name_of(n), cost: `${n}.50`, stock: String(n) };
    const { name, cost, stock } = fault_of(n)?.spoil(good) ?? good;
    lines.push([sku_of(n), quoted(name), cost, stock, `shelf ${n % 7}`].join(";"));
  }
  return Buffer.from(lines.join("\r\n"));
}

// Of a file that the server wrote: records of cells.
function records(bytes) {
  const cells = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/g;
  const found = [[]];
  for (const [, cell, end] of bytes.toString("utf8").trimEnd().matchAll(cells)) {
    found.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === "") return found;
    if (end !== ",") found.push([]);
  }
  return found;
}

test(`of ${rows} rows ${bad.length} are bad: they are named first, the others are imported, and the result says the same`, async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "products"));
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=file]").setInputFiles({ name: "stock list.csv", mimeType: "text/csv", buffer: sheet() });

  // No column has a name that is known: each is chosen.
  await dialog.getByText("Say which column names each product").waitFor();
  expect_complaints(/422/);
  await dialog.getByLabel("SKU").selectOption("Our ref");
  for (const [field, column] of Object.entries({ Name: "Goods", Price: "Cost", Stock: "In store" })) {
    await dialog.getByLabel(field, { exact: true }).selectOption(column);
    const chosen = dialog.getByLabel(field, { exact: true });
    await until(`${field} is ${column}`, async () => (await chosen.isEnabled()) && (await chosen.locator("option:checked").textContent()) === column);
  }

  // The dry run.
  await dialog.getByRole("button", { name: `Import ${rows - bad.length} rows` }).waitFor();
  const told = await dialog
    .getByRole("table")
    .getByRole("row")
    .evaluateAll((lines) => lines.slice(1).map((line) => [...line.cells].map(({ textContent }) => textContent)));
  // As a spreadsheet numbers them: the first row has the names.
  assert.deepEqual(
    told.map(([row, , outcome, reason]) => [Number(row), outcome, reason.split(": ")[0]]),
    bad.map((n) => [n + 1, "Refused", fault_of(n).column]),
  );
  assert.ok(
    told.every(([, , , reason]) => /: \S/.test(reason)),
    "each says why",
  );
  const count = () => place.here.server.number("SELECT count(*) FROM products WHERE sku LIKE 'IMP-%'");
  assert.equal(await count(), 0, "a look changes nothing");

  await dialog.getByRole("button", { name: `Import ${rows - bad.length} rows` }).click();
  await dialog.getByText("The import is done.").waitFor();
  const counts = await dialog.locator("dl > div").evaluateAll((all) => all.map((one) => [one.querySelector("dt").textContent, one.querySelector("dd").textContent]));
  assert.deepEqual(Object.fromEntries(counts), { New: "980", Changed: "0", "As it was": "0", Refused: "20" });
  assert.equal(await count(), rows - bad.length);

  const result = await saved_by(page, dialog.getByRole("button", { name: "Download the result" }));
  const [header, ...lines] = records(result.bytes);
  assert.equal(lines.length, rows);
  const outcome = header.indexOf("import outcome");
  const refused = lines.filter((line) => line[outcome] === "refused");
  assert.deepEqual(
    refused.map((line) => [line[0], line[outcome + 1]]),
    bad.map((n) => [sku_of(n), fault_of(n).column]),
  );
  assert.ok(
    refused.every((line) => line[outcome + 2] !== ""),
    "each says why",
  );
  assert.equal(lines.filter((line) => line[outcome] === "created").length, rows - bad.length);

  // They are in the list, and what was refused is not.
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const search = page.getByRole("searchbox");
  for (const n of [1, 499, 999]) {
    await search.fill(sku_of(n));
    const line = page.getByRole("row").filter({ hasText: name_of(n) });
    await line.getByText(`₦${n}.50`).waitFor();
    await line.getByText(sku_of(n)).waitFor();
  }
  await search.fill(sku_of(bad[0]));
  await page.getByText("No product fits").waitFor();
});

test("what is exported is all of it, and is a sheet that changes nothing", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "products"));
  const { name, bytes } = await saved_by(page, page.getByRole("button", { name: "Export" }));
  assert.equal(name, "products.csv");
  const [header, ...lines] = records(bytes);
  assert.equal(lines.length, await place.here.server.number(`SELECT count(*) FROM products WHERE business_id = (SELECT id FROM businesses WHERE key = 'ada')`));
  const [sku, title] = ["sku", "name"].map((field) => header.indexOf(field));
  const purse = place.here.businesses[0].products.at(-1);
  assert.equal(lines.find((line) => line[sku] === purse.sku)[title], purse.name);
  assert.equal(lines.find((line) => line[sku] === sku_of(1))[title], name_of(1), "quotes and commas stay in their cell");

  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: bytes });
  const unchanged = dialog.locator("dl > div").filter({ hasText: "As it was" });
  await unchanged.getByText(lines.length.toLocaleString("en-GB"), { exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Import 0 rows" }).waitFor();
});
