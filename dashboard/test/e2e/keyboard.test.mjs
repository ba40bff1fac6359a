// With the keyboard alone: where Tab goes, what jumps over the navigation, and where one is when a dialog has closed.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, composer, customer, row, thread } from "./chats.mjs";
import { at, everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let who;
shared_place({ before, after }, "keyboard", async (opened) => {
  place = opened;
  who = await answered(place, `I want 2 ${place.here.businesses[0].products[0].name}`, customer(place, "Zainab Musa"));
});
after(everybody_leaves);
afterEach(no_complaints);

// In what order things come, by these names; what is passed between does not matter.
const inside = { navigation: "header nav", search: "[data-inbox-search]", list: "ul:has(> li[aria-posinset])", thread: "[role=log]", composer: "textarea" };
const where_am_i = (page) =>
  page.evaluate((places) => {
    const now = document.activeElement;
    const place = Object.keys(places).find((name) => now?.closest(places[name]));
    return { place, name: now?.getAttribute("aria-label") || now?.textContent?.trim() || now?.tagName, isSeen: now?.matches(":focus-visible") === true };
  }, inside);

// Presses Tab until `done`. -> what it came by
async function tab_until(page, done, { key = "Tab", most = 80 } = {}) {
  const passed = [];
  for (let i = 0; i < most; ++i) {
    await page.keyboard.press(key);
    const here = await where_am_i(page);
    passed.push(here);
    if (done(here)) return passed;
  }
  return assert.fail(`${key} came by ${JSON.stringify(passed.map(({ name }) => name))}`);
}

const focused = (page) => page.locator(":focus");

test("Tab goes from the navigation to the list, the chat and the composer, always in sight, and back again", async () => {
  const page = await owner_at_work(place);
  await row(page, who).click();
  await thread(page).waitFor();
  await page.reload();
  await composer(page, who).waitFor();
  const passed = await tab_until(page, ({ place }) => place === "composer");
  const order = passed.map(({ place }) => place).filter((place, i, all) => place && place !== all[i - 1]);
  assert.deepEqual(order, ["navigation", "search", "list", "thread", "composer"]);
  assert.equal(passed[0].name, "Skip to the content");
  assert.deepEqual(
    passed.filter(({ isSeen }) => !isSeen),
    [],
    "where one is can be seen",
  );
  await page.keyboard.type("Good day");
  assert.equal(await composer(page, who).inputValue(), "Good day");
  const back = await tab_until(page, ({ name }) => name === "Skip to the content", { key: "Shift+Tab" });
  assert.deepEqual(
    back.map(({ place }) => place).filter((place, i, all) => place && place !== all[i - 1]),
    ["thread", "list", "search", "navigation"],
  );
});

test("the list is one stop however many chats it has, and arrows walk through it", async () => {
  const { server } = place.here;
  await server.sql(`WITH place AS (SELECT id, business_id FROM connections WHERE external_id = '${who.account}'),
      n AS MATERIALIZED (SELECT n, gen_random_uuid() AS contact, gen_random_uuid() AS chat FROM generate_series(1, 60) n),
      k AS (INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at)
            SELECT contact, business_id, place.id, 'many-' || n, 'Many ' || n, n FROM n, place RETURNING 1)
    INSERT INTO conversations (id, business_id, connection_id, contact_id, owner, last_customer_at, last_message_at, created_at)
    SELECT chat, business_id, place.id, contact, 0, 1700000000000 + n, 1700000000000 + n, n FROM n, place`);
  const page = await owner_at_work(place);
  await row(page, who).click();
  await composer(page, who).waitFor();
  await page.reload();
  await composer(page, who).waitFor();
  await row(page, { name: "Many 60" }).waitFor();
  const passed = await tab_until(page, ({ place }) => place === "composer");
  assert.equal(passed.filter(({ place }) => place === "list").length, 1);

  await tab_until(page, ({ place }) => place === "list", { key: "Shift+Tab" });
  await row(page, who).and(focused(page)).waitFor();
  for (let n = 60; n > 20; --n) {
    await page.keyboard.press("ArrowDown");
    await row(page, { name: `Many ${n}` })
      .and(focused(page))
      .waitFor();
  }
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await row(page, { name: "Many 22" }).and(focused(page)).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Many 22" }).waitFor();
});

test("a chat is opened, answered and left without a mouse", async () => {
  const page = await owner_at_work(place);
  await row(page, who).waitFor();
  await tab_until(page, ({ place }) => place === "list");
  await page.keyboard.press("Enter");
  await thread(page).waitFor();
  await composer(page, who).waitFor();
  await page.keyboard.press("r");
  await composer(page, who).and(focused(page)).waitFor();
  await page.keyboard.type("By the keyboard alone");
  await page.keyboard.press("Enter");
  await thread(page).getByText("By the keyboard alone").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/inbox$/);
});

