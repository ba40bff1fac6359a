// Money that waits for a person, refunds with four eyes, and invoices, as a shop's people come upon them.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { paying_shops } from "../../../tests/e2e/harness/paying_shops.mjs";
import { all_of, colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { sleep, until } from "../../../tests/e2e/harness/workspace.mjs";
import { shown_as_pdf } from "./documents.mjs";
import { at, everybody_leaves, narrow, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

const esi = 2;
const shops = paying_shops();
let place;
let shop; // Esi's owner at the API
shared_place(
  { before, after },
  "money",
  async (opened) => {
    place = opened;
    await shops.events_go(place.here, "esi");
    shop = await signed_in_owner(place.here, esi);
    good(await shop.client.post(`${shop.shop}/products`, { sku: "MONEY", name: "Money belt", price_minor: 10_000, stock: 1000 }));
  },
  { businesses: shops.businesses },
);
after(everybody_leaves);
afterEach(no_complaints);

const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });
const good = ({ status, body, text }) => {
  assert.ok(status < 300, `${status} ${text}`);
  return body;
};
const orders = (rest = "") => `${shop.shop}/orders${rest}`;
const read = async (order) => good(await shop.client.get(orders(`/${order.id}`)));

// An open order of 200.00 for a new customer.
async function placed() {
  const who = place.here.customer("messenger", "esi");
  await place.here.sandbox.say(who, "Hello!");
  await place.here.sandbox.heard(who, 1);
  await place.here.settled();
  const [[conversation_id]] = await place.here.server.sql(`SELECT id FROM conversations WHERE id IN ${place.here.conversation_of(who)}`);
  return good(await shop.client.post(orders(), { conversation_id, items: [{ sku: "MONEY", quantity: 2 }] }, with_key())).order;
}

async function awaiting() {
  const order = good(await shop.client.post(orders(`/${(await placed()).id}/payment-link`), {}, with_key()));
  return { ...order, reference: order.payments[0].reference };
}

const pay = ({ reference }, more = {}) => place.here.sandbox.pay(reference, { provider: "paystack", ...more });
const becomes = (what, holds) => until(what, holds, { seconds: 60, explain: () => place.here.place.log_tail("server") });

async function paid() {
  const order = await awaiting();
  await pay(order);
  await becomes("the order is paid", async () => (await read(order)).status === "paid");
  return order;
}

async function waits({ reference }) {
  const found = async () => (await all_of(shop.client, `${shop.shop}/payment-reviews`)).items.find((one) => one.reference === reference);
  return becomes(`the money of ${reference} waits for a person`, found);
}

// Money that came after its order was cancelled.
async function late() {
  const order = await awaiting();
  good(await shop.client.post(orders(`/${order.id}/cancel`), { reason: "out of stock" }, if_match(order.version)));
  await pay(order);
  await waits(order);
  return order;
}

async function esi_at_work(where, options = {}) {
  const page = await owner_at_work(place, { shop: esi, ...options });
  await page.goto(at(page, where));
  return page;
}

const row = (page, text) => page.getByRole("row").filter({ hasText: text }).first().getByRole("link");

test("money that is too little is seen on a phone, and accepted for its order", async () => {
  const order = await awaiting();
  await pay(order, { amount: 19_900 });
  await waits(order);
  const page = await esi_at_work("payments", { size: narrow });
  await page
    .getByRole("link", { name: "Another amount than the order's" })
    .and(page.locator(`tr:has-text("#${order.number}") a`))
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("₦199.00").waitFor();
  await dialog.getByLabel(`It pays order #${order.number}`).check();
  await dialog.getByRole("button", { name: "Decide" }).click();
  await page.getByText("The order is paid").waitFor();
  const now = await read(order);
  assert.deepEqual([now.status, now.received_minor], ["paid", 19_900]);
});

test("late money is put on another order that is open", async () => {
  const order = await late();
  const target = await placed();
  const page = await esi_at_work("payments");
  await row(page, `#${order.number}`).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("The order was cancelled before").waitFor();
  assert.equal(await dialog.getByLabel(`It pays order #${order.number}`).count(), 0, "what the server refuses is not offered");
  await dialog.getByLabel("It pays another order").check();
  await dialog.getByRole("button", { name: `#${target.number}` }).click();
  await dialog.getByRole("button", { name: "Decide" }).click();
  await page.getByText("The other order is paid").waitFor();
  assert.equal((await read(target)).status, "paid");
});

test("late money is given back, with the reason", async () => {
  const order = await late();
  const page = await esi_at_work("payments");
  await row(page, `#${order.number}`).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Give it back").check();
  assert.equal(await dialog.getByRole("button", { name: "Decide" }).isDisabled(), true, "not without a reason");
  await dialog.getByLabel("Note").fill("It came too late.");
  await dialog.getByRole("button", { name: "Decide" }).click();
  await page.getByText("The refund is asked for").waitFor();
  await becomes("the money is back", async () => {
    const { items } = good(await shop.client.get(`${shop.shop}/payment-reviews?state=refunded`));
    return items.some(({ reference }) => reference === order.reference);
  });
});

