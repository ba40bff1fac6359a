// Other programs of a shop are told what happens: the owner says which, sees what they took, and sends again what they did not.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { is_signed, open_receiver } from "../../../tests/e2e/harness/receiver.mjs";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work } from "./people.mjs";
import { dist, shared_place } from "./place.mjs";

const receiver = await open_receiver();
after(() => receiver.close());

let place;
let ada;
shared_place(
  { before, after },
  "webhooks",
  async (opened) => {
    place = opened;
    ada = await signed_in_owner(place.here);
  },
  { settings: { http: { dashboard: dist }, egress: receiver.egress } },
);
after(everybody_leaves);
afterEach(no_complaints);

const dialog = (page, name) => page.getByRole("dialog", { name });
const card = (page, text) => page.getByRole("region", { name: "Webhooks" }).getByRole("listitem").filter({ hasText: text });
const endpoints = async () => (await ada.client.get(`${ada.shop}/webhook-endpoints`)).body.items;
const endpoint_of = async (path) => (await endpoints()).find(({ url }) => url.endsWith(path));

async function at_the_webhooks(options) {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, "settings?tab=webhooks"));
  return page;
}

async function from_menu(page, path, item) {
  await card(page, path)
    .getByRole("button", { name: /^More for/ })
    .click();
  await page.getByRole("menuitem", { name: item }).click();
}

// -> by the API
async function listening(path, more = {}) {
  const { status, body, text } = await ada.client.post(`${ada.shop}/webhook-endpoints`, { url: receiver.url(path), events: ["order.paid"], ...more });
  assert.equal(status, 201, text);
  return body;
}

test("a program is added with its events, its secret is shown once, and a test arrives signed with it", async () => {
  receiver.answer = () => ({ status: 200 });
  const page = await at_the_webhooks();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByText("No program is told yet").waitFor();
  await page.getByRole("button", { name: "Add a webhook" }).click();
  const form = dialog(page, "Add a webhook");
  await form.getByLabel("Address").fill("https://10.0.0.1/hook");
  await form.getByRole("button", { name: "Add a webhook" }).click();
  await form.getByText("Choose at least one event").waitFor();
  await form.getByRole("checkbox", { name: "Order paid" }).check();
  await form.getByRole("checkbox", { name: "Order placed" }).check();
  await form.getByRole("button", { name: "Add a webhook" }).click();
  await form.getByRole("alert").filter({ hasText: "public address" }).waitFor();
  expect_complaints(/422/);
  await form.getByLabel("Address").fill(receiver.url("/stock"));
  await form.getByLabel("Description").fill("Our stock system");
  await form.getByRole("button", { name: "Add a webhook" }).click();

  const shown = dialog(page, "The secret of this webhook");
  await shown.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied").first().waitFor();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(secret, /^whsec_/);
  await shown.getByText(secret).waitFor();
  // It is shown this once: only who says so closes it.
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await shown.getByText(secret).waitFor();
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await shown.waitFor({ state: "detached" });
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML]));
  assert.ok(!kept.includes(secret));
  assert.deepEqual((await endpoint_of("/stock")).events, ["order.placed", "order.paid"]);

  const own = card(page, "Our stock system");
  await own.getByText("Order placed · Order paid").waitFor();
  await own.getByText("On", { exact: true }).waitFor();
  await own.getByRole("button", { name: "Send a test" }).click();
  const drawer = dialog(page, "Deliveries");
  await drawer.getByRole("row").filter({ hasText: "Test" }).getByText("Taken", { exact: true }).waitFor();
  const [call] = await receiver.heard("/stock");
  assert.ok(is_signed(call, secret));
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await own.getByText("Never").waitFor({ state: "detached" });
});

test("what a program did not take says why, is found by its state, and is sent again", async () => {
  await listening("/broken");
  receiver.answer = () => ({ status: 500 });
  const page = await at_the_webhooks();
  await card(page, "/broken").getByRole("button", { name: "Send a test" }).click();
  const drawer = dialog(page, "Deliveries");
  const row = drawer.getByRole("row").filter({ hasText: "Test" });
  await row.getByText("answered 500").waitFor();
  await row.getByText(/^Next attempt/).waitFor();
  await drawer.getByLabel("State").selectOption("Given up");
  await drawer.getByText("Nothing is in this state").waitFor();
  assert.match(page.url(), /state=dead/);
  await drawer.getByLabel("State").selectOption("Waits");
  await row.waitFor();
  receiver.answer = () => ({ status: 200 });
  await drawer.getByLabel("State").selectOption("All states");
  await row.getByRole("button", { name: "Send again" }).click();
  await row.getByText("Taken", { exact: true }).waitFor();
  await row.getByText(/sent again once/).waitFor();
});