test("a long chat is scrolled by the keys that scroll", async () => {
  const page = await owner_at_work(place, { size: { width: 1440, height: 500 } });
  await row(page, who).click();
  const last = "the last line";
  await composer(page, who).fill(`${"one of many lines\n".repeat(60)}${last}`);
  await page.keyboard.press("Enter");
  await thread(page).getByText(last).waitFor();
  const top = () => thread(page).evaluate((log) => log.scrollTop);
  const scrolled = async (key, moved) => {
    const before = await top();
    await page.keyboard.press(key);
    await until(`${key} scrolls`, async () => moved(before, await top()));
  };
  await until("it is at its end", async () => (await top()) > 200);
  await thread(page).focus();
  await scrolled("PageUp", (before, now) => now < before - 100);
  await scrolled("ArrowUp", (before, now) => now < before);
  await scrolled("End", (before, now) => now > before + 100);
});

test("on every page the first Tab offers to skip the navigation, and the next one is behind it", async () => {
  const page = await owner_at_work(place);
  const pages = "inbox tasks orders payments refunds invoices products customers training connections team plan activity settings security";
  for (const where of pages.split(" ")) {
    await page.goto(at(page, where));
    await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await skip.and(focused(page)).waitFor();
    const { width, height } = await skip.boundingBox();
    assert.ok(width > 40 && height > 20, `${where}: it can be seen`);
    await page.keyboard.press("Enter");
    await page.locator("main").and(focused(page)).waitFor();
    // The plan has nothing to be pressed.
    if (where === "plan") continue;
    await page.locator("main").locator("a, button:enabled, input:enabled, select:enabled").first().waitFor();
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement?.closest("main")), `${where}: the navigation is behind`);
  }
});

// Dialogs of every kind, how the keyboard opens each, and where one is afterwards.
const dialogs = [
  { what: "a dialog", where: "products", opener: (page) => page.getByRole("button", { name: "New product" }) },
  { what: "a wide dialog", where: "products", opener: (page) => page.getByRole("button", { name: "Import" }) },
  { what: "a drawer", where: "orders", opener: (page) => page.getByRole("button", { name: "New order" }).or(page.getByRole("link", { name: "New order" })) },
  { what: "the list of notifications", where: "customers", opener: (page) => page.getByRole("button", { name: /^Notifications/ }) },
  { what: "the search of everything", where: "customers", opener: (page) => page.getByRole("button", { name: /^Go to…/ }) },
  {
    what: "a dialog out of a menu",
    where: "customers?name=Zainab",
    row: /Zainab Musa/,
    opener: (page) => page.getByRole("button", { name: "More", exact: true }),
    item: "Merge with…",
  },
  {
    what: "a question out of a menu",
    where: "customers?name=Zainab",
    row: /Zainab Musa/,
    opener: (page) => page.getByRole("button", { name: "More", exact: true }),
    item: "Block",
  },
  { what: "an order's dialog out of a menu", where: "orders", row: /#/, opener: (page) => page.getByRole("button", { name: "More", exact: true }), item: "Cancel the order" },
];

for (const { what, where, row: inside_of, opener, item } of dialogs) {
  test(`${what} holds the focus, and gives it back`, async () => {
    const page = await owner_at_work(place);
    await page.goto(at(page, where));
    if (inside_of) await page.getByRole("rowheader", { name: inside_of }).getByRole("link").click();
    await opener(page).focus();
    await page.keyboard.press("Enter");
    if (item) {
      const entry = page.getByRole("menuitem", { name: item });
      await entry.waitFor();
      for (let i = 0; i < 12 && !(await entry.evaluate((one) => one === document.activeElement)); ++i) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    }
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const is_inside = () => page.evaluate(() => document.activeElement?.closest("[role=dialog]") !== null);
    await page.waitForFunction(() => document.activeElement?.closest("[role=dialog]") !== null);
    for (const key of ["Tab", "Shift+Tab"]) {
      for (let i = 0; i < 25; ++i) {
        await page.keyboard.press(key);
        assert.ok(await is_inside(), `${key} left it`);
      }
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await opener(page).and(focused(page)).waitFor();
  });
}
