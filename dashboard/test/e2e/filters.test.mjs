// What a list is narrowed to stands in its address: it outlives a reload and the way to a row and back, and a colleague who
// is sent the address sees the same.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { chat_id } from "./chats.mjs";
import { at, everybody_leaves, narrow, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let ada;
shared_place({ before, after }, "filters", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
  const [cheap, dear] = [...place.here.businesses[0].products].sort((one, other) => one.price_minor - other.price_minor);
  await buys("Yusuf Bello", dear, "messenger");
  const { path, version } = await buys("Zara Ahmed", dear);
  const { status, text } = await ada.client.post(`${path}/cancel`, { reason: "Nobody came." }, { headers: { "if-match": `"${version}"` } });
  assert.equal(status, 200, text);
  // The newest is not the largest.
  await buys("Zainab Musa", cheap);
});
after(everybody_leaves);
afterEach(no_complaints);

// -> the order of a customer who is new
async function buys(name, { sku }, channel = "whatsapp") {
  const who = { ...place.here.customer(channel), name };
  await place.here.sandbox.say(who, "Hello!", { name });
  await place.here.sandbox.heard(who, 1);
  const { client, shop } = ada;
  const wish = { conversation_id: await chat_id(place, who), items: [{ sku, quantity: 1 }] };
  const { status, body, text } = await client.post(`${shop}/orders`, wish, { headers: { "idempotency-key": randomUUID() } });
  assert.equal(status, 201, text);
  return { path: `${shop}/orders/${body.order.id}`, version: body.order.version };
}

const rows = (page) => page.locator("main table tbody tr");
const filter = (page, name) => page.getByLabel(name, { exact: true });
const searched = (page) => new URL(page.url()).searchParams;
const shows = (page, count) =>
  until(`the list has ${count} rows`, async () => (await rows(page).count()) === count && (await page.getByRole("status", { name: "Loading" }).count()) === 0);

async function at_orders(search = "", options = {}) {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, `orders${search}`));
  await rows(page).first().waitFor();
  return page;
}

test("orders are filtered by state, and stay so over a reload, the way to an order and back, and for who gets the address", async () => {
  const page = await at_orders();
  await shows(page, 3);
  await filter(page, "Status").selectOption("Cancelled");
  await shows(page, 1);
  await rows(page).filter({ hasText: "Zara Ahmed" }).waitFor();
  await page.reload();
  await shows(page, 1);
  assert.equal(await filter(page, "Status").inputValue(), "cancelled");
  await rows(page).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: /^Order #/ }).waitFor();
  await page.goBack();
  await shows(page, 1);
  assert.deepEqual([await filter(page, "Status").inputValue(), searched(page).get("status")], ["cancelled", "cancelled"]);
  const colleague = await at_orders(new URL(page.url()).search);
  await shows(colleague, 1);
  await filter(page, "Status").selectOption("All states");
  await shows(page, 3);
  assert.equal(searched(page).has("status"), false);
});

test("filters of orders are narrowed together and cleared together", async () => {
  const page = await at_orders();
  await filter(page, "Channel").selectOption("WhatsApp");
  await shows(page, 2);
  await filter(page, "Status").selectOption("Paid");
  await page.getByText("No order fits").waitFor();
  await page.reload();
  await page.getByText("No order fits").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await shows(page, 3);
  assert.equal([...searched(page)].length, 0);
  for (const name of ["Channel", "Status"]) assert.equal(await filter(page, name).inputValue(), "");
});

test("orders are searched by how a name begins and by their number", async () => {
  const page = await at_orders();
  const search = page.getByRole("searchbox", { name: "Number or customer's name" });
  await search.fill("Za");
  await shows(page, 2);
  await page.reload();
  assert.equal(await search.inputValue(), "Za");
  await shows(page, 2);
  const number = (await rows(page).first().getByRole("rowheader").textContent()).trim();
  await search.fill(number);
  await shows(page, 1);
  await rows(page).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: `Order ${number}` }).waitFor();
  await page.goBack();
  await shows(page, 1);
  assert.equal(await search.inputValue(), number);
});

test("days of a filter are days of the business, and the last one counts", async () => {
  const page = await at_orders();
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Africa/Lagos" }).format(Date.now());
  const day = (plus) => new Date(Date.parse(`${today}T00:00:00Z`) + plus * 86_400_000).toISOString().slice(0, 10);
  await filter(page, "To").fill(day(-1));
  await page.getByText("No order fits").waitFor();
  await filter(page, "To").fill(day(0));
  await shows(page, 3);
  await filter(page, "To").fill(day(1));
  await filter(page, "From").fill(day(1));
  await page.getByText("No order fits").waitFor();
  await page.reload();
  await page.getByText("No order fits").waitFor();
  assert.deepEqual([await filter(page, "From").inputValue(), await filter(page, "To").inputValue()], [day(1), day(1)]);
});

test("the largest order comes first when one wants it so", async () => {
  const page = await at_orders();
  const totals = async () => (await rows(page).getByRole("cell").filter({ hasText: "₦" }).allTextContents()).map((text) => Number(text.replace(/[^\d.]/g, "")));
  await filter(page, "Order").selectOption("Largest first");
  await until("they are sorted", async () => {
    const found = await totals();
    return found.length === 3 && found.every((total, i) => i === 0 || total <= found[i - 1]) && found[0] > found[2];
  });
  await page.reload();
  await shows(page, 3);
  const found = await totals();
  assert.deepEqual(
    found,
    [...found].sort((one, other) => other - one),
  );
  assert.equal(await filter(page, "Order").inputValue(), "largest");
});

test("on a phone the filters are behind a button that says how many are set", async () => {
  const page = await at_orders("", { size: narrow });
  await page.getByRole("button", { name: "Filters", exact: true }).click();
  await filter(page, "Status").selectOption("Cancelled");
  await shows(page, 1);
  await page.reload();
  await shows(page, 1);
  await page.getByRole("button", { name: "Filters (1)" }).waitFor();
  assert.equal(await filter(page, "Status").isVisible(), false);
});

test("with nothing to decide the queue of payments says so, and each of its filters what it did not find", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "payments"));
  await page.getByText("Nothing waits for a decision").waitFor();
  await page.getByText("Money that is too little, too late or for no known order comes here.").waitFor();
  await page.getByText("No payments yet").waitFor();
  await filter(page, "State").selectOption("Dismissed");
  await page.getByText("Nothing was decided so").waitFor();
  await filter(page, "Where it stands").selectOption("To be decided");
  await page.getByText("No payment fits").waitFor();
  await page.reload();
  await page.getByText("Nothing was decided so").waitFor();
  assert.deepEqual([searched(page).get("reviews"), searched(page).get("place")], ["dismissed", "in_review"]);
});