test("a program that is gone is turned off, which is seen at once, and is turned on again", async () => {
  await listening("/gone");
  receiver.answer = () => ({ status: 410 });
  const page = await at_the_webhooks();
  await card(page, "/gone").getByRole("button", { name: "Send a test" }).click();
  const drawer = dialog(page, "Deliveries");
  await drawer.getByText("Given up", { exact: true }).last().waitFor();
  await drawer.getByText("The webhook is off").waitFor();
  assert.equal(await drawer.getByRole("button", { name: "Send again" }).count(), 0);
  await page.keyboard.press("Escape");
  await card(page, "/gone").getByText("The program answered that this address is gone").waitFor();
  await card(page, "/gone").getByRole("button", { name: "Turn on" }).click();
  await card(page, "/gone").getByText("On", { exact: true }).waitFor();
  assert.equal((await endpoint_of("/gone")).active, true);
});

test("a webhook is changed, told when somebody else did meanwhile, turned off, given a new secret and removed", async () => {
  const one = await listening("/books", { description: "Books" });
  const path = `${ada.shop}/webhook-endpoints/${one.id}`;
  const page = await at_the_webhooks();
  await from_menu(page, "/books", "Edit");
  const form = dialog(page, "Edit webhook");
  assert.equal(await form.getByRole("checkbox", { name: "Order paid" }).isChecked(), true);
  await form.getByLabel("Description").fill("Bookkeeping");
  assert.equal((await ada.client.patch(path, { events: ["invoice.issued"] }, if_match(one.version))).status, 200);
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText(/changed this meanwhile/).waitFor();
  await form.locator("bdi").filter({ hasText: "Invoice or credit note issued" }).waitFor();
  expect_complaints(/412/);
  await form.getByRole("button", { name: "Keep what I typed" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
  const changed = (await ada.client.get(path)).body;
  assert.deepEqual([changed.description, changed.events], ["Bookkeeping", ["invoice.issued"]]);

  await from_menu(page, "Bookkeeping", "Turn off");
  await card(page, "Bookkeeping").getByText("Somebody turned it off").waitFor();
  assert.equal(await card(page, "Bookkeeping").getByRole("button", { name: "Send a test" }).count(), 0);
  await from_menu(page, "Bookkeeping", "New secret");
  await dialog(page, "Make a new secret?").getByRole("button", { name: "New secret" }).click();
  const shown = dialog(page, "The secret of this webhook");
  const secret = await shown.locator("code").textContent();
  assert.ok(secret !== one.secret && secret.startsWith("whsec_"));
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await card(page, "Bookkeeping")
    .getByText(`…${secret.slice(-4)}`)
    .waitFor();
  await card(page, "Bookkeeping").getByText("The one before signs too").waitFor();
  await from_menu(page, "Bookkeeping", "Remove");
  await dialog(page, "Remove this webhook?").getByRole("button", { name: "Remove" }).click();
  await card(page, "Bookkeeping").waitFor({ state: "detached" });
  assert.equal(await endpoint_of("/books"), undefined);
});

for (const { name, size, theme, language } of looks) {
  test(`webhooks and what was sent to them look well: ${name}`, async () => {
    const long = await listening(`/a/program/with/a/long/address/${name}/0198b0c5-7d3a-7cc1-9a35-6a0f5e1c2d3e`, {
      description: "Stock",
      events: ["order.placed", "order.paid", "conversation.handed_over"],
    });
    receiver.answer = () => ({ status: 500 });
    await ada.client.post(`${ada.shop}/webhook-endpoints/${long.id}/ping`);
    await receiver.heard(new URL(long.url).pathname);
    const page = await owner_at_work(place, { size });
    await choose_look(page, { theme, language });
    await page.goto(at(page, "settings?tab=webhooks"));
    await page.getByText(long.url).waitFor();
    await page.getByText(long.url).evaluate((element) => element.closest("li").scrollIntoView({ block: "center" }));
    await looks_well(page, `webhooks-${name}`);
    await page.goto(at(page, `settings?tab=webhooks&endpoint=${long.id}`));
    await page.getByRole("dialog").locator("tbody tr").first().waitFor();
    await looks_well(page, `webhook-deliveries-${name}`);
    await page.goto(at(page, "settings?tab=webhooks"));
    await page.locator("main section button").first().click();
    await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
    await looks_well(page, `webhook-new-${name}`);
  });
}
