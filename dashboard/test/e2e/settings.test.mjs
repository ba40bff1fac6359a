// The settings of a business and its plan: what is changed is shown everywhere at once, and what is used up is told before
// it is and when it is.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { answered, chat_id, customer, thread, writes } from "./chats.mjs";
import { at, at_work, everybody_leaves, expect_complaints, newcomer, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place(
  { before, after },
  "settings",
  (opened) => {
    place = opened;
  },
  { settings: { plans: { default: "small" }, "plans.small": { ai_replies_per_month: 5, products: 7, members: 3 } } },
);
after(everybody_leaves);
afterEach(no_complaints);

async function settings_of(who) {
  const page = await at_work(place, who);
  await page.getByText("No chats yet").waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Name of the business").waitFor();
  return page;
}

async function saves(page) {
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
}

// The page is not loaded again: what was read before must not be shown any more.
const go = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();

test("a business's new name is shown in the frame, among the person's businesses, and to the customers' people", async () => {
  const who = await newcomer(place, "Old Name");
  const page = await settings_of(who);
  await page.getByRole("button", { name: "Old Name" }).waitFor();
  await page.getByLabel("Name of the business").fill("New Name");
  await saves(page);
  await page.getByRole("button", { name: "New Name" }).click();
  await page.getByRole("menuitem", { name: "New Name" }).waitFor();
  assert.equal(await page.getByText("Old Name").count(), 0);
  await page.keyboard.press("Escape");
  await page.reload();
  await page.getByRole("button", { name: "New Name" }).waitFor();
  assert.equal(await page.getByLabel("Name of the business").inputValue(), "New Name");
});

test("a business without products changes its currency, and prices are asked for in it at once", async () => {
  const page = await settings_of(await newcomer(place));
  const price_in = async (currency) => {
    await go(page, "Products");
    await page.getByRole("button", { name: "New product" }).first().click();
    await page.getByRole("dialog").getByLabel(`Price (${currency})`).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  await price_in("NGN");
  await go(page, "Settings");
  await page.getByLabel("Currency").selectOption("KES");
  await saves(page);
  await price_in("KES");
});

test("with products the currency is fixed, which is told at its field, and what else was typed stays", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "settings"));
  await page.getByLabel("Currency").selectOption("KES");
  await page.getByLabel("Language of the business").fill("en-KE");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Language of the business").inputValue(), "en-KE");
  expect_complaints(/status of 4\d\d/);
  await page.getByLabel("Currency").selectOption("NGN");
  await page.getByLabel("Language of the business").fill("no tag");
  await page.getByRole("button", { name: "Save" }).click();
  const wrong = page.getByRole("alert");
  await wrong.waitFor();
  assert.equal(await page.getByLabel("Language of the business").getAttribute("aria-describedby"), await wrong.getAttribute("id"));
  expect_complaints(/status of 422/);
});

test("times are those of the business's zone, at once when it is another one", async () => {
  const who = customer(place);
  await writes(place, "What time is it there?", who);
  await place.here.sandbox.heard(who, 1);
  const page = await owner_at_work(place);
  const chat = at(page, `inbox/${await chat_id(place, who)}`);
  await page.goto(chat);
  const said = thread(page).locator("time").first();
  const instant = Date.parse(await said.getAttribute("datetime"));
  const time_in = (timeZone) => new Intl.DateTimeFormat("en", { timeStyle: "short", timeZone }).format(instant);
  await said.and(page.getByText(time_in("Africa/Lagos"))).waitFor();
  await go(page, "Settings");
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await saves(page);
  await page.goBack();
  await said.and(page.getByText(time_in("Asia/Tokyo"))).waitFor();
  const { client, shop } = await signed_in_owner(place.here);
  const { body } = await client.get(shop);
  assert.equal(body.timezone, "Asia/Tokyo");
});

test("what nobody changed is not sent, and what somebody else changed meanwhile is not lost", async () => {
  const who = await newcomer(place, "Old Name");
  const page = await settings_of(who);
  await page.getByLabel("Time zone").selectOption("Africa/Nairobi");
  const before = (await who.client.get(who.shop)).body;
  assert.equal((await who.client.patch(who.shop, { name: "Named elsewhere" }, { headers: { "if-match": `"${before.version}"` } })).status, 200);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/changed this meanwhile/).waitFor();
  await page.getByText("Named elsewhere").first().waitFor();
  await page.getByRole("button", { name: "Keep what I typed" }).click();
  await saves(page);
  const { body } = await who.client.get(who.shop);
  assert.deepEqual([body.name, body.timezone], ["Named elsewhere", "Africa/Nairobi"]);
  expect_complaints(/412/);
});

test("a plan tells at 80 % that it is nearly used up, at 100 % that people answer now, and a product too many is refused", async () => {
  const page = await owner_at_work(place);
  const replies = page.getByRole("meter", { name: "Replies of the AI", exact: true });
  const { client, shop } = await signed_in_owner(place.here);
  const { used } = (await client.get(`${shop}/plan`)).body.ai_replies;
  for (let i = used; i < 4; ++i) await answered(place);
  await page.goto(at(page, "plan"));
  await page.getByText("Nearly used up").waitFor();
  await page.getByRole("status").filter({ hasText: "When all replies of the month are used, new chats go to people." }).waitFor();
  await page.getByText("4 of 5").waitFor();
  assert.deepEqual([await replies.getAttribute("aria-valuenow"), await replies.getAttribute("aria-valuemax")], ["4", "5"]);

  await answered(place);
  await page.reload();
  await page.getByText("Used up", { exact: true }).waitFor();
  await page.getByRole("alert").filter({ hasText: "Chats go to people; those with an open order are answered until it is closed." }).waitFor();
  await page.getByText("5 of 5").waitFor();

  // Six of seven products are there.
  await go(page, "Products");
  const add = async (sku) => {
    await page.getByRole("button", { name: "New product" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Product").fill(`Product ${sku}`);
    await dialog.getByLabel("Price (NGN)").fill("100");
    await dialog.getByLabel("SKU").fill(sku);
    await dialog.getByRole("button", { name: "Add product" }).click();
    return dialog;
  };
  await add("MORE-1");
  await page.getByRole("heading", { level: 1, name: "Product MORE-1" }).waitFor();
  await go(page, "Products");
  const dialog = await add("MORE-2");
  await dialog.getByRole("alert").filter({ hasText: "Your plan allows no more of these" }).waitFor();
  assert.equal(await dialog.getByLabel("SKU").inputValue(), "MORE-2");
  expect_complaints(/status of 409/);
});
