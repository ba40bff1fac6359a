// A new owner, from signing up to a shop whose AI answers: the guided start, step by step, on another device, in other
// roles, and with what may be lacking.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work, password, person, picture } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let kofi;
shared_place({ before, after }, "guide", async (opened) => {
  place = opened;
  kofi = await signed_in_owner(place.here, 1);
});
after(everybody_leaves);
afterEach(no_complaints);

const button = (where, name) => where.getByRole("button", { name, exact: true });
const step = (page, name) =>
  page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { level: 2, name }) });
const toggle = (page, name) => step(page, name).getByRole("heading", { level: 2 }).getByRole("button");
const is_open = (page, name) => step(page, name).getByRole("button", { expanded: true });
const is_done = (page, name) => step(page, name).getByRole("heading", { level: 2 }).getByText("Done", { exact: true }).waitFor();
const has_focus = (page, name) =>
  page.waitForFunction((said) => document.activeElement?.getAttribute("aria-expanded") === "true" && document.activeElement.textContent.includes(said), name);

// -> a page in the guided start of a shop that is founded just now
async function founded(email, { shop = "Zainab Shoes", ...options } = {}) {
  const page = await person({ base: place.base, ...options });
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill("Zainab Bello");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Create account").click();
  await page.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
  const [mail] = await place.here.sandbox.got_mails(email);
  const link = new URL(/https?:\S+#token=\S+/.exec(mail.text)[0]);
  await page.goto(`${link.pathname}${link.hash}`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Confirm").click();
  await page.getByLabel("Name of the business").fill(shop);
  await page.getByLabel("Time zone").selectOption("Africa/Lagos");
  await button(page, "Begin").click();
  await page.getByRole("heading", { level: 1, name: "Guided start" }).waitFor();
  await is_open(page, "What you sell").waitFor();
  return page;
}

async function add_product(page) {
  await page.getByLabel("Product", { exact: true }).fill("Leather Sandals");
  await page.getByLabel("Price (NGN)").fill("18500");
  await page.getByLabel("Stock").fill("12");
  await page.getByLabel("SKU").fill("SANDAL-1");
  await button(page, "Add product").click();
}

async function teach(page) {
  await page.getByLabel("Tone").fill("Warm and short.");
  await page.getByLabel("Facts, one a line").fill("We deliver in Lagos within 2 days.\n\nWe are in Marina Road.");
  await button(page, "Save and publish").click();
}

// Through the sandbox's login, and back to the guide.
async function connect(page) {
  await button(step(page, "Where customers write"), "Connect").click();
  await page.getByRole("menuitem", { name: /Facebook page/ }).click();
  await button(page, "Continue").waitFor();
  for (const box of await page.locator('input[name="grant"]').all()) await box.setChecked(false);
  await page.getByRole("checkbox", { name: /^Your New Shop/ }).check();
  await button(page, "Continue").click();
  await page.getByRole("heading", { name: "Which ones?" }).waitFor();
  await page.getByRole("link", { name: "Back to the guided start" }).waitFor();
  await button(page, "Connect these").click();
  await page.waitForURL(/\/guide$/);
}

test("a new owner goes from signing up to an AI that answers a customer, one step after the other", { timeout: 180_000 }, async () => {
  const email = "zainab@shop.example";
  const page = await founded(email);
  await page.getByText("1 of 6 steps done").waitFor();
  await is_done(page, "Your business");
  await step(page, "Go live").getByText("The AI does not answer yet").waitFor();

  await page.getByLabel("Product", { exact: true }).fill("Leather Sandals");
  await page.getByLabel("Price (NGN)").fill("a lot");
  await page.getByLabel("SKU").fill("SANDAL-1");
  await button(page, "Add product").click();
  await page.getByText("This is no price").waitFor();
  await add_product(page);
  await is_done(page, "What you sell");
  await page.getByText("Done: What you sell").waitFor();

  await has_focus(page, "How the AI speaks");
  assert.equal(await button(page, "Save and publish").isDisabled(), true, "nothing is written yet");
  await teach(page);
  await is_done(page, "How the AI speaks");
  await page.getByText("3 of 6 steps done").waitFor();

  await has_focus(page, "Where customers write");
  await toggle(page, "Try it").click();
  const trial = page.getByRole("log", { name: "Trial chat" });
  await button(page, "What does Leather Sandals cost?").click();
  await trial.getByText(/18,500/).waitFor();
  await is_done(page, "Try it");
  assert.equal(await is_open(page, "Try it").count(), 1, "the answer stays to be read");

  await picture(page, "guide-tried");
  await button(page, "Go on: Where customers write").click();
  await connect(page);
  await page.getByText("6 of 6 steps done").waitFor();
  const live = step(page, "Go live");
  await live.getByRole("status").filter({ hasText: "The AI answers now" }).waitFor();
  await live.getByRole("listitem").filter({ hasText: "Your New Shop" }).getByText("Connected", { exact: true }).first().waitFor();

  assert.equal(await page.getByRole("link", { name: /Guided start/ }).count(), 0, "what is finished asks for nothing");

  await looks_well(page, "guide-is-live");

  // As it says.
  const who = { channel: "messenger", account: "page_0009", customer: "70000009000001" };
  await place.here.sandbox.say(who, "How much are the Leather Sandals?");
  const [answer] = await place.here.sandbox.heard(who, 1);
  assert.match(answer.text, /18,500/);
  await live.getByRole("link", { name: "Open the inbox" }).click();
  await page.getByRole("link", { name: /Leather Sandals|18,500/ }).waitFor();
});

// -> the path of a business that Kofi founded beside his own
let made = 0;
async function another_business() {
  const { status, body, text } = await kofi.client.post(
    "/businesses",
    { name: `Kofi Books ${++made}`, currency: "NGN", timezone: "Africa/Lagos" },
    { headers: { "idempotency-key": crypto.randomUUID() } },
  );
  assert.equal(status, 201, text);
  return `/businesses/${body.id}`;
}

async function kofi_at(path, options = {}) {
  const page = await owner_at_work(place, { shop: 1, ...options });
  await page.goto(path);
  return page;
}

const good = ({ status, body, text }) => {
  assert.ok(status < 300, `${status} ${text}`);
  return body;
};
const sandals = { name: "Leather Sandals", sku: "SANDAL-1", price_minor: 1_850_000, stock: 12 };

test("what was done on one device is done on another, where a phone finds the guide below More", async () => {
  const shop = await another_business();
  good(await kofi.client.post(`${shop}/products`, sandals));
  const page = await kofi_at(`${shop}/inbox`, { size: narrow });
  await button(page, "More").click();
  await page.getByRole("menuitem", { name: "Guided start" }).click();
  await page.getByText("2 of 6 steps done").waitFor();
  await is_done(page, "What you sell");
  await is_open(page, "How the AI speaks").waitFor();
  await teach(page);
  await page.getByText("3 of 6 steps done").waitFor();
  const { content, number } = good(await kofi.client.get(`${shop}/training`));
  assert.deepEqual([number, content.tone, content.facts], [1, "Warm and short.", ["We deliver in Lagos within 2 days.", "We are in Marina Road."]]);

  const desk = await kofi_at(`${shop}/inbox`);
  await desk.getByRole("link", { name: /^Guided start/ }).click();
  await desk.getByText("3 of 6 steps done").waitFor();
  await is_open(desk, "Where customers write").waitFor();
});

test("products come from a sheet, whose end is read before the next step", async () => {
  const shop = await another_business();
  const page = await kofi_at(`${shop}/guide`);
  await button(page, "Import a sheet (CSV)").click();
  const dialog = page.getByRole("dialog");
  await dialog
    .locator("input[type=file]")
    .setInputFiles({ name: "shoes.csv", mimeType: "text/csv", buffer: Buffer.from("sku,name,price,stock\nS1,Sandals,18500,3\nS2,Boots,30000,4\n") });
  await button(dialog, "Import 2 rows").click();
  await dialog.getByText("The import is done.").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await is_done(page, "What you sell");
  await button(page, "Go on: How the AI speaks and what it knows").click();
  await has_focus(page, "How the AI speaks");
});

test("what somebody else writes into the draft meanwhile is published with it, not lost", async () => {
  const shop = await another_business();
  const page = await kofi_at(`${shop}/guide`);
  await toggle(page, "How the AI speaks").click();
  await page.getByLabel("Facts, one a line").fill("Mine.");
  const { content, version } = good(await kofi.client.get(`${shop}/training/draft`));
  good(await kofi.client.put(`${shop}/training/draft`, { ...content, tone: "theirs", facts: ["Theirs."] }, if_match(version)));
  await button(page, "Save and publish").click();
  await page.getByText("Somebody changed this meanwhile").waitFor();
  expect_complaints(/412/);
  await page.getByText("Theirs.").waitFor();
  assert.equal(await page.getByLabel("More facts, one a line").inputValue(), "Mine.");
  await button(page, "Save and publish").click();
  await is_done(page, "How the AI speaks");
  const published = good(await kofi.client.get(`${shop}/training`));
  assert.deepEqual([published.content.tone, published.content.facts], ["theirs", ["Theirs.", "Mine."]]);
});

test("a fact that is too long is told at its field, and nothing is saved", async () => {
  const shop = await another_business();
  const page = await kofi_at(`${shop}/guide`);
  await toggle(page, "How the AI speaks").click();
  await page.getByLabel("Facts, one a line").fill(`Short.\n${"x".repeat(503)}`);
  await button(page, "Save and publish").click();
  await page.getByRole("alert").filter({ hasText: "3 characters too long" }).waitFor();
  assert.equal(good(await kofi.client.get(`${shop}/training/draft`)).version, 0);
});

test("a shop whose access Meta refuses is told that its AI does not answer, and where that is mended", async () => {
  const { external_id } = place.here.businesses[1].connections.find(({ channel }) => channel === "messenger");
  const others = good(await kofi.client.get(`${kofi.shop}/connections`)).items.filter((one) => one.external_id !== external_id);
  for (const { id } of others) good(await kofi.client.post(`${kofi.shop}/connections/${id}/disconnect`));
  const page = await kofi_at(`${kofi.shop}/guide`);
  await toggle(page, "Go live").click();
  const live = step(page, "Go live");
  await live.getByRole("status").filter({ hasText: "The AI answers now" }).waitFor();
  await place.here.sandbox.revoke({ channel: "messenger", account: external_id });
  const [one] = good(await kofi.client.get(`${kofi.shop}/connections?state=active`)).items;
  await kofi.client.post(`${kofi.shop}/connections/${one.id}/check`);
  // The page is told.
  await live.getByRole("status").filter({ hasText: "The AI does not answer yet" }).waitFor();
  await live.getByText("Meta does not accept our access any more").waitFor();
  await live.getByRole("link", { name: "Connect again" }).click();
  await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
});

test("a viewer sees how far it is and has no buttons", async () => {
  const shop = await another_business();
  const ada = await signed_in_owner(place.here);
  await place.here.server.sql(`INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ('${ada.account_id}', '${shop.split("/")[2]}', 'viewer', 0)`);
  const page = await owner_at_work(place);
  await page.goto(`${shop}/guide`);
  await page.getByText("Admins and the owner do this.").waitFor();
  await page.getByText("No channel is connected").waitFor();
  const main = page.getByRole("main");
  for (const role of ["button", "textbox", "link"]) assert.equal(await main.getByRole(role).count(), 0, role);
  assert.equal(await page.getByRole("link", { name: /Guided start/ }).count(), 0);
});

test("a guide that was hidden is out of the way, and still found", async () => {
  const shop = await another_business();
  const page = await kofi_at(`${shop}/guide`);
  const link = page.getByRole("link", { name: /^Guided start/ });
  await link.waitFor();
  await button(page, "Hide the guide").click();
  await page.getByText("The guide is hidden on this device.").waitFor();
  await link.waitFor({ state: "detached" });
  await page.goto(`${shop}/inbox`);
  await page.getByText("No chats yet").waitFor();
  assert.equal(await link.count(), 0);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /^A page/ }).fill("guided");
  await page.getByRole("option", { name: "Guided start" }).click();
  await page.getByText("1 of 6 steps done").waitFor();
  assert.equal(await link.count(), 0, "whatever has been read by now");
});

test("each of its steps looks well", { timeout: 300_000 }, async () => {
  const shop = await another_business();
  for (const { name, size, theme, language } of looks) {
    const page = await kofi_at(`${shop}/inbox`, { size });
    await choose_look(page, { theme, language });
    await page.goto(`${shop}/guide`);
    const headings = page.getByRole("main").getByRole("heading", { level: 2 }).getByRole("button");
    await headings.first().waitFor();
    await page.waitForTimeout(500);
    await looks_well(page, `guide-${name}`);
    for (const [index, what] of ["business", "products", "training", "channel", "try", "live"].entries()) {
      if ((await headings.nth(index).getAttribute("aria-expanded")) === "false") await headings.nth(index).click();
      await page.locator("main [role=status][aria-label]").first().waitFor({ state: "detached" });
      await headings.nth(index).scrollIntoViewIfNeeded();
      await looks_well(page, `guide-${what}-${name}`);
    }
    await page.context().close();
  }
});
