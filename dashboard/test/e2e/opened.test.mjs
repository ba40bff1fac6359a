// What opens over a page, and the pages that one seldom comes to, in the looks of the others (pages.test.mjs).

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { answered, chat_id, customer } from "./chats.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, no_complaints, owner_at_work, person } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let chat;
let order;
let invoice;
shared_place({ before, after }, "opened", async (opened) => {
  place = opened;
  const who = await answered(place, `I want 2 ${place.here.businesses[0].products[0].name}`, customer(place, "Chinedu Okafor"));
  chat = await chat_id(place, who);
  const { client, shop } = await signed_in_owner(place.here);
  [order] = (await client.get(`${shop}/orders`)).body.items;
  const link = await client.post(`${shop}/orders/${order.id}/payment-link`, {}, { headers: { "idempotency-key": crypto.randomUUID() } });
  assert.ok(link.status < 300, link.text);
  const issued = await client.post(`${shop}/orders/${order.id}/invoice`);
  assert.ok(issued.status < 300, issued.text);
  invoice = issued.body;
});
after(everybody_leaves);
afterEach(no_complaints);

const heading = (page) => page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
const read = (page) => page.getByRole("status").and(page.locator("[aria-label]")).first().waitFor({ state: "detached" });

for (const { name, size, theme, language } of looks) {
  const work = async () => {
    const page = await owner_at_work(place, { size });
    await choose_look(page, { theme, language });
    return page;
  };

  test(`founding a business, the way back from a login, and an address that leads nowhere look well: ${name}`, async () => {
    const page = await work();
    const here = at(page, "nowhere");
    await page.goto("/start");
    await heading(page);
    await looks_well(page, `start-${name}`);
    await page.goto("/connect/return");
    await page.getByRole("alert").waitFor();
    await looks_well(page, `connect-return-${name}`);
    await page.goto(here);
    await page.locator("main button").waitFor();
    await looks_well(page, `nowhere-${name}`);
  });

  test(`dialogs and drawers look well: ${name}`, { timeout: 300_000 }, async () => {
    const page = await work();
    const dialog = page.getByRole("dialog");
    const shows = async (what) => {
      await dialog.waitFor();
      await read(dialog);
      await looks_well(page, `${what}-${name}`);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    };
    for (const [where, what] of [
      ["orders?new=1", "new-order"],
      [`invoices?invoice=${invoice.id}`, "invoice"],
    ]) {
      await page.goto(at(page, where));
      await shows(what);
    }
    // By where they are: what they are called depends on the language.
    const actions = page.locator("main header button");
    const buttons = {
      products: [["new-product", actions.last()]],
      team: [["invite", actions.last()]],
      "settings?tab=labels": [["new-label", page.locator("main section button").first()]],
      "settings?tab=replies": [["new-reply", page.locator("main section button").first()]],
      "settings?tab=webhooks": [["new-webhook", page.locator("main section button").first()]],
    };
    for (const [where, each] of Object.entries(buttons)) {
      await page.goto(at(page, where));
      await heading(page);
      for (const [what, button] of each) {
        await button.click();
        await shows(what);
      }
    }
    await page.goto(at(page, `inbox/${chat}`));
    await page.getByRole("log").waitFor();
    await page.keyboard.press("Control+/");
    await shows("keys");
    await page.keyboard.press("Control+k");
    await shows("palette");
    if (size.width < 700) {
      await page.locator("section > header button").last().click();
      await shows("chat-side");
    }
  });
}

test("a stranger who comes to an address of a business is asked to sign in, and comes there afterwards", async () => {
  const page = await person({ base: place.base });
  const { business_id } = await signed_in_owner(place.here);
  await page.goto(`/businesses/${business_id}/orders?status=awaiting_payment`);
  await page.getByLabel("E-mail").fill(place.here.businesses[0].owner.email);
  await page.getByLabel("Password", { exact: true }).fill("a long demo password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/orders\?status=awaiting_payment$/);
  await page.getByRole("link", { name: `#${order.number}` }).waitFor();
});
