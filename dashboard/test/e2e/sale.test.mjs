// A whole sale, from what a customer types on a phone to the invoice that the shop's owner reads, each at a browser of
// their own; and a person who steps in while the model still thinks.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { paying_shops } from "../../../tests/e2e/harness/paying_shops.mjs";
import { sleep, until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, composer, open, replies_with, row, thread, writes } from "./chats.mjs";
import { shown_as_pdf } from "./documents.mjs";
import { everybody_leaves, narrow, no_complaints, owner_at_work, person, picture } from "./people.mjs";
import { shared_place } from "./place.mjs";

const shops = paying_shops();
const [product] = shops.businesses[0].products;
let place;
shared_place(
  { before, after },
  "sale",
  async (opened) => {
    place = opened;
    await shops.events_go(place.here, "ada");
  },
  { businesses: shops.businesses },
);
after(everybody_leaves);
afterEach(no_complaints);

// The sandbox's page of phones, in the hands of a new customer.
async function at_the_phone(name) {
  const page = await person({ base: place.here.sandbox.url });
  await page.goto("/");
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByLabel("Your name").fill(name);
  const log = page.getByRole("log", { name: "Conversation on WhatsApp" });
  const replies = log.locator(".message.business");
  return {
    page,
    name,
    log,
    // Waits for the answer, as people do.
    async says(text) {
      const before = await replies.count();
      await page.getByLabel("Message on WhatsApp").fill(text);
      await page.getByLabel("Message on WhatsApp").press("Enter");
      await replies.nth(before).waitFor();
    },
  };
}

test("a customer writes on a phone, the AI answers and takes the order, it is paid, and its invoice opens here", async () => {
  const page = await owner_at_work(place);
  const phone = await at_the_phone("Amara Chukwu");
  await phone.says("Hello!");
  await open(page, phone);
  await thread(page).getByText("Hello!", { exact: true }).waitFor();
  await thread(page).getByText("AI", { exact: true }).first().waitFor();

  await phone.says(`I want 2 ${product.name}`);
  await thread(page).getByText(`I want 2 ${product.name}`).waitFor();
  const side = page.getByRole("complementary", { name: "Customer" });
  await side.getByText("₦30,000.00").waitFor();
  await phone.says("Checkout please");

  const link = phone.log.getByRole("link").filter({ visible: true }).and(phone.log.locator('[href*="/pay/"]')).last();
  const [checkout] = await Promise.all([phone.page.waitForEvent("popup"), link.click()]);
  await checkout.setViewportSize(narrow);
  await checkout.locator('button[value="success"]').click();
  await checkout.getByRole("heading", { name: "Payment received" }).waitFor();

  // Nobody has loaded the page of the owner again: what comes of it is there.
  await thread(page)
    .getByText(/Your payment .*has arrived/)
    .waitFor();
  await side.getByText("Paid").waitFor();
  await phone.says("Please send me the invoice");
  await side.getByRole("link", { name: /₦30,000\.00/ }).click();
  await page.getByRole("heading", { level: 1, name: /^Order #/ }).waitFor();
  const history = page.getByRole("list").filter({ hasText: "Placed · AI" });
  await history.getByText(/^Paid ·/).waitFor();
  const invoice = page.locator('a[href*="invoice="]');
  const number = await invoice.textContent();
  await invoice.click();
  const text = await shown_as_pdf(page, number);
  for (const wanted of [number, "Ada Fabrics", product.name, "Amara Chukwu", "30,000.00"]) assert.ok(text.includes(wanted), `${wanted} is not in ${text}`);
  // For people to look at; the viewer takes a moment.
  await page.waitForTimeout(2000);
  await picture(page, "sale-invoice");
});

test("who begins to type while the model thinks has the chat: nothing of the AI follows until it is given back", async () => {
  const page = await owner_at_work(place);
  const who = await answered(place);
  await open(page, who);
  const { sandbox } = place.here;
  const from_ai = thread(page).getByText("AI", { exact: true });
  const before = await from_ai.count();
  const thinking_ms = 2500;
  await sandbox.set({ "llm.openai.latency_ms": thinking_ms });
  try {
    await writes(place, `I want 2 ${product.name}`, who);
    await thread(page).getByText("The AI prepares an answer").waitFor();
    await composer(page, who).pressSequentially("Ada here, one moment");
    await page.getByText("You answer").waitFor();
    await thread(page).getByText("The AI prepares an answer").waitFor({ state: "detached" });
    await composer(page, who).press("Enter");
    await sandbox.heard(who, 2);
    // Until the model's answer is there, and was refused.
    await sleep(thinking_ms);
    await place.here.settled();
    await writes(place, "Are you there?", who);
    await thread(page).getByText("Are you there?").waitFor();
    await sleep(thinking_ms + 500);
    await place.here.settled();
  } finally {
    await sandbox.set({ "llm.openai.latency_ms": 0 });
  }
  const replies = await sandbox.replies(who);
  assert.deepEqual([replies.length, (await replies_with(place, who, "Ada here, one moment")).length], [2, 1], JSON.stringify(replies));
  assert.deepEqual([await from_ai.count(), await place.here.orders_of(who)], [before, 0]);
  await row(page, who).getByText("AI", { exact: true }).waitFor({ state: "detached" });
  assert.equal((await place.here.owner_of(who)).person, true);

  await page.getByRole("button", { name: "Return to AI" }).click();
  await page.getByText("The AI answers", { exact: true }).waitFor();
  await writes(place, `How much is the ${product.name}?`, who);
  await until("the AI answers again", async () => (await sandbox.replies(who)).length > 2);
  await thread(page).getByText("₦15,000.00").or(thread(page).getByText("NGN 15,000.00")).first().waitFor();
});
