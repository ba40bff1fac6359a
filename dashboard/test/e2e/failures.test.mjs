// A server that is not to be reached: every list says so in words and offers to try again, which brings what it has.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, customer } from "./chats.mjs";
import { choose_look, looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "failures", async (opened) => {
  place = opened;
  await answered(place, `I want 2 ${place.here.businesses[0].products[0].name}`, customer(place, "Chinedu Okafor"));
});
after(everybody_leaves);
afterEach(no_complaints);

// What the frame of all pages is made of; the rest is what a page came for.
const of_the_frame = /\/(auth\/\w+|me|businesses|events|businesses\/[\w-]+)(\?|$)/;
const lost = /ERR_FAILED|net::ERR/;

// By page: how many lists it has at least.
const lists = {
  inbox: 1,
  guide: 1,
  tasks: 1,
  "tasks?tab=parked": 1,
  "tasks?tab=work": 1,
  orders: 1,
  payments: 2,
  refunds: 1,
  invoices: 1,
  products: 1,
  customers: 1,
  training: 1,
  connections: 2,
  team: 2,
  plan: 1,
  activity: 1,
  "settings?tab=orders": 1,
  "settings?tab=replies": 1,
  "settings?tab=labels": 1,
  "settings?tab=notifications": 1,
  "settings?tab=webhooks": 1,
  security: 2,
};

const retries = (page) => page.locator("main").getByRole("alert").getByRole("button", { name: "Try again" });

// Three at a time: each waits by itself until it has given up.
async function each_in_a_tab(page, wheres, use) {
  const left = [...wheres];
  const work = async () => {
    for (let where = left.shift(); where; where = left.shift()) {
      const tab = await page.context().newPage();
      await use(tab, where);
      await tab.close();
    }
  };
  await Promise.all([work(), work(), work()]);
}

test("each list that cannot be read says so, and is there once one tries again", { timeout: 300_000 }, async () => {
  const page = await owner_at_work(place);
  const failed = {};
  await each_in_a_tab(page, Object.keys(lists), async (tab, where) => {
    const failing = (url) => url.pathname.startsWith("/api/v1/") && !of_the_frame.test(url.pathname.slice("/api/v1".length));
    await tab.route(failing, (route) => route.abort());
    await tab.goto(at(page, where));
    const told = () => tab.locator("main").getByRole("alert");
    const loading = tab.locator("main").getByRole("status", { name: "Loading" });
    try {
      await retries(tab)
        .nth(lists[where] - 1)
        .waitFor();
      await loading.first().waitFor({ state: "detached" });
      for (const text of await told().allInnerTexts()) assert.match(text, /No connection\s+Try again in a moment/);
      await tab.unroute(failing);
      await until("all of it is there", async () => {
        if ((await retries(tab).count()) > 0) await retries(tab).first().click({ timeout: 2000 });
        return (await told().count()) === 0 && (await loading.count()) === 0;
      });
    } catch (error) {
      failed[where] = `${error.message}\n${await tab.locator("main").innerText()}`;
    }
  });
  assert.deepEqual(failed, {});
});

test("what cannot be read looks well on a phone in Arabic", async () => {
  const page = await owner_at_work(place, { size: narrow });
  await choose_look(page, { theme: "dark", language: "ar" });
  await page.route(/\/orders\?/, (route) => route.abort());
  await page.goto(at(page, "orders"));
  await page.locator("main").getByRole("alert").getByText("لا يوجد اتصال").waitFor();
  await looks_well(page, "orders-lost-phone-dark-arabic");
  expect_complaints(lost);
});

test("an order, a product, a customer or a chat that is not there is told as that", async () => {
  const page = await owner_at_work(place);
  const nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
  await each_in_a_tab(page, ["orders", "products", "customers", "inbox"], async (tab, where) => {
    await tab.goto(at(page, `${where}/${nowhere}`));
    await tab
      .getByText("It is not there any more")
      .or(tab.getByText("There is nothing here"))
      .first()
      .waitFor()
      .catch(async () => assert.fail(`${where}: ${await tab.locator("main").textContent()}`));
  });
});