test("above the limit another person approves a refund, and never the one who asked", async () => {
  const { headers } = await shop.client.get(shop.shop);
  good(await shop.client.patch(shop.shop, { refund_limit_minor: 6_000 }, { headers: { "if-match": headers.get("etag") } }));
  await sleep(2500); // every server hears of it
  const grace = await colleague(place.here, shop, { role: "admin", i: 1 });
  const order = await paid();
  const page = await esi_at_work(`orders/${order.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Give money back" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("₦200.00 can go back.").waitFor();
  await dialog.getByLabel("Amount (NGN)").fill("100");
  await dialog.getByLabel("Reason").fill("It came torn.");
  await dialog.getByRole("button", { name: "Give money back" }).click();
  await page.getByText("Another person has to agree now").waitFor();
  await page.goto(at(page, "refunds"));
  await row(page, "It came torn.").click();
  await dialog.getByText("You asked for it").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Approve" }).count(), 0);

  const other = await person({ base: place.base });
  await sign_in(other, place.here.businesses[1].owner.email);
  await other.waitForURL(/\/inbox/);
  await other.goto(`/businesses/${shop.business_id}/refunds`);
  await row(other, "It came torn.").click();
  await other.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await other.getByText("Approved: the money goes back").waitFor();
  await becomes("half of it is back", async () => (await read(order)).refunded_minor === 10_000);
  const { items } = good(await shop.client.get(`${shop.shop}/refunds?order=${order.id}`));
  assert.deepEqual([items[0].requested_by, items[0].decided_by], [shop.account_id, grace.account_id]);
});

// The owner of another shop, who is an agent in Esi's.
let agents;
async function agent_at_work(where) {
  agents ??= colleague(place.here, shop, { role: "agent", i: 0 });
  await agents;
  const page = await person({ base: place.base });
  await sign_in(page, place.here.businesses[0].owner.email);
  await page.waitForURL(/\/inbox/);
  await page.goto(`/businesses/${shop.business_id}/${where}`);
  return page;
}

test("the history of an order says why its payment provider was asked", async () => {
  const order = await paid();
  const page = await esi_at_work(`orders/${order.id}`, { size: narrow });
  const history = page.getByRole("listitem").filter({ has: page.getByText("Paid · Payment provider", { exact: true }) });
  await history.getByText("The provider told us").waitFor();
  const made = page.getByRole("listitem").filter({ hasText: "Payment link made" });
  assert.doesNotMatch((await made.textContent()) ?? "", /provider told us|asked/i, "what nobody was asked about has no word on it");
});

test("what waits is counted in the navigation, as it comes", async () => {
  const page = await esi_at_work("invoices");
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Payments/ });
  const is_counted = (wanted) => until(`${wanted} are counted`, async () => Number(/\d+/.exec(await link.textContent())?.[0] ?? 0) === wanted);
  const { length: before } = (await all_of(shop.client, `${shop.shop}/payment-reviews?state=open`)).items;
  await is_counted(before);
  await late();
  await is_counted(before + 1);
});

test("a disputed order is found, says what that means, and goes on when an admin releases it with a note", async () => {
  const order = await paid();
  await place.here.sandbox.control("POST", "/dispute", { reference: order.reference, provider: "paystack" });
  await becomes("the order is disputed", async () => (await read(order)).dispute === "open");
  const asks = /^Since .+ the customer's bank asks for the money/;
  const reads = await agent_at_work(`orders/${order.id}`);
  await reads.getByText(asks).waitFor();
  await reads.getByText("Admins and the owner release it.").waitFor();
  for (const name of ["Release the order", "Mark as sent"]) assert.equal(await reads.getByRole("button", { name }).count(), 0, name);

  const page = await esi_at_work("orders");
  await page.getByLabel("Status").selectOption("Disputed");
  await row(page, `#${order.number}`).click();
  await page.getByText(asks).waitFor();
  assert.equal(await page.getByRole("button", { name: "Mark as sent" }).count(), 0, "what the server refuses is not offered");
  await page.getByRole("button", { name: "Release the order" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill("The bank has our slip.");
  await dialog.getByRole("button", { name: "Release the order" }).click();
  await page.getByRole("button", { name: "Mark as sent" }).waitFor();
  await page.getByText("The bank has our slip.").waitFor();
  assert.equal((await read(order)).dispute, "released");
});

test("an agent sees what waits, and decides nothing", async () => {
  const order = await late();
  const page = await agent_at_work("payments");
  await row(page, `#${order.number}`).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Admins and the owner decide this.").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Decide" }).count(), 0);
});

test("an invoice is issued, found by its number, read and saved as a PDF", async () => {
  const order = await paid();
  const page = await esi_at_work(`orders/${order.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Issue the invoice" }).click();
  await page.getByText("The invoice is issued").waitFor();
  const [invoice] = good(await shop.client.get(`${shop.shop}/invoices?order=${order.id}`)).items;
  await page.goto(at(page, "invoices"));
  await page.getByRole("searchbox").fill(invoice.number);
  await page.getByRole("link", { name: invoice.number }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Money belt").waitFor();
  assert.match(await shown_as_pdf(page, invoice.number), /Money belt/);
});

test("where the browser shows no PDF there is its text and the file", async () => {
  const [invoice] = good(await shop.client.get(`${shop.shop}/invoices`)).items;
  const page = await owner_at_work(place, { shop: esi, size: narrow });
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "pdfViewerEnabled", { get: () => false }));
  await page.goto(at(page, `invoices?invoice=${invoice.id}`));
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Money belt").waitFor();
  await dialog.getByRole("button", { name: "Save the PDF" }).waitFor();
  assert.equal(await dialog.locator("iframe").count(), 0);
});
